"""The section on which side to fund: the answer first, the method folded, no number where there is none."""

from dataclasses import replace
from datetime import date
from functools import cache

from tests.diagnosis.panels import panel_of
from tests.reports.sample import full

from bothsides.diagnosis.elasticity import ElasticityReading, Judgement, SideMoney, elasticity
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


def test_no_panel_no_section() -> None:
    assert section(replace(full(), elasticity=None)) is None
