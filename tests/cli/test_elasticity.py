"""`bothsides elasticity` as a person runs it, and what it prints of a market whose truth is known."""

import csv
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console
from tests.cli.conftest import Run
from tests.diagnosis.panels import panel_of

from bothsides.cli.elasticity import as_record, first_day, show
from bothsides.cli.elasticity import elasticity as command
from bothsides.cli.push_plan import COLUMNS, plan_as_record, show_plan, write_pushes
from bothsides.diagnosis.elasticity import (
    Design,
    ElasticityReading,
    Judgement,
    PushPlan,
    SideMoney,
    cheapest_test,
    elasticity,
    plan_push,
)
from bothsides.diagnosis.panel import Panel
from bothsides.schema import Side
from bothsides.schema.tables.pushes import PUSHES
from bothsides.simulate.panel import WORLDS, draw

MONEY = {side: SideMoney(cost=200.0, contribution=10.0) for side in Side}


@cache
def panel(name: str, cells: int, weeks: int) -> Panel:
    return panel_of(draw(replace(WORLDS[name](5), cells=cells, weeks=weeks, regions=1)))


@cache
def reading() -> ElasticityReading:
    return elasticity(panel("randomised_pushes", 20, 78), money=MONEY)


@cache
def planned() -> PushPlan:
    design = Design(weeks=8, waves=2)
    return plan_push(
        panel("reference", 12, 40), Side.SUPPLIER, design=design, start=date(2026, 1, 5), cost=280.0, currency="EUR"
    )


def printed(print_on: Callable[[Console], None]) -> str:
    console = Console(width=160, record=True)
    print_on(console)
    return console.export_text()


def test_every_effect_is_printed_with_its_range_and_grade() -> None:
    text = printed(lambda console: show(console, reading(), [], "EUR"))
    assert "How one side moves the other, 20 cells x 78 weeks" in text
    (line,) = [line for line in text.splitlines() if line.startswith("suppliers") and "buyers joining" in line]
    assert "randomised, F" in line
    assert " to +" in line
    assert "cost of one, EUR" in text
    assert text.rstrip().splitlines()[-1].startswith("Next: bothsides elasticity plan")


def test_the_strength_of_pushes_stands_only_beside_what_rests_on_them() -> None:
    weak = elasticity(panel("weak_pushes", 20, 78))
    assert weak.effects[0].first_stage is not None
    text = printed(lambda console: show(console, weak, [], "EUR"))
    assert ", F " not in text.split("Pushes for")[0]


def test_the_record_is_plain_data_with_its_status() -> None:
    record = json.loads(json.dumps(as_record(reading(), [], "EUR"), allow_nan=False))
    assert (record["status"], record["currency"], record["cells"]) == ("ok", "EUR", 20)
    effect = record["effects"][0]
    assert (effect["side"], effect["margin"], effect["grade"]) == ("buyer", "inflow", "randomised")
    assert effect["interval"]["low"] < effect["value"] < effect["interval"]["high"]
    assert {each["side"] for each in record["funding"]["returns"]} == {"buyer", "supplier"}


def test_a_small_market_gets_directions_its_judgement_and_the_cheapest_test_but_no_number() -> None:
    small = panel("small_market", 5, 52)
    belief = Judgement(
        side=Side.SUPPLIER, belief="draws", who="Ada, CRO", on=date(2025, 3, 1), why="Buyers ask for names we lack."
    )
    found = elasticity(small, judgements=(belief,))
    test = cheapest_test(small, Side.SUPPLIER, cost=280.0, currency="EUR")
    assert test is not None
    text = " ".join(printed(lambda console: show(console, found, [test], "EUR")).split())
    assert "a number needs at least 10 x 26" in text
    assert "On record, Ada, CRO, 2025-03-01: the supplier side draws the other side in." in text
    assert test.sentence in text
    assert "95 % range" not in text
    record = as_record(found, [test], "EUR")
    assert record["status"] == "small_market"
    assert all(effect["value"] is None for effect in record["effects"])


def test_a_planned_push_is_a_file_for_the_table_of_pushes(tmp_path: Path) -> None:
    assert tuple(column.name for column in PUSHES.columns) == COLUMNS
    write_pushes(planned(), tmp_path / "pushes.csv")
    with (tmp_path / "pushes.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(planned().rows) == 12
    assert rows[0]["side"] == "supplier"
    assert {row["assignment"] for row in rows} == {"randomised"}
    assert {row["started_at"] for row in rows} == {"2026-01-05", "2026-03-02"}
    text = printed(lambda console: show_plan(console, planned(), tmp_path / "pushes.csv"))
    assert "2 waves of 8 weeks, one cell in 2 at a time" in text
    assert "Run it as dealt" in text


def test_a_plan_as_a_record_names_its_units() -> None:
    record = json.loads(json.dumps(plan_as_record(planned(), "EUR")))
    assert 0 <= record["power"] <= 1
    assert record["cost"] == pytest.approx(280 * record["extra_accounts"])
    assert record["pushes"][0]["assignment"] == "randomised"


def test_a_market_without_a_panel_says_why(run: Run, workspace: Path) -> None:
    record = json.loads(run("elasticity", "--json", "-w", workspace).out)
    assert record["status"] == "unavailable"
    assert record["reason"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"what": "plann"}, "elasticity 'plann': only 'plan', or nothing, may stand there"),
        ({"what": "plan"}, "a plan needs the side to push: --side buyer or --side supplier"),
        ({"what": "plan", "side": "seller"}, "--side 'seller' is not one of buyer, supplier"),
        ({"side": "buyer"}, "--side goes with a plan"),
        ({"out": Path("pushes.csv")}, "--out goes with a plan"),
        ({"what": "plan", "side": "buyer", "factor": math.inf}, "inf times as many joiners"),
        ({"what": "plan", "side": "buyer", "factor": math.nan}, "nan times as many joiners"),
        ({"what": "plan", "side": "buyer", "waves": 900}, "weeks with what is watched; at most 1040"),
        ({"what": "plan", "side": "buyer", "factor": 1.0}, "1.0 times as many joiners; more than 1 times"),
        ({"what": "plan", "side": "buyer", "one_in": 1}, "one in 1 cells; at least 2"),
    ],
)
def test_a_wrong_word_names_what_is_allowed(words: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        command(**words)  # type: ignore[arg-type]


def test_a_push_is_not_planned_for_weeks_that_are_known() -> None:
    market = panel("reference", 12, 40)
    after = market.weeks[-1] + timedelta(days=7)
    assert first_day(None, market) == after
    assert first_day(after, market) == after
    with pytest.raises(ValueError, match=f"has passed: a lot is dealt before its weeks are known, from {after} on"):
        first_day(market.weeks[3], market)
