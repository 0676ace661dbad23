"""The vocabulary of a two-sided market: tables, sides, stages, money, periods and play names."""

from bothsides.schema.column import Column, Kind
from bothsides.schema.money import Money, from_minor, minor_units, to_minor
from bothsides.schema.period import Grain, Period
from bothsides.schema.side import Side
from bothsides.schema.table import Table
from bothsides.schema.tables import TABLES, table

__all__ = [
    "TABLES",
    "Column",
    "Grain",
    "Kind",
    "Money",
    "Period",
    "Side",
    "Table",
    "from_minor",
    "minor_units",
    "table",
    "to_minor",
]
