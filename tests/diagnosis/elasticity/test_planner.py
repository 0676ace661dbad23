"""A push by lot: dealt fairly, priced, and with the power it claims."""

from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from bothsides.diagnosis.elasticity import Design, cheapest_test, plan_push
from bothsides.diagnosis.elasticity.enough import what_would_suffice
from bothsides.diagnosis.elasticity.lot import blocks, by_week, draw_lot
from bothsides.diagnosis.elasticity.power import Fitted, fit_market, power
from bothsides.diagnosis.panel import Assignment
from bothsides.schema import Side
from tests.diagnosis.elasticity.worlds import panel

MONDAY = date(2026, 1, 5)
STRONG = Design(weeks=10, waves=2, factor=3.0, follow=10)


def rng() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(1))


@cache
def market(name: str, cells: int) -> Fitted:
    return fit_market(panel(name, cells, 60), Side.SUPPLIER)


def test_like_cells_share_a_block_and_one_of_each_is_pushed_in_every_wave() -> None:
    size = np.array([5.0, 100.0, 6.0, 90.0, 50.0])
    assert blocks(size, 2) == ((1, 3), (4, 2, 0))
    pushed = draw_lot(rng(), size, Design(waves=40))
    assert (pushed[[1, 3]].sum(0) == 1).all()
    assert (pushed[[4, 2, 0]].sum(0) == 1).all()
    assert 10 < pushed[1].sum() < 30


def test_weeks_before_and_after_the_waves_are_quiet() -> None:
    design = Design(weeks=2, waves=2, follow=3)
    assert by_week(np.array([[1.0, 0.0]]), design, 1).tolist() == [[0, 1, 1, 0, 0, 0, 0, 0]]
    assert design.length == 7


@pytest.mark.parametrize(
    ("given", "message"),
    [({"weeks": 0}, "0 weeks"), ({"one_in": 1}, "one in 1 cells"), ({"factor": 0.5}, "0.5 times as many")],
)
def test_a_design_that_cannot_be_run_is_refused(given: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Design(**given)  # type: ignore[arg-type]


def test_no_effect_is_shown_no_more_often_than_the_level_says_and_a_strong_one_mostly() -> None:
    fitted = market("common_shocks", 20)
    assert power(fitted, STRONG, 0.0, few=10, seed=1) <= 0.085
    shown = [power(fitted, STRONG, e, few=10, seed=1) for e in (0.05, 0.3)]
    assert shown[0] < shown[1]
    assert shown[1] > 0.95


def test_with_few_cells_other_deals_of_the_lot_are_the_test_and_keep_its_level() -> None:
    fitted = market("common_shocks", 6)
    assert power(fitted, STRONG, 0.0, few=10, seed=2) < 0.09
    assert power(fitted, STRONG, 0.6, few=10, seed=2) > 0.6


def test_restless_cells_cost_power() -> None:
    calm, restless = market("common_shocks", 20), market("cell_shocks", 20)
    assert restless.shock[1] > calm.shock[1] + 0.01
    assert restless.lasting > 0.5
    assert power(restless, STRONG, 0.2, few=10, seed=1) < power(calm, STRONG, 0.2, few=10, seed=1)


def test_a_plan_is_a_lot_for_the_pushes_table_with_its_cost_and_power() -> None:
    planned = plan_push(
        panel("common_shocks", 12, 40), Side.SUPPLIER, design=STRONG, start=MONDAY, cost=50.0, currency="EUR", seed=3
    )
    assert [len(planned.rows), len(planned.drawn)] == [24, 12]
    assert {row.assignment for row in planned.rows} == {Assignment.RANDOMISED}
    assert {row.started_at for row in planned.rows} == {MONDAY, MONDAY + timedelta(weeks=10)}
    assert {(row.ended_at - row.started_at).days for row in planned.rows} == {69}
    assert len({row.push_id for row in planned.rows}) == 24
    assert planned.cost == pytest.approx(50 * planned.extra_accounts)
    assert planned.power > 0.9
    assert planned.smallest is not None
    assert planned.smallest < 0.3
    assert "EUR" in planned.sentence


def test_a_plan_says_how_many_to_bring_into_each_cell_and_who_could_have_been_drawn() -> None:
    planned = plan_push(panel("common_shocks", 12, 40), Side.SUPPLIER, design=STRONG, start=MONDAY, cost=50.0, seed=3)
    for row in planned.drawn:
        assert row.bring_a_week == pytest.approx(3.0 * row.usual_a_week)
        assert row.extra == pytest.approx(10 * (row.bring_a_week - row.usual_a_week))
        assert row.cost == pytest.approx(50.0 * row.extra)
    assert sum(row.extra for row in planned.drawn) == pytest.approx(planned.extra_accounts)
    others = [row for row in planned.rows if not row.drawn]
    assert {(row.intensity, row.extra, row.bring_a_week - row.usual_a_week) for row in others} == {(0.0, 0.0, 0.0)}
    lots = [[row for row in planned.rows if row.name == name] for name in {row.name for row in planned.rows}]
    assert {(len(lot), sum(row.drawn for row in lot)) for lot in lots} == {(2, 1)}


def test_the_same_seed_deals_the_same_lot_and_another_deals_another() -> None:
    def deal(seed: int) -> list[list[float]]:
        drawn: list[list[float]] = draw_lot(
            np.random.Generator(np.random.PCG64(seed)), np.arange(12.0), Design()
        ).tolist()
        return drawn

    assert deal(1) == deal(1)
    assert deal(1) != deal(2)


def test_a_start_that_is_no_monday_and_a_market_of_two_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="2026-01-06 is a Tuesday"):
        plan_push(panel("common_shocks", 12, 40), Side.BUYER, design=STRONG, start=date(2026, 1, 6))
    with pytest.raises(ValueError, match="2 cells can be followed"):
        plan_push(panel("common_shocks", 2, 40), Side.BUYER, design=STRONG, start=MONDAY)


