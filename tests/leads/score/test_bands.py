"""Bands by thresholds or grid, kept close below a threshold; hot signs; what a person decides beside the card."""

from dataclasses import replace

import pytest

from bothsides.leads.score import (
    Band,
    Card,
    Grid,
    Group,
    Hot,
    Override,
    Rule,
    Thresholds,
    compiled,
    decided,
    score,
    side_by_side,
    standing,
)
from bothsides.schema import Side
from bothsides.schema.instant import DAY

NOW = 1_800_000_000
CARD = Card(
    id="c",
    side=Side.BUYER,
    fit=(Group(id="size", rule=(Rule(code="large", says="large", points=40, when={"employees": ">= 250"}),)),),
    engagement=(
        Group(id="acts", rule=(Rule(code="demo", says="demo", points=30, event="demo_requested", loses_a_month=0.5),)),
    ),
    thresholds=Thresholds(sales_from=60, self_serve_from=30, hysteresis=5),
    hot=(
        Hot(
            code="ready",
            says="viewed three supplier profiles and asked for a quote",
            events={"supplier_profile_viewed": 3, "quote_requested": 1},
            within_days=30,
            does="sales",
        ),
        Hot(code="few", says="five products or fewer", when={"sku_count": "<= 5"}, does="customer_success_touch"),
    ),
)
LARGE = {"employees": 900}


def demo(days_ago: float) -> list[tuple[str, int, float]]:
    return [("demo_requested", NOW - round(days_ago * DAY), 1.0)]


def test_a_band_is_kept_until_the_score_is_well_below_its_threshold() -> None:
    ready = compiled(CARD)
    assert score(ready, LARGE, demo(24), NOW).band is Band.SELF_SERVE  # 58 points, never in sales
    was = standing(score(ready, LARGE, demo(0), NOW))
    assert score(ready, LARGE, demo(24), NOW, was=was).band is Band.SALES
    assert score(ready, LARGE, demo(29), NOW, was=was).band is Band.SALES  # 55, then 54
    assert score(ready, LARGE, demo(32), NOW, was=was).band is Band.SELF_SERVE


def test_a_grid_leads_to_bands_by_letter_and_digit() -> None:
    grid = Grid(a_from=40, b_from=20, one_from=25, two_from=10, sales=("A1", "A2"), self_serve=("A3", "C1"))
    ready = compiled(replace(CARD, thresholds=None, grid=grid))
    found = [
        (one.grade, one.band)
        for one in (
            score(ready, LARGE, demo(0), NOW),
            score(ready, LARGE, [], NOW),
            score(ready, {}, demo(0), NOW),
            score(ready, {}, demo(30), NOW),
        )
    ]
    assert found == [("A1", "sales"), ("A3", "self_serve"), ("C1", "self_serve"), ("C2", "nurture")]


def test_three_profiles_and_a_quote_are_sales_at_once() -> None:
    ready = compiled(CARD)
    views = [("supplier_profile_viewed", NOW - days * DAY, 1.0) for days in (1, 2, 3)]
    quote = [("quote_requested", NOW - DAY, 1.0)]
    assert score(ready, {}, [*views, *quote], NOW).band is Band.SALES
    assert score(ready, {}, [*views[:2], *quote], NOW).band is Band.NURTURE
    assert score(ready, {}, [*views, *quote], NOW + 40 * DAY).band is Band.NURTURE
    assert score(ready, {}, [*views, *quote], NOW).points == 0


def test_few_products_ask_for_a_visit_and_do_not_move_the_band() -> None:
    found = score(compiled(CARD), {"sku_count": 5}, [], NOW)
    assert (found.band, found.touches) == (Band.NURTURE, ("customer_success_touch",))
    assert score(compiled(CARD), {"sku_count": 6}, [], NOW).touches == ()


def test_a_person_sets_a_band_for_a_time_and_the_card_goes_on_beside_it() -> None:
    by = Override(band=Band.SALES, who="Ana", why="met them at the fair", since=NOW, until=NOW + 14 * DAY)
    held = decided(Band.NURTURE, by, NOW + DAY)
    assert (held.band, held.machine) == (Band.SALES, Band.NURTURE)
    assert held.says == "sales, set by Ana until 2027-01-29: met them at the fair; by the scorecard nurture"
    assert decided(Band.NURTURE, by, NOW + 14 * DAY).band is Band.NURTURE
    assert decided(Band.NURTURE, by, NOW - 1).override is None


@pytest.mark.parametrize("wrong", [{"who": " "}, {"why": ""}, {"until": NOW}])
def test_an_override_needs_a_name_a_reason_and_an_end(wrong: dict[str, object]) -> None:
    told: dict[str, object] = {"band": Band.SALES, "who": "Ana", "why": "x", "since": NOW, "until": NOW + 1, **wrong}
    with pytest.raises(ValueError, match="override to sales"):
        Override(**told)  # type: ignore[arg-type]


def test_two_cards_side_by_side_say_where_they_agree_and_why_not() -> None:
    other = replace(CARD, id="d", fit=(), thresholds=Thresholds(sales_from=25, self_serve_from=10))
    leads = [("1", LARGE, demo(0)), ("2", LARGE, []), ("3", {}, demo(0)), ("4", {}, [])]
    found = side_by_side(compiled(CARD), compiled(other), leads, NOW)
    table = {(one.champion, one.challenger): one.leads for one in found.table if one.leads}
    assert table == {
        ("sales", "sales"): 1,
        ("self_serve", "nurture"): 1,
        ("self_serve", "sales"): 1,
        ("nurture", "nurture"): 1,
    }
    assert found.same_band == 0.5
    assert found.kappa == pytest.approx((0.5 - 0.25) / 0.75)
    assert [(one.lead_id, one.champion, one.challenger) for one in found.apart] == [("1", 70, 30), ("2", 40, 0)]
    assert [(move.code, move.change) for move in found.apart[0].moves] == [("large", -40)]
    assert (found.stuck[0].at_floor, found.stuck[1].at_floor) == (0.25, 0.5)


def test_cards_of_two_sides_are_not_compared() -> None:
    with pytest.raises(ValueError, match="scores buyers and"):
        side_by_side(compiled(CARD), compiled(replace(CARD, side=Side.SUPPLIER)), [], NOW)
