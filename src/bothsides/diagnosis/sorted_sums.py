"""Rows summed by keys that are whole numbers: sorted as numbers, a tenth of what an engine's table of groups costs."""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bothsides.warehouse.engine import Engine, Parameters

Ints: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[Any]

_BITS = 63
"""Of a whole number of the machine, without its sign."""


def in_order(keys: Ints) -> tuple[Ints, Ints]:
    """The keys in order, and where each of them stood; equal ones as they stood. Keys are not negative.

    Where both fit into one number the place is written behind the key: numbers are sorted in a fifth of the time that
    sorting their places takes.

    >>> keys, places = in_order(np.array([7, 3, 7]))
    >>> keys.tolist(), places.tolist()
    ([3, 7, 7], [1, 0, 2])
    """
    bits = len(keys).bit_length()
    if int(keys.max(initial=0)).bit_length() + bits <= _BITS:
        both = keys << bits
        both |= np.arange(len(keys))
        both.sort()
        return both >> bits, both & ((1 << bits) - 1)
    places = np.argsort(keys, kind="stable")
    return keys[places], places


def runs(*columns: Numbers) -> Ints:
    """Where each run of equal rows begins.

    >>> runs(np.array([3, 3, 5])).tolist(), runs(np.array([3, 3, 5]), np.array([1, 2, 2])).tolist()
    ([0, 2], [0, 1, 2])
    """
    new = np.zeros(len(columns[0]), bool)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(new)


class Groups(NamedTuple):
    """Every pair of keys that is there, in order, and the rows that have it."""

    first: Ints
    second: Ints
    order: Ints
    begins: Ints

    @property
    def times(self) -> Ints:
        """How many rows each pair has."""
        counts: Ints = np.diff(self.begins, append=len(self.order))
        return counts

    def total(self, values: Numbers) -> Numbers:
        """The sum of the rows of each pair: of whole numbers a whole number."""
        kind = values.dtype if values.dtype.kind == "f" else np.int64
        total: Numbers = np.add.reduceat(values[self.order], self.begins, dtype=kind) if len(values) else values
        return total


def grouped(first: Ints, second: Ints) -> Groups:
    """Rows by pair of keys, neither of them negative.

    >>> found = grouped(np.array([2, 1, 2]), np.array([5, 9, 5]))
    >>> found.first.tolist(), found.second.tolist()
    ([1, 2], [9, 5])
    >>> found.times.tolist(), found.total(np.array([10, 20, 30])).tolist()
    ([1, 2], [20, 40])
    """
    size = int(second.max(initial=0)) + 1
    if (int(first.max(initial=0)) + 1) * size > np.iinfo(np.int64).max:
        labels, code = np.unique(second, return_inverse=True)
        found = grouped(first, code)
        return found._replace(second=labels[found.second])
    key, order = in_order(first * size + second)
    begins = runs(key)
    found_keys = key[begins]
    return Groups(first=found_keys // size, second=found_keys % size, order=order, begins=begins)


def whole_columns(
    engine: Engine, statement: str, parameters: Parameters | None, names: tuple[str, ...] = ()
) -> dict[str, Numbers]:
    """A statement's columns in one piece each, whole numbers all: those named, empty without a row.

    Where none is named, all that it has, and none without a row.
    """
    batches = list(engine.columns(statement, parameters))
    asked = names or (batches[0] if batches else ())
    if len(batches) == 1:
        return {name: batches[0][name] for name in asked}
    return {name: np.concatenate([batch[name] for batch in batches] or [np.zeros(0, np.int64)]) for name in asked}
