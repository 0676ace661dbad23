"""Turns a calendar into sorted open intervals of UTC seconds.

A moment is open where its wall time is in an open block. Each stretch of constant offset from UTC is laid out by
itself, so a block across the missing hour of spring is an hour shorter and one across the repeated hour of autumn an
hour longer, and a block edge inside either hour means what a clock on the wall would show.
"""

import zoneinfo
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from bothsides.schema.instant import DAY, Instant
from bothsides.schema.working_time.calendar import Calendar, Day, Leave
from bothsides.schema.working_time.public import public_holidays
from bothsides.schema.working_time.wall import Block, dates_of, read_blocks, read_days

Interval: TypeAlias = tuple[Instant, Instant]
_EPOCH = date(1970, 1, 1).toordinal()


def open_intervals(
    calendar: Calendar, first_year: int, last_year: int, leave: Sequence[Leave] = ()
) -> tuple[Interval, ...]:
    """When it is open between 1 January of the first and 31 December of the last year, both in UTC, in order."""
    start, end = year_start(first_year), year_start(last_year + 1)
    wall = _minus(_open_wall(calendar, first_year, last_year), _closed_by(leave))
    return tuple(_in_utc(wall, list(offsets(calendar.zone, start, end))))


def year_start(year: int) -> Instant:
    """Midnight of 1 January in UTC.

    >>> year_start(2026)
    1767225600
    """
    return (date(year, 1, 1).toordinal() - _EPOCH) * DAY


def offsets(zone: str, start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant, int]]:
    """The stretches of constant offset from UTC: from, until, seconds that the wall is ahead of UTC."""
    place = zoneinfo.ZoneInfo(zone)

    def ahead(at: Instant) -> int:
        offset = datetime.fromtimestamp(at, UTC).astimezone(place).utcoffset()
        assert offset is not None
        return offset // timedelta(seconds=1)

    begun, offset, at = start, ahead(start), start
    while at < end:
        step = min(at + DAY, end)
        if ahead(step) == offset:
            at = step
            continue
        low, high = at, step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if ahead(middle) == offset else (low, middle)
        yield begun, high, offset
        begun, offset, at = high, ahead(high), high
    yield begun, end, offset


def _open_wall(calendar: Calendar, first_year: int, last_year: int) -> list[Interval]:
    """The open stretches in wall seconds, as if the zone were UTC; a day more at each end, for the offset."""
    if calendar.always_open:
        return [(year_start(first_year) - DAY, year_start(last_year + 1) + DAY)]
    first, last = first_year - 1, last_year + 1
    week = {number: read_blocks(blocks) for days, blocks in calendar.week.items() for number in read_days(days)}
    instead = _by_date(calendar.day, first, last)
    extra = _by_date(calendar.extra, first, last)
    shut = set(public_holidays(calendar.holidays, first, last))
    shut.update(day for written in calendar.closed for day in dates_of(written, first, last))
    shut -= instead.keys()
    shut_wall = [(_midnight(day), _midnight(day) + DAY) for day in shut]
    usual: list[Interval] = []
    added: list[Interval] = []
    for ordinal in range(date(first_year, 1, 1).toordinal() - 2, date(last_year, 12, 31).toordinal() + 3):
        day, midnight = date.fromordinal(ordinal), (ordinal - _EPOCH) * DAY
        if day not in instead:
            usual += [(midnight + opens, midnight + closes) for opens, closes in week.get(day.weekday(), ())]
        for blocks in (instead.get(day, ()), extra.get(day, ())):
            added += [(midnight + opens, midnight + closes) for opens, closes in blocks]
    own = [(_midnight(day), _midnight(day) + DAY) for day in instead]
    return _union([*_minus(_union(usual), [*shut_wall, *own]), *added])


def _by_date(days: Iterable[Day], first_year: int, last_year: int) -> dict[date, tuple[Block, ...]]:
    found: dict[date, tuple[Block, ...]] = {}
    for day in sorted(days, key=lambda each: len(each.on)):  # a date of one year goes before the same day of every year
        for on in dates_of(day.on, first_year, last_year):
            found[on] = read_blocks(day.open)
    return found


def _closed_by(leave: Iterable[Leave]) -> list[Interval]:
    closed: list[Interval] = []
    for each in leave:
        blocks = read_blocks(each.hours) or ((0, DAY),)
        for ordinal in range(each.first_day.toordinal(), each.last_day.toordinal() + 1):
            midnight = (ordinal - _EPOCH) * DAY
            closed += [(midnight + opens, midnight + closes) for opens, closes in blocks]
    return closed


def _midnight(day: date) -> int:
    return (day.toordinal() - _EPOCH) * DAY


def _union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same moments as sorted intervals that neither overlap nor touch."""
    joined: list[Interval] = []
    for opens, closes in sorted(intervals):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    return joined


def _minus(intervals: Sequence[Interval], removed: Iterable[Interval]) -> list[Interval]:
    """What is left of sorted, separate intervals."""
    left: list[Interval] = []
    cuts = _union(removed)
    place = 0
    for start, closes in intervals:
        opens = start
        while place < len(cuts) and cuts[place][1] <= opens:
            place += 1
        at = place
        while at < len(cuts) and cuts[at][0] < closes:
            if cuts[at][0] > opens:
                left.append((opens, cuts[at][0]))
            opens = max(opens, cuts[at][1])
            at += 1
        if opens < closes:
            left.append((opens, closes))
    return left


def _in_utc(wall: Sequence[Interval], stretches: Sequence[tuple[Instant, Instant, int]]) -> list[Interval]:
    """Wall seconds as UTC: every stretch of constant offset takes the part of the wall that it shows."""
    found: list[Interval] = []
    place = 0
    for begun, until, offset in stretches:
        while place and wall[place - 1][1] - offset > begun:  # an hour shown twice is looked at twice
            place -= 1
        while place < len(wall) and wall[place][1] - offset <= begun:
            place += 1
        at = place
        while at < len(wall) and wall[at][0] - offset < until:
            found.append((max(wall[at][0] - offset, begun), min(wall[at][1] - offset, until)))
            at += 1
        place = min(at, len(wall))
    return _union(found)
