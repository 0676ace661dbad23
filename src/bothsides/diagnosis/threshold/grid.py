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


def neighbours(levels: Floats, low: float, high: float) -> tuple[float, float]:
    """The levels next below and next above a range: between two levels no cell-week tells them apart."""
    below, above = levels[levels < low], levels[levels > high]
    return float(below[-1]) if len(below) else low, float(above[0]) if len(above) else high


def steps(values: Floats, levels: Floats) -> Floats:
    """1 where a value is at least the level, cells x weeks x levels."""
    found: Floats = (values[:, :, None] >= levels).astype(np.float64)
    return found
