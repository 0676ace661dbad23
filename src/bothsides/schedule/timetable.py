"""The timetable: everything that recurs, on one page. A new job is one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.hygiene import Audit
from bothsides.leads.review.agenda import due_reviews
from bothsides.leads.upkeep.auditing import audited, weekly
from bothsides.leads.wording import plural
from bothsides.logbook import Book, BrokenSeal, broken_seals
from bothsides.logbook.entry import Entry, Kind
from bothsides.schedule.cadence import Cadence, Daily, EveryTick, Weekly
from bothsides.schema.instant import DAY, Instant
from bothsides.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a job, within the transaction that also moves its timer: done both or neither."""

    workspace: Workspace
    book: Book
    agreed: Agreed
    due_at: Instant
    """When it should have run: a month's close asks this, not the clock, which month it closes."""
    now: Instant
    seen: Any = None
    """What the job's `looks` found before the transaction began; None where there was no time to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that recurs. `work` posts its lines by `run.book` and says in a few words what came of it."""

    name: str
    when: Cadence
    does: str
    work: Callable[[Run], str] | None = None
    """None for the steps of each round, which `tick.py` takes by itself."""
    looks: Callable[[Run], Any] | None = None
    """The long part that only reads: done before, in a view of its own, so that nobody waits to write meanwhile."""
    makes_up: str = "once"
    """After an outage: `once`, however often it was missed, or `each` time that was missed, in order."""


def check_seals(run: Run) -> str:
    """Adds up the whole journal again; a stretch that was changed is put before the operator."""
    broken = broken_seals(run.book) if run.seen is None else run.seen
    for one in broken:
        item = f"broken_seal:{one.last_seq}:{run.due_at}"
        content = {"after": one.after_seq, "last": one.last_seq, "said": one.said}
        data = {"item": item, "kind": "broken_seal", "content": content}
        run.book.post([Entry(kind=Kind.AGENDA_OPENED, subject="journal", at=run.now, data=data, key=item)], now=run.now)
    return plural(len(broken), "broken seal") if broken else "every seal holds"


KEPT_SENDS_DAYS = 400
"""Longer than any window of an agreement."""


def forget_sends(run: Run) -> str:
    """Forgets who was written to so long ago that no budget or frequency counts it."""
    gone = run.book.run("DELETE FROM sends WHERE sent_at < ?", run.now - KEPT_SENDS_DAYS * DAY)
    return f"{gone} old sends forgotten"


def call_reviews(run: Run) -> str:
    """Freezes months that are over, and opens the meetings and reviews of leads that the last midnight called for."""
    entries = due_reviews(run.book, run.agreed, run.now)
    run.book.post(entries, now=run.now)
    frozen = sum(one.kind is Kind.STATEMENT_FROZEN for one in entries)
    opened = sum(one.kind is Kind.AGENDA_OPENED for one in entries)
    return f"{plural(frozen, 'month')} frozen, {opened} put on the agenda"


def audit_records(run: Run) -> str:
    """Holds every record against the agreed rules and keeps the week's scores."""
    found = weekly(run.book, run.agreed, now=run.now, found=run.seen).audit
    return f"{plural(len(found.faults), 'fault')} in {plural(found.records, 'record')}"


def _seals(run: Run) -> tuple[BrokenSeal, ...]:
    return broken_seals(run.book)


def _records(run: Run) -> Audit:
    return audited(run.book, run.agreed, now=run.now).audit


TIMETABLE: tuple[Job, ...] = (
    Job(name="agreement", when=EveryTick(), does="adopts versions of the agreement that were signed since"),
    Job(name="clocks", when=EveryTick(), does="looks at clocks, decay and scores that are due"),
    Job(name="proof", when=EveryTick(), does="breaches clocks at risk for which no proof can come any more"),
    Job(name="queues", when=EveryTick(), does="gives waiting leads to members who have room and are at work"),
    Job(name="effects", when=EveryTick(), does="sends what is due from the outbox"),
    Job(name="seal", when=EveryTick(), does="seals the journal"),
    Job(name="old sends", when=Daily(at="03:30"), does="forgets sends that no limit counts", work=forget_sends),
    Job(name="seals", when=Weekly(day="sunday", at="04:00"), does="adds the whole journal up again", work=check_seals,
        looks=_seals),
    Job(name="hygiene", when=Weekly(day="monday", at="06:00"), does="audits the records by team", work=audit_records,
        looks=_records),
    Job(name="reviews", when=Daily(at="04:30"), does="freezes months, opens meetings and reviews", work=call_reviews),
)  # fmt: skip
"""A job is done in its own transaction; what it needs of other rooms it imports above."""
