"""The frame of a panel: which cells are its rows, which whole weeks its columns, and how counts fall into it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np

from bothsides.diagnosis.cells import LEAST_LABELLED, Where
from bothsides.diagnosis.panel.panel import Floats
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.metrics.compile import period_start
from bothsides.schema import Grain

CellWeek: TypeAlias = tuple[Where, date]
"""A cell and a Monday."""

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Rows and columns of a panel, which labels tell cells apart, and the last known day."""

    cells: tuple[Where, ...]
    weeks: tuple[date, ...]
    split: tuple[bool, bool]
    end: date

    def grid(self, counts: Mapping[CellWeek, float]) -> Floats:
        """The counts as cells x weeks, 0 where there is none; other cells and weeks are left out."""
        rows, first = {cell: i for i, cell in enumerate(self.cells)}, self.weeks[0]
        grid = np.zeros((len(self.cells), len(self.weeks)))
        for (cell, week), count in counts.items():
            column = (week - first) // WEEK
            if cell in rows and 0 <= column < len(self.weeks):
                grid[rows[cell], column] += count
        return grid

    def before(self, counts: Mapping[CellWeek, float]) -> Floats:
        """The counts of the weeks before the first, by cell."""
        rows = {cell: i for i, cell in enumerate(self.cells)}
        total = np.zeros(len(self.cells))
        for (cell, week), count in counts.items():
            if cell in rows and week < self.weeks[0]:
                total[rows[cell]] += count
        return total


def whole_weeks(known: Span) -> tuple[date, ...]:
    """The Mondays of the weeks of which every day is known.

    >>> [str(day) for day in whole_weeks(Span(start=date(2024, 1, 2), end=date(2024, 1, 21)))]
    ['2024-01-08', '2024-01-15']
    """
    first = known.start + timedelta(days=-known.start.weekday() % 7)
    return tuple(first + i * WEEK for i in range(max(0, (known.end - first + timedelta(days=1)) // WEEK)))


def splits(store: Store, window: Span) -> tuple[bool, bool]:
    """Whether category and region split the market, by the rule of the liquidity cells."""
    row = store.engine.row(
        "SELECT count(category), count(DISTINCT category), count(region), count(DISTINCT region), count(*)"
        " FROM fact_orders WHERE placed_on BETWEEN $first AND $last",
        {"first": window.start, "last": window.end},
    )
    if row is None or not row[4]:
        return False, False
    categories, each_category, regions, each_region, orders = row
    return (
        categories >= LEAST_LABELLED * orders and each_category >= 2,
        regions >= LEAST_LABELLED * orders and each_region >= 2,
    )


def named(split: tuple[bool, bool], seen: Iterable[Where]) -> tuple[Where, ...]:
    """The cells that have a label wherever the market is split, in order."""
    whole = {
        where for where in seen if all(label is not None or not by for label, by in zip(where, split, strict=True))
    }
    return tuple(sorted(whole, key=str))


def place(split: tuple[bool, bool], alias: str = "") -> str:
    """SQL: category and region, empty where they do not split the market."""
    dot = f"{alias}." if alias else ""
    parts = (
        f"{dot}{name}" if by else "CAST(NULL AS VARCHAR)"
        for name, by in zip(("category", "region"), split, strict=True)
    )
    return ", ".join(f"{part} AS {name}" for part, name in zip(parts, ("category", "region"), strict=True))


def monday(day: str) -> str:
    """SQL: the Monday of the week that holds a day."""
    return period_start(day, Grain.WEEK, 1)
