"""Who reported away, and is back: at once, or at the moment that was said."""

from bothsides.logbook import Book, Entry, Kind, set_timer, unset_named
from bothsides.schema.instant import Instant, in_utc

BACK = "back"
"""The purpose of the timer that brings a member back; its subject is the member."""


def report(book: Book, member: str, *, absent: bool, until: Instant | None, who: str, why: str, now: Instant) -> bool:
    """Writes down that the member is away, until a moment or until told, or is back; whether that was news.

    Raises ValueError for an end that is not later than now.
    """
    if until is not None and until <= now:
        raise ValueError(f"{member}: back at {in_utc(until):%Y-%m-%d %H:%M} UTC, which must be later than now")
    row = book.one("SELECT absent FROM members WHERE member = ?", member)
    new = bool(row and row[0]) is not absent
    lines = [told(member, absent=absent, who=who, why=why, now=now)] if new else []
    if until is not None:
        lines.append(set_timer(BACK, member, until, now=now))
    elif book.one("SELECT 1 FROM timers WHERE timer_id = ?", f"{BACK}:{member}"):
        lines.append(unset_named(BACK, member, now=now))
    book.post(lines, now=now)
    return new


def told(member: str, *, absent: bool, who: str = "desk", why: str = "", now: Instant) -> Entry:
    """The line that says so."""
    return Entry(kind=Kind.MEMBER_ABSENT, subject=member, at=now, data={"absent": absent}, actor=who, reason=why)
