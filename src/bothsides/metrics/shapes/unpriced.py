"""Amounts in a currency without an exchange rate: which metrics would leave them out, and so cannot be answered."""

from collections.abc import Iterator
from typing import NamedTuple

from bothsides.metrics.cells import Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Formula, measures_of
from bothsides.metrics.metric import Metric
from bothsides.metrics.shapes.shape import Shape


class Amount(NamedTuple):
    """A fact's column that is money in a metric, by which date it is read, and on which days."""

    fact: str
    column: str
    on: str
    days: Window


def unpriced(reading: Reading, metric: Metric) -> str | None:
    """Why an amount of the metric would be left out on the days that it looks at, None where none is."""
    if not reading.store.unpriced:
        return None
    for amount in _amounts(reading, metric, metric):
        fact = FACTS[amount.fact]
        tables, dates = fact.money.get(amount.column, ()), fact.days_of.get(amount.on, (amount.on,))
        for hole in reading.store.unpriced:
            if hole.table in tables and hole.touches(dates, amount.days.start, amount.days.end):
                return f"needs fx_rates: {hole}"
    return None


def _amounts(reading: Reading, metric: Metric, part: Metric) -> Iterator[Amount]:
    """What is money in the metric, or in the part of a quotient: added up, or held against nothing."""
    if isinstance(part.formula, Formula):
        window = reading.window(metric)
        for m in measures_of(part.formula):
            for column in (*m.columns, *(test.column for test in m.where)):
                yield Amount(m.fact, column, m.on, window)
    elif isinstance(part.formula, Shape):
        dates = dict(part.formula.reads)
        for fact, column in part.formula.amounts:
            on = dates.get(fact) or next(iter(FACTS[fact].dates))
            yield Amount(fact, column, on, part.formula.reaches(reading, metric, fact))
    else:
        for each in reading.store.dictionary.parts(part):
            yield from _amounts(reading, metric, each)
