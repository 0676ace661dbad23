"""Every moment at which something must be looked at again is a row with `due_at`: nothing depends on the last look."""

from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.logbook.entry import Entry, Kind
from bothsides.logbook.store import Book
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Look again at `subject` for `purpose` at `due_at`."""

    timer_id: str
    purpose: str
    subject: str
    due_at: Instant


def claim(book: Book, *, now: Instant, limit: int) -> list[Timer]:
    """The timers that are due, earliest first, held for this transaction; another worker skips them.

    Whoever claims them settles each in the same transaction, by lines that move it or by `settle`: a worker that dies
    leaves them as they were. Timers of a lead come with the lead itself held: whoever moves a lead holds it before its
    timers, so that two never wait for each other. Those that belong to no lead come once no other is left.
    """
    if book.dialect == "sqlite":
        rows = book.all(
            "SELECT timer_id, purpose, subject, due_at FROM timers WHERE due_at <= ? ORDER BY due_at, timer_id LIMIT ?",
            now,
            limit,
        )
    else:
        rows = book.all(_OF_LEADS, now, limit)
        if rows:
            # Between the look and the hold another worker may have moved them.
            ids = [row[0] for row in rows]
            rows = book.all(f"{_AS_THEY_STAND} ORDER BY due_at, timer_id FOR UPDATE", ids, now)
        if len(rows) < limit:
            rows += book.all(_OF_NOBODY, now, limit - len(rows))
    return [Timer(timer_id=name, purpose=purpose, subject=who, due_at=due) for name, purpose, who, due in rows]


_TIMERS = "SELECT t.timer_id, t.purpose, t.subject, t.due_at FROM timers t"
_LEAD = "leads l WHERE l.lead_id = coalesce(c.subject, t.subject)"
_CLOCK = "LEFT JOIN clocks c ON t.purpose = 'clock' AND c.clock_id = t.subject"
_OF_LEADS = (
    f"{_TIMERS} {_CLOCK} JOIN leads l ON l.lead_id = coalesce(c.subject, t.subject) WHERE t.due_at <= ?"
    " ORDER BY t.due_at, t.timer_id LIMIT ? FOR UPDATE OF l SKIP LOCKED"
)
_OF_NOBODY = (
    f"{_TIMERS} {_CLOCK} WHERE t.due_at <= ? AND NOT EXISTS (SELECT 1 FROM {_LEAD})"
    " ORDER BY t.due_at, t.timer_id LIMIT ? FOR UPDATE OF t SKIP LOCKED"
)
_AS_THEY_STAND = "SELECT timer_id, purpose, subject, due_at FROM timers WHERE timer_id {any} AND due_at <= ?"


def settle(book: Book, timers: Sequence[Timer], *, now: Instant) -> int:
    """Takes away those that still stand as they were claimed, since nothing was left to do; how many."""
    rows = book.all("SELECT timer_id, due_at FROM timers WHERE timer_id {any}", [timer.timer_id for timer in timers])
    standing = dict(rows)
    done = [timer for timer in timers if standing.get(timer.timer_id) == timer.due_at]
    book.post([unset(timer, now) for timer in done], now=now)
    return len(done)


def unset(timer: Timer, now: Instant) -> Entry:
    """The line that takes a timer away."""
    data = {"timer": timer.timer_id, "purpose": timer.purpose, "due_at": None}
    return Entry(kind=Kind.TIMER_SET, subject=timer.subject, at=now, data=data)


def set_timer(purpose: str, subject: str, due_at: Instant, *, now: Instant) -> Entry:
    """The line that sets, or moves, the one timer of that purpose and subject."""
    data = {"timer": f"{purpose}:{subject}", "purpose": purpose, "due_at": due_at}
    return Entry(kind=Kind.TIMER_SET, subject=subject, at=now, data=data)


def unset_named(purpose: str, subject: str, *, now: Instant) -> Entry:
    """The line that takes the one timer of that purpose and subject away, if it is there."""
    data = {"timer": f"{purpose}:{subject}", "purpose": purpose, "due_at": None}
    return Entry(kind=Kind.TIMER_SET, subject=subject, at=now, data=data)


def next_due(book: Book) -> Instant | None:
    """When the earliest timer is due; None where there is none."""
    row = book.one("SELECT min(due_at) FROM timers")
    return row[0] if row else None
