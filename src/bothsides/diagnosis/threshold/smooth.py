"""How leaving may change gradually with the other side: the alternatives that a jump has to beat."""

import numpy as np

from bothsides.diagnosis.panel import Floats
from bothsides.diagnosis.threshold.observations import Observations

FEWEST = 0.5
"""Accounts assumed of an empty side, so that its logarithm exists."""

WIDTHS = (0.15, 0.3, 0.5, 0.8)
"""Scales of gradual changes, log units of the other side: the narrowest goes from a tenth to nine tenths of its change
while the other side doubles."""


GRADUAL_LEVELS = 20
"""About so many levels are tried for a gradual change, which hardly differs from one level to the next."""


def log_stock(stock: Floats) -> Floats:
    """The stock's logarithm."""
    logs: Floats = np.log(np.maximum(stock, FEWEST))
    return logs


def spline(seen: Observations, values: Floats, bends: int) -> Floats:
    """A natural cubic spline of the values, cells x weeks x columns, its knots at quantiles of the cell-weeks.

    With `bends` inner knots it has bends + 1 columns; the first is the values themselves. Source: Hastie, Tibshirani
    and Friedman 2009, The Elements of Statistical Learning, 5.2.1.
    """
    there = seen.at_risk > 0
    knots = np.unique(np.quantile(values[there], np.linspace(0, 1, bends + 2)))
    middle, scale = float(values[there].mean()), float(values[there].std()) or 1.0
    at, knots = (values - middle) / scale, (knots - middle) / scale
    columns = [at]
    if len(knots) > 2:
        last = _cubic(at, knots[-2], knots[-1])
        columns += [_cubic(at, knot, knots[-1]) - last for knot in knots[:-2]]
    return np.stack([np.where(there, column, 0.0) for column in columns], axis=2)


def _cubic(at: Floats, knot: float, end: float) -> Floats:
    piece: Floats = (np.maximum(at - knot, 0) ** 3 - np.maximum(at - end, 0) ** 3) / (end - knot)
    return piece


def gradual(logs: Floats, levels: Floats) -> Floats:
    """Logistic changes in the log of the stock about some of the levels, for every width: cells x weeks x columns."""
    about = np.log(levels[:: max(1, len(levels) // GRADUAL_LEVELS)])
    parts = [1 / (1 + np.exp(-np.clip((logs[:, :, None] - about) / width, -40, 40))) for width in WIDTHS]
    return np.concatenate(parts, axis=2)
