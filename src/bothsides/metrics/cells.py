"""Cells: the periods, sides and labels in which values stand, and what is known for each metric there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from bothsides.metrics.compile import Cut, Window
from bothsides.metrics.fact import Fact
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio, Test
from bothsides.metrics.metric import Metric, Read, SideRule
from bothsides.metrics.query import Query
from bothsides.metrics.value import Basis, Status
from bothsides.schema import Grain, Period, Side
from bothsides.schema.period import add_months, periods_between

if TYPE_CHECKING:
    from bothsides.metrics.dictionary import Held
    from bothsides.metrics.store import Store

Key: TypeAlias = tuple[date | str | None, ...]
"""The cell's columns in the cut's order: period start, side, dimensions."""


class Outcome(NamedTuple):
    """What one metric gives in one cell, before its period's status is known. Money is in minor units.

    A tuple, not a record: there is one for every cell of every metric, and a tuple is made in half the time.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    basis: Basis = Basis.CENSUS
    status: Status = Status.OK
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One query against one store: the cut and the window of each fact by each of its dates."""

    store: Store
    query: Query
    cut: Cut
    windows: dict[Read, Window]
    shared: dict[tuple[str, str], list[tuple[Any, ...]]] = field(default_factory=dict, repr=False, compare=False)
    """Rows that several of the query's metrics are read from, by their statement and its parameters."""

    def held(self) -> tuple[Held, ...]:
        """The definitions that answer the query's periods: of each metric asked for, those in force on a first day."""
        found: list[Held] = []
        for name in self.query.metrics:
            helds = self.store.dictionary.held(name)
            reads = [self.windows[read] for held in helds for read in held.metric.reads if read in self.windows]
            if len(helds) == 1 or not reads:
                found.append(helds[-1])
                continue
            first, last = min(window.start for window in reads), max(window.end for window in reads)
            if self.cut.grain is None:
                last = first
            else:
                first = Period.containing(first, self.cut.grain, fiscal_start=self.cut.fiscal_start).start
            found += (held for held in helds if held.touches(first, last))
        return tuple(found)

    def window(self, metric: Metric) -> Window:
        """The days on which every fact of the metric, and what its outcome waits for, is known."""
        windows = [self.windows[read] for read in metric.reads]
        rows = max(span[0] for name, on in metric.reads if (span := self.store.known(FACTS[name], on)))
        begun = [first for need in metric.needs if (first := self.store.since(need, rows)) is not None]
        if (told := self.newcomers(metric)) is not None and self.store.outlasts(told) and _is_per_newcomer(metric):
            begun.append(told)
        waits = [last for need in metric.needs if (last := self.store.until(need)) is not None]
        as_of = min([w.as_of for w in windows] + waits)
        return Window(
            start=max([w.start for w in windows] + begun), end=min([w.end for w in windows] + [as_of]), as_of=as_of
        )

    def newcomers(self, metric: Metric) -> date | None:
        """The day from which those the metric counts as new are known to be; None where they are or it counts none."""
        counts = metric.family == "acquisition" and _FIRST_ORDERS in metric.reads
        per = _is_per_newcomer(metric)
        return self.store.newcomers(spend=per) if counts or per else None

    def known(self, metric: Metric) -> Window:
        """The days on which all of the metric is known, whichever were asked for."""
        return replace(self, query=_EVERYTHING, windows=_windows(self.store, _EVERYTHING)).window(metric)

    def days(self, metric: Metric) -> Window:
        """The days whose rows count in a cell without a period: those old enough for the metric's outcome."""
        window = self.window(metric)
        return replace(window, end=min(window.end, window.as_of - timedelta(days=metric.maturity_days)))

    def periods(self, window: Window) -> list[Period]:
        """Every period of the cut that the window touches; none without a period in the cut."""
        if self.cut.grain is None or window.start > window.end:
            return []
        return list(periods_between(window.start, window.end, self.cut.grain, fiscal_start=self.cut.fiscal_start))

    def keys(self, metric: Metric, seen: Iterator[Key]) -> Iterator[Key]:
        """The cells to show: all periods and sides when there are no other labels, else the ones seen."""
        if self.cut.dims:
            yield from seen
            return
        window = self.window(metric)
        starts: list[date | None] = [p.start for p in self.periods(window)] if self.cut.grain else [None]
        for start in starts:
            for side in self.sides(metric):
                key: list[date | str | None] = []
                if self.cut.grain:
                    key.append(start)
                if self.cut.by_side:
                    key.append(side)
                yield tuple(key)

    def sides(self, metric: Metric) -> list[str | None]:
        """The sides on which the metric exists, under the query's filter."""
        if not self.cut.by_side:
            return [None]
        own = (metric.side.value,) if metric.side in (SideRule.BUYER, SideRule.SUPPLIER) else tuple(Side)
        return [side.value for side in Side if side in self.query.sides and side.value in own]


