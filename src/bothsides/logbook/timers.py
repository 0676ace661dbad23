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
    leaves them as they were.
    """
    rows = book.all(
        "SELECT timer_id, purpose, subject, due_at FROM timers WHERE due_at <= ?"
        " ORDER BY due_at, timer_id LIMIT ? {locked}",
        now,
        limit,
    )
    return [Timer(timer_id=name, purpose=purpose, subject=who, due_at=due) for name, purpose, who, due in rows]


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
