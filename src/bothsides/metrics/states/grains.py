"""What a state is: one declared rollup of one fact read, by day for sums and by whole period for distinct accounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TypeAlias

from bothsides.metrics.fact import Fact
from bothsides.metrics.measure import Measure, Test
from bothsides.schema import Grain

KEPT_DIMENSIONS = ("category", "region", "channel")
"""The labels a state can be split by, one at a time."""

DISTINCT_GRAINS = (Grain.WEEK, Grain.MONTH)
"""Distinct accounts are kept by these; quarters and years are unions of months."""

SMALLEST_BLOCK, LARGEST_BLOCK = 256, 16_384
"""How many accounts the bits of one row stand for. The largest makes two kilobytes, which the file still compresses."""

WHOLE = ""
"""What `kept` says in the rows of a state that are split by no label."""

Rollup: TypeAlias = tuple[str, bool, str]
"""A fact, whether its by-side relation is read, and the date column as that relation has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One kept table.

    A row stands for a day or period, a side where the relation has one, and one label of the dimension that `kept`
    names. Column m0 is the first measure's sum or count; in a state of distinct accounts n0 counts the accounts and
    b0 holds a bit for each account of the row's block. `first` and `last` are the days the fact's rows lie on,
    `latest` the last day in each date column that a measure asks to be reached.
    """

    name: str
    fact: str
    sided: bool
    on: str
    grain: Grain
    measures: tuple[str, ...]
    kept: tuple[str, ...]
    first: date
    last: date
    latest: Mapping[str, date] = field(default_factory=dict)
    block: int = 0

    @property
    def rollup(self) -> Rollup:
        """What it rolls up."""
        return self.fact, self.sided, self.on


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """Every state of a warehouse, and what the last load changed in days that were known before it.

    `changed` holds the days per rollup and measure, `known_before` until when the load before knew each rollup.
    """

    states: tuple[State, ...] = ()
    load_id: int | None = None
    changed: Mapping[tuple[Rollup, str], tuple[date, ...]] = field(default_factory=dict)
    known_before: Mapping[Rollup, date] = field(default_factory=dict)

    def find(self, rollup: Rollup, *, distinct: bool) -> tuple[State, ...]:
        """The states of the rollup that hold sums, or distinct accounts, the longest grain first."""
        found = [s for s in self.states if s.rollup == rollup and (s.grain is not Grain.DAY) == distinct]
        return tuple(sorted(found, key=lambda s: s.grain is not Grain.MONTH))


NO_STATES = States()
"""For readers that shall read the facts."""


def state_name(fact: Fact, *, sided: bool, on: str, grain: Grain) -> str:
    """The table's name: what it rolls up, by which date, by day, week or month.

    >>> from bothsides.metrics.facts import FACTS
    >>> state_name(FACTS["orders"], sided=True, on="placed_on", grain=Grain.WEEK)
    'state_order_parties_placed_on_week'
    """
    return f"state_{relation_of(fact, sided=sided).removeprefix('fact_')}_{on}_{grain.value}"


def relation_of(fact: Fact, *, sided: bool) -> str:
    """The by-side relation of a fact of two parties, else its only one."""
    return fact.parties if sided and fact.parties else fact.relation


def kept_dimensions(fact: Fact) -> tuple[str, ...]:
    """The labels its states can be split by: those that are the same for both parties."""
    return tuple(d for d in KEPT_DIMENSIONS if d in fact.dimensions and d not in fact.party_columns)


def period_first(day: date, grain: Grain) -> date:
    """The first day of the week or month that holds the day; of a day, itself."""
    from_monday = day.weekday() if grain is Grain.WEEK else 0
    return day.replace(day=1) if grain is Grain.MONTH else date.fromordinal(day.toordinal() - from_monday)


def declared(measure: Measure, *, sided: bool) -> Measure:
    """The measure as states keep it: for all days, for both sides where rows have one, whatever is reached, reached."""
    return replace(
        measure,
        side=None if sided else measure.side,
        maturity_days=0,
        since=None,
        until=None,
        where=tuple(Test(t.column, "not null") if t.operator == "reached" else t for t in measure.where),
    )


def written(measure: Measure) -> str:
    """A declared measure as one line, the same for the same numbers.

    >>> written(Measure(fact="events", on="occurred_on", aggregate="count", where=(Test("name", "=", "search"),)))
    "count(*) where name = 'search'"
    """
    of_side = f" of {measure.side}" if measure.side else ""
    tests = " and ".join(_test(test) for test in measure.where)
    more = "".join(f" {name} {getattr(measure, name)!r}" for name in _OTHERS if getattr(measure, name) != _OTHERS[name])
    return f"{measure.aggregate}({measure.column or '*'}){of_side}" + (f" where {tests}" if tests else "") + more


def by_grain(measure: str, grain: Grain) -> str:
    """A written distinct count as it stands in restatements: a late order may be news to its week, not to its month.

    >>> by_grain("count_distinct(account)", Grain.WEEK)
    'count_distinct(account) by week'
    """
    return f"{measure} by {grain.value}"


_WRITTEN = {"fact", "on", "aggregate", "column", "where", "side"}
_OTHERS = {f.name: f.default for f in fields(Measure) if f.name not in _WRITTEN}
"""Whatever else tells two measures apart."""


def _test(test: Test) -> str:
    if test.value is None:
        return f"{test.column} {test.operator}"
    shown = test.value.isoformat() if isinstance(test.value, date) else repr(test.value)
    return f"{test.column} {test.operator} {shown}"


def days_of(periods: Iterable[date], grain: Grain) -> tuple[tuple[date, date], ...]:
    """First and last day of each period, by its first day."""
    spans = []
    for first in sorted(periods):
        following = first.replace(day=28).toordinal() + 4 if grain is Grain.MONTH else first.toordinal() + 7
        after = date.fromordinal(following)
        spans.append(
            (first, date.fromordinal((after.replace(day=1) if grain is Grain.MONTH else after).toordinal() - 1))
        )
    return tuple(spans)
