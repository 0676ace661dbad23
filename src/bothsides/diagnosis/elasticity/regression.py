"""Least squares and two-stage least squares on a panel with cell and week effects; cells are the clusters."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from bothsides.diagnosis.elasticity.within import known, products, two_way
from bothsides.diagnosis.panel import Floats

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence set. `inside` False means that it is everything but what lies between its ends.

    Ends are infinite where the data do not bound it.
    """

    low: float
    high: float
    inside: bool = True

    @property
    def bounded(self) -> bool:
        """Whether it is one stretch with two ends."""
        return self.inside and math.isfinite(self.low) and math.isfinite(self.high)

    def holds(self, value: float) -> bool:
        """Whether the value is in the set."""
        between = self.low <= value <= self.high
        return between if self.inside else not self.low < value < self.high


WHOLE_LINE = Interval(low=-math.inf, high=math.inf)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Slopes with their cluster-robust covariance; `influence` is what each cell adds to each slope (cells x slopes).

    Interval and tests use t with cells - 1 degrees of freedom (Cameron and Miller 2015).
    """

    slope: Floats
    covariance: Floats
    influence: Floats
    residual: Floats
    n: int
    clusters: int

    def error(self, which: int = 0) -> float:
        """Standard error of a slope."""
        return float(np.sqrt(self.covariance[which, which]))

    def interval(self, which: int = 0, level: float = LEVEL) -> Interval:
        """Confidence interval of a slope."""
        reach = critical(self.clusters, level) * self.error(which)
        return Interval(low=float(self.slope[which]) - reach, high=float(self.slope[which]) + reach)

    def p_value(self, which: int = 0) -> float:
        """Two-sided p-value against a slope of 0."""
        error = self.error(which)
        return float(2 * stats.t.sf(abs(self.slope[which]) / error, self.clusters - 1)) if error > 0 else 1.0


def critical(clusters: int, level: float = LEVEL) -> float:
    """The two-sided critical value of t with clusters - 1 degrees of freedom."""
    return float(stats.t.ppf(0.5 + level / 2, max(1, clusters - 1)))


def small_sample(n: int, parameters: int, clusters: int) -> float:
    """Correction of a cluster-robust covariance: G/(G-1) x (N-1)/(N-K), as Stata's. Cell effects lie within clusters
    and are not counted in K (Cameron and Miller 2015, section II.B)."""
    return clusters / max(1, clusters - 1) * (n - 1) / max(1, n - parameters)


def clustered(bread: Floats, scores: Floats, n: int, parameters: int) -> tuple[Floats, Floats]:
    """Covariance and influence (cells x slopes) from the inverse information and the scores by cell."""
    live = int((np.abs(scores).sum(1) > 0).sum())
    influence: Floats = scores @ bread
    return small_sample(n, parameters, live) * influence.T @ influence, influence


def ols(y: Floats, x: Floats, weight: Floats | None = None) -> Fit:
    """Regress y (cells x weeks) on the stack x (slopes x cells x weeks) with cell and week effects.

    Cells x weeks where a number is missing are left out; `weight` weighs the others.
    """
    return two_stage(y, x, x, weight)


def two_stage(y: Floats, x: Floats, z: Floats, weight: Floats | None = None) -> Fit:
    """Two-stage least squares of y on x with the instruments z, which include the exogenous ones of x.

    Raises ValueError with fewer instruments than regressors.
    """
    if len(z) < len(x):
        raise ValueError(f"{len(z)} instruments for {len(x)} regressors: at least as many are needed")
    there = known(y, x, z) * (1.0 if weight is None else weight)
    way = two_way(there)
    rest = way.residual(np.concatenate([y[None], x, z]))
    ry, rx, rz = rest[0], rest[1 : 1 + len(x)], rest[1 + len(x) :]
    fitted = rx if z is x else _fitted(rx, rz, there)
    bread: Floats = np.linalg.pinv(products(fitted, fitted, there), hermitian=True).astype(np.float64)
    slope = bread @ products(fitted, ry[None], there)[:, 0]
    residual = ry - np.tensordot(slope, rx, 1)
    scores = np.einsum("kgt,gt->gk", fitted, there * residual)
    n, live = int((there > 0).sum()), int((there.sum(1) > 0).sum())
    weeks = int((there.sum(0) > 0).sum())
    covariance, influence = clustered(bread, scores, n, weeks + len(x))
    return Fit(slope=slope, covariance=covariance, influence=influence, residual=residual, n=n, clusters=live)


def _fitted(rx: Floats, rz: Floats, weight: Floats) -> Floats:
    first = np.linalg.lstsq(products(rz, rz, weight), products(rz, rx, weight), rcond=None)[0]
    fitted: Floats = np.tensordot(first.T, rz, 1)
    return fitted


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStage:
    """How strongly the instruments move the driver.

    `f` is the effective F (Montiel Olea and Pflueger 2013), cluster-robust; with one instrument it is the squared
    cluster-robust t. Below 10 the instrument is weak (Staiger and Stock 1997).
    """

    slope: float
    f: float
    n: int
    clusters: int


def first_stage(x: Floats, z: Floats, controls: Floats) -> FirstStage:
    """Regress the driver x (cells x weeks) on the instruments z beside the controls (stacks of cells x weeks)."""
    fit = ols(x, np.concatenate([z, controls]))
    count = len(z)
    there = known(x, z, controls)
    rest = two_way(there).residual(np.concatenate([z, controls]))
    rz = rest[:count]
    if len(controls):
        rz = rz - _fitted(rz, rest[count:], there)
    moved = products(rz, rz, there)
    slope, covariance = fit.slope[:count], fit.covariance[:count, :count]
    noise = float(np.trace(covariance @ moved))
    f = float(slope @ moved @ slope) / noise if noise > 0 else 0.0
    return FirstStage(slope=float(slope[0]), f=f, n=fit.n, clusters=fit.clusters)


def anderson_rubin(y: Floats, x: Floats, z: Floats, controls: Floats, level: float = LEVEL) -> Interval:
    """Every slope of y on x that the instrument z does not contradict (Anderson and Rubin 1949), cluster-robust.

    Valid however weak the instrument: the set may be the whole line, or everything outside a stretch. With one
    instrument the test inverts in closed form, as a quadratic in the slope (Dufour and Taamouti 2005).
    """
    wide = np.concatenate([z[None], controls])
    keep = known(y, x, wide)
    reduced, first = ols(y, wide, keep), ols(x, wide, keep)
    scale = small_sample(reduced.n, 1 + len(controls) + int((keep.sum(0) > 0).sum()), reduced.clusters)
    iy, ix = reduced.influence[:, 0], first.influence[:, 0]
    cut = critical(reduced.clusters, level) ** 2
    gy, gx = float(reduced.slope[0]), float(first.slope[0])
    a = gx * gx - cut * scale * float(ix @ ix)
    b = -2 * (gx * gy - cut * scale * float(ix @ iy))
    c = gy * gy - cut * scale * float(iy @ iy)
    return at_most_zero(a, b, c)


def at_most_zero(a: float, b: float, c: float) -> Interval:
    """Where a x^2 + b x + c is 0 or less; never empty in an Anderson-Rubin test with one instrument.

    >>> at_most_zero(1, 0, -4)
    Interval(low=-2.0, high=2.0, inside=True)
    >>> at_most_zero(-1, 0, 4)
    Interval(low=-2.0, high=2.0, inside=False)
    """
    under = b * b - 4 * a * c
    if under <= 0 or a == 0:
        return WHOLE_LINE
    ends = sorted(((-b - math.sqrt(under)) / (2 * a), (-b + math.sqrt(under)) / (2 * a)))
    return Interval(low=ends[0], high=ends[1], inside=a > 0)
