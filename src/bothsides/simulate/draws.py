"""Random draws the rooms of a simulated market share: named streams, weighted picks within cells, times of day."""

from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
Floats = NDArray[Any]
Bools = NDArray[Any]
Array = NDArray[Any]

DAY = 86_400
WEEK = 7 * DAY
NEVER = 32_000
"""A week that never comes."""

_WEEKDAYS = np.cumsum([0.2, 0.2, 0.2, 0.19, 0.15, 0.04, 0.02])


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for each part of the market, so that widening one part leaves the others as they were."""
    return np.random.default_rng([seed, crc32(name.encode())])


def moments(rng: np.random.Generator, week_start: int, n: int) -> NDArray[np.int64]:
    """Sorted epoch seconds within the week, mostly on working days between 06:00 and 18:00 UTC."""
    weekday = np.minimum(np.searchsorted(_WEEKDAYS, rng.random(n), side="right"), 6)
    second = (6 + 6 * (rng.random(n) + rng.random(n))) * 3600
    result = week_start + weekday * DAY + second.astype(np.int64)
    result.sort()
    return result


def skewed_days(rng: np.random.Generator, median_days: float, n: int, sigma: float = 0.7) -> NDArray[np.int64]:
    """Log-normal durations in seconds with that median."""
    return np.ceil(median_days * DAY * np.exp(sigma * rng.standard_normal(n))).astype(np.int64)


@dataclass(frozen=True, slots=True)
class CellPicks:
    """Accounts in cell order with cumulative weights of one week: draws an account of given cells by weight."""

    rank: Ints
    bounds: Ints
    cumulative: Floats

    def has_any(self, first: Ints, last: Ints) -> Bools:
        """Whether the cells from first up to, not including, last have any weight."""
        return self._edge(last) > self._edge(first)

    def pick(self, rng: np.random.Generator, first: Ints, last: Ints) -> NDArray[np.int64]:
        """One account for each range of cells, which must have weight."""
        low, high = self._edge(first), self._edge(last)
        target = np.minimum(low + rng.random(len(first)) * (high - low), np.nextafter(high, -np.inf))
        position = np.searchsorted(self.cumulative, target, side="right") - 1
        chosen: NDArray[np.int64] = self.rank[np.minimum(position, len(self.rank) - 1)].astype(np.int64)
        return chosen

    def _edge(self, cell: Ints) -> Floats:
        edge: Floats = self.cumulative[self.bounds[cell]]
        return edge


@dataclass(frozen=True, slots=True)
class CellOrder:
    """Accounts sorted by cell, once; `weigh` gives the picks for a week's weights."""

    rank: Ints
    bounds: Ints

    @classmethod
    def of(cls, cell: Ints, cells: int) -> "CellOrder":
        """Sort the accounts by their cell."""
        rank = np.argsort(cell, kind="stable")
        return cls(rank, np.searchsorted(cell[rank], np.arange(cells + 1)))

    def weigh(self, weights: Floats) -> CellPicks:
        """The picks for these account weights (in account order)."""
        cumulative = np.concatenate([[0.0], np.cumsum(weights[self.rank])])
        return CellPicks(self.rank, self.bounds, cumulative)
