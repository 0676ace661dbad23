"""Random calendars, and their open time counted minute by minute from what a clock on the wall shows.

Nothing here uses the code under test: a minute is open where its wall time stands in a block, and time is the number
of open minutes.
"""

import random
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import holidays
import numpy as np

from bothsides.schema.working_time import Calendar, Day, Leave

NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ZONES = (
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Africa/Casablanca",  # summer time left for Ramadan
    "UTC",
)
REGIONS = ("GB-ENG", "DE-BY", "US-NY", "BR", "IN", "AU-NSW")
SHAPES: tuple[tuple[str, ...], ...] = (
    ("09:00-17:00",),
    ("08:00-12:00", "13:00-17:00"),
    ("07:30-11:15", "12:00-15:45", "18:00-20:30"),
    ("00:30-02:30", "09:00-13:00"),  # an edge inside the missing and the repeated hour
    ("01:15-01:45", "02:15-02:45"),
    ("22:00-06:00",),
    ("00:00-24:00",),
    (),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A calendar, the leave of a person, and open minutes counted by hand over some weeks."""

    calendar: Calendar
    leave: tuple[Leave, ...]
    begins: int
    open: np.ndarray
    """One boolean a minute from `begins`."""
    before: np.ndarray
    """Open minutes before each minute, and one entry more for the end."""

    @property
    def ends(self) -> int:
        return self.begins + 60 * len(self.open)

    def open_seconds(self, moment: int) -> int:
        """Open seconds from the beginning to the moment."""
        minute, second = divmod(moment - self.begins, 60)
        return int(self.before[minute]) * 60 + (second if minute < len(self.open) and self.open[minute] else 0)

    def elapsed(self, start: int, end: int) -> int:
        return self.open_seconds(end) - self.open_seconds(start)

    def deadline(self, start: int, seconds: int) -> int | None:
        """The first moment with so many open seconds since the start; None where it is not in these weeks."""
        if seconds == 0:
            return start
        wanted = self.open_seconds(start) + seconds
        minute = int(np.searchsorted(self.before * 60, wanted, side="left")) - 1
        if minute >= len(self.open):
            return None
        return self.begins + 60 * minute + wanted - int(self.before[minute]) * 60

    def next_open(self, moment: int) -> int | None:
        minute = (moment - self.begins) // 60
        if self.open[minute]:
            return moment
        later = np.flatnonzero(self.open[minute:])
        return self.begins + 60 * (minute + int(later[0])) if later.size else None


def count_minutes(calendar: Calendar, leave: tuple[Leave, ...], begins: int, days: int) -> Case:
    """Look at the wall clock of every minute."""
    place = zoneinfo.ZoneInfo(calendar.zone)
    years = range(datetime.fromtimestamp(begins, UTC).year - 1, datetime.fromtimestamp(begins, UTC).year + 2)
    shut = {day for region in calendar.holidays for day in _public(region, years)}
    minutes: dict[date, list[bool]] = {}
    flags = np.zeros(days * 1440, bool)
    for number in range(days * 1440):
        shown = datetime.fromtimestamp(begins + 60 * number, place)
        day = shown.date()
        if day not in minutes:
            minutes[day] = [_is_open(calendar, leave, shut, day, minute) for minute in range(1440)]
        flags[number] = minutes[day][shown.hour * 60 + shown.minute]
    return Case(calendar, leave, begins, flags, np.concatenate([[0], np.cumsum(flags)]))


def _public(region: str, years: range) -> list[date]:
    country, _, part = region.partition("-")
    return list(holidays.country_holidays(country, subdiv=part or None, years=years))


def _is_open(calendar: Calendar, leave: tuple[Leave, ...], shut: set[date], day: date, minute: int) -> bool:
    eve = day - timedelta(days=1)
    for away in leave:
        if away.first_day <= day <= away.last_day and (not away.hours or _in(away.hours, minute)):
            return False
        if away.first_day <= eve <= away.last_day and _in(away.hours, minute + 1440):
            return False
    for extra in calendar.extra:
        if (_means(extra, day) and _in(extra.open, minute)) or (_means(extra, eve) and _in(extra.open, minute + 1440)):
            return True
    for own in calendar.day:
        if (_means(own, day) and _in(own.open, minute)) or (_means(own, eve) and _in(own.open, minute + 1440)):
            return True
    if any(_means(own, day) for own in calendar.day) or day in shut:
        return False
    if any(written in (day.isoformat(), f"{day:%m-%d}") for written in calendar.closed):
        return False
    if any(_means(own, eve) for own in calendar.day):
        return _in(_usual(calendar, day), minute)
    return _in(_usual(calendar, day), minute) or _in(_usual(calendar, eve), minute + 1440)


def _usual(calendar: Calendar, day: date) -> tuple[str, ...]:
    return calendar.week.get(NAMES[day.weekday()], ())


def _means(own: Day, day: date) -> bool:
    return own.on in (day.isoformat(), f"{day:%m-%d}")


def _in(blocks: tuple[str, ...], minute: int) -> bool:
    for block in blocks:
        opens, closes = (int(text[:2]) * 60 + int(text[3:]) for text in block.split("-"))
        if opens <= minute < (closes if closes > opens else closes + 1440):
            return True
    return False


def random_case(seed: int, days: int = 70) -> Case:
    """A calendar with split shifts, nights, holidays, half days and leave, over weeks in which clocks may change."""
    draw = random.Random(seed)
    begins = datetime(
        draw.choice((2023, 2024, 2025, 2026)), draw.choice((2, 3, 9, 10, 12)), draw.randint(1, 28), tzinfo=UTC
    )
    first = begins.date()

    def some_day() -> date:
        return first + timedelta(days=draw.randrange(days))

    usual = draw.choice(SHAPES[:5])
    week = {name: usual if draw.random() < 0.8 else draw.choice(SHAPES) for name in NAMES[: draw.choice((5, 6, 7))]}
    week["monday"] = usual
    own = {
        some_day().isoformat(): draw.choice((("09:00-13:00",), (), ("08:00-10:00", "20:00-23:30"))) for _ in range(2)
    }
    calendar = Calendar(
        name=f"random {seed}",
        zone=draw.choice(ZONES),
        week=week,
        holidays=tuple(draw.sample(REGIONS, draw.choice((0, 1, 1, 2)))),
        closed=(some_day().isoformat(), f"{some_day():%m-%d}") if draw.random() < 0.5 else (),
        day=tuple(Day(on=on, open=blocks) for on, blocks in own.items()) if draw.random() < 0.6 else (),
        extra=(Day(on=some_day().isoformat(), open=("10:00-14:00", "21:00-02:00")),) if draw.random() < 0.5 else (),
    )
    away = some_day()
    leave = (
        Leave(who="ana", first_day=away, last_day=away + timedelta(days=draw.randrange(9))),
        Leave(who="ana", first_day=some_day(), last_day=first + timedelta(days=days), hours=("09:30-11:00",)),
    )
    return count_minutes(calendar, leave[: draw.choice((0, 0, 1, 2))], int(begins.timestamp()), days)


def questions(case: Case, seed: int, count: int) -> list[tuple[int, int, int]]:
    """Start, a later moment, and a number of seconds, half of them on whole minutes."""
    draw = random.Random(seed)
    asked = []
    for _ in range(count):
        unit = draw.choice((1, 60))
        start = draw.randrange(case.begins, case.ends - 86400, unit)
        end = draw.randrange(start, case.ends, unit)
        asked.append((start, end, draw.choice((0, 60, 3600, 4 * 3600, draw.randrange(0, 60 * 3600, unit)))))
    return asked
