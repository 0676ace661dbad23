"""How far each cell is from a threshold: who is missing, when it gets there as it goes, what being across is worth."""

import math
from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.panel import Floats, Panel, SidePanel
from bothsides.diagnosis.span import DAYS_PER_MONTH
from bothsides.diagnosis.threshold.frontier import other_needed
from bothsides.diagnosis.threshold.observations import Observations
from bothsides.diagnosis.threshold_policy import ThresholdPolicy

WEEKS_PER_MONTH = DAYS_PER_MONTH / 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What being across the threshold would keep: accounts a month, and the GMV a month these bring, major units."""

    accounts: float
    gmv: float
    gmv_low: float
    gmv_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """One cell at the last week whose stocks are known.

    `other` and `own` are accounts of the other side, which the threshold counts, and of the side that leaves;
    `needed` is how many of the other side it takes, `missing` how many more than there are (0 where it is across),
    `per_week` how the other side's stock changed a week of late, `weeks` when it gets there at that rate (None where
    it does not), `cost` what the missing ones cost at what one has cost (None where spend is not known), major units.
    `holds` says whether the cell would stay across by itself: as many of the other side join a week now as would leave
    if it had what it takes (what more of the own side then draw in is left out, so that it is not promised too early).
    """

    category: str | None
    region: str | None
    own: int
    other: int
    needed: int
    missing: int
    per_week: float
    weeks: float | None
    cost: float | None
    holds: bool
    kept: Kept | None

    @property
    def across(self) -> bool:
        """Whether it has as many as it takes."""
        return self.missing == 0

    @property
    def label(self) -> str:
        """Its place in words."""
        return " / ".join(part for part in (self.category, self.region) if part) or "whole market"


def distances(
    panel: Panel,
    seen: Observations,
    level: float,
    own_weight: float,
    jump: tuple[float, float, float],
    policy: ThresholdPolicy,
    *,
    cost: float | None = None,
) -> tuple[Distance, ...]:
    """Every cell with known stocks, those below that lack least first; `jump` with its milder and its stronger end.

    `cost` is what one account of the other side has cost, major units, None where it is not known.
    """
    own, other = panel.side(seen.side), panel.side(seen.side.other)
    known = np.flatnonzero(~np.isnan(own.stock + other.stock).any(axis=0))
    if not len(known):
        return ()
    last = int(known[-1])
    recent = slice(max(0, last - policy.recent_weeks), last + 1)
    needed = np.ceil(other_needed(level, own_weight, own.stock[:, last]) - 1e-9)
    rates = _leaving(own, recent)
    joining, going = _joining(other, recent), _leaving(other, recent)
    found = []
    for row, (category, region) in enumerate(panel.cells):
        stock = int(other.stock[row, last])
        missing = max(0, int(needed[row]) - stock)
        pace = _pace(other.stock[row, recent])
        across = missing == 0
        each = panel.gmv[row, recent].mean() * WEEKS_PER_MONTH / max(float(own.stock[row, last]), 1.0)
        found.append(
            Distance(
                category=category,
                region=region,
                own=int(own.stock[row, last]),
                other=stock,
                needed=int(needed[row]),
                missing=missing,
                per_week=pace,
                weeks=0.0 if across else missing / pace if pace > 0 else None,
                cost=None if cost is None else missing * cost,
                holds=bool(joining[row] >= going[row] * needed[row]),
                kept=None if across else _kept(float(own.stock[row, last]), float(rates[row]), jump, float(each)),
            )
        )
    return tuple(sorted(found, key=lambda d: (d.across, d.missing, d.label)))


def _leaving(side: SidePanel, recent: slice) -> Floats:
    """Each cell's weekly share of leavers of late; a cell counts as if it had the market's share of one account more.

    The one account keeps a small cell in which nobody happened to leave from standing for a cell that nobody leaves.
    """
    known = ~np.isnan(side.stock[:, recent] + side.left[:, recent])
    at_risk = np.where(known, side.stock[:, recent], 0.0)
    left = np.where(known, side.left[:, recent], 0.0)
    weeks = max(1, int(known.any(axis=0).sum()))
    market = float(left.sum() / max(at_risk.sum(), 1.0))
    rates: Floats = (left.sum(axis=1) + market * weeks) / (at_risk.sum(axis=1) + weeks)
    return rates


def _joining(side: SidePanel, recent: slice) -> Floats:
    """Each cell's joiners a week of late."""
    joined = side.joined[:, recent]
    known = ~np.isnan(joined)
    mean: Floats = np.where(known, joined, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean


def _pace(stock: Floats) -> float:
    """The mean change a week over the weeks given."""
    known = stock[~np.isnan(stock)]
    return float((known[-1] - known[0]) / (len(known) - 1)) if len(known) > 1 else 0.0


def _kept(stock: float, rate: float, jump: tuple[float, float, float], each: float) -> Kept:
    """Accounts kept a month, and their GMV a month, at the estimated jump and at its milder and stronger end."""
    accounts, low, high = (WEEKS_PER_MONTH * stock * (rate - lowered(rate, effect)) for effect in jump)
    return Kept(accounts=accounts, gmv=accounts * each, gmv_low=low * each, gmv_high=high * each)


def lowered(rate: float, effect: float) -> float:
    """A weekly share whose logit has changed by `effect`.

    >>> round(lowered(0.05, -1.0), 4)
    0.019
    """
    if not 0 < rate < 1:
        return rate
    return 1 / (1 + math.exp(-(math.log(rate / (1 - rate)) + effect)))
