"""What is true about a panel: elasticities, thresholds, who retains whom, and what a unit of spend returns per side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.panel.dynamics import BySide, Floats, Ground, above, hazard, index, joiners
from bothsides.simulate.panel.level import Levels, share_above
from bothsides.simulate.panel.plan import PanelPlan

HORIZON_WEEKS = 52
"""Weeks over which the return of spend is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdTruth:
    """Where a side's churn hazard changes, how, and how many cell-weeks lie on each side of it."""

    kind: Literal["sharp", "smooth"]
    level: float
    """Accounts of the other side; of the index where `own_weight` is above 0 (a frontier)."""
    jump: float
    share_above: float
    """Share of cell-weeks above the level, as drawn."""
    own_weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """Contribution per unit of spend on winning one side, over `HORIZON_WEEKS` from the panel's end.

    `direct` comes from the accounts won, `cross` from what they draw in and retain on either side; in the plan's own
    expectation, without shocks or pushes.
    """

    direct: float
    cross: float

    @property
    def total(self) -> float:
        """Both."""
        return self.direct + self.cross


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelTruth:
    """The answer sheet of a panel. Every mapping is by the side whose joiners, churn or funding it speaks of."""

    elasticity: Mapping[Side, float]
    """% more joiners of the side per 1 % more of the other side's stock at the week's start."""
    retention_effect: Mapping[Side, float]
    """Change of the side's churn logit from the other side's lower to its upper quartile of cell-weeks; below 0 the
    other side retains it."""
    threshold: Mapping[Side, ThresholdTruth]
    """Of the side's churn; only sides that have one."""
    returns: Mapping[Side, Returns]

    @property
    def side_to_fund(self) -> Side:
        """The side whose next unit of spend returns more."""
        return max(Side, key=lambda side: self.returns[side].total)

    @property
    def return_gap(self) -> float:
        """Return of the better side over that of the other."""
        best = self.side_to_fund
        return self.returns[best].total / self.returns[best.other].total

    @property
    def retention_driver(self) -> Side | None:
        """The side whose stock retains the other side more; None where neither does."""
        effect = {side: self.retention_effect[side.other] for side in Side}
        driver = min(Side, key=lambda side: effect[side])
        return driver if effect[driver] < 0 else None


def tell(plan: PanelPlan, ground: Ground, levels: Levels, stock: BySide, end: BySide) -> PanelTruth:
    """Write the answer sheet: `stock` is cells x weeks, `end` the stocks after the last week."""
    return PanelTruth(
        elasticity={side: plan.side(side).elasticity for side in Side},
        retention_effect={side: _retention_effect(plan, side, levels.get(side), stock) for side in Side},
        threshold={side: _threshold(plan, side, level, stock) for side, level in levels.items()},
        returns={side: returns(plan, ground, levels, end, side) for side in Side},
    )


def returns(plan: PanelPlan, ground: Ground, levels: Levels, stock: BySide, funded: Side) -> Returns:
    """What spend on one side returns from these stocks on: 1 % more of it in every cell, followed in expectation."""
    extra = 0.01 * np.maximum(stock[funded], 1.0)
    without = _paths(plan, ground, levels, stock)
    with_extra = _paths(plan, ground, levels, {**stock, funded: stock[funded] + extra})
    spend = plan.side(funded).cost * extra.sum()
    total = sum(plan.side(side).contribution * (with_extra[side] - without[side]).sum() for side in Side)
    direct = plan.side(funded).contribution * _staying(plan, ground, levels, without, funded, extra).sum()
    return Returns(direct=float(direct / spend), cross=float((total - direct) / spend))


def _paths(plan: PanelPlan, ground: Ground, levels: Levels, stock: BySide) -> BySide:
    """Expected stocks, cells x weeks of the horizon."""
    path: dict[Side, list[Floats]] = {side: [] for side in Side}
    for _ in range(HORIZON_WEEKS):
        after = {}
        for side in Side:
            path[side].append(stock[side])
            staying = stock[side] * (1 - hazard(plan, ground, side, stock, levels.get(side)))
            after[side] = staying + joiners(plan, ground, side, stock)
        stock = after
    return {side: np.stack(path[side], axis=1) for side in Side}


def _staying(plan: PanelPlan, ground: Ground, levels: Levels, path: BySide, side: Side, accounts: Floats) -> Floats:
    """How many of these accounts are still there, cells x weeks, while the market follows its path without them."""
    left = []
    for week in range(HORIZON_WEEKS):
        left.append(accounts)
        now = {each: path[each][:, week] for each in Side}
        accounts = accounts * (1 - hazard(plan, ground, side, now, levels.get(side)))
    return np.stack(left, axis=1)


def _threshold(plan: PanelPlan, side: Side, level: float, stock: BySide) -> ThresholdTruth:
    threshold = plan.side(side).threshold
    if threshold is None:
        raise ValueError(f"{side} has no threshold")
    return ThresholdTruth(
        kind=threshold.kind,
        level=level,
        jump=threshold.jump,
        share_above=share_above(plan, side, level, stock),
        own_weight=threshold.own_weight,
    )


def _retention_effect(plan: PanelPlan, side: Side, level: float | None, stock: BySide) -> float:
    own, other = plan.side(side), np.maximum(stock[side.other], 0.5)
    low, high = np.quantile(other, [0.25, 0.75])
    effect = own.retention_slope * float(np.log(high / low))
    if own.threshold is not None and level is not None:
        typical = np.full(2, np.median(stock[side]))
        at = index(own.threshold, side, {side.other: np.array([low, high]), side: typical})
        held = above(own.threshold, at, level)
        effect += own.threshold.jump * float(held[1] - held[0])
    return effect
