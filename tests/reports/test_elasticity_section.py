"""The section on which side to fund: the answer first, the method folded, no number where there is none."""

from dataclasses import replace
from datetime import date
from functools import cache

from tests.diagnosis.panels import panel_of
from tests.reports.sample import full

from bothsides.diagnosis.elasticity import ElasticityReading, Judgement, SideMoney, elasticity
from bothsides.diagnosis.elasticity.records import beyond_chance
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.picture import SideEconomics
from bothsides.diagnosis.threshold import Thresholds
from bothsides.metrics import Basis, Unit
from bothsides.reports.sections.elasticity import elasticity as section
from bothsides.schema import Side
from bothsides.simulate.panel import WORLDS, draw

MONEY = {side: SideMoney(cost=200.0, contribution=10.0) for side in Side}


@cache
def reading(name: str, cells: int, weeks: int) -> ElasticityReading:
    plan = replace(WORLDS[name](5), cells=cells, weeks=weeks, regions=1)
    return elasticity(panel_of(draw(plan)), money=MONEY)


def body(found: ElasticityReading) -> str:
    shown = section(replace(full(), elasticity=found))
    assert shown is not None
    return str(shown.html())


def test_the_answer_stands_first_and_the_method_is_folded() -> None:
    html = body(reading("randomised_pushes", 16, 60))
    assert html.index("Which side to fund") < html.index("spent on") < html.index("<details")
    assert "randomised" in html
    assert "week 13" in html
    assert html.index("Tests of what the effects assume") > html.index("<details")


def test_correlational_numbers_are_grey() -> None:
    found = reading("cell_shocks", 30, 78)
    assert {str(e.grade) for e in found.effects[:2]} == {"correlational"}
    assert body(found).count('class="num weak"') >= 2


def test_a_small_market_shows_directions_judgements_and_why_there_is_no_number() -> None:
    belief = Judgement(side=Side.BUYER, belief="keeps", who="Ada", on=date(2025, 1, 2), why="They reorder <weekly>.")
    html = body(replace(reading("small_market", 5, 40), judgements=(belief,)))
    assert "No number is given: 5 cells x 40 weeks" in html
    assert "&lt;weekly&gt;" in html
    assert "by %" not in html


def test_what_is_missing_is_named() -> None:
    plan = replace(WORLDS["common_shocks"](5), cells=12, weeks=30)
    html = body(elasticity(panel_of(draw(plan))))
    assert "Which side to fund cannot be said: costs or contributions are not known." in html
    assert "load `fees`" in html


def test_a_market_that_cannot_be_followed_by_week_has_the_section_with_the_reason() -> None:
    assert section(replace(full(), elasticity=None, threshold=None)) is None
    why = Thresholds(reason="dates stand for whole months")
    shown = section(replace(full(), elasticity=None, threshold=why))
    assert shown is not None
    assert shown.nav == "Which side to fund"
    assert "Which side to fund cannot be said: dates stand for whole months." in str(shown.html())


def of_economics(side: Side, ratio: float, low: float, high: float) -> SideEconomics:
    value = figure("ltv_to_cac", ratio, Unit.RATIO, n=100, low=low, high=high, basis=Basis.CELLS, side=side.value)
    return SideEconomics(side=side, values={"ltv_to_cac": value}, by_channel=(), sentence="")


def test_a_choice_says_where_unit_economics_alone_show_no_difference() -> None:
    found = reading("randomised_pushes", 16, 60)
    chosen = replace(found, funding=replace(found.funding, side=Side.SUPPLIER))
    buyers, suppliers = of_economics(Side.BUYER, 2.94, 2.39, 3.49), of_economics(Side.SUPPLIER, 2.92, 2.25, 3.58)

    def said(*sides: SideEconomics) -> str:
        shown = section(replace(full(), elasticity=chosen, economics=sides))
        assert shown is not None
        return str(shown.html())

    alone = "Unit economics alone show no difference between the sides"
    assert f"{alone}: LTV:CAC of buyers 2.94 (2.39 to 3.49), of suppliers 2.92 (2.25 to 3.58)" in said(
        buyers, suppliers
    )
    assert alone not in said(buyers, of_economics(Side.SUPPLIER, 6.0, 5.0, 7.0))
    assert alone not in said(buyers)


def test_checks_stand_beside_the_line_against_which_they_are_judged() -> None:
    html = body(reading("cell_shocks", 30, 78))
    assert "times its own error, " in html
    assert ", under 2.8" in html


def test_the_cost_and_return_are_held_against_those_of_the_unit_economics() -> None:
    assert "CAC and LTV:CAC of the unit economics count first orders" in body(reading("randomised_pushes", 16, 60))


def test_where_nothing_is_beyond_chance_one_sentence_stands_and_the_tables_fold() -> None:
    found = reading("no_effect", 12, 40)
    assert not any(beyond_chance(effect) for effect in found.effects)
    html = body(replace(found, funding=replace(found.funding, side=None)))
    assert "That one side draws or keeps the other is not seen beyond chance." in html
    assert html.index("<details") < html.index("<table")
    before = html.split("<details")[0]
    assert "bring more" not in before


def test_what_is_known_of_pushes_is_said() -> None:
    note = "Planned push for buyers in 2 cells from 2024-10-07, no outcome yet."
    html = body(replace(reading("no_effect", 12, 40), notes=(note,)))
    assert "Planned push for buyers in 2 cells from 7 October 2024, no outcome yet." in html
