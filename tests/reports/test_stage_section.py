"""Where the market stands, on the page: the verdict and the plan first, rule, buyers and verticals folded."""

from dataclasses import replace

import pytest
from tests.reports import sample
from tests.reports.test_html import Outline

from bothsides.diagnosis.figures import figure, rate
from bothsides.diagnosis.finding import Sureness
from bothsides.diagnosis.stage.reading import Anchor, Checked, Rival, Stage, StageReading, Vertical
from bothsides.diagnosis.stage.strategy import strategy
from bothsides.metrics import Unit
from bothsides.reports.sections.stage import stage

GROWTH = figure("gmv_growth_year", -0.11, Unit.RATE, n=900)
REPEAT = rate("buyer_repeat", 40, 50)
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def late() -> StageReading:
    small = Vertical(category="Safety", score=0.91, demand=12.4, supply=3.0, unmet=41, gmv_share=0.012)
    whom = Anchor(name=HOSTILE, category="Pumps", region="North", why="Looked there.", per_month=12_400, values=())
    return StageReading(
        stage=Stage.LATE,
        possible=(Stage.LATE,),
        sentence="The market is late: GMV fell 11 % in a year.",
        rule=(
            Checked(reading="gmv_growth_year", asks="GMV growth below 0 %", has="-11 %", value=GROWTH, met=True),
            Checked(reading="buyer_repeat", asks="repeat at least 25 %", has="not known: x", value=REPEAT, met=None),
        ),
        values=(GROWTH, REPEAT),
        sure=Sureness.LIKELY,
        why_sure="Every value that decides is clear of its bound.",
        rival=Rival(stage=Stage.MATURE, reading="ndr_buyers", says="With NDR above 100 % it would be mature."),
        to_next="Out of decline: growth back to 0 % or more.",
        retention_first=True,
        focus=strategy(Stage.LATE, retention_first=True, anchors=(whom,), verticals=(small,)),
        anchors=(whom,),
        verticals=(small,),
    )


def said(reading: StageReading) -> str:
    section = stage(replace(sample.full(), stage=reading))
    return " ".join(" ".join(Outline(section.body).words).replace("\u00a0", " ").split())


def test_the_verdict_says_how_sure_what_rivals_it_and_what_comes_next(late):
    words = said(late)
    assert words.startswith("The market is late: GMV fell 11 % in a year. likely")
    for part in ("clear of its bound", "With NDR above 100 % it would be mature.", "Out of decline:"):
        assert part in words


def test_both_teams_and_both_sides_have_a_row_with_retention_before_the_stages_plan(late):
    words = said(late)
    for who in ("Marketing, buyers", "Sales, buyers", "Marketing, suppliers", "Sales, suppliers"):
        assert who in words
    assert "Retention first: net retention is under 100 %" in words
    assert words.index("Hold acquisition") < words.index("Turn retention around first; then")


def test_rule_buyers_and_verticals_fold(late):
    body = stage(replace(sample.full(), stage=late)).body.replace("\u00a0", " ")
    assert body.count("<details") == 3
    assert "GMV growth below 0 %" in body[body.index("<details") :]
    assert "GMV growth below 0 %" not in body[: body.index("<details")]


def test_a_condition_that_is_not_known_is_neither_met_nor_unmet(late):
    assert "repeat at least 25 % not known not known" in said(late)


def test_names_from_data_are_inert(late):
    body = stage(replace(sample.full(), stage=late)).body
    assert HOSTILE not in body
    assert "&lt;script&gt;" in body


def test_without_a_stage_the_page_says_what_is_possible_and_plans_nothing(late):
    open_ = replace(
        late,
        stage=None,
        possible=(Stage.EARLY, Stage.GROWING),
        sentence="Not enough is known for a stage: it could be early or growing.",
        sure=None,
        why_sure="2 stages are possible.",
        rival=None,
        to_next="",
        retention_first=False,
        focus=(),
        anchors=(),
        verticals=(),
        no_anchors="the orders are a declared sample",
    )
    words = said(open_)
    assert "it could be early or growing" in words
    assert "Marketing, buyers" not in words
    assert "No buyer to win is named: the orders are a declared sample." in words


def test_a_diagnosis_without_a_stage_has_no_such_section():
    assert stage(sample.empty()) is None


def test_what_cannot_be_advised_says_what_to_load_and_who_is_to_be_held_is_not_won(late):
    unknown = strategy(Stage.GROWING, retention_first=False, measured=frozenset())
    words = said(replace(late, focus=unknown, to_hold=(HOSTILE, "Mill Ltd")))
    assert (
        "Not known: which channels pay back. To know it, load spend, and the channel by which accounts came." in words
    )
    assert f"for they are likely to stop: {HOSTILE}, Mill Ltd." in words
    assert "for they are likely to stop: Mill Ltd." in said(replace(late, anchors=(), to_hold=("Mill Ltd",)))


def test_regular_trade_is_told_apart_from_shortage_where_it_decides(late):
    share = rate("working_cell_share", 12, 28)
    decides = Checked(reading="working_cell_share", asks="x", has="43 %", value=share, met=True)
    assert "short of a side is another question" in said(replace(late, rule=(decides,)))
    assert "another question" not in said(late)
