"""A market as a panel: one row per cell, one column per week, the same weeks for every cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bothsides.schema import Side

Floats: TypeAlias = NDArray[np.float64]


class Assignment(StrEnum):
    """How it was decided which cells are pushed when: what a push can prove follows from it."""

    RANDOMISED = "randomised"
    """By lot: nothing else differs between pushed and other cells."""
    INSTRUMENTED = "instrumented"
    """By an outside reason that moves the pushed side alone, such as a subsidy or a partner's timetable."""
    CHOSEN = "chosen"
    """By people who looked at the cells."""
    NONE = "none"
    """No push is on record."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SidePanel:
    """One side by cell and week; every array is cells x weeks, NaN where a week's number is not known.

    `stock` are accounts at the week's start, `joined` and `left` those that came and went within it, `push` is the
    declared intensity of a push for this side (0 where there is none).
    """

    stock: Floats
    joined: Floats
    left: Floats
    push: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One draw of a lot that is on record whole: the rows of the cells that took part, its first and last column."""

    cells: tuple[int, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Both sides of every cell by week.

    `cells` are (category, region), `weeks` Mondays, ascending and gapless; `orders` and `gmv` (major units) are cells x
    weeks of completed orders. `assignment` says how the pushes for a side were decided, `lots` among which cells they
    were dealt where that is on record, `notes` what a reader must know of pushes that count otherwise than declared.
    Raises ValueError where an array does not have one row per cell and one column per week.
    """

    cells: tuple[tuple[str | None, str | None], ...]
    weeks: tuple[date, ...]
    buyers: SidePanel
    suppliers: SidePanel
    orders: Floats
    gmv: Floats
    assignment: Mapping[Side, Assignment]
    lots: Mapping[Side, tuple[Lot, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = len(self.cells), len(self.weeks)
        arrays = {
            f"{s}.{f.name}": getattr(getattr(self, s), f.name)
            for s in ("buyers", "suppliers")
            for f in fields(SidePanel)
        }
        for name, array in {**arrays, "orders": self.orders, "gmv": self.gmv}.items():
            if array.shape != shape:
                raise ValueError(f"panel: {name} has shape {array.shape}, it must be cells x weeks, {shape}")

    def side(self, side: Side) -> SidePanel:
        """The panel of one side."""
        return self.buyers if side is Side.BUYER else self.suppliers
