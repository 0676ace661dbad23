"""The elasticity of counts that an instrument supports: zeros, overdispersion and weak instruments allowed."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq

from bothsides.diagnosis.elasticity.counts import poisson
from bothsides.diagnosis.elasticity.regression import Interval, critical, small_sample
from bothsides.diagnosis.elasticity.within import known, products, two_way
from bothsides.diagnosis.panel import Floats

REACH = 3.0
"""Elasticities beyond this either way are not looked for: an end there is told as unbounded."""
STEP = 0.25
ROUNDING = 1e-10
"""A score this small beside what it sums is what rounding leaves: it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrumented:
    """The elasticity at which the instrument says nothing more, and every one it does not contradict."""

    elasticity: float | None
    interval: Interval
    error: float | None
    """Standard error read off the interval's slope at the estimate; None where there is no estimate."""


def instrumented(
    y: Floats, x: Floats, z: Floats, controls: Floats, exposure: Floats | None = None, *, near: float = 0.0
) -> Instrumented:
    """The elasticity of the count y (a share of `exposure` where it is given) by the log driver x (cells x weeks),
    instrumented by z, beside controls.

    With E[y | z] = x^b e^(cell + week) the instrument must be unrelated to y x^-b, which a Poisson model of cell and
    week effects explains whatever the errors (the multiplicative moment of Mullahy 1997 and Windmeijer and Santos
    Silva 1997, weighted as Poisson). The interval inverts that test (Anderson and Rubin 1949), clustered by cell. The
    search begins at `near`.
    """
    tested = _test(y, x, z, controls, exposure)
    found = _root(tested, near)
    if found is None or abs(tested(found).t) >= critical(tested(found).clusters):
        return Instrumented(elasticity=None, interval=_around(tested, None), error=None)
    tilt = (tested(found + 0.02).t - tested(found - 0.02).t) / 0.04
    return Instrumented(elasticity=found, interval=_around(tested, found), error=abs(1 / tilt) if tilt else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The instrument's cluster-robust t against one elasticity, and how many cells spoke."""

    t: float
    clusters: int


def _test(y: Floats, x: Floats, z: Floats, controls: Floats, exposure: Floats | None) -> Callable[[float], Score]:
    centred = _centred(x)
    last: list[tuple[float, Floats]] = []

    # Some elasticities are asked for twice: another start would give the second answer other last digits.
    @cache
    def score(b: float) -> Score:
        start = last[-1][1] * np.exp((last[-1][0] - b) * centred) if last else None
        null = poisson(y * np.exp(-b * centred), controls, exposure=exposure, start=start)
        last[:] = [(b, null.mean)]
        return scored(null.residual, null.mean, z, controls)

    return score


def _centred(x: Floats) -> Floats:
    """Less each cell's mean; cells without a number stay without."""
    there = np.isfinite(x)
    mean = np.where(there, x, 0.0).sum(1, keepdims=True) / np.maximum(there.sum(1, keepdims=True), 1)
    left: Floats = x - mean
    return left


def beside(
    extra: Floats, b: float, y: Floats, x: Floats, z: Floats, controls: Floats, exposure: Floats | None = None
) -> Score:
    """Whether something else explains y beyond an elasticity b that the instrument z supports."""
    centred = _centred(x)
    null = poisson(y * np.exp(-b * centred), controls, exposure=exposure)
    there = known(extra)
    return scored(null.residual * there, null.mean * there, extra, np.concatenate([z[None], controls]))


def scored(residual: Floats, mean: Floats, z: Floats, controls: Floats) -> Score:
    """Whether the instrument explains what a Poisson model without it left: a cluster-robust score test."""
    way = two_way(mean)
    rest = way.residual(np.concatenate([z[None], controls]))
    rz, rc = rest[0], rest[1:]
    if len(rc):
        slope = np.linalg.pinv(products(rc, rc, mean), hermitian=True) @ products(rc, rz[None], mean)[:, 0]
        rz = rz - np.tensordot(slope, rc, 1)
    each = np.einsum("gt,gt->g", rz, residual)
    live = int((mean.sum(1) > 0).sum())
    scale = small_sample(int((mean > 0).sum()), 1 + len(rc) + int((mean.sum(0) > 0).sum()), live)
    spread, size = math.sqrt(scale * float(each @ each)), float(np.where(mean > 0, np.abs(z) * mean, 0.0).sum())
    return Score(t=float(each.sum()) / spread if spread > ROUNDING * size else 0.0, clusters=live)


def _root(tested: Callable[[float], Score], near: float) -> float | None:
    """The elasticity nearest to a first guess at which the test's t changes sign."""

    def t(b: float) -> float:
        return tested(b).t

    low = high = near
    at_low = at_high = t(near)
    while high - near < REACH or near - low < REACH:
        above, below = t(high + STEP), t(low - STEP)
        if at_high * above <= 0:
            return float(brentq(t, high, high + STEP, xtol=1e-4))
        if at_low * below <= 0:
            return float(brentq(t, low - STEP, low, xtol=1e-4))
        low, high, at_low, at_high = low - STEP, high + STEP, below, above
    return None


def _around(tested: Callable[[float], Score], found: float | None) -> Interval:
    """The stretch around the estimate that the test does not reject; infinite where it never does."""
    if found is None:
        return Interval(low=-math.inf, high=math.inf)

    def over(b: float) -> float:
        score = tested(b)
        return abs(score.t) - critical(score.clusters)

    ends = []
    for way in (-1.0, 1.0):
        inner, outer = found, found + way * STEP / 2
        while over(outer) < 0 and abs(outer - found) < REACH:
            inner, outer = outer, outer + way * STEP
        ends.append(float(brentq(over, inner, outer, xtol=1e-3)) if over(outer) >= 0 else way * math.inf)
    return Interval(low=ends[0], high=ends[1])
