"""Whatever a panel holds, both readings end in words or finite numbers, without a warning."""

import math
import warnings
from datetime import date, timedelta

import numpy as np
import pytest

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.elasticity import ElasticityReading, SideMoney, elasticity, elasticity_findings
from bothsides.diagnosis.panel import Assignment, Floats, Panel, SidePanel
from bothsides.diagnosis.threshold import ThresholdPolicy, read_thresholds, threshold_findings
from bothsides.schema import Side

MONEY = {side: SideMoney(cost=100.0, contribution=3.0, monthly_spend=1_000.0) for side in Side}
EASY = ThresholdPolicy(least_cells=3, least_weeks=5, least_leavers=10, least_levels=2, draws=30)


def flows(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Floats, Floats, Floats]:
    """Stock, joiners and leavers: ordinary, huge, still, empty, one account, or unrelated small numbers."""
    kind = rng.choice(["ordinary", "ordinary", "huge", "still", "empty", "one", "small"])
    if kind == "huge":
        stock = rng.integers(0, 10**9, shape).astype(float)
        return stock, rng.integers(0, 10**8, shape).astype(float), np.minimum(stock, 1e8)
    if kind in ("still", "empty", "one"):
        level, moved = {"still": (20.0, 1.0), "empty": (0.0, 0.0), "one": (1.0, 0.0)}[str(kind)]
        return np.full(shape, level), np.full(shape, moved), np.full(shape, moved)
    if kind == "small":
        stock = rng.integers(0, 5, shape).astype(float)
        return stock, rng.poisson(0.05, shape).astype(float), np.minimum(stock, rng.poisson(0.05, shape))
    joined, stock, left = rng.poisson(3, shape).astype(float), np.zeros(shape), np.zeros(shape)
    now = rng.integers(0, 80, shape[0]).astype(float)
    for week in range(shape[1]):
        stock[:, week], left[:, week] = now, rng.binomial(now.astype(int), 0.05)
        now = now + joined[:, week] - left[:, week]
    return stock, joined, left


def side_panel(rng: np.random.Generator, shape: tuple[int, int]) -> SidePanel:
    """A side with its gaps and pushes: none, everywhere, one cell, by lot, for good, or of absurd strength."""
    (cells, weeks), (stock, joined, left) = shape, flows(rng, shape)
    if rng.random() < 0.4:
        known = int(rng.integers(0, weeks))
        left[:, known:], stock[:, known + 1 :] = np.nan, np.nan
    if rng.random() < 0.3:
        stock[:, :3], joined[:, :3], left[:, :3] = np.nan, np.nan, np.nan
    if rng.random() < 0.15:
        stock[: int(rng.choice([1, cells]))] = np.nan
    push = np.zeros(shape)
    kind = rng.choice(["none", "everywhere", "one cell", "by lot", "for good", "absurd"])
    if kind == "everywhere":
        push[:, weeks // 2 :] = 1.0
    elif kind == "one cell":
        push[0, weeks // 3 : weeks // 2] = 1.0
    elif kind == "by lot":
        push[:] = np.repeat(rng.random((cells, weeks)) < 0.3, 1, axis=1)
    elif kind == "for good":
        push[: cells // 2] = 1.0
    elif kind == "absurd":
        push[: cells // 2, : weeks // 2] = -1e6
    return SidePanel(stock=stock, joined=joined, left=left, push=push)


def any_panel(seed: int) -> Panel:
    rng = np.random.Generator(np.random.PCG64(seed))
    shape = int(rng.choice([1, 2, 3, 10, 20])), int(rng.choice([2, 5, 26, 45]))
    return Panel(
        cells=tuple((f"cell {i}", None) for i in range(shape[0])),
        weeks=tuple(date(2024, 1, 1) + timedelta(weeks=i) for i in range(shape[1])),
        buyers=side_panel(rng, shape),
        suppliers=side_panel(rng, shape),
        orders=np.ones(shape),
        gmv=np.ones(shape),
        assignment={side: Assignment(str(rng.choice(list(Assignment)))) for side in Side},
    )


def numbers_of(reading: ElasticityReading) -> list[float]:
    """Every number a reader may see."""
    found = [n for e in reading.effects if e.value is not None for n in (e.value, e.error or 0.0)]
    found += [n for e in reading.effects if e.interval is not None for n in (e.interval.low, e.interval.high)]
    found += [n for r in reading.responses for n in (*r.percent, *r.low, *r.high)]
    return found + [n for r in reading.funding.returns for n in (r.total, r.low, r.high)]


@pytest.mark.parametrize("seed", range(24))
def test_any_panel_is_read_without_a_crash_a_warning_or_a_number_that_is_none(seed: int) -> None:
    panel = any_panel(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reading = elasticity(panel, money=MONEY)
        elasticity_findings(reading, MONEY, "EUR", DiagnosisPolicy())
        found = read_thresholds(panel, EASY, seed=1)
        threshold_findings(found, "EUR")
    assert all(math.isfinite(number) for number in numbers_of(reading))
    assert all(r.p is None or 0 <= r.p <= 1 for r in found.readings)
