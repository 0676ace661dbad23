"""Weighted least squares with cell and week effects, for many columns and many resamples of cells at once.

Cell effects are swept out by the theorem of Frisch, Waugh and Lovell; what is left has no mean in any cell, so that a
cell drawn twice has an effect each time. Week effects are those of all cells, also in resamples: they are means over
cells, and what a resample would change in them is small beside what it changes in the cells themselves.
"""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.panel import Floats

RIDGE = 1e-10
"""Added to the diagonal, relative to its mean: columns that say nothing beside the others then get nothing."""

FEW_UNKNOWNS = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effects:
    """The nuisance part of a regression on cells x weeks: weights, their cell sums, the normal equations of weeks, and
    the smooth columns beside cells and weeks."""

    weights: Floats
    sums: Floats
    weeks: Floats
    smooth: Floats


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
    """Prepare the nuisance part; `smooth` is cells x weeks x columns."""
    sums = np.maximum(weights.sum(axis=1), np.finfo(float).tiny)
    shared = weights.T @ (weights / sums[:, None])
    weeks = _steady(np.diag(weights.sum(axis=0)) - shared)
    return Effects(weights=weights, sums=sums, weeks=weeks, smooth=_swept(weights, sums, weeks, smooth))


def _swept(weights: Floats, sums: Floats, weeks: Floats, columns: Floats) -> Floats:
    """The columns beside cell and week effects; the first week is the one compared with."""
    within = _within(weights, sums, columns)
    found = np.zeros((weights.shape[1], columns.shape[2]))
    found[1:] = _solved(weeks[1:, 1:], np.einsum("ct,ctk->tk", weights, within)[1:])
    rest: Floats = within - found + (weights @ found / sums[:, None])[:, None, :]
    return rest


def _solved(normal: Floats, right: Floats) -> Floats:
    """Solve positive definite equations by halves.

    Above a hundred unknowns the linear algebra library works in threads, which on a busy machine wait for each other
    far longer than the halves take.
    """
    if len(normal) <= FEW_UNKNOWNS:
        found: Floats = np.asarray(np.linalg.solve(normal, right), dtype=np.float64)
        return found
    half = len(normal) // 2
    top, side = normal[:half, :half], normal[half:, :half]
    folded = _solved(top, np.hstack([side.T, right[:half]]))
    taken = np.einsum("ij,jk->ik", side, folded)
    low = _solved(normal[half:, half:] - taken[:, : len(side)], right[half:] - taken[:, len(side) :])
    return np.vstack([folded[:, len(side) :] - np.einsum("ij,jk->ik", folded[:, : len(side)], low), low])


def _within(weights: Floats, sums: Floats, columns: Floats) -> Floats:
    means = np.einsum("ct,ctk->ck", weights, columns) / sums[:, None]
    within: Floats = columns - means[:, None, :]
    return within


def _steady(normal: Floats) -> Floats:
    """Normal equations with a trifle on the diagonal."""
    size = normal.shape[-1]
    mean = np.trace(normal, axis1=-2, axis2=-1)[..., None, None] / max(size, 1)
    steady: Floats = normal + (RIDGE * mean + np.finfo(float).tiny) * np.eye(size)
    return steady


def residuals(effects: Effects, columns: Floats) -> Floats:
    """What is left of the columns, cells x weeks x columns, beside cell, week and smooth effects."""
    swept = _swept(effects.weights, effects.sums, effects.weeks, columns)
    weighted = effects.weights[:, :, None] * effects.smooth
    normal = _steady(np.einsum("ctk,ctj->kj", weighted, effects.smooth))
    found = np.linalg.solve(normal, np.einsum("ctk,ctq->kq", weighted, swept))
    rest: Floats = swept - effects.smooth @ found
    return rest


def profile(effects: Effects, response: Floats, columns: Floats, counts: Floats) -> Profiled:
    """Regress the response on each column beside the nuisance part, for each row of `counts`: how often a resample
    holds each cell."""
    every = np.concatenate([columns, response[:, :, None]], axis=2)
    swept = _swept(effects.weights, effects.sums, effects.weeks, every)
    weighted = effects.weights[:, :, None] * swept
    squares = counts @ np.einsum("ctq,ctq->cq", weighted, swept)
    products = counts @ np.einsum("ctq,ct->cq", weighted, swept[:, :, -1])
    draws, (cells, _, more) = len(counts), effects.smooth.shape
    inner = np.einsum("ctk,ctj->ckj", effects.weights[:, :, None] * effects.smooth, effects.smooth)
    normal = _steady((counts @ inner.reshape(cells, -1)).reshape(draws, more, more))
    across = effects.smooth.transpose(0, 2, 1) @ weighted
    cross = (counts @ across.reshape(cells, -1)).reshape(draws, more, every.shape[2])
    solved = np.linalg.solve(normal, cross)
    return Profiled(
        covariance=products[:, :-1] - np.einsum("bkq,bk->bq", solved[:, :, :-1], cross[:, :, -1]),
        variance=np.maximum(squares[:, :-1] - np.einsum("bkq,bkq->bq", solved[:, :, :-1], cross[:, :, :-1]), 0.0),
    )
