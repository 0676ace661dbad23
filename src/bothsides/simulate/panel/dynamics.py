"""How a panel moves from one week to the next: expected joiners and the hazard of leaving, per cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bothsides.schema.side import Side
from bothsides.simulate.draws import stream
from bothsides.simulate.panel.plan import PanelPlan, PanelThreshold

Floats: TypeAlias = NDArray[np.float64]
BySide: TypeAlias = Mapping[Side, Floats]

FEWEST = 0.5
"""Stock assumed of an empty side, so that its logarithm exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a cell is like: per side its size (an ordinary cell's is 1), its first stock and its hazard's logit."""

    size: BySide
    start: BySide
    churn_logit: BySide


def lay_ground(plan: PanelPlan) -> Ground:
    """Draw the cells."""
    rng = stream(plan.seed, "panel ground")
    shared = plan.cell_sigma * rng.standard_normal(plan.cells)
    size = {side: np.exp(shared + plan.side_sigma * rng.standard_normal(plan.cells)) for side in Side}
    start = {
        side: np.rint(plan.side(side).start * size[side] * np.exp(plan.start_sigma * rng.standard_normal(plan.cells)))
        for side in Side
    }
    logit = {
        side: np.log(plan.side(side).churn / (1 - plan.side(side).churn))
        + plan.churn_sigma * rng.standard_normal(plan.cells)
        for side in Side
    }
    return Ground(size=size, start=start, churn_logit=logit)


def joiners(plan: PanelPlan, ground: Ground, side: Side, stock: BySide) -> Floats:
    """Expected joiners of the side by cell in a week without shock or push."""
    own = plan.side(side)
    pull: Floats = own.inflow * ground.size[side] * _relative(plan, ground, side.other, stock) ** own.elasticity
    return pull


def hazard(plan: PanelPlan, ground: Ground, side: Side, stock: BySide, level: float | None) -> Floats:
    """Weekly hazard of leaving by cell; `level` is where the side's threshold lies, if it has one."""
    own = plan.side(side)
    logit = ground.churn_logit[side] + own.retention_slope * np.log(_relative(plan, ground, side.other, stock))
    if own.threshold is not None and level is not None:
        logit = logit + own.threshold.jump * above(own.threshold, index(own.threshold, side, stock), level)
    risk: Floats = 1 / (1 + np.exp(-logit))
    return risk


def index(threshold: PanelThreshold, side: Side, stock: BySide) -> Floats:
    """The stock, or mean of both stocks, that the side's threshold lies in."""
    other, own = np.maximum(stock[side.other], FEWEST), np.maximum(stock[side], FEWEST)
    mixed: Floats = other ** (1 - threshold.own_weight) * own**threshold.own_weight
    return mixed


def above(threshold: PanelThreshold, value: Floats, level: float) -> Floats:
    """How much of the jump holds at each value of the index, 0-1."""
    if threshold.kind == "sharp":
        return (value > level).astype(np.float64)
    smooth: Floats = 1 / (1 + np.exp(-(np.log(value) - np.log(level)) / threshold.width))
    return smooth


def _relative(plan: PanelPlan, ground: Ground, side: Side, stock: BySide) -> Floats:
    relative: Floats = np.maximum(stock[side], FEWEST) / (plan.side(side).start * ground.size[side])
    return relative
