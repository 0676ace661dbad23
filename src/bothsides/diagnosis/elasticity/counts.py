"""Counts by cell and week explained with cell and week effects: Poisson for joiners, binomial for leavers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from bothsides.diagnosis.elasticity.regression import Fit, clustered
from bothsides.diagnosis.elasticity.within import known, products, two_way
from bothsides.diagnosis.panel import Floats

ROUNDS = 60
PRECISE = 1e-10
LEAST_MEAN = 1e-9
"""A fitted mean below this where nothing was counted runs to 0: it is separated and can teach nothing."""

FURTHEST, LEAST_WEIGHT = 50.0, 1e-20
"""Linear predictors beyond this either way, and weights below this, are told no further: steps must not overflow."""

_Link: TypeAlias = Callable[[Floats], tuple[Floats, Floats]]
"""From the linear predictor to the mean and its derivative, which is the weight."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountFit(Fit):
    """Slopes of a count model, and what it expected in every cell and week (0 where nothing can be learned from)."""

    mean: Floats
    used: Floats
    """1 where the cell and week entered, 0 where a number is missing or its cell or week is separated."""
    converged: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Data:
    y: Floats
    x: Floats
    offset: Floats
    used: Floats
    link: _Link


def poisson(y: Floats, x: Floats, *, exposure: Floats | None = None, start: Floats | None = None) -> CountFit:
    """Poisson pseudo-maximum likelihood of y (cells x weeks) on the stack x with cell and week effects.

    Consistent for any y of which the mean is right, zeros and overdispersion included (Santos Silva and Tenreyro
    2006); by reweighted least squares (Correia, Guimaraes and Zylkin 2020). `exposure` multiplies the mean; `start`
    is a mean to begin from. Cells and weeks in which nothing was counted, and what a slope separates, are left out.
    """
    offset = np.zeros_like(y) if exposure is None else np.log(np.where(exposure > 0, exposure, np.nan))
    data = _data(y, x, offset, _exponential)
    begin = (data.y + _typical(data)) / 2 if start is None else np.maximum(start, 1e-12)
    return _fitted(data, np.log(np.where(data.used > 0, begin, 1.0)))


def logit(y: Floats, trials: Floats, x: Floats) -> CountFit:
    """Share y of trials (cells x weeks) on the stack x with cell and week effects, as a grouped logistic regression:
    slopes are changes of the hazard's logit (McCullagh and Nelder 1989, chapter 4)."""
    able = np.where(trials > 0, trials, np.nan)

    def share_of(eta: Floats) -> tuple[Floats, Floats]:
        share = 1 / (1 + np.exp(-np.clip(eta, -FURTHEST, FURTHEST)))
        mean = np.nan_to_num(able) * share
        return mean, mean * (1 - share)

    data = _data(np.where(np.isfinite(able), y, np.nan), x, np.zeros_like(y), share_of)
    share = np.where(data.used > 0, (data.y + 0.5) / (np.nan_to_num(able) + 1), 0.5)
    return _fitted(data, np.log(share / (1 - share)))


def _exponential(eta: Floats) -> tuple[Floats, Floats]:
    mean = np.exp(np.clip(eta, -FURTHEST, FURTHEST))
    return mean, mean


def _data(y: Floats, x: Floats, offset: Floats, link: _Link) -> _Data:
    there = known(y, x, offset) if len(x) else known(y, offset)
    used = _informative(np.where(there > 0, y, 0.0), there)
    seen, off = np.where(used > 0, y, 0.0), np.where(used > 0, offset, 0.0)
    return _Data(y=seen, x=np.where(used > 0, x, 0.0), offset=off, used=used, link=link)


def _typical(data: _Data) -> float:
    return float(data.y.sum() / max(1.0, data.used.sum()))


def _informative(y: Floats, used: Floats) -> Floats:
    """Without cells and weeks in which nothing was counted: their effect runs to minus infinity."""
    for _ in range(y.size):
        kept = used * ((y * used).sum(1) > 0)[:, None] * ((y * used).sum(0) > 0)[None]
        if (kept == used).all():
            break
        used = kept
    return used


def _fitted(data: _Data, eta: Floats) -> CountFit:
    """Reweighted least squares until the means move no more."""
    mean = data.link(eta)[0]
    for _ in range(ROUNDS):
        step = _step(data, eta)
        after = data.link(step.eta)[0]
        moved = float(np.abs((after - mean) * data.used).sum()) / max(1e-12, float(data.y.sum()))
        eta, mean = step.eta, after
        gone = (data.used > 0) & (data.y == 0) & (mean < LEAST_MEAN)
        if gone.any():
            data = replace(data, used=np.where(gone, 0.0, data.used))
        elif moved < PRECISE:
            break
    return _told(data, step, mean, converged=moved < 1e-6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Step:
    eta: Floats
    slope: Floats
    bread: Floats
    rest: Floats
    """The regressors less their cell and week effects."""


def _step(data: _Data, eta: Floats) -> _Step:
    mean, derivative = data.link(eta)
    weight = np.where(data.used > 0, np.maximum(derivative, LEAST_WEIGHT), 0.0)
    working = np.where(data.used > 0, eta - data.offset + (data.y - mean) / np.maximum(derivative, LEAST_WEIGHT), 0.0)
    rest = two_way(weight).residual(np.concatenate([working[None], data.x]))
    flat, rx = rest[0], rest[1:]
    bread: Floats = np.linalg.pinv(products(rx, rx, weight), hermitian=True).astype(np.float64)
    slope = bread @ products(rx, flat[None], weight)[:, 0]
    after = data.offset + working - flat + np.tensordot(slope, rx, 1)
    return _Step(eta=np.where(data.used > 0, after, 0.0), slope=slope, bread=bread, rest=rx)


def _told(data: _Data, step: _Step, mean: Floats, *, converged: bool) -> CountFit:
    residual = (data.y - mean) * data.used
    scores = np.einsum("kgt,gt->gk", step.rest, residual)
    n, live = int(data.used.sum()), int((data.used.sum(1) > 0).sum())
    weeks = int((data.used.sum(0) > 0).sum())
    covariance, influence = clustered(step.bread, scores, n, weeks + len(data.x))
    return CountFit(
        slope=step.slope,
        covariance=covariance,
        influence=influence,
        residual=residual,
        n=n,
        clusters=live,
        mean=mean * data.used,
        used=data.used,
        converged=converged,
    )
