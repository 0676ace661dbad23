"""Thresholds where the truth is known: claimed, not claimed, refused."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bothsides.diagnosis.panel import Panel
from bothsides.diagnosis.threshold import ThresholdPolicy, ThresholdReading, ThresholdStatus, read_side
from bothsides.schema import Side
from bothsides.simulate.panel import WORLDS, PanelWorld, draw
from tests.diagnosis.panels import panel_of

POLICY = ThresholdPolicy()


@cache
def world(name: str, seed: int) -> PanelWorld:
    return draw(WORLDS[name](seed))


@cache
def read(name: str, seed: int = 1, side: Side = Side.BUYER) -> ThresholdReading:
    return read_side(panel_of(world(name, seed)), side, POLICY)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_sharp_threshold_is_claimed_within_a_step_and_its_range_covers_it(seed: int) -> None:
    reading, truth = read("sharp_threshold", seed), world("sharp_threshold", seed).truth.threshold[Side.BUYER]
    assert reading.claimed, reading.reason
    assert reading.level is not None
    assert reading.step is not None
    assert abs(reading.level.value - truth.level) <= reading.step
    assert reading.level.low <= truth.level <= reading.level.high
    assert reading.jump is not None
    assert reading.jump.value == pytest.approx(truth.jump, abs=0.12)
    assert reading.share_above == pytest.approx(truth.share_above, abs=0.03)
    assert not reading.in_both


def test_the_suppliers_threshold_in_buyers_is_found_as_well() -> None:
    reading = read("supplier_threshold", side=Side.SUPPLIER)
    assert reading.claimed
    assert reading.hazard_below is not None
    assert reading.hazard_above is not None
    assert reading.hazard_above < 0.6 * reading.hazard_below


@pytest.mark.parametrize("name", ["smooth_placebo", "linear_placebo", "no_effect"])
@pytest.mark.parametrize("side", list(Side))
def test_where_leaving_changes_gradually_or_not_at_all_nothing_is_claimed(name: str, side: Side) -> None:
    reading = read(name, 1, side)
    assert not reading.claimed
    assert reading.reason
    assert reading.distances == ()


def test_a_threshold_that_few_cell_weeks_have_passed_is_refused_with_the_share() -> None:
    reading = read("rare_threshold")
    assert reading.status is ThresholdStatus.REFUSED
    assert "20 % are needed on either side" in reading.reason


def test_a_line_in_both_stocks_is_told_from_a_level_in_one() -> None:
    reading = read("frontier")
    assert reading.claimed
    assert reading.in_both
    assert reading.own_weight is not None
    assert reading.own_weight.low <= 0.4 <= reading.own_weight.high


def test_what_being_across_a_line_does_is_not_told_milder_than_it_is() -> None:
    worlds = [draw(WORLDS["frontier"](seed)) for seed in range(8)]
    jumps = [read_side(panel_of(each), Side.BUYER, POLICY, seed=i).jump for i, each in enumerate(worlds)]
    assert all(jump is not None for jump in jumps)
    assert np.mean([jump.value for jump in jumps if jump is not None]) == pytest.approx(-1.0, abs=0.02)


def test_no_frontier_is_told_where_both_stocks_rise_and_fall_together() -> None:
    panel = panel_of(world("sharp_threshold", 1))
    tied = replace(panel, buyers=replace(panel.buyers, stock=10 * panel.suppliers.stock))
    reading = read_side(tied, Side.BUYER, POLICY)
    assert not reading.in_both
    assert "rise and fall together" in reading.frontier


def test_the_same_panel_gives_the_same_reading() -> None:
    panel = panel_of(world("sharp_threshold", 2))
    assert read_side(panel, Side.BUYER, POLICY) == read_side(panel, Side.BUYER, POLICY)


def cut(panel: Panel, cells: int, weeks: int) -> Panel:
    """The first cells and weeks alone."""
    sides = {
        name: replace(
            side,
            **{f: getattr(side, f)[:cells, :weeks] for f in ("stock", "joined", "left", "push")},
        )
        for name, side in (("buyers", panel.buyers), ("suppliers", panel.suppliers))
    }
    return replace(
        panel,
        cells=panel.cells[:cells],
        weeks=panel.weeks[:weeks],
        orders=panel.orders[:cells, :weeks],
        gmv=panel.gmv[:cells, :weeks],
        **sides,
    )


@pytest.mark.parametrize(
    ("cells", "weeks", "reason"),
    [(10, 104, "10 cells in which buyers left; at least 20"), (40, 30, "30 weeks"), (0, 104, "0 cells")],
)
def test_too_little_is_refused_with_what_is_needed(cells: int, weeks: int, reason: str) -> None:
    reading = read_side(cut(panel_of(world("sharp_threshold", 1)), cells, weeks), Side.BUYER, POLICY)
    assert reading.status is ThresholdStatus.REFUSED
    assert reason in reading.reason


def test_a_higher_churn_above_a_level_is_no_threshold() -> None:
    panel = panel_of(world("sharp_threshold", 1))
    upside_down = replace(
        panel, suppliers=replace(panel.suppliers, stock=panel.suppliers.stock.max() - panel.suppliers.stock)
    )
    assert not read_side(upside_down, Side.BUYER, POLICY).claimed


def test_weeks_whose_leavers_are_not_known_yet_do_not_count() -> None:
    panel = panel_of(world("sharp_threshold", 1))
    left = panel.buyers.left.copy()
    left[:, 90:] = np.nan
    reading = read_side(replace(panel, buyers=replace(panel.buyers, left=left)), Side.BUYER, POLICY)
    assert reading.claimed
    assert reading.ground.weeks == 90
