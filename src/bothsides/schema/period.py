"""Calendar periods as people name them: 2013-05, 2013-W07, 2013-Q2, 2013, FY2013."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Grain(StrEnum):
    """The length of a period. Weeks are ISO 8601 weeks, Monday to Sunday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_YEAR = "fiscal_year"


_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12, Grain.FISCAL_YEAR: 12}


def add_months(day: date, months: int) -> date:
    """The same day `months` later, clipped to the end of a shorter month.

    >>> add_months(date(2013, 1, 31), 1)
    datetime.date(2013, 2, 28)
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Period:
    """A period from `start` to `end`, both days included.

    >>> Period.containing(date(2013, 5, 17), Grain.QUARTER).label
    '2013-Q2'
    """

    start: date
    grain: Grain
    fiscal_start: int = 1

    @classmethod
    def containing(cls, day: date, grain: Grain, *, fiscal_start: int = 1) -> "Period":
        """The period of that grain that holds the day; `fiscal_start` is the first month of the fiscal year."""
        match grain:
            case Grain.DAY:
                start = day
            case Grain.WEEK:
                start = day - timedelta(days=day.weekday())
            case Grain.MONTH:
                start = day.replace(day=1)
            case Grain.QUARTER:
                start = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
            case Grain.YEAR:
                start = date(day.year, 1, 1)
            case Grain.FISCAL_YEAR:
                start = date(day.year - (day.month < fiscal_start), fiscal_start, 1)
        return cls(start=start, grain=grain, fiscal_start=fiscal_start if grain is Grain.FISCAL_YEAR else 1)

    @property
    def end(self) -> date:
        """The last day of the period."""
        return self.next().start - timedelta(days=1)

    @property
    def label(self) -> str:
        """The period's name, sortable within its grain. A fiscal year is named by the year in which it ends."""
        match self.grain:
            case Grain.DAY:
                return self.start.isoformat()
            case Grain.WEEK:
                year, week, _ = self.start.isocalendar()
                return f"{year}-W{week:02d}"
            case Grain.MONTH:
                return f"{self.start:%Y-%m}"
            case Grain.QUARTER:
                return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
            case Grain.YEAR:
                return f"{self.start.year}"
            case Grain.FISCAL_YEAR:
                return f"FY{self.end.year}"

    def next(self, n: int = 1) -> "Period":
        """The period n steps later (earlier when n is negative)."""
        if self.grain is Grain.DAY:
            start = self.start + timedelta(days=n)
        elif self.grain is Grain.WEEK:
            start = self.start + timedelta(weeks=n)
        else:
            start = add_months(self.start, _MONTHS[self.grain] * n)
        return Period(start=start, grain=self.grain, fiscal_start=self.fiscal_start)


def periods_between(first: date, last: date, grain: Grain, *, fiscal_start: int = 1) -> Iterator[Period]:
    """Every period that touches the days from first to last.

    >>> [p.label for p in periods_between(date(2012, 12, 30), date(2013, 1, 7), Grain.WEEK)]
    ['2012-W52', '2013-W01', '2013-W02']
    """
    period = Period.containing(first, grain, fiscal_start=fiscal_start)
    while period.start <= last:
        yield period
        period = period.next()


_LABELS = (
    (re.compile(r"(\d{4})-W(\d{2})"), Grain.WEEK),
    (re.compile(r"(\d{4})-Q([1-4])"), Grain.QUARTER),
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})"), Grain.DAY),
    (re.compile(r"(\d{4})-(\d{2})"), Grain.MONTH),
    (re.compile(r"(\d{4})"), Grain.YEAR),
)


def parse_period(label: str) -> Period:
    """Read a period's name back. Raises ValueError with the allowed forms.

    >>> parse_period("2013-W07").start
    datetime.date(2013, 2, 11)
    """
    for pattern, grain in _LABELS:
        if match := pattern.fullmatch(label):
            parts = [int(part) for part in match.groups()]
            try:
                return Period(start=_start(grain, parts), grain=grain)
            except ValueError:
                break
    raise ValueError(f"{label!r} is no period: write it like 2013, 2013-Q2, 2013-05, 2013-W07 or 2013-05-17")


def _start(grain: Grain, parts: list[int]) -> date:
    match grain:
        case Grain.WEEK:
            return date.fromisocalendar(parts[0], parts[1], 1)
        case Grain.QUARTER:
            return date(parts[0], parts[1] * 3 - 2, 1)
        case Grain.DAY:
            return date(parts[0], parts[1], parts[2])
        case Grain.MONTH:
            return date(parts[0], parts[1], 1)
        case _:
            return date(parts[0], 1, 1)
