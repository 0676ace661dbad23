"""Exact distinct counts by one bit an id, where the ids are whole numbers close together and the bits fit in memory."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bothsides.warehouse import Engine

BUDGET_BYTES = 512 * 1024**2
"""What the bits of one statement may take: each thread may hold its own copy, and two of them stay below 1 GiB."""

MOST_GROUPS = 16_384
"""Beyond as many groups an engine's table of groups leaves the processor's cache and is flushed: the same group then
has bits more than once."""

MOST_IDS = 100_000_000
"""DuckDB refuses bits for more than a thousand million ids; no market has a tenth as many accounts."""

Span: TypeAlias = tuple[int, int]
"""The lowest and the highest id of a column."""

_APPROXIMATE = re.compile(r"approx[ _]unique\D+(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the columns of one warehouse hold, each looked up once: the span of ids, the number of labels."""

    spans: dict[tuple[str, str], Span | None] = field(default_factory=dict)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    edges: dict[str, int | None] = field(default_factory=dict)

    def span(self, engine: Engine, relation: str, column: str) -> Span | None:
        """The span of a column of whole numbers, None for a column of others or without a value."""
        key = relation, column
        if key not in self.spans:
            low, high = engine.row(f"SELECT min({column}), max({column}) FROM {relation}") or (None, None)
            self.spans[key] = (low, high) if type(low) is int and type(high) is int else None
        return self.spans[key]

    def edge(self, engine: Engine) -> int | None:
        """The last id of a buyer, where every other account's lies above it; None where the two are mixed.

        Accounts are numbered side by side within a load, so that a later load's buyers come after the suppliers of
        the loads before it: a supplier's cell then has ids on both sides of any edge.
        """
        if "edge" not in self.edges:
            row: tuple[Any, ...] | None = None
            if "dim_accounts" in engine.tables():
                row = engine.row(
                    "SELECT max(CASE WHEN side = 'buyer' THEN account END),"
                    " min(CASE WHEN side = 'buyer' THEN NULL ELSE account END) FROM dim_accounts"
                )
            last, other = row or (None, None)
            self.edges["edge"] = last if last is not None and (other is None or last < other) else None
        return self.edges["edge"]

    def labels(self, engine: Engine, relation: str, column: str) -> int:
        """About how many labels a column has, by the engine's own statistics; no label is one of them."""
        key = relation, column
        if key not in self.counts:
            row = engine.row(f"SELECT stats({column})::VARCHAR FROM {relation} LIMIT 1")
            found = _APPROXIMATE.search(row[0]) if row else None
            self.counts[key] = int(found[1]) + 1 if found else 1
        return self.counts[key]


@dataclass(slots=True)
class BitBudget:
    """What one statement may still spend on bits; every column counted by them takes its part."""

    engine: Engine
    bounds: Bounds
    left: int = BUDGET_BYTES

    def labels(self, relation: str, column: str) -> int:
        """About how many labels a column has."""
        return self.bounds.labels(self.engine, relation, column)

    def take(self, relation: str, column: str, groups: Callable[[], int], *, by_side: bool = False) -> tuple[Span, ...]:
        """The spans to count the column's ids in by bits, none where they would not fit.

        By side the ids of buyers and of suppliers have bits of their own where they are numbered apart: a cell of one
        side then takes no room for the other's.
        """
        span = self.bounds.span(self.engine, relation, column)
        if span is None or span[1] - span[0] >= MOST_IDS:
            return ()
        edge = self.bounds.edge(self.engine) if by_side else None
        spans = (span,) if edge is None or not span[0] <= edge < span[1] else ((span[0], edge), (edge + 1, span[1]))
        if sum(map(_size, spans)) > self.left:
            return ()
        cells = groups()
        size = cells * sum(map(_size, spans)) // len(spans)
        if cells > MOST_GROUPS or size > self.left:
            return ()
        self.left -= size
        return spans


def _size(span: Span) -> int:
    """Bytes of the bits of one group."""
    return (span[1] - span[0]) // 8 + 1
