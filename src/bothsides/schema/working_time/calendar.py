"""The calendars that the teams agreed on: a week in a zone, public holidays, days with hours of their own, leave."""

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from pydantic import AfterValidator

from bothsides.schema.working_time.public import read_region
from bothsides.schema.working_time.wall import dates_of, read_blocks, read_days


def known_zone(value: str) -> str:
    """A time zone of the IANA list, such as Europe/London. Raises ValueError for another."""
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone of the IANA list, such as 'Europe/London' or 'UTC'") from None
    return value


def readable_week(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Days with their blocks, such as "monday to friday" = ["09:00-12:30", "13:30-17:30"]. Raises ValueError."""
    named: set[int] = set()
    for days, blocks in value.items():
        read_blocks(blocks)
        if named & set(read_days(days)):
            raise ValueError(f"{days!r} names a day that stands above already; name each day once")
        named |= set(read_days(days))
    return value


def readable_blocks(value: tuple[str, ...]) -> tuple[str, ...]:
    """Blocks of a day, such as ["09:00-13:00"]. Raises ValueError for others."""
    read_blocks(value)
    return value


def readable_date(value: str) -> str:
    """A date, such as 2026-12-24, or "12-24" for every year. Raises ValueError for another."""
    dates_of(value, 2000, 2000)
    return value


def known_region(value: str) -> str:
    """A country with public holidays, such as "DE", or a part of one, such as "GB-ENG". Raises ValueError."""
    read_region(value)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Hours of a date that differ from those of its weekday."""

    on: Annotated[str, AfterValidator(readable_date)]
    open: Annotated[tuple[str, ...], AfterValidator(readable_blocks)] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When a team works. Every block and date is wall time of the zone; a holiday lasts from midnight to midnight."""

    name: str
    zone: Annotated[str, AfterValidator(known_zone)] = "UTC"
    always_open: bool = False
    """Day and night, every day: nothing else may stand beside it."""
    week: Annotated[dict[str, tuple[str, ...]], AfterValidator(readable_week)] = field(default_factory=dict)
    """Blocks by day or days; a day that is not named is closed."""
    holidays: tuple[Annotated[str, AfterValidator(known_region)], ...] = ()
    closed: tuple[Annotated[str, AfterValidator(readable_date)], ...] = ()
    """Dates without work beside the public holidays."""
    day: tuple[Day, ...] = ()
    """Dates whose hours stand in place of the week's, whether holiday or not: half days, holidays that are worked."""
    extra: tuple[Day, ...] = ()
    """Hours open beside all others: the Saturday before a fair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Days on which one person is away, both included; with `hours`, only these blocks of each day."""

    who: str
    first_day: date
    last_day: date
    hours: Annotated[tuple[str, ...], AfterValidator(readable_blocks)] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendars:
    """The whole of `agreement/calendar.toml`."""

    calendar: tuple[Calendar, ...] = ()
    leave: tuple[Leave, ...] = ()


OFFICE = Calendar(name="office", week={"monday to friday": ("09:00-17:00",)})
"""Monday to Friday, nine to five, UTC."""


def leave_of(calendars: Calendars, who: str) -> tuple[Leave, ...]:
    """The leave of one person."""
    return tuple(leave for leave in calendars.leave if leave.who == who)


def problems(calendars: Calendars) -> tuple[str, ...]:
    """What is wrong between the fields, each with its place and what is allowed; none where all is well."""
    found = [
        f"calendar {name!r} is named twice; each calendar needs a name of its own"
        for name in _twice(calendar.name for calendar in calendars.calendar)
    ]
    for calendar in calendars.calendar:
        where = f"calendar {calendar.name!r}"
        hours = any(calendar.week.values()) or any(day.open for day in (*calendar.day, *calendar.extra))
        closing = calendar.week or calendar.holidays or calendar.closed or calendar.day or calendar.extra
        if calendar.always_open and closing:
            found.append(f"{where}: always_open = true allows no week, holidays or days; leave them out or write false")
        if not calendar.always_open and not hours:
            found.append(f"{where} is never open; give it a week, or write always_open = true")
        found += [
            f"{where}: day {on!r} stands twice; each date has one set of hours"
            for on in _twice(day.on for day in calendar.day)
        ]
        found += [f"{where}: extra {day.on!r} names no hours" for day in calendar.extra if not day.open]
    found += [
        f"leave of {leave.who!r}: last_day {leave.last_day} is before first_day {leave.first_day}"
        for leave in calendars.leave
        if leave.last_day < leave.first_day
    ]
    return tuple(found)


def _twice(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return list(twice)
