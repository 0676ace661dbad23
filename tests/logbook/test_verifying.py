"""A check of the logbook finds every change of a byte, and where; it finds nothing where nothing was changed."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from benchmarks.changed_bytes import change_a_byte

from bothsides.leads.desk.opening import open_desk
from bothsides.leads.rehearsal import rehearse
from bothsides.logbook import Entry, Kind, Logbook, seal, standing
from bothsides.logbook.copying import copy
from bothsides.logbook.verifying import broken_stretches, refold, verify
from bothsides.schema.instant import DAY, HOUR
from bothsides.simulate.desk import quarter
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "desk-agreement"
LEAD = "a" * 32
CHANGES = 100


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logbook]:
    """Five weeks of a small quarter, under the example agreement."""
    folder = tmp_path_factory.mktemp("verifying") / "desk"
    workspace = Workspace.create(folder, Settings(name="fixwell", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    small = quarter(7, leads_per_week=10)
    book = open_logbook(workspace, {}, create=True)
    agreed = open_desk(workspace, book, now=small.opens_at)
    rehearse(book, agreed, small, tick=2 * HOUR, until=small.opens_at + 35 * DAY)
    yield book
    book.close()


def received(lead: str = LEAD, *, policy: str = "") -> Entry:
    data = {"side": "buyer", "source": "web", "fields": {"company": "Acme"}, "keys": [f"mail:{lead[:4]}@acme.example"]}
    return Entry(kind=Kind.LEAD_RECEIVED, subject=lead, at=100, key=f"{lead}:received", data=data, policy=policy)


def scored(points: int, *reasons: int) -> Entry:
    told = [[f"r{n}", one, "a reason"] for n, one in enumerate(reasons)]
    return Entry(
        kind=Kind.SCORED, subject=LEAD, at=110, data={"score": points, "band": "sales", "reasons": told, "card": "c"}
    )


def assigned(owner: str, *, before: str | None = None, at: int = 200) -> Entry:
    data = {"owner": owner, "pool": "uk", "places": [], "day": 0, "from": before, "round_at": 200}
    return Entry(kind=Kind.ASSIGNED, subject=LEAD, at=at, data=data)


def breach(number: int, kind: Kind = Kind.BREACHED, *, at: int = 900) -> Entry:
    status = "breached" if kind is Kind.BREACHED else "met"
    data = {"clock": "c1", "clause": "first touch", "of": "first_touch", "status": status, "started_at": 200}
    data |= {"due_at": 800, "next_at": None, "state": {}}
    name = f"c1:breach:{number}"
    backs = kind is Kind.BREACH_REVERSED
    return Entry(
        kind=kind, subject=LEAD, at=at, data=data, key=None if backs else name, reverses=name if backs else None
    )


def posted(logbook: Logbook, *entries: Entry, sealed: bool = True) -> None:
    with logbook.writing() as book:
        book.post(entries, now=1000)
    if sealed:
        with logbook.writing() as book:
            seal(book, now=1000)


def test_a_rehearsed_desk_is_whole_and_its_lines_explain_every_decision(rehearsed: Logbook) -> None:
    found = verify(rehearsed, deep=True)
    assert found.is_whole, found
    assert found.lines == sum(found.kinds.values())
    assert min(found.kinds[kind] for kind in ("scored", "assigned", "released", "breached", "breach_reversed")) > 0
    assert found.seals > 50
    assert (found.unsealed, found.unexplained) == (0, ())


def test_any_change_of_a_byte_is_found_and_where(rehearsed: Logbook, tmp_path: Path) -> None:
    dice = random.Random(18)
    whole = copy(rehearsed, tmp_path / "whole.sqlite").path
    damaged = tmp_path / "damaged.sqlite"
    for _ in range(CHANGES):
        shutil.copyfile(whole, damaged)
        with closing(sqlite3.connect(damaged)) as con:
            table, seq, told = change_a_byte(con, dice)
        logbook = Logbook.open(damaged)
        found = verify(logbook)
        logbook.close()
        assert not found.is_whole, told
        if table == "entries":
            inside = [one for one in found.broken if one.after_seq < seq <= one.last_seq]
            assert inside or seq in found.unreadable, told
        elif table == "seals":
            assert found.broken, told
        else:
            assert [one.table for one in found.differing or ()] == [table], told


def test_a_logbook_is_whole_in_either_database_and_says_what_waits_for_its_seal(logbook: Logbook) -> None:
    posted(logbook, received(), scored(7, 4, 3), assigned("ana"), breach(1), breach(1, Kind.BREACH_REVERSED))
    posted(logbook, received("b" * 32), sealed=False)
    found = verify(logbook, deep=True)
    assert found.is_whole, found
    assert (found.lines, found.seals, found.unsealed) == (6, 1, 1)
    assert found.kinds["lead_received"] == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE entries SET actor = 'bea' WHERE seq = 2", "lines were changed"),
        ("DELETE FROM entries WHERE seq = 2", "1 lines stand there, 2 were sealed"),
        ("UPDATE seals SET entries = 3", "2 lines stand there, 3 were sealed"),
        ("UPDATE seals SET last_seq = 9", "lines were changed"),
    ],
)
def test_a_changed_journal_shows_in_its_stretch(logbook: Logbook, change: str, said: str) -> None:
    posted(logbook, received(), received("b" * 32))
    with logbook.writing() as book:
        assert book.run(change) == 1
    found = verify(logbook)
    assert [one.said for one in found.broken] == [said]
    assert not found.is_whole
    with logbook.reading() as book:
        assert broken_stretches(book) == found.broken


def test_a_line_that_is_no_text_any_more_breaks_its_stretch_and_not_the_check(logbook: Logbook) -> None:
    posted(logbook, received())
    posted(logbook, received("b" * 32))
    torn = "CAST(x'7bff7d' AS TEXT)" if logbook.dialect == "sqlite" else "'{]'"
    with logbook.writing() as book:
        book.run(f"UPDATE entries SET data = {torn} WHERE seq = 2")
    with logbook.reading() as book:
        assert [(one.after_seq, one.last_seq) for one in broken_stretches(book)] == [(1, 2)]
    found = verify(logbook)
    assert (found.unreadable, found.differing, found.why_not) == ((2,), None, "line 2 cannot be read")


def test_a_seal_that_was_noted_shows_that_all_was_sealed_anew(logbook: Logbook) -> None:
    posted(logbook, received())
    noted = verify(logbook).last_seal
    posted(logbook, received("b" * 32))
    assert noted is not None
    assert verify(logbook, noted=noted.hash).is_whole
    with logbook.writing() as book:
        book.run("DELETE FROM seals")
        book.run("UPDATE entries SET actor = 'bea' WHERE seq = 1")
        seal(book, now=2000)
    assert verify(logbook).is_whole, "the chain alone cannot show it"
    found = verify(logbook, noted=noted.hash)
    assert (found.is_whole, found.missing_seal) == (False, noted.hash)


def test_a_line_that_says_the_same_in_another_spelling_is_found_too(logbook: Logbook) -> None:
    posted(logbook, Entry(kind=Kind.REACHED, subject=LEAD, at=1, data={"share": 0.30000000000000004}))
    with logbook.writing() as book:
        book.run("UPDATE entries SET data = replace(data, '30000000000000004', '30000000000000005')")
    assert verify(logbook).unreadable == (1,)


def test_a_folded_table_that_was_changed_by_hand_is_named_and_made_anew(logbook: Logbook) -> None:
    posted(logbook, received(), assigned("ana"))
    with logbook.writing() as book:
        stood = standing(book)
        book.run("UPDATE leads SET owner = 'bea'")
        book.run("DELETE FROM members")
    found = verify(logbook)
    assert [(one.table, one.rows, one.first) for one in found.differing or ()] == [
        ("leads", 1, LEAD),
        ("members", 1, "ana"),
    ]
    assert refold(logbook) == 2
    assert verify(logbook).is_whole
    with logbook.reading() as book:
        assert standing(book) == stood


def test_folding_anew_leaves_an_effect_with_whoever_sends_it(logbook: Logbook) -> None:
    data = {"effect": "e1", "action": "remind", "payload": {}}
    posted(logbook, Entry(kind=Kind.EFFECT_REQUESTED, subject=LEAD, at=1, data=data))
    with logbook.writing() as book:
        book.run("UPDATE outbox SET claimed_until = 77")
    refold(logbook)
    with logbook.reading() as book:
        assert book.all("SELECT claimed_until FROM outbox") == [(77,)]


def test_lines_under_a_version_that_was_not_recorded_before_them_are_named(logbook: Logbook) -> None:
    adopted = {"version": "v1", "effective_from": 0, "content": {}}
    posted(logbook, received(policy="v1"))
    posted(logbook, Entry(kind=Kind.POLICY_ADOPTED, subject="sla", at=1, data=adopted, policy="v1"))
    posted(logbook, received("b" * 32, policy="v1"))
    (unknown,) = verify(logbook).unknown_policies
    assert (unknown.version, unknown.lines, unknown.first_seq) == ("v1", 1, 1)


def test_a_lead_that_closed_with_its_owner_begins_a_new_round_with_nobody(logbook: Logbook) -> None:
    closes = Entry(kind=Kind.RELEASED, subject=LEAD, at=300, data={"owner": "ana", "closes": True})
    posted(logbook, received(), assigned("ana"), closes, assigned("ben", at=400))
    assert verify(logbook, deep=True).unexplained == ()


def test_a_line_without_what_it_should_hold_is_named(logbook: Logbook) -> None:
    posted(logbook, received(), Entry(kind=Kind.SCORED, subject=LEAD, at=1, data={"score": 7, "band": "sales"}))
    (one,) = verify(logbook, deep=True).unexplained or ()
    assert (one.seq, one.said) == (2, "a line of kind scored without what it should hold (KeyError('reasons'))")


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((scored(7, 4, 2),), "its reasons sum to 6, its score is 7"),
        ((assigned("ana"), assigned("ben", at=300)), "it says that nobody had it; the lines before say ana"),
        ((breach(2),), "breach 1 of clock c1 is written as c1:breach:2"),
        ((breach(1, at=700),), "it was called missed before it was due"),
        ((breach(1, Kind.BREACH_REVERSED),), "it takes back c1:breach:1, which no line before it says"),
        (
            (breach(1), breach(1, Kind.BREACH_REVERSED), breach(1, Kind.BREACH_REVERSED)),
            "c1:breach:1 was taken back before",
        ),
    ],
)  # fmt: skip
def test_what_the_lines_do_not_explain_is_named(logbook: Logbook, entries: tuple[Entry, ...], said: str) -> None:
    posted(logbook, received(), *entries)
    assert said in [one.said for one in verify(logbook, deep=True).unexplained or ()]
    assert verify(logbook).is_whole, "it is asked for, not always looked at"
