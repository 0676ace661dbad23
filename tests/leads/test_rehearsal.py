"""A quarter that people work through at a desk: everything arrives, nobody is asked twice, and it can be done again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bothsides.leads.desk.opening import open_desk
from bothsides.leads.desk.rounds import go_round
from bothsides.leads.rehearsal import Rehearsal, rehearse
from bothsides.logbook import Kind, Logbook, broken_seals, rebuild, seal, standing
from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.simulate.desk import Quarter, quarter
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "desk-agreement"
SMALL = quarter(7, leads_per_week=10)
OPENS = SMALL.opens_at


def rehearsed(
    folder: Path, small: Quarter, *, until: Instant | None = None, tick: int = HOUR, service: bool = False
) -> tuple[Logbook, Rehearsal]:
    """The quarter on a desk of its own in the folder."""
    workspace = Workspace.create(folder, Settings(name="fixwell", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    logbook = open_logbook(workspace, {}, create=True)
    agreed = open_desk(workspace, logbook, now=small.opens_at)

    def look_after(now: Instant) -> None:
        with logbook.writing() as book:
            go_round(book, agreed, now=now, snapshot=1)
            seal(book, now=now)

    given: Callable[[Instant], None] | None = look_after if service else None
    return logbook, rehearse(logbook, agreed, small, until=until, tick=tick, look_after=given)


def journal(logbook: Logbook) -> list[tuple[object, ...]]:
    with logbook.reading() as book:
        return book.all("SELECT seq, kind, subject, at, written_at, data, key, actor, reason, policy FROM entries")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Logbook, Rehearsal]:
    return rehearsed(tmp_path_factory.mktemp("rehearsal") / "desk", SMALL)


def test_every_lead_of_the_quarter_is_taken_or_refused_with_reasons(whole: tuple[Logbook, Rehearsal]) -> None:
    logbook, found = whole
    with logbook.reading() as book:
        held = {name for (name,) in book.all("SELECT lead_id FROM leads")}
        kept = {name for (name,) in book.all("SELECT refused_id FROM refused")}
    assert held == set(found.known_as)
    assert kept == {one.refused_id for one in found.refused}
    sent = {name for one in SMALL.deliveries for name in one.leads if name is not None}
    refused = sent - set(found.known_as.values())
    assert len(held) + len(refused) == len(sent)
    assert all(one.reasons for one in found.refused)
    assert len(refused) <= len(found.refused) < len(sent) / 5


def test_people_act_on_what_they_were_given_and_leads_come_to_an_end(whole: tuple[Logbook, Rehearsal]) -> None:
    logbook, found = whole
    assert found.touches > found.assignments > 20
    assert min(found.won, found.lost) > 0
    with logbook.reading() as book:
        touched = book.all("SELECT subject, actor, at FROM entries WHERE kind = 'touched' AND actor <> 'desk'")
        given = [(line.subject, line.data["owner"], line.at) for line in book.since(0, kinds=[Kind.ASSIGNED])]
        success = ("hanna.lindqvist", "owen.price")
    for lead, actor, at in touched:
        if actor not in success:
            assert any((lead, actor) == (had, member) and since <= at for had, member, since in given)


def test_whoever_loses_a_lead_does_nothing_more_with_it(whole: tuple[Logbook, Rehearsal]) -> None:
    logbook, _ = whole
    with logbook.reading() as book:
        lines = book.since(0, limit=100_000)
    lost: dict[tuple[str, str], Instant] = {}
    for line in lines:
        if line.kind == "assigned":
            lost.pop((line.subject, line.data["owner"]), None)
            if line.data.get("from"):
                lost[line.subject, line.data["from"]] = line.written_at
        elif line.kind == "released" and not line.data["closes"]:
            lost[line.subject, line.data["owner"]] = line.written_at
        elif line.kind == "touched" and (line.subject, line.actor) in lost:
            assert line.at < lost[line.subject, line.actor]
    assert lost


def test_leads_of_the_night_are_given_out_in_the_morning(whole: tuple[Logbook, Rehearsal]) -> None:
    logbook, _ = whole
    with logbook.reading() as book:
        waited = book.all(
            "SELECT q.at, min(a.at) FROM entries q JOIN entries a ON a.subject = q.subject AND a.kind = 'assigned'"
            " AND a.seq > q.seq WHERE q.kind = 'queued' AND q.data LIKE '%\"to\":\"queue\"%' GROUP BY q.seq, q.at"
        )
    assert waited
    assert all(given - since <= 4 * DAY for since, given in waited)


def test_the_journal_is_sound(whole: tuple[Logbook, Rehearsal]) -> None:
    logbook, found = whole
    with logbook.writing() as book:
        assert broken_seals(book) == ()
        before = standing(book)
        rebuild(book)
        assert standing(book) == before
    assert found.lines == len(journal(logbook))


def test_the_same_rehearsal_gives_the_same_journal_whoever_goes_round(tmp_path: Path) -> None:
    month = OPENS + 21 * DAY
    first, _ = rehearsed(tmp_path / "one", SMALL, until=month)
    second, _ = rehearsed(tmp_path / "two", SMALL, until=month, service=True)
    assert journal(first) == journal(second)
