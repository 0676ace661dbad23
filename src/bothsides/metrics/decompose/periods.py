"""Which two periods are compared, and whether both are known whole."""

import re
from dataclasses import dataclass
from datetime import MINYEAR, date, timedelta

from bothsides.metrics.compile import Window
from bothsides.schema import Grain, Period
from bothsides.schema.period import parse_period

_FISCAL = re.compile(r"FY(\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A period and the days of it that are compared."""

    period: Period
    first: date
    last: date

    @property
    def label(self) -> str:
        """The period's name, with its last day where it is cut."""
        return self.period.label if self.last == self.period.end else f"{self.period.label} to {self.last}"


def named_period(label: str, *, fiscal_start: int) -> Period:
    """Read a period's name, fiscal years included. Raises ValueError with the allowed forms."""
    if match := _FISCAL.fullmatch(label):
        year = int(match[1])
        if year < MINYEAR + 1:
            raise ValueError(f"{label!r} is no period: write a fiscal year like FY2013")
        start = date(year if fiscal_start == 1 else year - 1, fiscal_start, 1)
        return Period(start=start, grain=Grain.FISCAL_YEAR, fiscal_start=fiscal_start)
    try:
        return parse_period(label)
    except ValueError as error:
        raise ValueError(f"{error}; a fiscal year like FY2013") from None


def compared(period: Period | None, against: Period | None, known: Window) -> tuple[Period, Period]:
    """The base period and the period: the last two whole months where none is named, else the one before.

    Raises ValueError for a base without a period, for unequal grains and for a base that is not the earlier one.
    """
    if period is None:
        if against is not None:
            raise ValueError(f"--against {against.label} needs a --period to compare with it")
        period = Period.containing(known.end + timedelta(days=1), Grain.MONTH).next(-1)
    base = against or period.next(-1)
    if base.grain is not period.grain:
        raise ValueError(f"--against {base.label} is a {base.grain}, --period {period.label} a {period.grain}")
    if base.start >= period.start:
        raise ValueError(f"--against {base.label} does not lie before --period {period.label}")
    return base, period


def compared_days(base: Period, period: Period, known: Window, *, same_days: bool) -> tuple[Days, Days] | str:
    """The days of both that are compared, or why they cannot be: only whole periods are, unless the same days are."""
    last = min(period.end, known.end)
    if last < period.start:
        return f"known until {known.end}: {period.label} starts {period.start}"
    for one in (period, base):
        if one.start < known.start:
            return f"compares whole periods: known from {known.start}, {one.label} starts {one.start}"
    if last < period.end and not same_days:
        return (
            f"compares whole periods: known until {known.end}, {period.label} ends {period.end};"
            " --same-days compares what there is with as many days of the other"
        )
    base_last = base.end if last == period.end else min(base.end, base.start + (last - period.start))
    return Days(period=base, first=base.start, last=base_last), Days(period=period, first=period.start, last=last)
