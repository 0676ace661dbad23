"""An effect is graded by what its design can carry: pushes by lot, fixed effects, or correlation."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.diagnosis.elasticity import Effect, Identification, Margin, elasticity
from bothsides.diagnosis.elasticity.checks import clustered_t, lead_of_pushes, mean_ahead, moving_together
from bothsides.diagnosis.elasticity.counts import _exponential
from bothsides.diagnosis.elasticity.ground import at_work, ground, staying
from bothsides.diagnosis.elasticity.projections import beginnings, response
from bothsides.diagnosis.elasticity.records import weakest
from bothsides.diagnosis.panel import Assignment
from bothsides.schema import Side
from tests.diagnosis.elasticity.worlds import panel, world


def on(name: str, side: Side = Side.BUYER, cells: int = 40, weeks: int = 104, **declared: Assignment) -> Effect:
    return elasticity(panel(name, cells, weeks, **declared)).effect(side, Margin.INFLOW)  # type: ignore[arg-type]


def test_pushes_by_lot_see_through_shocks_of_single_cells() -> None:
    found = on("randomised_pushes")
    assert found.grade is Identification.RANDOMISED
    assert found.interval is not None
    assert found.interval.holds(0.5)
    assert (found.first_stage or 0) > 10
    assert found.checks[0].passed


def test_a_timetable_that_takes_cells_in_turn_is_an_instrument() -> None:
    found = on("instrumented_pushes")
    assert found.grade is Identification.INSTRUMENTED
    assert found.interval is not None
    assert found.interval.holds(0.5)


def test_common_shocks_leave_fixed_effects_standing() -> None:
    for side, truth in ((Side.BUYER, 0.30), (Side.SUPPLIER, 0.15)):
        found = on("common_shocks", side)
        assert found.grade is Identification.FIXED_EFFECTS
        assert found.interval is not None
        assert found.interval.holds(truth)
        assert "not proof" in found.why


def test_shocks_of_single_cells_make_fixed_effects_a_correlation() -> None:
    for side in Side:
        found = on("cell_shocks", side)
        assert found.grade is Identification.CORRELATIONAL
        assert "likely too high" in found.why
        assert "cell_shocks" in {check.id for check in found.checks if not check.passed}


def test_pushes_sent_where_cells_boom_are_found_out_when_they_are_called_random() -> None:
    honest, claimed = on("chosen_pushes"), on("chosen_pushes", suppliers=Assignment.RANDOMISED)
    assert honest.grade is Identification.CORRELATIONAL
    assert claimed.grade is Identification.CORRELATIONAL
    assert not claimed.checks[0].passed
    assert "went where things moved already" in claimed.why


def test_pushes_that_hardly_move_the_stock_are_no_instrument() -> None:
    found = on("weak_pushes")
    assert (found.first_stage or 0) < 10
    assert found.grade is Identification.CORRELATIONAL
    assert "at least 10 is needed" in found.why


def test_who_retains_whom_is_told_with_its_probability() -> None:
    reading = elasticity(panel("suppliers_retain_buyers", 40, 104, seed=7000))
    assert reading.retention is not None
    assert reading.retention.side is Side.SUPPLIER
    assert reading.retention.probability > 0.9
    kept = reading.effect(Side.BUYER, Margin.RETENTION)
    assert kept.interval is not None
    assert kept.interval.high < 0


def test_nobody_retains_anybody_where_neither_does() -> None:
    found = elasticity(panel("common_shocks", 20, 60)).retention
    assert found is not None
    assert found.side is None


@pytest.mark.parametrize(("cells", "weeks"), [(9, 60), (12, 25), (5, 52)])
def test_below_ten_cells_and_half_a_year_there_is_no_number(cells: int, weeks: int) -> None:
    reading = elasticity(panel("common_shocks", cells, weeks))
    assert all(e.grade is Identification.REFUSED and e.value is None for e in reading.effects)
    assert f"{cells} cells x {weeks} weeks" in reading.effects[0].reason
    assert len(reading.small) == 2
    assert reading.responses == ()
    assert reading.funding.side is None


def test_the_same_panel_gives_the_same_reading() -> None:
    assert elasticity(panel("common_shocks", 12, 30)) == elasticity(panel("common_shocks", 12, 30))


def test_missing_weeks_are_left_out_and_not_taken_for_zero() -> None:
    whole = panel("common_shocks", 20, 60)
    holed = replace(whole, buyers=replace(whole.buyers, joined=whole.buyers.joined.copy()))
    holed.buyers.joined[:, 50:] = np.nan
    found = elasticity(holed).effect(Side.BUYER, Margin.INFLOW)
    assert (found.n, found.weeks) == (20 * 50, 50)
    assert found.interval is not None
    assert found.interval.holds(0.30)


def test_a_side_without_any_joiner_is_refused_not_crashed() -> None:
    whole = panel("common_shocks", 12, 30)
    silent = replace(whole, buyers=replace(whole.buyers, joined=np.zeros_like(whole.buyers.joined)))
    found = elasticity(silent).effect(Side.BUYER, Margin.INFLOW)
    assert found.grade is Identification.REFUSED
    assert found.value is None
    assert found.reason


def test_the_pushed_side_grows_first_and_the_other_follows() -> None:
    own = response(panel("randomised_pushes", 40, 104), Side.SUPPLIER, Side.SUPPLIER)
    other = response(panel("randomised_pushes", 40, 104), Side.SUPPLIER, Side.BUYER)
    assert own is not None
    assert other is not None
    assert own.percent[0] == other.percent[0] == 0
    assert own.low[13] > 20
    assert own.percent[13] > other.percent[13]
    assert other.percent[26] > other.percent[4]
    assert own.starts == int((beginnings(world("randomised_pushes", 40, 104).suppliers.push) > 0).sum())


def test_no_push_no_response() -> None:
    assert response(panel("common_shocks", 12, 30), Side.SUPPLIER, Side.BUYER) is None


def test_a_push_is_at_work_from_the_week_after_and_fades_as_accounts_leave() -> None:
    push = np.array([[0.0, 1.0, 0.0, 0.0]])
    assert at_work(push, 0.9).tolist() == [[0.0, 0.0, 1.0, 0.9]]
    assert staying(np.array([[1.0, np.nan]]), np.array([[10.0, 10.0]])) == pytest.approx(0.9)


def test_pushes_ahead_do_not_count_this_week_and_end_with_the_panel() -> None:
    ahead = mean_ahead(np.array([[9.0, 1.0, 3.0, 5.0]]), 2)
    assert ahead[0, :2].tolist() == [2.0, 4.0]
    assert np.isnan(ahead[0, 2:]).all()


def test_residuals_that_move_together_fail_and_independent_ones_pass() -> None:
    rng = np.random.default_rng(1)
    shared, own, other = (rng.normal(size=(30, 50)) for _ in range(3))
    assert not moving_together(own + 0.7 * shared, other + 0.7 * shared).passed
    assert moving_together(own, other).passed
    assert clustered_t(np.zeros(5)) == 0


def test_no_push_on_record_means_no_declared_assignment() -> None:
    declared = panel("common_shocks", 12, 30, suppliers=Assignment.RANDOMISED)
    assert ground(declared, Side.BUYER).assignment is Assignment.NONE


def test_what_rests_on_several_effects_has_the_weakest_grade() -> None:
    assert weakest([Identification.FIXED_EFFECTS, Identification.RANDOMISED]) is Identification.FIXED_EFFECTS
    assert weakest([]) is Identification.REFUSED


def test_pushes_of_which_no_week_before_is_known_are_taken_on_trust_and_it_says_so() -> None:
    drawn = panel("randomised_pushes", 40, 104)
    for_good = np.zeros_like(drawn.suppliers.push)
    for_good[::2] = 1.0
    of = ground(replace(drawn, suppliers=replace(drawn.suppliers, push=for_good)), Side.BUYER)
    check = lead_of_pushes(of, 0.5, of.joined)
    assert check.t == 0
    assert "cannot be tested" in check.says


def test_a_correlation_goes_with_and_does_not_bring() -> None:
    told = elasticity(panel("cell_shocks", 40, 104)).sentence
    assert "goes with" in told
    assert "brings" not in told
    assert "correlational" in told


def test_who_retains_whom_is_told_no_stronger_than_it_rests() -> None:
    kept = elasticity(panel("suppliers_retain_buyers", 40, 104, seed=7000)).retention
    assert kept is not None
    assert "as far as" in kept.sentence


def test_a_range_so_wide_that_it_says_nothing_is_no_number() -> None:
    market = panel("common_shocks", 12, 40)
    still = np.full_like(market.suppliers.stock, 400.0)
    still[::2, 20:] += 1.0
    reading = elasticity(replace(market, suppliers=replace(market.suppliers, stock=still)))
    of = reading.effect(Side.BUYER, Margin.INFLOW)
    assert of.grade is Identification.REFUSED
    assert of.value is None
    assert "leave the effect open" in of.reason
    assert reading.funding.side is None


def test_a_cell_whose_effect_runs_away_keeps_a_weight_that_can_be_divided_by() -> None:
    for eta in (-1000.0, 1000.0):
        mean, weight = _exponential(np.array([[eta]]))
        assert 0 < weight[0, 0] < 1e30
        assert mean[0, 0] == weight[0, 0]


def test_the_weeks_that_are_named_are_those_that_are_counted() -> None:
    market = panel("common_shocks", 12, 40)
    stock = market.buyers.stock.copy()
    stock[:, :5], stock[:, 37:] = np.nan, np.nan
    reading = elasticity(replace(market, buyers=replace(market.buyers, stock=stock)))
    assert (reading.first_week, reading.last_week) == (market.weeks[5], market.weeks[36])
    assert reading.weeks == 32


def test_a_check_says_the_line_against_which_it_is_judged() -> None:
    for found in (on("common_shocks"), on("cell_shocks")):
        for check in found.checks:
            assert check.passed is (abs(check.t) <= check.limit)
            assert f"{abs(check.t):.1f} times its own error" in check.says
            assert f"chance ends at {check.limit:.1f}" in check.says
            assert check.verdict.startswith("yes" if check.passed else "no")
            assert f"{check.limit:.1f}" in check.verdict
    assert replace(found.checks[0], t=0.0).verdict == "not tested"


def test_the_strength_of_pushes_is_told_with_what_it_means() -> None:
    assert "where 1 is noise and at least 10 is needed" in on("weak_pushes").why
    assert "where 1 is noise and 10 enough" in on("randomised_pushes").why
