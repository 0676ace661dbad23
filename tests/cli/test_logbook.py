"""`bothsides logbook` as a person types it: whole or not, one lead's history in words, a copy, the tables anew."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run

from bothsides.logbook import Entry, Kind, Logbook, seal
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

LEAD, OTHER = "5f3a" + "0" * 28, "5f3b" + "0" * 28
DUE = 1_774_883_000


def _entries(lead: str) -> list[Entry]:
    data = {"side": "buyer", "source": "web_form", "fields": {"company": "Harland Pumps", "name": "Joan Harland"}}
    reasons = [["size", 20, "is a large company"], ["agency", -5, "writes for somebody else"]]
    given = {"owner": "ana", "pool": "uk", "candidates": 3, "rule": "United Kingdom", "places": [], "day": 0}
    clock: dict[str, Any] = {"clock": lead, "clause": "first_touch", "of": "first_touch", "started_at": 200}
    clock |= {"due_at": DUE, "next_at": None, "state": {}, "owner": "ana"}
    return [
        Entry(kind=Kind.LEAD_RECEIVED, subject=lead, at=DUE - 99_000, data=data),
        Entry(
            kind=Kind.SCORED,
            subject=lead,
            at=DUE - 99_000,
            data={"score": 15, "band": "self_serve", "reasons": reasons},
        ),
        Entry(kind=Kind.ASSIGNED, subject=lead, at=DUE - 98_000, data={**given, "from": None, "round_at": 1}),
        Entry(kind=Kind.TIMER_SET, subject=lead, at=1, data={"timer": lead, "purpose": "decay", "due_at": 5}),
        Entry(
            kind=Kind.BREACHED,
            subject=lead,
            at=DUE + 60,
            data={**clock, "status": "breached"},
            key=f"{lead}:breach:1",
            reason="the grace for late evidence is over",
        ),
        Entry(
            kind=Kind.FEEDBACK, subject=lead, at=DUE, data={"verdict": "rejected", "reason": "no_budget"}, actor="bea"
        ),
    ]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A workspace whose logbook has two leads."""
    folder = tmp_path / "acme"
    workspace = Workspace.create(folder, Settings(name="acme", currency="GBP", time_zone="Europe/London"))
    logbook = open_logbook(workspace, {}, create=True)
    with logbook.writing() as book:
        book.post([*_entries(LEAD), *_entries(OTHER)], now=DUE + 100)
        seal(book, now=DUE + 100)
    logbook.close()
    return folder


def change(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "logbook.sqlite") as con:
        con.execute(statement)
    con.close()


def test_a_whole_logbook_says_so_and_a_changed_one_says_where(desk: Path, run: Run) -> None:
    said = run("logbook", "verify", desk, "--deep")
    assert said.code == 0, said.err
    assert "12 lines, 1 seal, the last over line 12; 0 wait for the next" in said.out
    assert "The logbook is whole. The lines explain every score, owner and breach." in said.out
    change(desk, "UPDATE entries SET reason = 'no need' WHERE seq = 5")
    change(desk, "UPDATE leads SET owner = 'zoe'")
    said = run("logbook", "verify", desk)
    assert said.code == 1
    assert "WRONG  lines 1 to 12: lines were changed" in said.out
    assert "WRONG  table leads: 2 rows are not what the journal makes of them" in said.out
    told = json.loads(run("logbook", "verify", desk, "--json").out)
    assert (told["is_whole"], told["broken"][0]["said"]) == (False, "lines were changed")
    assert told["last_seal"]["sealed_at"] == "2026-03-30T15:05:00Z"


def test_a_history_reads_like_one(desk: Path, run: Run) -> None:
    said = run("logbook", "history", "5f3a", "-w", desk)
    assert said.code == 0, said.err
    for part in (
        "times of Europe/London",
        "came in as a buyer from web form: Joan Harland, Harland Pumps",
        "scored 15 points = 20 is a large company - 5 writes for somebody else; band self serve",
        "given to ana of 3 in pool uk (rule: United Kingdom)",
        'the clock "first touch" of ana, due 2026-03-30 16:03, was MISSED: the grace for late evidence is over',
        "rejected for no budget, by bea",
        "and 1 line of when the desk looks again: --all",
    ):
        assert part in said.out, said.out
    assert "decay" not in said.out
    assert "to be looked at for its decay" in run("logbook", "history", LEAD, "-w", desk, "--all").out
    lines = json.loads(run("logbook", "history", LEAD, "-w", desk, "--json").out)
    assert len(lines) == 6
    assert (lines[0]["at"], lines[0]["written_at"]) == ("2026-03-29T11:33:20Z", "2026-03-30T15:05:00Z")


def test_a_word_that_means_several_or_none_is_refused(desk: Path, run: Run) -> None:
    several = run("logbook", "history", "5f3", "-w", desk)
    assert (several.code, LEAD in several.err, OTHER in several.err) == (2, True, True)
    none = run("logbook", "history", "zz", "-w", desk)
    assert (none.code, "no line about 'zz'" in none.err) == (2, True)


def test_the_tables_are_made_anew_and_a_copy_is_a_logbook(desk: Path, run: Run) -> None:
    change(desk, "UPDATE leads SET owner = 'zoe'")
    assert run("logbook", "rebuild", desk).out == "12 lines were folded anew.\n"
    assert run("logbook", "verify", desk).code == 0
    to = desk.parent / "copy.sqlite"
    told = json.loads(run("logbook", "copy", to, "-w", desk, "--json").out)
    assert (told["lines"], told["last_seq"], told["path"]) == (12, 12, str(to))
    opened = Logbook.open(to)
    with opened.reading() as book:
        assert book.all("SELECT DISTINCT owner FROM leads") == [("ana",)]
    opened.close()
    again = run("logbook", "copy", to, "-w", desk)
    assert (again.code, "is there already" in again.err) == (2, True)


@pytest.mark.parametrize("written", ["abc", "0" * 63, "G" * 64])
def test_what_is_no_seal_is_a_wrong_call_and_no_finding(desk: Path, run: Run, written: str) -> None:
    said = run("logbook", "verify", "-w", desk, "--seal", written)
    assert said.code == 2
    assert f"--seal '{written}': a seal has 64 hex digits" in said.err


def test_the_history_of_a_person_is_what_they_were_given_missed_and_said(desk: Path, run: Run) -> None:
    told = run("logbook", "history", "ana", desk).out
    for lead in (LEAD, OTHER):
        assert f"{lead[:8]}: given to ana of 3 in pool uk" in told
        assert f'{lead[:8]}: the clock "first touch" of ana' in told
    said = json.loads(run("logbook", "history", "bea", desk, "--json").out)
    assert [(line["kind"], line["subject"]) for line in said] == [("feedback", LEAD), ("feedback", OTHER)]
    assert run("logbook", "history", "an%", desk).code == 2
