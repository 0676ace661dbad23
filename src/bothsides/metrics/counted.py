"""Counts that a caller has already made for other reasons: metrics made of them need no read of the facts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from bothsides.metrics.cells import Key
from bothsides.metrics.evaluate import Column
from bothsides.metrics.interval import clustered_ratio
from bothsides.metrics.measure import Measure, Ratio, measures_of

Totals: TypeAlias = Mapping[Key, tuple[float, int]]
"""By cell, a measure's total and the rows behind it. A cell that is not there has no row of the fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Measures of whole facts that the caller has counted from the first day to the last, by the query's cells."""

    first: date
    last: date
    totals: Mapping[Measure, Totals]

    def holds(self, measures: Iterable[Measure], first: date, last: date) -> bool:
        """Whether all of them are counted for exactly these days."""
        return (first, last) == (self.first, self.last) and all(measure in self.totals for measure in measures)

    def columns(self) -> dict[Measure, Column]:
        """Where each measure stands in the rows."""
        return {
            measure: Column(total=2 * i, rows=2 * i + 1 if measure.aggregate == "sum" else None)
            for i, measure in enumerate(self.totals)
        }

    def rows(self) -> dict[Key, tuple[float | None, ...]]:
        """Every cell's totals, side by side."""
        keys = dict.fromkeys(key for totals in self.totals.values() for key in totals)
        return {
            key: tuple(part for totals in self.totals.values() for part in totals.get(key, (None, None)))
            for key in keys
        }

    def clusters(self, ratio: Ratio) -> Iterator[tuple[Key, tuple[float, float] | None]]:
        """The account-clustered interval of accounts of one side over those of the other, in each cell.

        No account is on both sides, so that each is one above the line or one below it.
        """
        over, under = (self.totals[measure] for measure in measures_of(ratio))
        for key in over.keys() & under.keys():
            x, y = int(over[key][0]), int(under[key][0])
            yield key, clustered_ratio(x + y, x, y, x, y, 0)


def is_of_sides(ratio: Ratio) -> bool:
    """Whether it sets the accounts of one side against those of the other."""
    parts = (ratio.numerator, ratio.denominator)
    accounts = [
        part
        for part in parts
        if isinstance(part, Measure) and part.aggregate == "count_distinct" and part.column == "account"
    ]
    return len(accounts) == len({part.side for part in accounts} - {None}) == len(parts)
