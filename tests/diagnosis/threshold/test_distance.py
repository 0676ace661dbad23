"""How far cells are from a threshold, counted by hand."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from bothsides.diagnosis.panel import Assignment, Floats, Panel, SidePanel
from bothsides.diagnosis.threshold.distance import Distance, distances
from bothsides.diagnosis.threshold.observations import observe
from bothsides.diagnosis.threshold_policy import ThresholdPolicy
from bothsides.schema import Side

WEEKS = 20
JUMP = -1.0, -0.8, -1.2


def side(stock: list[Floats], *, left: float = 0.0, joined: float = 0.0) -> SidePanel:
    at = np.array(stock, dtype=float)
    whole = np.ones_like(at)
    return SidePanel(stock=at, joined=joined * whole, left=left * whole, push=0 * whole)


def panel() -> Panel:
    """Three cells: one across, one that gets there, one that shrinks; 100 buyers each, of whom 5 leave a week."""
    ramp = np.arange(WEEKS, dtype=float)
    suppliers = [np.full(WEEKS, 50.0), 11 + ramp, 39 - ramp]
    return Panel(
        cells=(("x", "N"), ("y", "N"), ("z", "N")),
        weeks=tuple(date(2024, 1, 1) + timedelta(weeks=w) for w in range(WEEKS)),
        buyers=side([np.full(WEEKS, 100.0)] * 3, left=5.0, joined=5.0),
        suppliers=side(suppliers, joined=2.0),
        orders=np.ones((3, WEEKS)),
        gmv=np.full((3, WEEKS), 7_000.0),
        assignment=dict.fromkeys(Side, Assignment.NONE),
    )


def found(own_weight: float = 0.0, level: float = 40.0, *, cost: float | None = 300.0) -> dict[str, Distance]:
    market = panel()
    each = distances(market, observe(market, Side.BUYER), level, own_weight, JUMP, ThresholdPolicy(), cost=cost)
    return {d.label: d for d in each}


def test_who_is_missing_and_when_the_cell_gets_there() -> None:
    cells = found()
    assert (cells["x / N"].across, cells["x / N"].missing, cells["x / N"].kept) == (True, 0, None)
    assert (cells["y / N"].other, cells["y / N"].missing, cells["y / N"].per_week) == (30, 10, 1.0)
    assert cells["y / N"].weeks == 10.0
    assert (cells["z / N"].missing, cells["z / N"].weeks) == (20, None)


def test_the_nearest_cell_comes_first_and_those_across_last() -> None:
    assert list(found()) == ["y / N", "z / N", "x / N"]


def test_what_the_missing_cost_at_what_one_has_cost() -> None:
    assert found()["y / N"].cost == 3_000.0
    assert found(cost=None)["y / N"].cost is None


def test_whether_a_cell_would_stay_across_by_itself() -> None:
    """Two suppliers join a week; 2 % of them leave, of 40 fewer than two, of 150 three."""
    market = panel()
    leaving = replace(market, suppliers=replace(market.suppliers, left=0.02 * market.suppliers.stock))
    seen = observe(leaving, Side.BUYER)
    near, far = (distances(leaving, seen, level, 0.0, JUMP, ThresholdPolicy()) for level in (40.0, 150.0))
    assert [d.holds for d in near] == [True, True, True]
    assert [d.holds for d in far] == [False, False, False]


def test_what_staying_on_would_keep_a_month() -> None:
    kept = found()["y / N"].kept
    assert kept is not None
    lowered = 1 / (1 + np.exp(-(np.log(0.05 / 0.95) - 1.0)))
    accounts = 100 * (0.05 - lowered) * 30.4375 / 7
    assert kept.accounts == pytest.approx(accounts, rel=0.01)
    assert kept.gmv == pytest.approx(accounts * 7_000 * 30.4375 / 7 / 100, rel=0.01)
    assert kept.gmv_low < kept.gmv < kept.gmv_high


def test_of_a_line_in_both_stocks_more_of_the_own_side_need_fewer_of_the_other() -> None:
    assert found(0.5, level=50.0)["y / N"].needed == 25
    assert found(0.5, level=60.0)["y / N"].needed == 36
