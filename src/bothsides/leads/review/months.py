"""Months and business days of a desk: which instants they begin and end at, and on which of them people work."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bothsides.leads.desk.agreed import Agreed
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


def _zone(agreed: Agreed) -> ZoneInfo:
    return ZoneInfo(agreed.routing_policy.time_zone)
