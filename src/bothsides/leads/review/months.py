"""Months and business days of a desk: where they begin and end, which are judged, and on which days people work."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bothsides.leads.desk.agreed import Agreed
from bothsides.logbook import Book, Kind
from bothsides.schema import Grain, Period
from bothsides.schema.instant import Instant, in_utc, instant
from bothsides.schema.period import parse_period


def month_named(label: str) -> Period:
    """The month of that name, such as 2026-04. Raises ValueError for any other period."""
    period = parse_period(label)
    if period.grain is not Grain.MONTH:
        raise ValueError(f"{label!r} is no month: write it like 2026-04")
    return period


def month_of(agreed: Agreed, moment: Instant) -> Period:
    """The month that holds the moment, by the desk's own days."""
    return Period.containing(day_of(agreed)(moment), Grain.MONTH)


def ends(agreed: Agreed, period: Period) -> tuple[Instant, Instant]:
    """The first instant of the period and the first one after it."""
    return midnight(agreed, period.start), midnight(agreed, period.next().start)


def midnight(agreed: Agreed, day: date) -> Instant:
    """When that day begins where the desk is."""
    return instant(datetime.combine(day, time(), tzinfo=_zone(agreed)))


def day_of(agreed: Agreed) -> Callable[[Instant], date]:
    """The desk's business day of an instant."""
    zone = _zone(agreed)
    return lambda moment: in_utc(moment).replace(tzinfo=UTC).astimezone(zone).date()


def working_days(agreed: Agreed, first: date, last: date) -> tuple[date, ...]:
    """The days, both ends included, on which the desk's first calendar is open at all."""
    hours = agreed.hours_of(None)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    edges = [midnight(agreed, day) for day in (*days, last + timedelta(days=1))]
    return tuple(day for day, start, end in zip(days, edges, edges[1:], strict=False) if hours.elapsed(start, end))


def first_month(book: Book, agreed: Agreed) -> Period | None:
    """The first month that is judged: the first whole one under signed commitments, not before the desk's first lead.

    Where nobody wrote since when they hold, it is the one after the first lead. None before a lead came in.
    """
    row = book.one("SELECT min(written_at) FROM entries WHERE kind = ?", Kind.LEAD_RECEIVED.value)
    if row is None or row[0] is None:
        return None
    opened = month_of(agreed, row[0])
    signed = book.one("SELECT min(effective_from) FROM policy_versions WHERE section = ?", "commitments")
    if signed is None or not signed[0]:
        return opened.next()
    whole = month_of(agreed, signed[0])
    whole = whole if ends(agreed, whole)[0] >= signed[0] else whole.next()
    return max(whole, opened)


def last_month(book: Book, agreed: Agreed, now: Instant) -> Period:
    """The month under way, or the last in which anything came of a lead where the whole month before was silent too."""
    row = book.one(
        "SELECT max(written_at) FROM entries WHERE kind {any} AND written_at <= ?",
        [kind.value for kind in (Kind.LEAD_RECEIVED, Kind.TOUCHED, Kind.FEEDBACK, Kind.ASSIGNED)],
        now,
    )
    under_way = month_of(agreed, now)
    if row is None or row[0] is None:
        return under_way
    moved = month_of(agreed, row[0])
    return moved if moved.next() < under_way else under_way


def _zone(agreed: Agreed) -> ZoneInfo:
    return ZoneInfo(agreed.routing_policy.time_zone)
