"""The days a diagnosis stands for: the last complete months, and the same number of months before them."""

from dataclasses import dataclass
from datetime import date, timedelta

from bothsides.metrics import Store
from bothsides.schema.period import add_months

DAYS_PER_MONTH = 30.4375
"""Mean length of a month in days, for rates per month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.end - self.start).days + 1

    @property
    def months(self) -> float:
        """How many mean months, for money per month."""
        return self.days / DAYS_PER_MONTH

    @property
    def whole_months(self) -> int:
        """How many calendar months it touches."""
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    @property
    def pair(self) -> tuple[date, date]:
        """Start and end."""
        return self.start, self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """What one table covers: all known days, the window for levels, and two equally long spans to compare."""

    known: Span
    window: Span
    now: Span
    before: Span | None


def known_span(store: Store, table: str, as_of: date | None) -> Span | None:
    """The days on which the table is known by the as-of date; None where it has no dated row by then."""
    known = store.ranges.get(table)
    if known is None or table not in store.fed:
        return None
    first, last = known[0], min(known[1], as_of) if as_of else known[1]
    return Span(start=first, end=last) if first <= last else None


def spans(store: Store, table: str, *, as_of: date | None, months: int, slack: int = 0) -> Spans | None:
    """The table's spans: whole calendar months where the history has one, else the days there are.

    The first month counts as whole when it is known from its first ten days on, the last one when at most `slack` days
    of it are missing; it then ends on the last known day.
    """
    known = known_span(store, table, as_of)
    return None if known is None else split(known, months=months, slack=slack)


def split(known: Span, *, months: int, slack: int = 0) -> Spans:
    """Window and comparison spans of a history.

    >>> s = split(Span(start=date(2012, 4, 1), end=date(2014, 6, 30)), months=12)
    >>> (s.window.start, s.before.end) == (date(2013, 7, 1), date(2013, 6, 30))
    True
    """
    following = add_months(known.end.replace(day=1), 1)
    complete = (following - known.end).days - 1 <= slack
    end = known.end if complete else known.end.replace(day=1) - timedelta(days=1)
    first = known.start.replace(day=1) if known.start.day <= 10 else add_months(known.start.replace(day=1), 1)
    whole = (end.year - first.year) * 12 + end.month - first.month + 1
    if whole < 1:
        return Spans(known=known, window=known, now=known, before=None)
    window = Span(start=add_months(end.replace(day=1), 1 - min(whole, months)), end=end)
    compared = months if whole >= 2 * months else whole // 2
    if compared < 1:
        return Spans(known=known, window=window, now=window, before=None)
    now = Span(start=add_months(end.replace(day=1), 1 - compared), end=end)
    before = Span(start=add_months(now.start, -compared), end=now.start - timedelta(days=1))
    return Spans(known=known, window=window, now=now, before=before)
