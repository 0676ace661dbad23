"""Which rollups are kept: those of every measure that the house's dictionary declares, and nothing by hand."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from bothsides.metrics.building import facts_version
from bothsides.metrics.catalogue import METRICS
from bothsides.metrics.compile import expand
from bothsides.metrics.fact import Fact
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Formula, Measure, measures_of
from bothsides.metrics.metric import Metric
from bothsides.metrics.states.grains import (
    KEPT_DIMENSIONS,
    LARGEST_BLOCK,
    Rollup,
    declared,
    kept_dimensions,
    relation_of,
    written,
)
from bothsides.metrics.states.serve import dated_by, rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One rollup with its measures: the counts and sums kept by day, the distinct accounts kept by week and month.

    `dates` are the fact's own date columns that its days follow, `reached` the columns whose last day is kept.
    """

    rollup: Rollup
    sums: tuple[Measure, ...]
    distinct: tuple[Measure, ...]

    @property
    def fact(self) -> Fact:
        """The fact it rolls up."""
        return FACTS[self.rollup[0]]

    @property
    def sided(self) -> bool:
        """Whether its rows have a side."""
        return self.rollup[1]

    @property
    def on(self) -> str:
        """The date column as its relation has it."""
        return self.rollup[2]

    @property
    def relation(self) -> str:
        """The relation that is rolled up."""
        return relation_of(self.fact, sided=self.sided)

    @property
    def kept(self) -> tuple[str, ...]:
        """The labels it is kept by."""
        return kept_dimensions(self.fact)

    @property
    def dates(self) -> tuple[str, ...]:
        """The columns of the fact's total relation that hold its dates: one of each party, where these differ."""
        named = self.fact.party_columns.get(self.on) if self.sided and self.fact.parties else None
        return named or (self.on,)

    @property
    def reached(self) -> tuple[str, ...]:
        """Columns that a measure counts where they are there: dates that may have to be reached."""
        tests = (test for measure in self.sums for test in measure.where if test.operator == "not null")
        return tuple(dict.fromkeys(test.column for test in tests if test.column.endswith("_on")))


def declared_rollups(metrics: Iterable[Metric] | None = None) -> tuple[Declared, ...]:
    """The rollups of the metrics' measures, the whole dictionary's without any, in the order declared."""
    found: dict[Rollup, dict[Measure, None]] = {}
    for measure, sided in dict.fromkeys(_measures(METRICS.values() if metrics is None else metrics)):
        plain = declared(measure, sided=sided)
        on = dated_by(plain, sided=sided)
        group = found.setdefault((measure.fact, sided, on), {})
        group[replace(rows_of(plain), where=())] = None
        group[plain] = None
        if plain.aggregate == "sum":
            group[rows_of(plain)] = None
    return tuple(
        Declared(
            rollup=rollup,
            sums=tuple(m for m in group if m.aggregate != "count_distinct"),
            distinct=tuple(m for m in group if m.aggregate == "count_distinct"),
        )
        for rollup, group in found.items()
    )


def _measures(metrics: Iterable[Metric]) -> Iterator[tuple[Measure, bool]]:
    """Every measure with the relations it is read from: by side, and as a total where that is another relation."""
    for metric in metrics:
        if not isinstance(metric.formula, Formula):
            continue
        for measure in measures_of(metric.formula):
            fact = FACTS[measure.fact]
            if measure.aggregate == "count_distinct":
                if measure.column == fact.account:
                    yield measure, True
                continue
            yield measure, True
            if fact.parties:
                for total in measures_of(expand(measure, sided=False)):
                    yield total, False


def states_version(currency: str) -> str:
    """Changes whenever a state would hold something else for the same rows; states of another version are not read.

    Row hashes differ between versions of the engine, so that its version is part of it.
    """
    declarations = [
        f"{d.rollup} {[written(m) for m in (*d.sums, *d.distinct)]} {d.kept} {d.dates}" for d in declared_rollups()
    ]
    words = [facts_version(), currency, duckdb.__version__, str(LARGEST_BLOCK), str(KEPT_DIMENSIONS), *declarations]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def known_until(fact: Fact, ranges: Mapping[str, tuple[date, date]]) -> date | None:
    """The last business date on which the fact is known."""
    return max((ranges[name][1] for name in fact.known_by if name in ranges), default=None)
