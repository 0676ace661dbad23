"""Every metric's cells over every market and cut, as plain records, and what differs between two engines' records.

`python -m tests.conformance.cells FILE` writes the records of the DuckDB that this interpreter has.
"""

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from bothsides.metrics import METRICS, Query, Store, Value, ask, parse_by, parse_where
from tests.conformance.markets import market

Cell = dict[str, Any]

CUTS: Mapping[str, tuple[str, tuple[str, ...], tuple[date, date] | None]] = {
    "in all": ("", (), None),
    "by month and side": ("month,side", (), None),
    "by side": ("side", (), None),
    "by week of a quarter, side and category": (
        "week,side,category",
        (),
        (date(2023, 10, 1), date(2023, 12, 31)),
    ),
    "by quarter and region, one category": ("quarter,region", ("category=Tools",), None),
    "by fiscal year, buyers": ("fiscal_year", ("side=buyer",), None),
    "by year, side and channel": ("year,side,channel", (), None),
    "by segment": ("segment", (), None),
    "by size of deal and side": ("deal_size,side", (), None),
    "by day of six weeks, rows without a category": (
        "day",
        ("category=(none)",),
        (date(2024, 1, 3), date(2024, 2, 14)),
    ),
    "by step": ("step", (), None),
    "by age and side": ("age,side", (), None),
    "by campaign": ("campaign", (), None),
    "by owner and reason": ("owner,reason", (), None),
}
"""Name of a cut: what it is split by, what it is filtered to, the days asked for."""

FEW = ("in all", "by month and side")
WHOLE = ("every edge",)


def cuts_of(market_name: str) -> tuple[str, ...]:
    """The cuts that a market is asked by: all of them where it has every edge, few elsewhere."""
    return tuple(CUTS) if market_name in WHOLE else FEW


CLOSE = 1e-9
"""Relative difference allowed where a number is not a whole one."""


def asked(cut: str, metrics: Sequence[str] = ()) -> Query:
    """The question of a cut, about every metric unless some are named."""
    by, where, days = CUTS[cut]
    grain, by_side, dims = parse_by([word for word in by.split(",") if word])
    start, end = days or (None, None)
    return Query(
        metrics=tuple(metrics or METRICS),
        grain=grain,
        by_side=by_side,
        dims=dims,
        where=parse_where(where),
        start=start,
        end=end,
    )


def cells(store: Store, query: Query) -> list[Cell]:
    """The answer as plain records."""
    return [_record(value) for value in ask(store, query)]


def _record(value: Value) -> Cell:
    return {
        "cell": [value.metric, value.period, value.side, *(list(pair) for pair in value.dims)],
        "number": value.value,
        "n": value.n,
        "low": value.low,
        "high": value.high,
        "said": [
            value.unit.value,
            value.basis.value,
            value.status.value,
            value.reason,
            value.definition,
            value.currency,
            value.as_of.isoformat() if value.as_of else None,
        ],
    }


def differences(expected: Sequence[Cell], found: Sequence[Cell]) -> list[str]:
    """What is not the same, a line each."""
    told = [f"{len(expected)} cells expected, {len(found)} found"] if len(expected) != len(found) else []
    for one, other in zip(expected, found, strict=False):
        told += [f"{one['cell']}: {said}" for said in _compared(one, other)]
    return told


def _compared(one: Cell, other: Cell) -> Iterator[str]:
    if one["cell"] != other["cell"]:
        yield f"found {other['cell']} in its place"
        return
    for name in ("n", "said"):
        if one[name] != other[name]:
            yield f"{name} is {one[name]}, found {other[name]}"
    for name in ("number", "low", "high"):
        if not _same(one[name], other[name]):
            yield f"{name} is {one[name]!r}, found {other[name]!r}"


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)


BETWEEN_VERSIONS = ("every edge", "simulated")
"""The markets that two versions of one engine are compared on."""


def written(path: Path) -> None:
    """The cells of these markets by every cut of theirs, to a file."""
    found = {name: {cut: cells(market(name), asked(cut)) for cut in cuts_of(name)} for name in BETWEEN_VERSIONS}
    path.write_text(json.dumps({"duckdb": duckdb.__version__, "markets": found}), encoding="utf-8")


if __name__ == "__main__":
    written(Path(sys.argv[1]))
