"""Intervals that few cells can carry: the wild cluster bootstrap-t, with the test it inverts."""

import math
from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.elasticity.counts import CountFit
from bothsides.diagnosis.elasticity.regression import LEVEL, Interval, small_sample
from bothsides.diagnosis.elasticity.within import known, products, two_way
from bothsides.diagnosis.panel import Floats

FEW = 12
"""Below this many cells two signs give too few draws, and six-point weights are used (Webb 2014)."""
DRAWS, MOST_CELLS_IN_FULL, DRAWS_OF_MANY = 999, 100, 199
ROUNDS = 14
FURTHEST = 12.0
"""Standard errors from the estimate at which an end that is not reached counts as unbounded."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bootstrap:
    """What the bootstrap of one slope needs of a weighted regression with its effects taken out.

    Per cell: score of the outcome and of the regressor against the regressor. `share_y`, `share_x` (cells x cells)
    say how much of another cell's error the week effects and controls would take up. Weights are cells x draws.
    """

    slope: float
    error: float
    moved: float
    scale: float
    score_y: Floats
    score_x: Floats
    share_y: Floats
    share_x: Floats
    weights: Floats

    def p_value(self, null: float) -> float:
        """Share of bootstrap samples drawn under this slope whose |t| is at least the observed one.

        Restricted residuals, bootstrap-t (Cameron, Gelbach and Miller 2008), all draws at once (Roodman, Nielsen,
        MacKinnon and Webb 2019).
        """
        observed = abs(self.slope - null) / self.error
        score = self.score_y - null * self.score_x
        share = self.share_y - null * self.share_x
        moved = score @ self.weights / self.moved
        scores = score[:, None] * self.weights - share @ self.weights - self.score_x[:, None] * moved
        error = np.sqrt(self.scale * (scores**2).sum(0)) / self.moved
        drawn = np.divide(np.abs(moved), error, out=np.zeros_like(moved), where=error > 0)
        return float((drawn >= observed - 1e-12).mean())

    def interval(self, level: float = LEVEL) -> Interval:
        """Every slope that the bootstrap does not reject at 1 - level."""
        ends = [self._end(way, 1 - level) for way in (-1.0, 1.0)]
        return Interval(low=ends[0], high=ends[1])

    def _end(self, way: float, alpha: float) -> float:
        inner, outer = 1.0, 3.0
        while self.p_value(self.slope + way * outer * self.error) > alpha:
            inner, outer = outer, 2 * outer
            if outer > FURTHEST:
                return way * math.inf
        if self.p_value(self.slope + way * inner * self.error) <= alpha:
            inner = 0.0
        for _ in range(ROUNDS):
            middle = (inner + outer) / 2
            if self.p_value(self.slope + way * middle * self.error) > alpha:
                inner = middle
            else:
                outer = middle
        return self.slope + way * (inner + outer) / 2 * self.error


def bootstrap(y: Floats, x: Floats, seed: int, weight: Floats | None = None) -> Bootstrap:
    """Prepare the bootstrap of the first slope of the stack x (slopes x cells x weeks) on y (cells x weeks).

    Cell and week effects are in the model; the other slopes are controls. The same seed gives the same draws.
    """
    w = known(y, x) * (1.0 if weight is None else weight)
    way = two_way(w)
    rest = way.residual(np.concatenate([y[None], x]))
    controls = rest[2:]
    ry, rx = _off(rest[:2], controls, w)
    live = int((w.sum(1) > 0).sum())
    moved = float(products(rx[None], rx[None], w)[0, 0])
    slope = float(products(rx[None], ry[None], w)[0, 0]) / moved
    parameters = len(x) + int((w.sum(0) > 0).sum())
    scale = small_sample(int((w > 0).sum()), parameters, live)
    score_y, score_x = (w * rx * ry).sum(1), (w * rx * rx).sum(1)
    error = math.sqrt(scale * float(((score_y - slope * score_x) ** 2).sum())) / moved
    take = (w * rx) @ way.inverse
    given = products(controls, controls, w)
    by_cell = np.einsum("gt,kgt->gk", w * rx, controls) @ np.linalg.pinv(given, hermitian=True)
    share_y, share_x = (take @ (w * r).T + by_cell @ np.einsum("gt,kgt->kg", w * r, controls) for r in (ry, rx))
    return Bootstrap(
        slope=slope,
        error=error,
        moved=moved,
        scale=scale,
        score_y=score_y,
        score_x=score_x,
        share_y=share_y,
        share_x=share_x,
        weights=wild_weights(len(y), live, seed),
    )


def bootstrap_counts(fit: CountFit, x: Floats, weight: Floats, seed: int) -> Bootstrap:
    """The same for a count model, at the weighted regression in which its iterations end; `weight` is its last."""
    residual = np.divide(fit.residual, weight, out=np.zeros_like(weight), where=weight > 0)
    seen = np.where(fit.used > 0, x, 0.0)
    return bootstrap(np.tensordot(fit.slope, seen, 1) + residual, seen, seed, weight)


def _off(stack: Floats, controls: Floats, weight: Floats) -> Floats:
    if not len(controls):
        return stack
    inverse = np.linalg.pinv(products(controls, controls, weight), hermitian=True)
    left: Floats = stack - np.tensordot(products(stack, controls, weight) @ inverse, controls, 1)
    return left


def wild_weights(cells: int, live: int, seed: int) -> Floats:
    """Random weights of mean 0 and variance 1, cells x draws: two signs, six points where cells are few."""
    rng = np.random.Generator(np.random.PCG64(seed))
    draws = DRAWS if cells <= MOST_CELLS_IN_FULL else DRAWS_OF_MANY
    points = np.sqrt([0.5, 1.0, 1.5]) if live < FEW else np.ones(1)
    signed = np.concatenate([-points, points])
    found: Floats = rng.choice(signed, (cells, draws))
    return found
