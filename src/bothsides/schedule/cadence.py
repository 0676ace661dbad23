"""How often something recurs, on the wall clock of the workspace's zone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from bothsides.schema.instant import HOUR, Instant, instant
from bothsides.schema.working_time import NeverOpenError, WorkingTime

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FAR = 800
"""Days within which every cadence comes round, leap days and long holidays included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryTick:
    """At each round; nothing is stored for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hourly:
    """Once an hour, at its full hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Once a day at that time; only on days on which the agreement's first calendar opens, where so said."""

    at: str
    business_days: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """Once a week."""

    day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Monthly:
    """Once a month, on that business day of it (1 = its first)."""

    business_day: int
    at: str


Cadence: TypeAlias = EveryTick | Hourly | Daily | Weekly | Monthly


def next_after(cadence: Cadence, moment: Instant, *, zone: ZoneInfo, hours: WorkingTime) -> Instant:
    """The first time after the moment. A time that the clock skips in spring comes an hour later by it.

    Raises ValueError for one that never comes: a calendar without business days.
    """
    if isinstance(cadence, EveryTick):
        return moment + 1
    if isinstance(cadence, Hourly):
        return (moment // HOUR + 1) * HOUR
    fits = _day_test(cadence, zone, hours)
    at = time.fromisoformat(cadence.at)
    day = datetime.fromtimestamp(moment, zone).date()
    for _ in range(_FAR):
        if (found := _moment(day, at, zone)) > moment and fits(day):
            return found
        day += timedelta(days=1)
    raise ValueError(f"{cadence} never comes: the agreement's first calendar has no business day in {_FAR} days")


def in_words(cadence: Cadence) -> str:
    """The cadence as a person says it.

    >>> in_words(Weekly(day="monday", at="06:30"))
    'on mondays at 06:30'
    """
    if isinstance(cadence, EveryTick):
        return "at each round"
    if isinstance(cadence, Hourly):
        return "once an hour"
    if isinstance(cadence, Daily):
        return f"on {'business days' if cadence.business_days else 'every day'} at {cadence.at}"
    if isinstance(cadence, Weekly):
        return f"on {cadence.day}s at {cadence.at}"
    return f"on business day {cadence.business_day} of the month at {cadence.at}"


def _day_test(cadence: Daily | Weekly | Monthly, zone: ZoneInfo, hours: WorkingTime) -> Callable[[date], bool]:
    if isinstance(cadence, Weekly):
        weekday = WEEKDAYS.index(cadence.day)
        return lambda day: day.weekday() == weekday
    if isinstance(cadence, Monthly):
        number = cadence.business_day
        return lambda day: (
            _opens(day, zone, hours)
            and number == sum(_opens(day.replace(day=one), zone, hours) for one in range(1, day.day + 1))
        )
    if cadence.business_days:
        return lambda day: _opens(day, zone, hours)
    return lambda _: True


def _opens(day: date, zone: ZoneInfo, hours: WorkingTime) -> bool:
    start = _moment(day, time(), zone)
    try:
        return hours.next_open(start) < _moment(day + timedelta(days=1), time(), zone)
    except NeverOpenError:
        return False


def _moment(day: date, at: time, zone: ZoneInfo) -> Instant:
    return instant(datetime.combine(day, at, tzinfo=zone))
