"""What is known of many leads at once: one column a field, numbers or texts, with what is missing kept apart."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, Ints

Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Numbers:
    """A field of numbers; NaN is missing."""

    values: Floats

    @property
    def missing(self) -> Bools:
        """Where nothing is known."""
        return np.isnan(self.values)

    def at(self, rows: Ints | Bools) -> "Numbers":
        """The same field of some of the leads."""
        return Numbers(values=self.values[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Texts:
    """A field of texts, each written once: `codes` are places in `levels`, -1 is missing."""

    levels: tuple[str, ...]
    codes: Codes

    @property
    def missing(self) -> Bools:
        """Where nothing is known."""
        gone: Bools = self.codes < 0
        return gone

    def at(self, rows: Ints | Bools) -> "Texts":
        """The same field of some of the leads."""
        return Texts(levels=self.levels, codes=self.codes[rows])


Column: TypeAlias = Numbers | Texts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leads:
    """Fields of `n` leads; every column has one entry a lead."""

    n: int
    columns: Mapping[str, Column]

    def at(self, rows: Ints | Bools) -> "Leads":
        """Some of the leads, by place or by mask."""
        n = int(rows.sum()) if rows.dtype == np.bool_ else len(rows)
        return Leads(n=n, columns={name: column.at(rows) for name, column in self.columns.items()})

    def only(self, names: Iterable[str]) -> "Leads":
        """The same leads with some of their fields."""
        return Leads(n=self.n, columns={name: self.columns[name] for name in names})

    def with_field(self, name: str, column: Column) -> "Leads":
        """The same leads with one field more."""
        return Leads(n=self.n, columns={**self.columns, name: column})


def leads(fields: Mapping[str, Sequence[object] | Floats]) -> Leads:
    """Columns as they come from a query: numbers, texts or yes/no, None or an empty text where nothing is known.

    A column whose known values are all numbers is a field of numbers; any other is a field of texts, in which true and
    false become yes and no. Raises ValueError where columns differ in length.

    >>> leads({"employees": [10, None], "verified": [True, False]}).columns["verified"].levels
    ('no', 'yes')
    """
    lengths = {name: len(values) for name, values in fields.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns differ in length: {lengths}")
    return Leads(n=next(iter(lengths.values()), 0), columns={name: _column(values) for name, values in fields.items()})


def _column(values: Sequence[object] | Floats) -> Column:
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiu":
        return Numbers(values=values.astype(np.float64))
    if all(_unknown(value) or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
        known = [float("nan") if _unknown(value) else float(value) for value in values]  # type: ignore[arg-type]  # numbers, by the line above
        return Numbers(values=np.array(known, dtype=np.float64))
    words = [None if _unknown(value) else as_text(value) for value in values]
    levels = sorted({word for word in words if word is not None})
    place = {word: i for i, word in enumerate(levels)}
    codes = np.fromiter((-1 if word is None else place[word] for word in words), dtype=np.int32, count=len(words))
    return Texts(levels=tuple(levels), codes=codes)


def _unknown(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def as_text(value: object) -> str:
    """A value as a level of a field of texts.

    >>> as_text(True), as_text("GB"), as_text(3)
    ('yes', 'GB', '3')
    """
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return value if isinstance(value, str) else str(value)
