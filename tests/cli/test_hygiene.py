"""Clean records from the command line."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.leads.desk.conftest import BUYER, EXAMPLE, at

from bothsides.cli.hygiene import hygiene
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.desk.taking import take
from bothsides.leads.intake import Lead
from bothsides.schema import Side
from bothsides.schema.instant import DAY
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

NOW = at("03-31T09:00")
Command = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A desk with one lead that is not clean and one that is."""
    settings = Settings(name="acme", currency="GBP", time_zone="Europe/London")
    workspace = Workspace.create(tmp_path / "acme", settings)
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    logbook = open_logbook(workspace, os.environ, create=True)
    agreed = open_desk(workspace, logbook, now=NOW)
    fields = {name: value for name, value in BUYER.items() if name != "side"}
    other = {**fields, "company": "Other Ltd", "name": "Pat Other", "email": "pat@other.example"}
    leads = [
        Lead(lead_id="a" * 32, side=Side.BUYER, source="web-form", created_at=NOW,
             fields={**fields, "channel": "Google Ads", "employees": 999_999}),
        Lead(lead_id="b" * 32, side=Side.BUYER, source="web-form", created_at=NOW,
             fields={**other, "channel": "organic"}),
    ]  # fmt: skip
    with logbook.writing() as book:
        take(book, agreed, leads, now=NOW)
    logbook.close()
    return workspace.folder


@pytest.fixture
def said(folder: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """`bothsides hygiene` with these words; what it printed, read where it is a record."""

    def command(*words: str, day: int = 0) -> Any:
        moment = datetime.fromtimestamp(NOW + day * DAY, UTC).isoformat()
        hygiene([*words, "--at", moment, "-w", str(folder)], exit_on_error=False, result_action="return_value")
        out = capsys.readouterr().out
        return json.loads(out) if "--json" in words else out

    return command


def test_the_score_the_list_a_fix_and_its_undoing(said: Command) -> None:
    audit = said("--json")
    assert (audit["records"], audit["at"]) == (2, "2026-03-31T09:00:00Z")
    assert sum(team["faulty"] for team in audit["teams"]) == 1
    assert {(fault["check"], fault["field"]) for fault in audit["faults"]} == {
        ("source", "channel"),
        ("null", "employees"),
    }
    shown = said()
    assert "1 source, 1 null" in shown
    assert "not checked: account_id" in shown

    listed = said("fixes", "--json")
    assert [(one["before"], one["after"], one["by_hand"]) for one in listed] == [
        ("Google Ads", "paid_search", False),
        (999_999, None, False),
    ]
    assert "2 need just a yes" in said("fixes", "--safe")
    one = said("apply", listed[0]["fix"][:5], "--by", "ana", "--json")
    assert one["changes"][0]["after"] == "paid_search"
    (key,) = one["keys"]
    assert "999999" in said("apply", "--all-safe", "--by", "ana")
    assert said("--json")["faults"] == []
    assert "There is nothing to fix." in said("fixes")
    assert "'Google Ads' again" in said("undo", key)
    assert [fault["field"] for fault in said("--json")["faults"]] == ["channel"]


def test_nothing_is_fixed_or_taken_back_before_what_the_list_of_fixes_is_made_of(said: Command) -> None:
    for words in (("apply", "--all-safe"), ("weeks", "--keep")):
        with pytest.raises(ValueError, match=r"is before the newest line of the logbook"):
            said(*words, day=-1)
    (key, _) = said("apply", "--all-safe", "--json", day=2)["keys"]
    with pytest.raises(ValueError, match=f"{key} was made 2026-04-02T09:00:00Z: nothing is taken back before"):
        said("undo", key, day=1)
    assert said("undo", key, "--json", day=2)["key"] == key


def test_a_wrong_word_says_what_is_allowed(said: Command) -> None:
    with pytest.raises(ValueError, match="name the fixes to make, or say --all-safe"):
        said("apply")
    with pytest.raises(LookupError, match="no such fix now"):
        said("apply", "zzzz")
    with pytest.raises(LookupError, match="names no fix that was made"):
        said("undo", "fix:zzz")
    with pytest.raises(ValueError, match="--team 'nowhere': there are"):
        said("fixes", "--team", "nowhere")


def test_weeks_are_kept_and_compared(said: Command) -> None:
    assert "No week was kept yet" in said("weeks")
    assert "2026-W14" in said("weeks", "--keep")
    said("apply", "--all-safe")
    later = said("--json", day=7)["since"]
    assert (later["week"], later["gone"], later["lasting"]) == ("2026-W14", 2, 0)
    assert "2 faults of 2026-W14 are gone" in said(day=7)
    kept = said("weeks", "--keep", "--json", day=7)
    assert [week["week"] for week in kept] == ["2026-W15", "2026-W14"]


def test_bought_data_is_shown_first_and_written_when_asked(said: Command, tmp_path: Path) -> None:
    file = tmp_path / "zoominfo.csv"
    file.write_text(f"email,website,employees\n{BUYER['email']},harland.example,140\npat@else.example,x.example,3\n")
    shown = said("enrich", str(file), "--source", "zoominfo")
    assert "2 blanks would be filled; --apply does it" in shown
    assert "1 of 2 rows name no lead of the desk" in shown
    assert said("enrich", str(file), "--source", "zoominfo", "--json")["keys"] == []
    done = said("enrich", str(file), "--source", "zoominfo", "--apply", "--json")
    assert len(done["keys"]) == 2
    assert {fill["field"]: fill["after"] for fill in done["fills"]} == {"website": "harland.example", "employees": 140}
    again = said("enrich", str(file), "--source", "zoominfo")
    assert "0 blanks would be filled" in again
    assert "set aside" not in again


def test_lines_of_bought_data_that_cannot_be_read_are_told(said: Command, tmp_path: Path) -> None:
    file = tmp_path / "zoominfo.csv"
    file.write_text(f'email,website\nx@x.example,"open\ny@y.example\n{BUYER["email"]},harland.example\nz@z.example,z\n')
    shown = said("enrich", str(file), "--source", "zoominfo")
    assert "set aside: line 2: a quote in field 2 does not close" in shown
    assert "set aside: line 3: 1 fields where the header has 2" in shown
    assert "5 lines of" in shown
    assert "1 header, 0 blank, 2 of rows, 2 set aside" in shown
    record = said("enrich", str(file), "--source", "zoominfo", "--apply", "--json")
    assert record["lines"] == {"physical": 5, "header": 1, "blank": 0, "record": 2, "quarantined": 2}
    assert [(one["line"], one["reason"]) for one in record["set_aside"]] == [
        (2, "unclosed_quote"),
        (3, "too_few_fields"),
    ]
    assert (len(record["keys"]), record["lines_of_nobody"]) == (1, [5])


def test_the_crm_needs_a_warehouse(said: Command) -> None:
    with pytest.raises(FileNotFoundError, match="run bothsides sync"):
        said("--crm")


def test_the_crm_is_listed_with_system_load_and_file(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def command(*words: str) -> str:
        hygiene([*words, "-w", str(workspace)], exit_on_error=False, result_action="return_value")
        return capsys.readouterr().out

    shown = command("--crm")
    assert "accounts: 4 records, 4 with faults" in shown
    assert "category is missing: no cell knows it" in shown
    (table,) = json.loads(command("--crm", "--json"))
    assert table["table"] == "accounts"
    assert {(fault["name"], fault["source"], fault["load"]) for fault in table["faults"]} == {
        (name, "ledger", 1) for name in ("Acme", "Beta", "Pumps Ltd", "Valves Co")
    }
    assert all("orders.csv" in fault["files"] for fault in table["faults"])
