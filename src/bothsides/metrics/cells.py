"""Cells: the periods, sides and labels in which values stand, and what is known for each metric there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from bothsides.metrics.compile import Cut, Window
from bothsides.metrics.fact import Fact
from bothsides.metrics.facts import FACTS
from bothsides.metrics.metric import Metric, SideRule
from bothsides.metrics.query import Query
from bothsides.metrics.store import Store
from bothsides.metrics.value import Basis, Status
from bothsides.schema import Grain, Period, Side
from bothsides.schema.period import periods_between

Key: TypeAlias = tuple[date | str | None, ...]
"""The cell's columns in the cut's order: period start, side, dimensions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one metric gives in one cell, before its period's status is known. Money is in minor units."""

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    basis: Basis = Basis.CENSUS
    status: Status = Status.OK
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One query against one store: the cut and the window of each fact."""

    store: Store
    query: Query
    cut: Cut
    windows: dict[str, Window]

    def window(self, metric: Metric) -> Window:
        """The days on which every fact of the metric is known."""
        windows = [self.windows[name] for name in metric.facts]
        return Window(
            start=max(w.start for w in windows),
            end=min(w.end for w in windows),
            as_of=min(w.as_of for w in windows),
        )

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
        allowed = dict(self.query.where).get("side", tuple(side.value for side in Side))
        own = (metric.side.value,) if metric.side in (SideRule.BUYER, SideRule.SUPPLIER) else tuple(Side)
        return [side.value for side in Side if side.value in allowed and side.value in own]


def fact_window(store: Store, query: Query, fact: Fact) -> Window | None:
    """The days to read the fact for: what was asked, within what is known."""
    known = store.known(fact)
    if known is None:
        return None
    first, last = known
    as_of = min(query.as_of, last) if query.as_of else last
    return Window(
        start=max(first, query.start) if query.start else first, end=min(as_of, query.end or as_of), as_of=as_of
    )


def make_reading(store: Store, query: Query) -> Reading:
    """Prepare a query: windows for every fact that can be read."""
    windows = {name: w for name, fact in FACTS.items() if (w := fact_window(store, query, fact)) is not None}
    cut = Cut(
        grain=query.grain,
        by_side=query.by_side,
        sided=query.sided,
        dims=query.dims,
        where=query.where,
        fiscal_start=store.fiscal_start,
    )
    return Reading(store=store, query=query, cut=cut, windows=windows)


def period_status(reading: Reading, metric: Metric, period: Period | None) -> tuple[Status, str | None]:
    """Whether the period is complete and old enough for the metric's outcome to be known."""
    window = reading.window(metric)
    first = min(first for name in metric.facts if (first := (reading.store.known(FACTS[name]) or (window.start,))[0]))
    if period is None:
        return Status.OK, None
    if metric.maturity_days and (window.as_of - period.end).days < metric.maturity_days:
        return Status.IMMATURE, f"needs {metric.maturity_days} days after the period; known until {window.as_of}"
    if period.end > window.as_of:
        return Status.PARTIAL, f"known until {window.as_of}, the period ends {period.end}"
    if period.start < first:
        return Status.PARTIAL, f"known from {first}, the period starts {period.start}"
    return Status.OK, None


def span_label(window: Window) -> str:
    """The name of a cell without a period: its days.

    >>> span_label(Window(start=date(2013, 1, 1), end=date(2013, 6, 30), as_of=date(2013, 6, 30)))
    '2013-01-01..2013-06-30'
    """
    return f"{window.start}..{window.end}"


def period_of(reading: Reading, key: Key) -> Period | None:
    """The cell's period."""
    grain: Grain | None = reading.cut.grain
    if grain is None:
        return None
    start = key[0]
    assert isinstance(start, date)
    return Period(start=start, grain=grain, fiscal_start=reading.cut.fiscal_start if grain is Grain.FISCAL_YEAR else 1)
