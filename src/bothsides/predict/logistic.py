"""Ridge logistic regression by iteratively reweighted least squares, whose parts are reasons a person can read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RIDGE = 10.0
"""Penalty on squared weights of standardised features: as much as about forty cases at even odds weigh. Features of one
account's trade say nearly the same thing; without it they take opposite signs and a reason would read backwards."""

STEPS = 100
CLOSE = 1e-9
"""Largest change of a weight at which the search has ended."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Logistic:
    """A fitted regression: `weights` in logits for one `scale` above `mean`, `intercept` at the mean of every feature.

    `kept` says which features have a part; the others were left out because their weight read backwards.
    """

    intercept: float
    weights: Floats
    mean: Floats
    scale: Floats

    @property
    def kept(self) -> NDArray[np.bool_]:
        """The features with a part in it."""
        part: NDArray[np.bool_] = self.weights != 0
        return part

    def contributions(self, features: Floats) -> Floats:
        """What each feature adds to each case's logit, signed; the rest of the logit is the intercept."""
        parts: Floats = (features - self.mean) / self.scale * self.weights
        return parts

    def logits(self, features: Floats) -> Floats:
        """The log of the odds of each case."""
        total: Floats = self.intercept + self.contributions(features).sum(axis=1)
        return total

    def probabilities(self, features: Floats) -> Floats:
        """From 0 to 1, one a case."""
        return sigmoid(self.logits(features))

    def rescaled(self, slope: float, shift: float) -> "Logistic":
        """The same regression with its logits stretched and moved, so that its parts still add up to them."""
        return Logistic(
            intercept=self.intercept * slope + shift, weights=self.weights * slope, mean=self.mean, scale=self.scale
        )


def sigmoid(logits: Floats) -> Floats:
    """The probability of each logit.

    >>> sigmoid(np.array([0.0, 1000.0, -1000.0])).tolist()
    [0.5, 1.0, 0.0]
    """
    return _chances(logits, np.exp(-np.abs(logits)))


def _chances(logits: Floats, shrunk: Floats) -> Floats:
    """The probabilities; `shrunk` is exp of minus the logits' size."""
    chances: Floats = np.where(logits >= 0, 1.0, shrunk) / (1.0 + shrunk)
    return chances


def fit_logistic(
    features: Floats,
    outcome: NDArray[np.bool_],
    *,
    ridge: float | Floats = RIDGE,
    directions: Sequence[int] | None = None,
) -> Logistic:
    """The weights that make the outcomes likeliest, less half the ridge times the sum of their squares.

    The ridge is one number, or one a feature.

    `directions` names for each feature whether it may only raise (1) or only lower (-1) the chance, 0 for either; one
    that would read backwards is left out, the worst first, and the others are fitted again. A feature that does not
    vary has no part. Source: Hastie, Tibshirani and Friedman 2009, The Elements of Statistical Learning, 4.4.1; ridge
    by le Cessie and van Houwelingen 1992, Applied Statistics 41:191-201.
    Raises ValueError where features and outcome differ in length, are not finite, or only one outcome was seen.
    """
    if features.ndim != 2 or len(features) != len(outcome):
        raise ValueError(f"{len(outcome)} outcomes for features of shape {features.shape}: one row an outcome")
    if not np.isfinite(features).all():
        raise ValueError("features must be numbers; what is not known must be filled before")
    if outcome.all() or not outcome.any():
        raise ValueError(f"all {len(outcome)} outcomes are the same: there is nothing to tell apart")
    if np.any(np.asarray(ridge) < 0):
        raise ValueError(f"ridge {ridge} must not be negative")
    penalty = np.broadcast_to(np.asarray(ridge, dtype=np.float64), features.shape[1:])
    mean, spread = features.mean(axis=0), features.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    standard = (features - mean) / scale
    wanted = np.zeros(features.shape[1]) if directions is None else np.asarray(directions, dtype=np.float64)
    used = spread > 0
    while True:
        intercept, found = _search(standard[:, used], outcome.astype(np.float64), penalty[used])
        weights = np.zeros(features.shape[1])
        weights[used] = found
        backwards = weights * wanted
        if not (backwards < 0).any():
            return Logistic(intercept=intercept, weights=weights, mean=mean, scale=scale)
        used = used & (np.arange(len(used)) != int(np.argmin(backwards)))


def _search(features: Floats, outcome: Floats, ridge: Floats) -> tuple[float, Floats]:
    """Newton's steps, halved while they do not improve; the intercept is not penalised."""
    design = np.column_stack([np.ones(len(features)), features])
    penalty = np.concatenate([[0.0], ridge])
    held = np.zeros(design.shape[1])
    held[0] = np.log(outcome.mean() / (1 - outcome.mean()))
    logits = design @ held
    best, shrunk = _objective(logits, outcome, penalty, held)
    for _ in range(STEPS):
        chances = _chances(logits, shrunk)
        gradient = design.T @ (outcome - chances) - penalty * held
        weight = chances * (1 - chances)
        curvature = design.T @ (design * weight[:, None]) + np.diag(penalty + 1e-12)
        step = np.linalg.solve(curvature, gradient)
        while True:
            logits = design @ (held + step)
            reached, shrunk = _objective(logits, outcome, penalty, held + step)
            if reached >= best or np.abs(step).max() < CLOSE:
                break
            step = step / 2
        held, best = held + step, reached
        if np.abs(step).max() < CLOSE:
            break
    return float(held[0]), held[1:]


def _objective(logits: Floats, outcome: Floats, penalty: Floats, held: Floats) -> tuple[float, Floats]:
    """What is made largest, and exp of minus the logits' size, of which the next step's chances are made."""
    shrunk = np.exp(-np.abs(logits))
    softplus = np.maximum(logits, 0.0) + np.log1p(shrunk)
    return float(outcome @ logits - softplus.sum() - 0.5 * (penalty * held) @ held), shrunk
