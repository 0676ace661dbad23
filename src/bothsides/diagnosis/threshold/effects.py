"""Weighted least squares with cell and week effects, for many columns and many resamples of cells at once.

Cell effects are swept out by the theorem of Frisch, Waugh and Lovell, so that a cell drawn twice has an effect each
time; week effects and the smooth columns stay in the normal equations.
"""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.panel import Floats

RIDGE = 1e-10
"""Added to the diagonal, relative to its mean: columns that say nothing beside the others then get nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effects:
    """The nuisance part of a regression on cells x weeks: weights, their cell sums, and the swept smooth columns."""

    weights: Floats
    sums: Floats
    smooth: Floats
    """Cells x weeks x columns, weighted cell means taken off."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profiled:
    """For each resample and column: the response's covariance with the column and the column's variance, weighted,
    both beside the nuisance part."""

    covariance: Floats
    variance: Floats

    @property
    def coefficient(self) -> Floats:
        """Of each column, entered alone."""
        empty = self.variance <= 0
        found: Floats = np.where(empty, 0.0, self.covariance / np.where(empty, 1.0, self.variance))
        return found

    @property
    def gain(self) -> Floats:
        """How much of the weighted sum of squares each column takes."""
        taken: Floats = self.coefficient * self.covariance
        return taken


def sweep(weights: Floats, smooth: Floats) -> Effects:
    """Prepare the nuisance part."""
    sums = np.maximum(weights.sum(axis=1), np.finfo(float).tiny)
    return Effects(weights=weights, sums=sums, smooth=_swept(weights, sums, smooth))


def _swept(weights: Floats, sums: Floats, columns: Floats) -> Floats:
    means = np.einsum("ct,ctk->ck", weights, columns) / sums[:, None]
    swept: Floats = columns - means[:, None, :]
    return swept


def residuals(effects: Effects, columns: Floats) -> Floats:
    """What is left of the columns, cells x weeks x columns, beside cell, week and smooth effects."""
    swept = _swept(effects.weights, effects.sums, columns)
    everything = np.ones((1, len(effects.weights)))
    normal, cross = _normal(effects, everything)[0], _cross(effects, swept, everything)[0]
    found = np.linalg.solve(normal, cross)
    weeks = np.vstack([np.zeros((1, columns.shape[2])), found[: effects.weights.shape[1] - 1]])
    by_week = np.broadcast_to(weeks, (*effects.weights.shape, columns.shape[2]))
    rest: Floats = (
        swept
        - _swept(effects.weights, effects.sums, by_week)
        - np.einsum("ctk,kq->ctq", effects.smooth, found[effects.weights.shape[1] - 1 :])
    )
    return rest


def profile(effects: Effects, response: Floats, columns: Floats, counts: Floats) -> Profiled:
    """Regress the response on each column beside the nuisance part, for each row of `counts`: how often a resample
    holds each cell."""
    swept = _swept(effects.weights, effects.sums, np.concatenate([columns, response[:, :, None]], axis=2))
    weighted = effects.weights[:, :, None] * swept
    squares = counts @ np.einsum("ctq,ctq->cq", weighted, swept)
    products = counts @ np.einsum("ctq,ct->cq", weighted, swept[:, :, -1])
    cross = _cross(effects, swept, counts)
    solved = np.linalg.solve(_normal(effects, counts), cross)
    return Profiled(
        covariance=products[:, :-1] - np.einsum("bkq,bk->bq", solved[:, :, :-1], cross[:, :, -1]),
        variance=np.maximum(squares[:, :-1] - np.einsum("bkq,bkq->bq", solved[:, :, :-1], cross[:, :, :-1]), 0.0),
    )


def _normal(effects: Effects, counts: Floats) -> Floats:
    """The nuisance part's normal equations for each resample; the first week is the one compared with."""
    weights, smooth = effects.weights, effects.smooth
    (draws, _), weeks, more = counts.shape, weights.shape[1] - 1, smooth.shape[2]
    normal = np.empty((draws, weeks + more, weeks + more))
    for draw, count in enumerate(counts):
        shared = weights[:, 1:].T @ (weights[:, 1:] * (count / effects.sums)[:, None])
        normal[draw, :weeks, :weeks] = np.diag(count @ weights[:, 1:]) - shared
    weighted = weights[:, :, None] * smooth
    across = (counts @ weighted[:, 1:].reshape(len(weights), -1)).reshape(draws, weeks, more)
    normal[:, :weeks, weeks:] = across
    normal[:, weeks:, :weeks] = across.transpose(0, 2, 1)
    inner = np.einsum("ctk,ctj->ckj", weighted, smooth).reshape(len(weights), -1)
    normal[:, weeks:, weeks:] = (counts @ inner).reshape(draws, more, more)
    diagonal = np.einsum("bkk->bk", normal)
    diagonal += RIDGE * diagonal.mean(axis=1, keepdims=True) + np.finfo(float).tiny
    return normal


def _cross(effects: Effects, swept: Floats, counts: Floats) -> Floats:
    """The nuisance part against swept columns, for each resample."""
    weighted = effects.weights[:, :, None] * swept
    draws, cells = counts.shape
    by_week = (counts @ weighted[:, 1:].reshape(cells, -1)).reshape(draws, -1, swept.shape[2])
    inner = np.einsum("ctk,ctq->ckq", effects.smooth, weighted).reshape(cells, -1)
    by_smooth = (counts @ inner).reshape(draws, effects.smooth.shape[2], swept.shape[2])
    return np.concatenate([by_week, by_smooth], axis=1)
