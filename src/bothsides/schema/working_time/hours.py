"""Deadlines and elapsed time in open seconds: two binary searches over a compiled calendar."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bothsides.schema.instant import Instant, in_utc
from bothsides.schema.working_time.calendar import Calendar, Leave
from bothsides.schema.working_time.intervals import open_intervals, year_start
from bothsides.schema.working_time.public import years_known

Instants: TypeAlias = npt.NDArray[np.int64]
_YEARS_MORE = 2
"""How many years more are laid out where a question goes past the end."""


class OutsideSpanError(ValueError):
    """A moment for which the calendar cannot be known, such as one after the last year with known holidays."""


class NeverOpenError(ValueError):
    """A deadline that never comes: the calendar has no more open time up to the last year that can be known."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Open intervals of a span of years. The first stands for the start of the span and is empty."""

    opens: list[int]
    closes: list[int]
    before: list[int]
    """Open seconds before each interval."""
    through: list[int]
    """Open seconds up to the end of each interval."""
    start: Instant
    end: Instant


class WorkingTime:
    """A calendar laid out over some years. Questions about other years lay out more of them, or raise.

    All durations are whole open seconds, all moments Instants. Answers depend on the calendar alone, never on the years
    that were asked for.
    """

    __slots__ = ("_first_year", "_known", "_last_year", "_leave", "_table", "always_open", "calendar")

    def __init__(self, calendar: Calendar, first_year: int, last_year: int, leave: Sequence[Leave] = ()) -> None:
        self.calendar = calendar
        self.always_open = calendar.always_open and not leave
        self._leave = tuple(leave)
        self._known = years_known(calendar.holidays)
        if first_year > last_year or first_year < self._known[0] or last_year > self._known[1]:
            raise OutsideSpanError(
                f"calendar {calendar.name!r} from {first_year} to {last_year}: allowed are years "
                f"from {self._known[0]} to {self._known[1]}, the first not after the last"
            )
        self._lay_out(first_year, last_year)

    def deadline(self, start: Instant, seconds: int) -> Instant:
        """The first moment by which so many open seconds have passed since the start; the start itself for 0.

        Eight hours from Friday 16:00 in a week of nine to five end on Monday at 16:00, and one hour ends on Friday
        at 17:00, not on Monday at 9:00. Raises NeverOpenError, OutsideSpanError, and ValueError for a negative number.

        >>> from bothsides.schema.working_time import OFFICE, working_time
        >>> friday_16 = 1784908800  # 2026-07-24
        >>> working_time(OFFICE, 2026, 2026).deadline(friday_16, 8 * 3600) - friday_16
        259200
        """
        if seconds <= 0:
            if seconds < 0:
                raise ValueError(f"deadline after {seconds} seconds: must not be negative")
            return start
        if self.always_open:
            return start + seconds
        table = self._table
        while True:
            if table.start <= start < table.end:
                at = bisect_right(table.opens, start) - 1
                closes = table.closes[at]
                wanted = (
                    table.through[at] + seconds if start >= closes else table.through[at] - closes + start + seconds
                )
                if wanted <= table.through[-1]:
                    at = bisect_left(table.through, wanted)
                    return table.opens[at] + wanted - table.before[at]
                table = self._beyond(start, seconds)
            else:
                table = self._reach(start)

    def elapsed(self, start: Instant, end: Instant) -> int:
        """Open seconds from start to end. Raises ValueError where the end is before the start."""
        if end < start:
            raise ValueError(f"elapsed time from {in_utc(start)} to {in_utc(end)}: the end is before the start")
        if self.always_open:
            return end - start
        table = self._table
        if not table.start <= start or not end < table.end:
            self._reach(start)
            table = self._reach(end)
        at = bisect_right(table.opens, start) - 1
        closes = table.closes[at]
        done = table.through[at] if start >= closes else table.through[at] - closes + start
        at = bisect_right(table.opens, end) - 1
        closes = table.closes[at]
        return (table.through[at] if end >= closes else table.through[at] - closes + end) - done

    def is_open(self, moment: Instant) -> bool:
        """Whether people work at that moment; a block is open at its first second and closed at its last edge."""
        if self.always_open:
            return True
        table = self._reach(moment)
        return moment < table.closes[bisect_right(table.opens, moment) - 1]

    def next_open(self, moment: Instant) -> Instant:
        """The moment itself where it is open, else the start of the next block. Raises NeverOpenError."""
        return moment if self.is_open(moment) else self.deadline(moment, 1) - 1

    def deadlines(self, starts: Instants, seconds: Instants | int) -> Instants:
        """`deadline` for many at once, arrays of int64 in and out."""
        starts = np.asarray(starts, np.int64)
        wanted_more = np.broadcast_to(np.asarray(seconds, np.int64), starts.shape)
        if wanted_more.size and int(wanted_more.min()) < 0:
            raise ValueError(f"deadline after {int(wanted_more.min())} seconds: must not be negative")
        if self.always_open or not starts.size:
            return starts + wanted_more
        self._reach(int(starts.min()))
        self._reach(int(starts.max()))
        while True:
            table = self._table
            wanted = _done(table, starts) + wanted_more
            late = np.flatnonzero((wanted > table.through[-1]) & (wanted_more > 0))
            if not late.size:
                break
            self._beyond(int(starts[late[0]]), int(wanted_more[late[0]]))
        at = np.minimum(np.searchsorted(table.through, wanted, side="left"), len(table.through) - 1)
        due = np.asarray(table.opens)[at] + wanted - np.asarray(table.before)[at]
        return np.where(wanted_more == 0, starts, due)

    def elapsed_each(self, starts: Instants, ends: Instants) -> Instants:
        """`elapsed` for many at once, arrays of int64 in and out."""
        starts, ends = np.asarray(starts, np.int64), np.asarray(ends, np.int64)
        if (ends < starts).any():
            raise ValueError(f"elapsed time: {int((ends < starts).sum())} ends are before their start")
        if self.always_open or not starts.size:
            return ends - starts
        self._reach(int(starts.min()))
        table = self._reach(int(ends.max()))
        return _done(table, ends) - _done(table, starts)

    def _reach(self, moment: Instant) -> _Table:
        """A table that holds the moment, made wider where it did not."""
        if self._table.start <= moment < self._table.end:
            return self._table
        first, last = self._known
        if not year_start(first) <= moment < year_start(last + 1):
            raise OutsideSpanError(
                f"calendar {self.calendar.name!r} at {moment}: its holidays are known from {first} to {last} only"
            )
        year = in_utc(moment).year
        return self._lay_out(
            min(self._first_year, max(first, year - 1)),
            max(self._last_year, min(last, year + _YEARS_MORE)) if year > self._last_year else self._last_year,
        )

    def _beyond(self, start: Instant, seconds: int) -> _Table:
        """A table with more years at its end, for a deadline that is not in it."""
        if self._last_year >= self._known[1]:
            raise NeverOpenError(
                f"calendar {self.calendar.name!r}: {seconds} open seconds after {in_utc(start)} are not over by the "
                f"end of {self._known[1]}; does it ever open?"
            )
        further = max(_YEARS_MORE, self._last_year - self._first_year + 1)
        return self._lay_out(self._first_year, min(self._known[1], self._last_year + further))

    def _lay_out(self, first_year: int, last_year: int) -> _Table:
        start, end = year_start(first_year), year_start(last_year + 1)
        opens, closes, before, through, total = [start], [start], [0], [0], 0
        for begun, ended in open_intervals(self.calendar, first_year, last_year, self._leave):
            opens.append(begun)
            closes.append(ended)
            before.append(total)
            total += ended - begun
            through.append(total)
        self._first_year, self._last_year = first_year, last_year
        self._table = _Table(opens, closes, before, through, start, end)
        return self._table


def _done(table: _Table, moments: Instants) -> Instants:
    """Open seconds from the start of the span to each moment."""
    closes = np.asarray(table.closes)
    at = np.searchsorted(table.opens, moments, side="right") - 1
    return np.asarray(table.through)[at] - np.maximum(closes[at] - moments, 0)


def working_time(calendar: Calendar, first_year: int, last_year: int, *, leave: Sequence[Leave] = ()) -> WorkingTime:
    """The calendar laid out from 1 January of the first to 31 December of the last year; leave is taken out of it.

    Raises OutsideSpanError for years in which its public holidays are not known.
    """
    return WorkingTime(calendar, first_year, last_year, leave)


ALWAYS_OPEN = WorkingTime(Calendar(name="always open", always_open=True), 2000, 2050)
"""Day and night, every day: open seconds are seconds."""
