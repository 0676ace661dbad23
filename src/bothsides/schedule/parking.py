"""A timer that nobody knows how to do, or that cannot be done: the operator is told, and it is tried again daily."""

from bothsides.logbook import Book, Entry, Kind, Timer
from bothsides.schedule.report import Counts
from bothsides.schema.instant import DAY, Instant

PARKED = "parked_timer"
"""The kind of the agenda item."""
AGAIN_AFTER = DAY


def park(book: Book, counts: Counts, timer: Timer, reason: str, *, now: Instant) -> bool:
    """Puts the timer off by a day, never away, and before the operator once; False where it is not due any more."""
    row = book.one("SELECT due_at FROM timers WHERE timer_id = ?", timer.timer_id)
    if row is None or row[0] != timer.due_at:
        return False
    moved: dict[str, object] = {"timer": timer.timer_id, "purpose": timer.purpose, "due_at": now + AGAIN_AFTER}
    entries = [Entry(kind=Kind.TIMER_SET, subject=timer.subject, at=now, data=moved, reason=reason)]
    open_item = "SELECT 1 FROM agenda WHERE kind = ? AND subject = ? AND state = 'open'"
    if book.one(open_item, PARKED, timer.timer_id) is None:
        item = f"{PARKED}:{timer.timer_id}:{timer.due_at}"
        content: dict[str, object] = {"timer": timer.timer_id, "purpose": timer.purpose, "subject": timer.subject}
        content |= {"was_due_at": timer.due_at, "reason": reason}
        data = {"item": item, "kind": PARKED, "content": content}
        entries.append(
            Entry(kind=Kind.AGENDA_OPENED, subject=timer.timer_id, at=now, data=data, key=item, reason=reason)
        )
    book.post(entries, now=now)
    counts.parked.append(f"{timer.timer_id}: {reason}")
    return True
