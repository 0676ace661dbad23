"""Where the thresholds of a panel lie: as set, or so that the asked share of cell-weeks is above."""

import math
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.panel.dynamics import BySide, index
from bothsides.simulate.panel.plan import PanelPlan

Levels: TypeAlias = Mapping[Side, float]
"""The level of each side's threshold, index units (accounts); a side without threshold is absent."""


def place(plan: PanelPlan, stock: BySide) -> Levels:
    """The levels, given the stocks of a panel drawn with an earlier guess."""
    levels = {}
    for side in Side:
        threshold = plan.side(side).threshold
        if threshold is None:
            continue
        if threshold.level is not None:
            levels[side] = threshold.level
        else:
            assert threshold.share_above is not None
            cut = float(np.quantile(index(threshold, side, stock), 1 - threshold.share_above))
            levels[side] = cut if threshold.own_weight else math.floor(cut) + 0.5
    return levels


def share_above(plan: PanelPlan, side: Side, level: float, stock: BySide) -> float:
    """Share of cell-weeks whose index is above the level of the side's threshold."""
    threshold = plan.side(side).threshold
    if threshold is None:
        raise ValueError(f"{side} has no threshold")
    return float((index(threshold, side, stock) > level).mean())
