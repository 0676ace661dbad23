"""Greatest likelihood over histories of buying: pooled equal histories, analytic slopes, and how sure the fit is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
ModelT = TypeVar("ModelT")

Score = Callable[[Numbers], tuple[Numbers, Numbers]]
"""Of log-parameters: log-likelihood of each history and its slopes."""

MOST_STEPS = 300
NEWTON_STEPS = 4
FREE = 1e-3
"""A log-parameter this near to its bound is held there when it is asked how sure the fit is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """Repeat occasions, time of the last one and length of each account's history, in one unit of time."""

    frequency: Numbers
    recency: Numbers
    age: Numbers

    def check(self) -> None:
        """Raises ValueError for histories from which no model can be fitted."""
        if len(self.frequency) < 2:
            raise ValueError(f"{len(self.frequency)} accounts: at least 2 are needed")
        if not np.any(self.frequency > 0):
            raise ValueError("no account has bought a second time: nothing to learn repeat buying from")

    def thinned(self, every: int) -> "Histories":
        """Every so many-th history."""
        return Histories(frequency=self.frequency[::every], recency=self.recency[::every], age=self.age[::every])

    def pooled(self) -> tuple["Histories", Whole]:
        """Equal histories once, and which of them each account has."""
        rows = np.stack([self.frequency, self.recency, self.age], axis=1)
        distinct, which = np.unique(rows, axis=0, return_inverse=True)
        one = Histories(frequency=distinct[:, 0], recency=distinct[:, 1], age=distinct[:, 2])
        return one, which.reshape(-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Log-parameters of greatest likelihood, the slopes of each account at them, and the curvature there."""

    theta: Numbers
    likelihood: float
    slopes: Numbers
    which: Whole
    curvature: Numbers

    def resampled(self, counts: Numbers) -> Numbers:
        """Log-parameters were accounts drawn this many times each: one Newton step from the fit.

        Source: Davidson and MacKinnon 1999, International Economic Review 40(2): bootstrap by few steps.
        """
        drawn = np.bincount(self.which, weights=counts, minlength=len(self.slopes))
        step = np.linalg.pinv(self.curvature, rcond=1e-10) @ np.einsum("i,ij->j", drawn, self.slopes)
        return np.asarray(self.theta + np.clip(step, -1.0, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit(Generic[ModelT]):
    """A fitted model, its log-likelihood, and what its parameters would be were accounts drawn anew.

    Of very many accounts every so many-th is learned from.
    """

    model: ModelT
    likelihood: float
    spread: Found
    every: int = 1

    def resampled(self, counts: Numbers) -> Numbers:
        """Log-parameters were accounts drawn this many times each."""
        return self.spread.resampled(counts[:: self.every])


def maximise(score: Score, which: Whole, starts: Sequence[Numbers], *, bound: float) -> Found:
    """The best of a few climbs; log-parameters stay within +-bound.

    Scoring with the outer product of the slopes as curvature, damped where a step does not climb, then Newton's steps.
    Sources: Berndt, Hall, Hall, Hausman 1974; Levenberg 1944. Own, since it takes half the readings of L-BFGS here.
    """
    weights = np.bincount(which).astype(np.float64)
    hill = _Hill(score=score, weights=weights, bound=bound)
    best = max((hill.climbed(np.asarray(start, np.float64)) for start in starts), key=lambda at: at.likelihood)
    best = hill.polished(best)
    held = np.abs(best.theta) > bound - FREE
    return Found(
        theta=best.theta,
        likelihood=best.likelihood,
        slopes=np.where(held, 0.0, best.slopes),
        which=which,
        curvature=hill.curvature(best.theta),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _At:
    theta: Numbers
    likelihood: float
    slopes: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hill:
    """The likelihood as a landscape over log-parameters."""

    score: Score
    weights: Numbers
    bound: float

    def at(self, theta: Numbers) -> _At:
        inside = np.clip(theta, -self.bound, self.bound)
        likelihood, slopes = self.score(inside)
        # einsum, not @: on arrays of this shape BLAS threads would burn more time waiting than working.
        return _At(theta=inside, likelihood=float(np.einsum("i,i", self.weights, likelihood)), slopes=slopes)

    def gradient(self, here: _At) -> Numbers:
        """The slope of the whole, 0 where a bound stands in the way."""
        slope: Numbers = np.einsum("i,ij->j", self.weights, here.slopes)
        blocked = (np.abs(here.theta) >= self.bound) & (np.sign(slope) == np.sign(here.theta))
        return np.where(blocked, 0.0, slope)

    def climbed(self, start: Numbers) -> _At:
        here, damping = self.at(start), 1e-3
        for _ in range(MOST_STEPS):
            slope = self.gradient(here)
            outer = np.einsum("i,ij,ik->jk", self.weights, here.slopes, here.slopes)
            step = np.linalg.solve(outer + damping * np.diag(np.diag(outer) + 1e-8 * self.weights.sum()), slope)
            there = self.at(here.theta + np.clip(step, -1.0, 1.0))
            if there.likelihood < here.likelihood or not np.isfinite(there.likelihood):
                damping *= 8
                if damping > 1e12:
                    break
                continue
            gained, here, damping = there.likelihood - here.likelihood, there, max(damping / 8, 1e-9)
            if gained < 1e-9 * (1 + abs(here.likelihood)):
                break
        return here

    def polished(self, here: _At) -> _At:
        """Newton's steps from a climb's end, as long as they gain."""
        for _ in range(NEWTON_STEPS):
            step = np.linalg.pinv(self.curvature(here.theta), rcond=1e-10) @ self.gradient(here)
            there = self.at(here.theta + np.clip(step, -0.5, 0.5))
            if not there.likelihood > here.likelihood:
                break
            here = there
            if float(np.max(np.abs(step))) < 1e-6:
                break
        return here

    def curvature(self, theta: Numbers) -> Numbers:
        """Minus the second derivatives, by central differences of the slopes; 0 where a parameter is held."""
        size, step = len(theta), 1e-4
        held = np.abs(theta) > self.bound - FREE
        found = np.zeros((size, size))
        for i in np.flatnonzero(~held):
            nudge = np.zeros(size)
            nudge[i] = step
            ends = [self.score(theta + nudge)[1], self.score(theta - nudge)[1]]
            found[i] = np.einsum("i,ij->j", self.weights, ends[1] - ends[0]) / (2 * step)
        found[:, held] = 0.0
        return (found + found.T) / 2
