"""Whether probabilities mean what they say: recalibration to the latest span, the table, the error, the total."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from bothsides.metrics.interval import wilson
from bothsides.predict.logistic import Floats, Logistic, fit_logistic, sigmoid
from bothsides.predict.measures import Bools, Figure, Ints
from bothsides.predict.model_card import Band, Estimate

BANDS = 10
LEAST_BAND = 30
"""Cases of a band: with fewer its observed share says nothing. Few large bands show a gap that many small ones hide."""

LEVEL = 0.95
"""How often the ranges of all bands together hold what was foretold, where chances are right."""

ENOUGH_FOR_SLOPE = 100
"""Cases of the rarer outcome from which the slope is fitted too; below it only the level is."""

STEPS = 60
"""Halvings of a range of a hundred logits: to the last digit."""

SEED = 1875
DRAWS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """Logits become `slope` times themselves plus `shift`."""

    slope: float = 1.0
    shift: float = 0.0

    def of(self, fit: Logistic) -> Logistic:
        """The regression with its logits recalibrated; contributions still add up to them."""
        return fit.rescaled(self.slope, self.shift)


def recalibration(logits: Floats, outcome: Bools, *, slope: bool = True) -> Recalibration:
    """The level, and with enough of both outcomes the slope, at which the logits fit the outcomes of a span.

    Without `slope` only the level.
    Source: Platt 1999, Advances in Large Margin Classifiers 61-74; the level alone as in Steyerberg 2009, Clinical
    Prediction Models, chapter 20. A slope that is not positive would turn the order around and is not taken. Where
    all outcomes are the same, half a case of the other is added.
    """
    if slope and min(outcome.sum(), (~outcome).sum()) >= ENOUGH_FOR_SLOPE:
        fit = fit_logistic(logits[:, None], outcome, ridge=0.0)
        stretch = float(fit.weights[0] / fit.scale[0])
        if stretch > 0:
            return Recalibration(slope=stretch, shift=fit.intercept - float(fit.mean[0]) * stretch)
    return Recalibration(shift=_level(logits, outcome))


def _level(logits: Floats, outcome: Bools) -> float:
    """The shift at which as many are expected as came, by halving: the expected number rises with the shift."""
    n, came = len(outcome), float(outcome.sum())
    wanted = min(max(came, 0.5), n - 0.5)
    low, high = -50.0, 50.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if float(sigmoid(logits + middle).sum()) < wanted else (low, middle)
    return (low + high) / 2


def bands(chances: Floats, outcome: Bools, *, most: int = BANDS) -> tuple[Band, ...]:
    """Cases in order of what they were given, cut where each band tells about as much as the next.

    A case tells p (1 - p): bands of rare outcomes hold many cases that were given little and few that were given much.
    Cases given the same stay together. The observed share comes with Wilson's interval; the intervals of the table hold
    together at 95 % (Bonferroni), so that right chances fall outside one of them in one table of twenty.
    """
    found, cut = [], _cuts(chances, most)
    z = NormalDist().inv_cdf(1 - (1 - LEVEL) / (2 * len(cut)))
    for cases in cut:
        n, came = len(cases), int(outcome[cases].sum())
        low, high = wilson(came, n, z=z)
        observed = Estimate(value=came / n, low=low, high=high)
        found.append(Band(n=n, predicted=float(chances[cases].mean()), observed=observed))
    return tuple(found)


def _cuts(chances: Floats, most: int) -> list[Ints]:
    """The positions of each band's cases, lowest first."""
    order = np.argsort(chances, kind="stable")
    told = np.cumsum(chances[order] * (1 - chances[order]))
    count = max(1, min(most, len(order) // (2 * LEAST_BAND)))
    edges = np.searchsorted(told, told[-1] * np.arange(1, count) / count, side="left") + 1
    cuts = [0]
    for edge in edges:
        # Where the edge falls among equals it moves past the last of them.
        past = int(np.searchsorted(chances[order], chances[order[min(edge, len(order)) - 1]], side="right"))
        if past - cuts[-1] >= LEAST_BAND and len(order) - past >= LEAST_BAND:
            cuts.append(past)
    return [order[start:end] for start, end in zip(cuts, [*cuts[1:], len(order)], strict=True)]


def calibration_error(chances: Floats, outcome: Bools) -> Estimate:
    """Mean distance between predicted and observed share over the bands, weighted by cases (ECE).

    The interval redraws each band's gap by its own chance error 400 times; being a mean of distances the error is
    above 0 even for perfect probabilities, so its lower bound is the mean less what chance alone would show.
    Source: Naeini, Cooper and Hauskrecht 2015, AAAI 29 (ECE).
    """
    cut = _cuts(chances, BANDS)
    weight = np.array([len(cases) for cases in cut]) / len(chances)
    gap = np.array([outcome[cases].mean() - chances[cases].mean() for cases in cut])
    error = np.sqrt([float((chances[c] * (1 - chances[c])).sum()) / len(c) ** 2 for c in cut])
    noise = np.random.default_rng(SEED).normal(size=(DRAWS, len(cut))) * error
    value = float(weight @ np.abs(gap))
    by_chance = float((np.abs(noise) @ weight).mean())
    high = float(np.quantile(np.abs(gap + noise) @ weight, 0.975))
    return Estimate(value=value, low=max(0.0, value - by_chance), high=max(high, value))


def total_ratio(chances: Floats, outcome: Bools) -> Figure:
    """How many came for each that was predicted: 1 is right, below 1 too many were predicted.

    >>> total_ratio(np.array([0.5, 0.5]), np.array([True, False])).value
    1.0
    """
    predicted = float(chances.sum())
    value = float(outcome.sum()) / predicted
    return Figure(value=value, influence=(outcome - value * chances) / predicted)
