"""How facts are split, filtered and dated: the same for every read of one query."""

from dataclasses import dataclass
from datetime import date

from bothsides.metrics.fact import Fact
from bothsides.schema import Grain, Side

Parameters = dict[str, object]

NO_LABEL = "(none)"
"""How a filter names the rows without a label, as tables show them. Where data have it for a label, as Google Analytics
has it for no medium, facts read it as none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days a fact is read for and the date up to which it is known."""

    start: date
    end: date
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How the facts are split and filtered: shared by every read of one query."""

    grain: Grain | None
    by_side: bool
    sided: bool
    dims: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...]
    fiscal_start: int = 1

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the cell's columns, in order."""
        return (*(("period",) if self.grain else ()), *(("side",) if self.by_side else ()), *self.dims)

    @property
    def codes(self) -> tuple[str, ...]:
        """The columns that cells are grouped by: a side's word takes sixteen bytes a row, its truth value one."""
        return tuple("is_supplier" if key == "side" else key for key in self.keys)

    @property
    def words(self) -> tuple[str, ...]:
        """The keys as they are shown, from their codes."""
        return tuple(_SIDE if key == "side" else key for key in self.keys)

    def relation(self, fact: Fact) -> str:
        """What is read of the fact: by side, one row per party where it has two."""
        return fact.parties if self.sided and fact.parties else fact.relation

    def conditions(self, fact: Fact) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The filters as they bear on the fact: a filter on both sides leaves each row of two parties in, once."""
        return tuple(c for c in self.where if c[0] != "side" or self.sided or not fact.parties)


_SIDE = f"CASE WHEN is_supplier THEN '{Side.SUPPLIER}' WHEN NOT is_supplier THEN '{Side.BUYER}' END AS side"


def key_columns(on: str, cut: Cut) -> list[str]:
    """The cell's columns of a read dated by `on`, as codes."""
    columns = []
    for key in cut.keys:
        if key == "side":
            columns.append(f"side = '{Side.SUPPLIER}' AS is_supplier")
        elif key == "period" and cut.grain:
            columns.append(f"{period_start(on, cut.grain, cut.fiscal_start)} AS period")
        else:
            columns.append(key)
    return columns


def conditions(fact: Fact, on: str, cut: Cut, window: Window, parameters: Parameters) -> list[str]:
    """The rows of a read: its days, and the filters, whose words become parameters."""
    # Dates stand as literals: the engine then leaves out blocks, and the whole test where every row passes.
    found = [f"{on} BETWEEN DATE '{window.start}' AND DATE '{window.end}'"]
    for name, values in cut.conditions(fact):
        marks = []
        for value in values:
            marks.append(f"w{len(parameters)}")
            parameters[marks[-1]] = value
        found.append(f"{filtered(name, values)} IN ({', '.join(f'${mark}' for mark in marks)})")
    return found


def filtered(name: str, values: tuple[str, ...]) -> str:
    """The column a filter compares; rows without a label take part under their name."""
    return f"coalesce({name}, '{NO_LABEL}')" if NO_LABEL in values else name


def period_start(on: str, grain: Grain, fiscal_start: int) -> str:
    """The first day of the period that holds the date, as a DATE."""
    if grain is Grain.FISCAL_YEAR:
        back = f"INTERVAL {fiscal_start - 1} MONTH"
        return f"CAST(date_trunc('year', {on} - {back}) + {back} AS DATE)"
    if grain is Grain.WEEK:
        # The first day of year 1 was a Monday. Days count faster than date_trunc, which goes by way of a timestamp.
        return f"({on} - CAST({on} - DATE '0001-01-01' AS INT) % 7)"
    if grain is Grain.DAY:
        return on
    return f"CAST(date_trunc('{grain.value}', {on}) AS DATE)"