def test_a_lot_that_cannot_be_dealt_and_an_effect_that_none_has_are_refused() -> None:
    market = panel("common_shocks", 12, 40)
    with pytest.raises(ValueError, match="one in 30 cells: the market has 12"):
        plan_push(market, Side.BUYER, design=Design(one_in=30), start=MONDAY)
    for absurd in (0.0, -0.5, 50.0, float("nan")):
        with pytest.raises(ValueError, match="a push shows one above 0"):
            plan_push(market, Side.BUYER, design=STRONG, start=MONDAY, elasticity=absurd)


def test_the_cheapest_test_that_decides_is_cheaper_than_the_one_that_does_not_for_sure() -> None:
    decided = cheapest_test(panel("common_shocks", 8, 40), Side.SUPPLIER, cost=10.0, currency="EUR")
    assert decided is not None
    assert decided.decides
    assert decided.power >= 0.8
    assert decided.sentence.startswith("The cheapest test")
    assert cheapest_test(panel("common_shocks", 2, 40), Side.SUPPLIER) is None


def test_what_cannot_be_decided_within_a_year_is_said_with_its_price() -> None:
    hopeless = cheapest_test(panel("small_market", 3, 40), Side.SUPPLIER, cost=10.0, currency="EUR")
    assert hopeless is not None
    assert not hopeless.decides
    assert "cannot be decided within a year for less than EUR" in hopeless.sentence


def test_a_push_that_tells_no_more_than_chance_says_so() -> None:
    weak = plan_push(
        panel("common_shocks_few", 10, 26),
        Side.SUPPLIER,
        design=Design(weeks=4, waves=1, factor=1.1, follow=4),
        start=date(2026, 1, 5),
        elasticity=0.1,
    )
    assert weak.power < 0.1
    assert "hardly more often than chance" in weak.sentence
    assert "this push answers nothing" in weak.sentence
    assert weak.answers_nothing
    assert weak.sentence.endswith(weak.enough)


def test_what_would_show_it_is_searched_for_and_where_nothing_would_that_is_said() -> None:
    feeble, few = Design(weeks=2, waves=1, factor=1.05, follow=4), 10
    fitted = market("common_shocks", 12)
    said = what_would_suffice(fitted, feeble, 0.4, few=few, seed=1)
    assert "would show it with a probability of" in said
    assert "suppliers more." in said
    nothing = what_would_suffice(fitted, feeble, 0.001, few=few, seed=1)
    assert nothing.startswith("Nothing of up to 4 waves of 26 weeks with 5.0 times as many suppliers joining")
