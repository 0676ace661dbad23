"""Public holidays of the quarter and the seconds in which a person works, as open intervals of their own time zone."""

from bisect import bisect_right
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from bothsides.schema.instant import Instant, instant

BLOCKS = ((time(9), time(12, 30)), (time(13, 15), time(17, 30)))
"""The working day of everybody on the desk, in local time."""


def public_holidays(year: int) -> dict[date, str]:
    """The days on which the teams of the simulated marketplace are closed, with their names (England and Wales).

    >>> public_holidays(2026)[date(2026, 4, 6)]
    'Easter Monday'
    """
    easter = _easter(year)
    return {
        date(year, 1, 1): "New Year's Day",
        easter - timedelta(days=2): "Good Friday",
        easter + timedelta(days=1): "Easter Monday",
        _monday(date(year, 5, 1)): "Early May bank holiday",
        _monday(date(year, 5, 25)): "Spring bank holiday",
        _monday(date(year, 8, 25)): "Summer bank holiday",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "Boxing Day",
    }


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Open intervals in time order, with the working seconds before each."""

    opens: tuple[Instant, ...]
    closes: tuple[Instant, ...]
    before: tuple[int, ...]

    def after(self, moment: Instant, seconds: float) -> Instant | None:
        """The moment at which that many working seconds have gone by since `moment`; None where the work ends sooner.

        A moment outside working hours counts from the next opening.
        """
        goal = self._elapsed(moment) + int(seconds)
        place = bisect_right(self.before, goal) - 1
        at = self.opens[place] + goal - self.before[place]
        return max(at, moment) if at < self.closes[place] else None

    def inside(self, moment: Instant) -> bool:
        """Whether the person works at that moment."""
        place = bisect_right(self.opens, moment) - 1
        return place >= 0 and moment < self.closes[place]

    def _elapsed(self, moment: Instant) -> int:
        place = bisect_right(self.opens, moment) - 1
        return self.before[place] + min(moment, self.closes[place]) - self.opens[place] if place >= 0 else 0


def working_hours(first: date, days: int, zone: str, away: Container[date]) -> WorkingHours:
    """Monday to Friday in these local hours for so many days, without the days in `away`."""
    local = ZoneInfo(zone)
    blocks = [
        (instant(datetime.combine(day, opens, local)), instant(datetime.combine(day, closes, local)))
        for day in (first + timedelta(days=number) for number in range(days))
        if day.weekday() < 5 and day not in away
        for opens, closes in BLOCKS
    ]
    if not blocks:
        raise ValueError(f"no working day in the {days} days from {first}: nobody would ever work")
    opens, closes = zip(*blocks, strict=True)
    before = accumulate((end - start for start, end in blocks[:-1]), initial=0)
    return WorkingHours(opens, closes, tuple(before))


def local_moment(day: date, hour: float, zone: str) -> Instant:
    """The instant at which the clock on the wall of that zone shows this hour."""
    return instant(datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(seconds=int(hour * 3600)))


def _monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Oudin, in Seidelmann, Explanatory Supplement, 1992)."""
    century, golden = year // 100, year % 19
    skipped = (century - 17) // 25
    epact = (century - century // 4 - (century - skipped) // 3 + 19 * golden + 15) % 30
    epact -= (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    shift = epact - weekday
    month = 3 + (shift + 40) // 44
    return date(year, month, shift + 28 - 31 * (month // 4))
