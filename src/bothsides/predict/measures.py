"""How good predictions were: ranking, squared error, log-loss, with intervals that respect who belongs together."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bothsides.metrics import Better
from bothsides.metrics.interval import Z
from bothsides.predict.logistic import Floats
from bothsides.predict.model_card import Comparison, Estimate

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FLOOR = 1e-12
"""Probabilities count as at least this far from 0 and 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figure:
    """A figure over cases and what each case did to it: `influence` sums to about 0, its squares to the variance.

    Figures over the same cases can be subtracted, which makes their gap a paired one.
    """

    value: float
    influence: Floats

    def estimate(self, clusters: Ints | None = None, *, z: float = Z) -> Estimate:
        """The figure with its interval, from cases or from clusters of cases that are not independent of each other.

        `clusters` numbers them from 0. No interval for fewer than two.
        """
        parts = self.influence if clusters is None else np.bincount(clusters, weights=self.influence)
        if len(parts) < 2:
            return Estimate(value=self.value)
        spread = z * math.sqrt(len(parts) / (len(parts) - 1) * float(parts @ parts))
        return Estimate(value=self.value, low=self.value - spread, high=self.value + spread)

    def __sub__(self, other: "Figure") -> "Figure":
        return Figure(value=self.value - other.value, influence=self.influence - other.influence)


def auc(scores: Floats, outcome: Bools) -> Figure:
    """Chance that a case that came true was given more than one that did not; ties count half.

    Source: DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837-845, whose structural components are the
    influences; for clusters Obuchowski 1997, Biometrics 53:567-578. Raises ValueError where only one outcome was seen.

    >>> auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])).value
    0.75
    """
    true, false = int(outcome.sum()), int((~outcome).sum())
    if not true or not false:
        raise ValueError(f"ranking needs both outcomes; {true} of {true + false} came true")
    among = _midranks(scores)
    above = np.empty(len(scores))
    above[outcome] = (among[outcome] - _midranks(scores[outcome])) / false
    above[~outcome] = 1 - (among[~outcome] - _midranks(scores[~outcome])) / true
    value = float(above[outcome].mean())
    influence = (above - value) / np.where(outcome, true, false)
    return Figure(value=value, influence=influence)


def _midranks(values: Floats) -> Floats:
    """Ranks from 1, the mean rank for ties."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = ((last - counts + 1 + last) / 2.0)[place]
    return ranks


def brier(chances: Floats, outcome: Bools) -> Figure:
    """Mean squared distance between probability and outcome. Source: Brier 1950, Monthly Weather Review 78:1-3."""
    return _mean((chances - outcome) ** 2)


def log_loss(chances: Floats, outcome: Bools) -> Figure:
    """Mean surprise in nats at what came. Source: Good 1952, JRSS B 14:107-114."""
    seen = np.where(outcome, chances, 1 - chances)
    return _mean(-np.log(np.clip(seen, FLOOR, 1.0)))


def _mean(losses: Floats) -> Figure:
    value = float(losses.mean())
    return Figure(value=value, influence=(losses - value) / len(losses))


def recall_at(k: int, scores: Floats, outcome: Bools, groups: Ints) -> Figure:
    """Share of a group's cases that came true among the k it was given the most, mean over groups with any.

    `groups` numbers them from 0, such as buyers among pairs. Ties go by position. Raises ValueError where no case came
    true.

    >>> recall_at(1, np.array([0.9, 0.2, 0.3, 0.7]), np.array([True, True, False, True]), np.array([0, 0, 1, 1])).value
    0.75
    """
    order = np.lexsort((np.arange(len(scores)), -scores, groups))
    sorted_groups = groups[order]
    starts = np.flatnonzero(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]])
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    true = np.bincount(groups, weights=outcome.astype(np.float64))
    within = np.bincount(sorted_groups, weights=(outcome[order] & (place < k)).astype(np.float64), minlength=len(true))
    held = true > 0
    if not held.any():
        raise ValueError("recall needs cases that came true; there is none")
    each = within[held] / true[held]
    value = float(each.mean())
    influence = np.zeros(len(scores))
    # A group's influence stands on one of its cases: clusters are whole groups, so where it stands does not matter.
    first = np.zeros(len(true), dtype=np.int64)
    first[sorted_groups[starts]] = order[starts]
    influence[first[held]] = (each - value) / len(each)
    return Figure(value=value, influence=influence)


def compared(
    measure: str, better: Better, model: Figure, baseline: Figure, clusters: Ints | None = None, *, z: float = Z
) -> Comparison:
    """The model's figure beside the baseline's on the same cases, with their paired gap, 95 % unless told."""
    return Comparison(
        measure=measure,
        better=better,
        model=model.estimate(clusters, z=z),
        baseline=baseline.estimate(clusters, z=z),
        gap=(model - baseline).estimate(clusters, z=z),
    )
