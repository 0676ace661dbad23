"""`bothsides elasticity` as a person runs it, and what it prints of a market whose truth is known."""

import csv
import json
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.cli.conftest import MAPPING, Run
from tests.diagnosis.panels import panel_of

from bothsides.cli.elasticity import after_push, as_record, show
from bothsides.cli.push_plan import (
    COLUMNS,
    first_day,
    plan,
    plan_as_record,
    refuse_what_answers_nothing,
    save_plan,
    show_plan,
    targets,
    what_first,
    write_pushes,
)
from bothsides.diagnosis.elasticity import (
    Design,
    ElasticityReading,
    Judgement,
    PushPlan,
    Response,
    SideMoney,
    cheapest_test,
    elasticity,
    plan_push,
)
from bothsides.diagnosis.panel import Assignment, Panel, read_panel
from bothsides.ingest.mapping_file import load_mapping
from bothsides.metrics import open_store
from bothsides.schema import Side
from bothsides.schema.tables.pushes import PUSHES
from bothsides.simulate.panel import WORLDS, draw

CONTROLS = "Rows of intensity 0 (drawn: no) are the lot's controls: do not push them."
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


def test_what_followed_a_push_is_told_only_where_it_moved_the_side_it_was_for() -> None:
    def followed(pushed: Side, side: Side, low: float, high: float) -> Response:
        return Response(
            pushed=pushed, side=side, weeks=(0, 26), percent=(0.0, 4.0), low=(0.0, low), high=(0.0, high), starts=24
        )

    drawn = followed(Side.SUPPLIER, Side.BUYER, 1.0, 9.0)
    moved, still = (followed(Side.SUPPLIER, Side.SUPPLIER, low, 9.0) for low in (1.0, -1.0))
    assert after_push(drawn, (moved, drawn)) == (
        "26 weeks after a push for suppliers began (24 on record), buyer stock is +4.0 % against cells without "
        "(+1.0 to +9.0)."
    )
    assert "what followed on the other side is not the pushes' doing" in after_push(drawn, (still, drawn))


def test_what_is_said_of_pushes_on_record_is_printed() -> None:
    noted = replace(reading(), notes=("Planned push for buyers in 2 cells from 2024-10-07, no outcome yet.",))
    assert noted.notes[0] in printed(lambda console: show(console, noted, [], "EUR"))


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


def test_the_record_names_the_unit_of_every_number_it_gives() -> None:
    record = as_record(reading(), [], "EUR")
    assert record["units"]["funding.returns.cost"] == "EUR per account won"
    for place in record["units"]:
        part, *names = place.split(".")
        if part not in ("small", "deciding_tests"):
            (one,) = {json.dumps(_at(each, names) is not None) for each in _each(record[part])[:1]}
            assert one == "true", place


def _each(part: Any) -> list[Any]:
    return part if isinstance(part, list) else [part]


