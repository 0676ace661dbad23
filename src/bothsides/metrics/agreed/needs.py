"""What data a formula needs beside its facts' own: without it the number would be a false zero."""

from collections.abc import Hashable, Iterator
from functools import cache

from bothsides.metrics.agreed.mistake import not_one_of
from bothsides.metrics.catalogue import METRICS
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Formula, Measure, measures_of
from bothsides.schema import TABLES

NO_GAP = ("refunds",)
"""Tables of which no row is no gap: nothing came back."""


def needs_of(formula: Formula) -> tuple[str, ...]:
    """What the house asks for wherever it reads the same column, date or test; else the tables of an amount."""
    house = _house_needs()
    found: dict[str, None] = {}
    for measure in measures_of(formula):
        known = FACTS[measure.fact].requires
        for use in _uses(measure):
            found |= dict.fromkeys(need for need in sorted(house.get(use, ())) if need not in known)
        for name in measure.columns:
            if ("column", measure.fact, name) not in house:
                tables = FACTS[measure.fact].money.get(name, ())
                found |= dict.fromkeys(table for table in tables if table not in (*known, *NO_GAP))
    return tuple(found)


def unknown_need(need: str) -> str | None:
    """Why a need names nothing that can be loaded, None when it does.

    >>> unknown_need("orders.on_platform=false") is None
    True
    """
    name, _, rest = need.partition(".")
    if name not in TABLES:
        return not_one_of("a table", name, TABLES)
    column = rest.partition("=")[0]
    columns = [c.name for c in TABLES[name].columns]
    return not_one_of(f"a column of {name}", column, columns) if rest and column not in columns else None


def _uses(measure: Measure) -> Iterator[Hashable]:
    """What the measure reads: its columns, its date, its tests."""
    for name in (*measure.columns, *(test.column for test in measure.where)):
        yield "column", measure.fact, name
    yield "date", measure.fact, measure.on
    yield from (("test", measure.fact, test) for test in measure.where)


@cache
def _house_needs() -> dict[Hashable, frozenset[str]]:
    """By use, what every house metric that has it needs. One word of a column is needed by its test or date only."""
    needs: dict[Hashable, frozenset[str]] = {}
    for metric in METRICS.values():
        if not isinstance(metric.formula, Formula):
            continue
        for use in {use: None for measure in measures_of(metric.formula) for use in _uses(measure)}:
            by_column = isinstance(use, tuple) and use[0] == "column"
            own = frozenset(need for need in metric.needs if not (by_column and "=" in need))
            needs[use] = needs.get(use, own) & own
    return needs
