"""The weekly hazard of leaving as a logit with cell, week and smooth effects, and its linear form about the fit."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.panel import Floats
from bothsides.diagnosis.threshold.effects import Effects, residuals, sweep
from bothsides.diagnosis.threshold.observations import Observations

MOST_ROUNDS = 25
SETTLED = 1e-6
WIDEST = 12.0
"""Logits are kept within this: a cell that hardly anyone leaves must not run away."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linear:
    """The fitted hazard in linear form: a working response with its weights (McCullagh and Nelder 1989, 2.5).

    `hazard` is the fitted weekly share that leaves. Unlike the empirical logit the form stays unbiased where only a
    few accounts of a cell leave in a week.
    """

    effects: Effects
    response: Floats
    hazard: Floats


def fit_hazard(seen: Observations, columns: Floats) -> Linear:
    """Fit by iterated weighted least squares; `columns` are cells x weeks x effects beside cells and weeks."""
    rate = seen.left.sum() / seen.at_risk.sum()
    logit = np.full(seen.left.shape, np.log(rate / (1 - rate)))
    for _ in range(MOST_ROUNDS):
        form = _linear(seen, columns, logit)
        rest = residuals(form.effects, form.response[:, :, None])[:, :, 0]
        step = np.where(seen.at_risk > 0, form.response - rest - logit, 0.0)
        logit = np.clip(logit + step, -WIDEST, WIDEST)
        if np.abs(step).max() < SETTLED:
            break
    return _linear(seen, columns, logit)


def _linear(seen: Observations, columns: Floats, logit: Floats) -> Linear:
    hazard = 1 / (1 + np.exp(-logit))
    weights = seen.at_risk * hazard * (1 - hazard)
    there = weights > 0
    surprise = np.where(there, seen.left - seen.at_risk * hazard, 0.0)
    return Linear(
        effects=sweep(weights, columns),
        response=logit + surprise / np.where(there, weights, 1.0),
        hazard=hazard,
    )