def _at(part: Any, names: list[str]) -> Any:
    for name in names:
        part = _each(part)[0][name]
    return part


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
    write_pushes(planned(), tmp_path / "pushes.csv", mode="w")
    with (tmp_path / "pushes.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["intensity"] for row in rows if float(row["extra"]) > 0] == ["1.0"] * 12
    assert len(rows) == len(planned().rows) == 24
    assert {(row["drawn"], row["intensity"]) for row in rows} == {("yes", "1.0"), ("no", "0.0")}
    assert rows[0]["side"] == "supplier"
    assert {row["assignment"] for row in rows} == {"randomised"}
    assert {row["started_at"] for row in rows} == {"2026-01-05", "2026-03-02"}
    text = printed(lambda console: show_plan(console, planned(), "EUR", out=tmp_path / "pushes.csv"))
    assert "2 waves of 8 weeks, one cell in 2 at a time" in text
    assert "which no mapping reads yet" in " ".join(text.split())
    assert CONTROLS in " ".join(text.split())


def test_a_plan_as_a_record_names_its_units() -> None:
    record = json.loads(json.dumps(plan_as_record(planned(), "EUR")))
    assert 0 <= record["power"] <= 1
    assert record["cost"] == pytest.approx(280 * record["extra_accounts"])
    assert record["pushes"][0]["assignment"] == "randomised"
    drawn = [push["intensity"] for push in record["pushes"] if push["drawn"] is True]
    assert drawn == ["1.0"] * 12
    assert [push["intensity"] for push in record["pushes"] if push["drawn"] is False] == ["0.0"] * 12


def test_a_market_without_a_panel_says_why(run: Run, workspace: Path) -> None:
    for words in (("-w", workspace), (workspace, "--known-on", "1")):
        record = json.loads(run("elasticity", "--json", *words).out)
        assert record["status"] == "unavailable"
        assert record["reason"]
    assert "Next: bothsides doctor" in run("elasticity", "plan", "--side", "buyer", "-w", workspace).out


def test_dates_by_month_lead_to_dates_by_day_and_not_in_a_circle() -> None:
    said = what_first("100 % of orders are dated the first of a month: dates stand for whole months, and so on")
    assert said.startswith("load orders dated by day")
    assert "doctor" not in said


def test_judgements_on_record_are_read_by_the_audit_and_checked_by_the_doctor(
    run: Run, workspace: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "acme"
    shutil.copytree(workspace, folder)
    (folder / "agreement").mkdir(exist_ok=True)
    (folder / "agreement" / "judgements.toml").write_text('[[judgement]]\nside = "seller"\n')
    done = run("audit", folder, "--json")
    assert done.code == 2
    assert "judgement[0].side" in done.err
    assert "judgement[0].side" in run("doctor", folder).out


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (plan, "a plan needs the side to push: --side buyer or --side supplier"),
        (lambda: plan(side="seller"), "--side 'seller' is not one of buyer, supplier"),
        (lambda: plan(side="buyer", factor=math.inf), "inf times as many joiners"),
        (lambda: plan(side="buyer", factor=math.nan), "nan times as many joiners"),
        (lambda: plan(side="buyer", waves=900), "weeks with what is watched; at most 1040"),
        (lambda: plan(side="buyer", factor=1.0), "1.0 times as many joiners; more than 1 times"),
        (lambda: plan(side="buyer", one_in=1), "one in 1 cells; at least 2"),
    ],
)
def test_a_wrong_word_names_what_is_allowed(ask: Callable[[], None], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        ask()


def test_a_push_is_not_planned_for_days_that_are_known() -> None:
    wednesday, monday = date(2026, 9, 23), date(2026, 9, 28)
    assert first_day(None, wednesday) == monday
    assert first_day(None, date(2026, 9, 27)) == monday
    assert first_day(date(2026, 10, 5), wednesday) == date(2026, 10, 5)
    with pytest.raises(ValueError, match=f"has passed: a lot is dealt before its weeks are known, from {monday} on"):
        first_day(date(2026, 9, 21), wednesday)


def test_a_plan_is_written_once_and_a_mapping_that_is_there_is_kept(tmp_path: Path) -> None:
    saved = save_plan(planned(), tmp_path)
    assert (saved.lot, saved.as_written) == (tmp_path / "pushes" / "supplier-2026-01-05.csv", True)
    assert load_mapping(saved.mapping).mode == "incremental"
    with pytest.raises(FileExistsError, match="is there already: a lot is dealt once"):
        save_plan(planned(), tmp_path)
    saved.lot.unlink()
    saved.mapping.write_text("# ours")
    again = save_plan(planned(), tmp_path)
    assert (again.as_written, saved.mapping.read_text()) == (False, "# ours")
    text = printed(lambda console: show_plan(console, planned(), "EUR", saved=again))
    assert "is kept as it is: see that its files take in pushes/" in " ".join(text.split())
    assert CONTROLS in " ".join(text.split())


def test_a_plan_says_how_many_to_bring_and_how_to_have_it_read() -> None:
    told = replace(planned(), power=0.5)
    text = printed(lambda console: show_plan(console, told, "EUR", workspace=Path("acme")))
    assert "usually join  bring in all  more than usual  cost, EUR" in text
    last = text.rstrip().splitlines()[-2:]
    assert "--save writes pushes/supplier-2026-01-05.csv and mapping/planned_pushes.toml" in " ".join(last)
    assert " ".join(last).endswith("then bothsides sync acme")


def test_targets_are_whole_accounts_that_keep_the_totals() -> None:
    asked = targets(planned())
    assert sum(target.extra for target in asked) == round(planned().extra_accounts)
    assert all(target.bring == target.usual + target.extra for target in asked)
    usual = sum(row.usual_a_week for row in planned().rows) * planned().design.weeks
    assert sum(target.usual for target in asked) == round(usual)
    assert sum(target.cost or 0 for target in asked) == pytest.approx(280 * round(planned().extra_accounts))


def test_a_push_that_answers_nothing_is_not_saved_unless_asked_for_all_the_same(tmp_path: Path) -> None:
    refuse_what_answers_nothing(replace(planned(), power=0.5))
    vain = replace(planned(), power=0.03, enough="4 waves would show it.")
    with pytest.raises(ValueError, match=r"--save: as dealt, this push answers nothing: .* 4 waves would show it\."):
        refuse_what_answers_nothing(vain)
    text = " ".join(printed(lambda console: show_plan(console, vain, "EUR")).split())
    assert "Next: do not run it." in text
    saved = save_plan(vain, tmp_path)
    text = " ".join(printed(lambda console: show_plan(console, vain, "EUR", saved=saved)).split())
    assert "Run it as dealt" not in text
    assert "as dealt, it answers nothing" in text


BEGINS = date(2024, 1, 1)


def trading(folder: Path, weeks: int) -> None:
    """A workspace with the trade of so many weeks."""
    (folder / "mapping").mkdir()
    (folder / "mapping" / "ledger.toml").write_text(MAPPING)
    (folder / "bothsides.toml").write_text('name = "acme"\ncurrency = "EUR"\ntime_zone = "UTC"\n')
    trade(folder, weeks)


def trade(folder: Path, weeks: int) -> None:
    """Four cells, in each a new buyer a week and a new supplier every other, who trade for ten weeks."""
    lines = ["id,date,buyer,supplier,category,amount"]
    for cell in range(4):
        for week in range(weeks):
            for age in range(0, 10, 3):
                if week >= age:
                    buyer, supplier = f"b{cell}-{week - age}", f"s{cell}-{(week - age) // 2}"
                    day = BEGINS + timedelta(days=7 * week + 6)
                    lines.append(f"{cell}-{week}-{age},{day},{buyer},{supplier},c{cell},100")
    (folder / "orders.csv").write_text("\n".join(lines))


def test_a_push_dealt_for_weeks_that_are_known_by_now_is_shown_and_not_written(run: Run, tmp_path: Path) -> None:
    trading(tmp_path, 30)
    assert run("sync", tmp_path).code == 0
    trade(tmp_path, 31)
    assert run("sync", tmp_path).code == 0
    asked = ("elasticity", "plan", tmp_path, "--side", "supplier", "--waves", "1", "--weeks", "4", "--follow", "4")
    for then, write in ((("--as-of", "2024-07-28"), ("--save",)), (("--known-on", "1"), ("--out", tmp_path / "l.csv"))):
        refused = run(*asked, *then, *write)
        assert refused.code == 2
        said = " ".join(refused.err.split())
        assert f"{write[0]} with {' '.join(then)}: the push would begin on 2024-07-29" in said
        assert "orders are known up to 2024-08-04" in said
        assert f"leave out {' '.join(then)}, or give --start 2024-08-05 or later" in said
    assert not (tmp_path / "l.csv").exists()
    shown = run(*asked, "--as-of", "2024-07-28")
    assert (shown.code, "2024-07-29" in shown.out) == (0, True)
    ahead = run(*asked, "--known-on", "1", "--start", "2024-08-05", "--save", "--anyway")
    assert ahead.code == 0, ahead.err
    assert [lot.name for lot in (tmp_path / "pushes").iterdir()] == ["supplier-2024-08-05.csv"]


def test_a_saved_plan_is_read_once_its_weeks_have_passed_beside_the_pushes_before(run: Run, tmp_path: Path) -> None:
    trading(tmp_path, 40)
    assert run("sync", tmp_path).code == 0
    for side in ("supplier", "buyer"):
        done = run("elasticity", "plan", tmp_path, "--side", side, "--waves", "1", "--save", "--anyway")
        assert done.code == 0, done.err
        assert done.out.splitlines()[-1] == f"Next: bothsides sync {tmp_path}"
        loaded = run("sync", tmp_path)
        assert loaded.code == 0, loaded.out
    with open_store(tmp_path / "warehouse.duckdb") as store:
        market = read_panel(store)
        assert isinstance(market, Panel)
        assert [note.split(",")[0] for note in market.notes] == [
            "Planned push for buyers in 2 cells from 2024-10-07",
            "Planned push for suppliers in 2 cells from 2024-10-07",
        ]
        assert not market.suppliers.push.any()
    assert "Planned push for buyers in 2 categories" in run("doctor", tmp_path).out
    trade(tmp_path, 68)
    assert run("sync", tmp_path).code == 0
    with open_store(tmp_path / "warehouse.duckdb") as store:
        market = read_panel(store)
    assert isinstance(market, Panel)
    assert (market.notes, set(market.assignment.values())) == ((), {Assignment.RANDOMISED})
    for side in Side:
        push = market.side(side).push
        first = market.weeks.index(date(2024, 10, 7))
        assert push[:, first : first + 13].sum(0).tolist() == [2.0] * 13
        assert push.sum() == 26
        assert len(market.lots[side]) == 2