def fact_window(store: Store, query: Query, fact: Fact, on: str) -> Window | None:
    """The days to read the fact for: what was asked, within what is known. Whole months where its dates are months."""
    known = store.known(fact, on)
    if known is None:
        return None
    first, last = known
    as_of = min(query.as_of, last) if query.as_of else last
    start, end = max(first, query.start) if query.start else first, min(as_of, query.end or as_of)
    if fact.monthly:
        start = first.replace(day=1) if start == first else add_months(start - timedelta(days=1), 1).replace(day=1)
        end = end if end == last else (end + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    return Window(start=start, end=end, as_of=as_of)


def make_reading(store: Store, query: Query) -> Reading:
    """Prepare a query: windows for every fact that can be read."""
    cut = Cut(
        grain=query.grain,
        by_side=query.by_side,
        sided=query.sided,
        dims=query.dims,
        where=query.where,
        fiscal_start=store.fiscal_start,
    )
    return Reading(store=store, query=query, cut=cut, windows=_windows(store, query))


_EVERYTHING = Query(metrics=())
_FIRST_ORDERS: Read = ("accounts", "first_order_on")


def _is_per_newcomer(metric: Metric) -> bool:
    """Whether it sets spend against those it won, so that neither may be counted without the other."""
    return _FIRST_ORDERS in metric.reads and "spend" in metric.facts


def _windows(store: Store, query: Query) -> dict[Read, Window]:
    return {
        (name, on): window
        for name, fact in FACTS.items()
        for on in fact.dates
        if (window := fact_window(store, query, fact, on)) is not None
    }


def bound(formula: Formula, reading: Reading, metric: Metric) -> Formula:
    """The formula on the metric's own days.

    A fact is read once for every metric; where the others are known for longer, the parts of this one are held to
    the days on which all of them are known, and to rows old enough for their outcome.
    """
    match formula:
        case Measure():
            window, read = reading.window(metric), reading.windows[formula.fact, formula.on]
            until = min(window.end, window.as_of - timedelta(days=formula.maturity_days))
            if FACTS[formula.fact].monthly and until.replace(day=1) == read.end.replace(day=1):
                until = read.end  # the fact has months for days: the last one is in or out as a whole
            return replace(
                formula,
                maturity_days=0,
                since=window.start if window.start > read.start else None,
                until=until if until < read.end else None,
                where=tuple(
                    Test(test.column, "<=", window.as_of) if test.operator == "reached" else test
                    for test in formula.where
                ),
            )
        case Ratio(numerator=top, denominator=bottom):
            return replace(formula, numerator=bound(top, reading, metric), denominator=bound(bottom, reading, metric))
        case Combination(terms=terms):
            return Combination(tuple((sign, bound(term, reading, metric)) for sign, term in terms))
        case Product(factors=factors):
            return Product(tuple(bound(factor, reading, metric) for factor in factors), formula.power)


def period_status(reading: Reading, metric: Metric, period: Period | None) -> tuple[Status, str | None]:
    """Whether the period is complete and old enough for the metric's outcome to be known."""
    window, days, query = reading.window(metric), metric.maturity_days, reading.query
    if period is None:
        if days and window.as_of - timedelta(days=days) < window.start:
            return Status.IMMATURE, f"needs {days} days after the first day; known until {window.as_of}"
        return _newness(reading, metric, window.start)
    if days and (window.as_of - period.end).days < days:
        return Status.IMMATURE, f"needs {days} days after the period; known until {window.as_of}"
    if period.end > window.end:
        said = "asked" if query.end is not None and window.end == query.end < window.as_of else "known"
        return Status.PARTIAL, f"{said} until {window.end}, the period ends {period.end}"
    if period.start < window.start:
        said = "asked" if window.start == query.start else "known"
        return Status.PARTIAL, f"{said} from {window.start}, the period starts {period.start}"
    return _newness(reading, metric, period.start)


def _newness(reading: Reading, metric: Metric, start: date) -> tuple[Status, str | None]:
    """Whether from that day on those counted as new are known to be."""
    told = reading.newcomers(metric)
    if told is None or start >= told:
        return Status.OK, None
    known = reading.store.ranges["orders"][0]
    return Status.PARTIAL, f"orders are known from {known}: until {told} a first known order need not be the first"


def span_label(window: Window) -> str:
    """The name of a cell without a period: its days.

    >>> span_label(Window(start=date(2013, 1, 1), end=date(2013, 6, 30), as_of=date(2013, 6, 30)))
    '2013-01-01..2013-06-30'
    """
    return f"{window.start}..{window.end}"


def starts_on(reading: Reading, key: Key) -> date:
    """The first day of the cell's period. Raises ValueError where the cut has no period."""
    period = period_of(reading, key)
    if period is None:
        raise ValueError("cells without a period start on no day")
    return period.start


def period_of(reading: Reading, key: Key) -> Period | None:
    """The cell's period."""
    grain: Grain | None = reading.cut.grain
    if grain is None:
        return None
    start = key[0]
    assert isinstance(start, date)
    return Period(start=start, grain=grain, fiscal_start=reading.cut.fiscal_start if grain is Grain.FISCAL_YEAR else 1)
