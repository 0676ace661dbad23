"""Whether the accounts scored now still look like those that were learned from."""

import math

import numpy as np

from bothsides.predict.logistic import Floats

BINS = 10
SPREAD = 9
"""Points over which a case is spread."""

MOST_CASES = 10_000
"""Cases compared: beyond it every so manieth, in the order of accounts."""

MOVED = 0.25
"""Population stability above which a feature has moved (rule of thumb of credit scoring: 0.1 watch, 0.25 act)."""

BEYOND_CHANCE = 2.576
"""Standard errors beyond which a base rate has moved: one false alarm in a hundred."""


def stability(learned: Floats, now: Floats) -> float:
    """Population stability index of one feature: 0 where both spread alike over the deciles of what was learned from.

    Every case is spread over half a standard deviation, so that dates that stand for whole months, 30 days ago in one
    and 31 in another, do not jump from bin to bin. Half a case is added to every bin, so that an empty one gives a
    large number and not an infinite one.
    Source: Siddiqi 2006, Credit Risk Scorecards, chapter 8. Raises ValueError where either is empty.

    >>> stability(np.arange(100.0), np.arange(100.0))
    0.0
    """
    if not len(learned) or not len(now):
        raise ValueError(f"stability of {len(learned)} against {len(now)} cases: neither may be none")
    learned, now = (cases[:: max(1, len(cases) // MOST_CASES)] for cases in (learned, now))
    values = np.unique(learned)
    tenths = np.searchsorted(values, np.quantile(learned, np.arange(1, BINS) / BINS, method="lower"))
    below = np.unique(tenths[tenths < len(values) - 1])
    edges = (values[below] + values[below + 1]) / 2
    spread = np.linspace(-0.25, 0.25, SPREAD) * float(learned.std())
    return moved(*(_counts(cases, edges, spread) for cases in (learned, now)))


def moved(then: Floats, since: Floats) -> float:
    """Population stability index of counts by bin; bins that are empty in both have no part.

    >>> moved(np.array([50.0, 50.0]), np.array([50.0, 50.0]))
    0.0
    """
    held = then + since > 0
    expected, actual = ((cases[held] + 0.5) / (cases[held] + 0.5).sum() for cases in (then, since))
    index = float(((actual - expected) * np.log(actual / expected)).sum())
    return max(0.0, index)


def _counts(cases: Floats, edges: Floats, spread: Floats) -> Floats:
    """Cases in each bin, each spread evenly over its surroundings."""
    places = np.searchsorted(edges, (cases[:, None] + spread).ravel(), side="left")
    counts: Floats = np.bincount(places, minlength=len(edges) + 1) / len(spread)
    return counts


def base_rate_moved(came: int, n: int, came_now: int, n_now: int) -> bool:
    """Whether the share that came true differs between two spans beyond chance.

    >>> base_rate_moved(100, 1000, 104, 1000), base_rate_moved(100, 1000, 300, 1000)
    (False, True)
    """
    if not n or not n_now:
        return False
    pooled = (came + came_now) / (n + n_now)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_now))
    return error > 0 and abs(came / n - came_now / n_now) > BEYOND_CHANCE * error
