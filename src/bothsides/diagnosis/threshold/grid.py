"""The levels at which a threshold is looked for."""

import numpy as np

from bothsides.diagnosis.panel import Floats

MOST_LEVELS = 80

TRIMMED = 0.03
"""Share of cell-weeks at either end in which no threshold is looked for. It is less than a regime must hold for a
claim: a threshold in the thin end shall be found there and refused, not shifted to where it could be claimed."""


def levels_of(values: Floats, most: int = MOST_LEVELS) -> Floats:
    """Every value between the trimmed ends, or quantiles where there are many.

    `values` are those of the cell-weeks that count; a cell-week is above a level when its value is at least that.

    >>> levels_of(np.arange(1.0, 101.0), most=5).tolist()
    [4.0, 27.0, 50.0, 74.0, 97.0]
    """
    if not len(values):
        return np.empty(0)
    low, high = np.quantile(values, [TRIMMED, 1 - TRIMMED])
    inner = np.sort(values[(values >= low) & (values <= high) & (values > values.min())])
    every = np.unique(inner)
    if len(every) <= most:
        return every
    return np.unique(inner[np.linspace(0, len(inner) - 1, most).round().astype(int)])


def finer(values: Floats, levels: Floats, low: float, high: float) -> Floats | None:
    """The levels between the neighbours of a range, every value or quantiles; None where the grid holds them all.

    Between two levels of a coarse grid some cell-weeks stand on the wrong side, which makes a drop look milder.

    >>> finer(np.arange(1.0, 11.0), np.array([2.0, 6.0, 9.0]), 6.0, 6.0).tolist()
    [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    >>> finer(np.arange(1.0, 4.0), np.array([2.0, 3.0]), 2.0, 3.0)
    """
    least, most = neighbours(levels, low, high)
    near = np.sort(values[(values >= least) & (values <= most) & (values > values.min())])
    every = np.unique(near)
    if len(every) <= ((levels >= least) & (levels <= most)).sum():
        return None
    return (
        every if len(every) <= MOST_LEVELS else np.unique(near[np.linspace(0, len(near) - 1, MOST_LEVELS).astype(int)])
    )


def neighbours(levels: Floats, low: float, high: float) -> tuple[float, float]:
    """The levels next below and next above a range: between two levels no cell-week tells them apart."""
    below, above = levels[levels < low], levels[levels > high]
    return float(below[-1]) if len(below) else low, float(above[0]) if len(above) else high


def steps(values: Floats, levels: Floats) -> Floats:
    """1 where a value is at least the level, cells x weeks x levels."""
    found: Floats = (values[:, :, None] >= levels).astype(np.float64)
    return found
