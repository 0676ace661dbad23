"""Which days of a fact have changed since its states were made, and which of those were known before."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from bothsides.metrics.fact import Fact
from bothsides.metrics.facts import FACTS
from bothsides.metrics.states.grains import period_first
from bothsides.schema import TABLES, Grain
from bothsides.warehouse import Engine

Digest: TypeAlias = tuple[int, int]
"""How many rows lie on a day, and the sum of their hashes: the same rows in any order give the same."""

Digests: TypeAlias = Mapping[date, Digest]

_TABLE = re.compile(r"\{(\w+)(@\w+)?\}")
_CREATED = re.compile(r"\bCREATE (?:TABLE|VIEW) (\w+)")
_WORD = re.compile(r"\w+")


def dirty_days(before: Digests, after: Digests) -> frozenset[date]:
    """The days whose rows are not the ones they were.

    >>> sorted(dirty_days({date(2024, 1, 1): (2, 77)}, {date(2024, 1, 1): (2, 77), date(2024, 1, 2): (1, 5)}))
    [datetime.date(2024, 1, 2)]
    """
    return frozenset(day for day in before.keys() | after.keys() if before.get(day) != after.get(day))


def touched_periods(days: Iterable[date], grain: Grain) -> frozenset[date]:
    """The first days of the weeks or months that hold the days."""
    return frozenset(period_first(day, grain) for day in days)


def sources(fact: Fact) -> frozenset[str]:
    """The schema's tables that the fact is made of, itself or through whatever another fact's statements create."""
    makers = {name: one for one in FACTS.values() for text in one.builds for name in _CREATED.findall(text)}
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [fact.name]
    while waiting:
        one = FACTS[waiting.pop()]
        if one.name in seen:
            continue
        seen.add(one.name)
        for statement in one.builds:
            for name, priced_on in _TABLE.findall(statement):
                found |= {"fx_rates"} if priced_on else set()
                found |= {_PLACEHOLDERS.get(name, name)} & set(TABLES)
            waiting += [makers[word].name for word in _WORD.findall(statement) if word in makers]
    return frozenset(found)


_PLACEHOLDERS = {"account_versions": "accounts", "has_replies": "quotes"}
"""What stands for rows of a table beside its own name."""


def changed_tables(engine: Engine, fed: Iterable[str], since: int) -> frozenset[str]:
    """The tables of which a row came, changed or went in a load after `since`."""
    moved = f"loaded_in > {since} OR superseded_in > {since}"
    return frozenset(name for name in fed if engine.row(f"SELECT 1 FROM {name} WHERE {moved} LIMIT 1"))


FRESH = "fresh_digests"


def take_digests(
    engine: Engine, relation: str, dates: Sequence[str], columns: Sequence[str]
) -> dict[str, dict[date, Digest]]:
    """The digest of every day of the relation by each of its date columns, in one read; they stay in FRESH."""
    if len(dates) == 1:
        grouped, which = dates[0], f"'{dates[0]}'"
    else:
        grouped = f"GROUPING SETS ({', '.join(f'({name})' for name in dates)})"
        which = f"CASE {' '.join(f'WHEN grouping({name}) = 0 THEN {name!r}' for name in dates)} END"
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {FRESH} AS SELECT * FROM ("
        f"SELECT {which} AS on_column, coalesce({', '.join((*dates, 'NULL'))}) AS day, count(*) AS row_count,"
        f" sum(hash({', '.join(columns)})) AS digest FROM {relation} GROUP BY {grouped}) WHERE day IS NOT NULL"
    )
    return digests_in(engine, f"SELECT on_column, day, row_count, digest FROM {FRESH}")


def digests_in(engine: Engine, query: str) -> dict[str, dict[date, Digest]]:
    """The digests that a query finds, by date column."""
    found: dict[str, dict[date, Digest]] = defaultdict(dict)
    for on, day, rows, digest in engine.rows(query):
        found[on][day] = (rows, digest)
    return found
