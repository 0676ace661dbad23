"""Whether one side leaves less once enough of the other side is there, and from how many on: a claim, or why none."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bothsides.diagnosis.panel import Floats, Panel
from bothsides.diagnosis.threshold.distance import Distance, distances
from bothsides.diagnosis.threshold.frontier import Weight, index, together, weigh
from bothsides.diagnosis.threshold.grid import levels_of, neighbours
from bothsides.diagnosis.threshold.hazard import fit_hazard
from bothsides.diagnosis.threshold.jump import Found, Search, find_drop, find_line
from bothsides.diagnosis.threshold.observations import Observations, observe
from bothsides.diagnosis.threshold.smooth import log_stock, spline
from bothsides.diagnosis.threshold_policy import ThresholdPolicy
from bothsides.diagnosis.wording import count, counted, of_side, share
from bothsides.schema import Side

FURTHEST = 50.0
"""Logits beyond this are a hazard of 0 or of 1: an effect without bounds must not overflow."""


class ThresholdStatus(StrEnum):
    """How a search for a threshold ended."""

    CLAIMED = "claimed"
    """Leaving drops at a level, beyond what any gradual change explains."""
    NONE = "none found"
    """Leaving changes gradually with the other side, or not at all, over all that cells have seen."""
    REFUSED = "refused"
    """The data cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its 95 % range over resampled cells."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a reading rests on: cells and weeks that tell anything, accounts that left in them, and cells that have
    been on both sides of the level."""

    cells: int
    weeks: int
    cell_weeks: int
    leavers: int
    crossed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdReading:
    """Whether `side` leaves less where at least a level of the other side is there.

    `level` is in accounts of the other side, its range a grid step wider than the resamples'; where `own_weight` is
    above 0 it is the level of other^(1 - own_weight) x own^own_weight, a frontier in both stocks. `jump` is the change
    of the weekly hazard's logit there; `hazard_below` and `hazard_above` are the weekly shares that leave, everything
    but the step alike. `share_above` is the share of cell-weeks above the level, `p` the chance of so sharp a drop
    where leaving changes gradually. All are None or empty where they were not found out.
    """

    side: Side
    status: ThresholdStatus
    reason: str
    ground: Ground
    level: Estimate | None = None
    step: float | None = None
    """How far the next level of the grid is from the estimate, the farther one; between them nothing tells."""
    jump: Estimate | None = None
    hazard_below: float | None = None
    hazard_above: float | None = None
    share_above: float | None = None
    p: float | None = None
    own_weight: Weight | None = None
    frontier: str = ""
    """Whether the threshold lies in one stock or in both, and how that is known."""
    distances: tuple[Distance, ...] = ()

    @property
    def claimed(self) -> bool:
        """Whether there is a threshold to speak of."""
        return self.status is ThresholdStatus.CLAIMED

    @property
    def in_both(self) -> bool:
        """Whether the threshold is a frontier in both stocks."""
        return self.own_weight is not None and self.own_weight.low > 0


def read_side(
    panel: Panel, side: Side, policy: ThresholdPolicy, *, cost: float | None = None, seed: int = 0
) -> ThresholdReading:
    """Look for the threshold of one side's leaving in the other side's stock; `cost` is that of one of the other."""
    seen = observe(panel, side)
    ground = _ground(seen)
    if lacking := _lacking(ground, side, policy):
        return ThresholdReading(side=side, status=ThresholdStatus.REFUSED, reason=lacking, ground=ground)
    rng = np.random.default_rng(seed)
    there = seen.at_risk > 0
    levels = levels_of(seen.other[there])
    if len(levels) < policy.least_levels:
        reason = f"cells have seen only {counted(len(levels) + 1, 'number')} of {of_side(side.other)}"
        return ThresholdReading(side=side, status=ThresholdStatus.REFUSED, reason=reason, ground=ground)
    smooth = spline(seen, log_stock(seen.other), policy.bends)
    draws = _resamples(len(seen.left), policy.draws, rng)
    found = find_drop(Search(seen=seen, values=seen.other, levels=levels, smooth=smooth), draws, rng)
    reading = _judged(seen, seen.other, levels, found, ground, policy)
    return _claimed(panel, seen, _with_frontier(seen, reading, smooth, draws, policy, rng), policy, cost)


def _resamples(cells: int, draws: int, rng: np.random.Generator) -> Floats:
    """How often each resample holds each cell: as many cells as there are, drawn with replacement."""
    return rng.multinomial(cells, np.full(cells, 1 / cells), size=draws).astype(np.float64)


def _ground(seen: Observations) -> Ground:
    return Ground(
        cells=len(seen.rows), weeks=len(seen.columns), cell_weeks=seen.cell_weeks, leavers=int(seen.left.sum())
    )


def _lacking(ground: Ground, side: Side, policy: ThresholdPolicy) -> str:
    """What is too little for any answer, empty where nothing is."""
    who = of_side(side)
    needs = (
        (ground.cells, policy.least_cells, f"cells in which {who} left"),
        (ground.weeks, policy.least_weeks, f"weeks in which it is known which {who} left"),
        (ground.leavers, policy.least_leavers, f"{who} that left"),
    )
    return next((f"{count(has)} {what}; at least {least} are needed" for has, least, what in needs if has < least), "")


def _judged(
    seen: Observations, values: Floats, levels: Floats, found: Found, ground: Ground, policy: ThresholdPolicy
) -> ThresholdReading:
    """The reading of a search, whether it carries a claim or not."""
    drop, again = found.drop, found.resamples
    side, above, there = seen.side, values >= drop.level, seen.at_risk > 0
    crossed = int(((above & there).any(axis=1) & (~above & there).any(axis=1)).sum())
    share_above = float(above[there].mean())
    tail = resample_tail(len(seen.rows))
    low, high = neighbours(found.levels, *(float(x) for x in np.quantile(again.levels, [0.025, 0.975])))
    below_rate, above_rate = _hazards(seen, drop.hazard, drop.effect, above)
    between = float(((values > low) & (values < high))[there].mean())
    status, reason = _verdict(seen, levels, found, share_above, crossed, policy)
    if status is ThresholdStatus.CLAIMED and between > policy.most_between:
        status, span = ThresholdStatus.REFUSED, f"between {count(low)} and {count(high)} {of_side(side.other)}"
        reason = f"leaving drops somewhere {span}; other draws of the cells put it elsewhere each time"
    return ThresholdReading(
        side=side,
        status=status,
        reason=reason,
        ground=replace(ground, crossed=crossed),
        level=Estimate(value=drop.level, low=low, high=high),
        step=max(abs(near - drop.level) for near in neighbours(found.levels, drop.level, drop.level)),
        jump=Estimate(
            value=drop.effect,
            low=float(np.quantile(again.effects, tail)),
            high=float(np.quantile(again.effects, 1 - tail)),
        ),
        hazard_below=below_rate,
        hazard_above=above_rate,
        share_above=share_above,
        p=drop.p,
    )


def resample_tail(cells: int, level: float = 0.95) -> float:
    """The share of resamples beyond either end of a range: fewer than by the level, as resamples of few cells vary less
    than other cells would (the expanded percentile interval, Hesterberg 2015).

    >>> round(resample_tail(40), 4), round(resample_tail(10_000), 4)
    (0.0203, 0.025)
    """
    reach = float(stats.t.ppf(0.5 + level / 2, max(1, cells - 1))) * math.sqrt(cells / max(1, cells - 1))
    return float(stats.norm.sf(reach))


def _hazards(seen: Observations, hazard: Floats, effect: float, above: NDArray[np.bool_]) -> tuple[float, float]:
    """The weekly share of accounts at risk that leaves if every cell-week were below, and if every one were above."""
    logit = np.log(hazard / (1 - hazard))
    without = 1 / (1 + np.exp(-np.clip(logit - effect * above, -FURTHEST, FURTHEST)))
    held = 1 / (1 + np.exp(-np.clip(logit + effect * (1 - above), -FURTHEST, FURTHEST)))
    total = seen.at_risk.sum()
    return float((seen.at_risk * without).sum() / total), float((seen.at_risk * held).sum() / total)


def _verdict(
    seen: Observations, levels: Floats, found: Found, share_above: float, crossed: int, policy: ThresholdPolicy
) -> tuple[ThresholdStatus, str]:
    """Claimed, none found or refused, with the reason in words."""
    drop, who, other = found.drop, of_side(seen.side), of_side(seen.side.other)
    thin, large = min(share_above, 1 - share_above), drop.effect <= -policy.least_jump
    if thin < policy.regime_share:
        if large and drop.sharper and drop.rise is None:
            rarer = "at least" if share_above < 0.5 else "fewer than"
            return ThresholdStatus.REFUSED, (
                f"the sharpest drop in leaving lies at {count(drop.level)} {other}, and only {share(thin)} of the "
                f"weeks of cells have {rarer} that many; {share(policy.regime_share)} are needed on either side to tell"
            )
        return ThresholdStatus.NONE, f"{_gradually(seen, levels)}: no level stands out where enough cells have been"
    if drop.p > policy.most_p:
        return ThresholdStatus.NONE, f"{_gradually(seen, levels)}: no level stands out beyond chance"
    if drop.rise is not None:
        return (
            ThresholdStatus.NONE,
            f"the sharpest change is a rise: from {count(drop.rise)} {other} on more {who} leave",
        )
    if not drop.sharper:
        return ThresholdStatus.NONE, f"{_gradually(seen, levels)}, which fits better than any one level"
    if not large:
        return ThresholdStatus.NONE, f"{_gradually(seen, levels)}: no drop is large enough to matter"
    if crossed < policy.least_crossed:
        return ThresholdStatus.REFUSED, (
            f"only {counted(crossed, 'cell')} went from one side of {count(drop.level)} {other} to the other; without "
            "such cells a threshold is only a difference between cells"
        )
    return ThresholdStatus.CLAIMED, (
        f"so sharp a drop in how many {who} leave comes about in at most {share(drop.p)} of markets in which leaving "
        "changes gradually"
    )


def _gradually(seen: Observations, levels: Floats) -> str:
    span = f"from {count(levels[0])} to {count(levels[-1])} {of_side(seen.side.other)}"
    return f"{span} {of_side(seen.side)} leave alike, or bit by bit less or more"


def _with_frontier(
    seen: Observations,
    reading: ThresholdReading,
    smooth: Floats,
    draws: Floats,
    policy: ThresholdPolicy,
    rng: np.random.Generator,
) -> ThresholdReading:
    """The reading, in both stocks where these move apart enough to tell and the own side counts beyond chance."""
    apart = together(seen, fit_hazard(seen, smooth))
    if abs(apart) > policy.most_together:
        return replace(
            reading,
            frontier="whether more of the own side makes up for fewer of the other cannot be told: within cells both "
            f"rise and fall together (correlation {apart:.2f})",
        )
    both = np.concatenate([smooth, spline(seen, log_stock(seen.at_risk), policy.bends)], axis=2)
    weight = weigh(seen, both, draws, rng)
    scalar = replace(reading, own_weight=weight, frontier=f"the threshold lies in the {of_side(seen.side.other)} alone")
    if weight.low <= 0:
        return scalar if reading.claimed else reading
    values = index(seen, weight.estimate)
    levels = levels_of(values[seen.at_risk > 0])
    found = find_line(Search(seen=seen, values=values, levels=levels, smooth=both), draws, rng)
    found = replace(found, drop=replace(found.drop, p=weight.p))
    judged = _judged(seen, values, levels, found, reading.ground, policy)
    if not judged.claimed:
        return reading if not reading.claimed else replace(scalar, own_weight=None, frontier="")
    return replace(
        judged,
        own_weight=weight,
        frontier=f"the threshold is a line in both stocks: fewer {of_side(seen.side.other)} do where there are more "
        f"{of_side(seen.side)}",
    )


def _claimed(
    panel: Panel, seen: Observations, reading: ThresholdReading, policy: ThresholdPolicy, cost: float | None
) -> ThresholdReading:
    """The reading with how far every cell is from a claimed threshold."""
    if not reading.claimed or reading.level is None or reading.jump is None:
        return reading
    own = reading.own_weight.estimate if reading.in_both and reading.own_weight else 0.0
    jump = reading.jump.value, reading.jump.high, reading.jump.low
    return replace(reading, distances=distances(panel, seen, reading.level.value, own, jump, policy, cost=cost))
