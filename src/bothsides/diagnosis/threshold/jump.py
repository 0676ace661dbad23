"""Whether leaving drops at a level at all, at which, by how much, and how surely: a test, an estimate, resamples."""

from dataclasses import dataclass, replace

import numpy as np

from bothsides.diagnosis.panel import Floats
from bothsides.diagnosis.threshold.effects import Effects, Profiled, profile, residuals, sweep
from bothsides.diagnosis.threshold.grid import finer, steps
from bothsides.diagnosis.threshold.hazard import Linear, fit_hazard
from bothsides.diagnosis.threshold.observations import Observations
from bothsides.diagnosis.threshold.smooth import gradual

WILD_DRAWS = 1999

ROUNDING = 1e-9
"""Scores this small beside the largest are what rounding leaves of a level that no cell crossed."""

MOST_TURNS = 3
"""Times the level is looked for again about the fit with the level before: it settles at the second, nearly always."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """Where a drop is looked for: the index that may have a threshold, cells x weeks, its levels, and the smooth
    columns that stand for every gradual change."""

    seen: Observations
    values: Floats
    levels: Floats
    smooth: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drop:
    """The sharpest drop: at which level, by how much the hazard's logit changes there.

    `p` is the chance of so sharp a drop where leaving changes gradually, `sharper` whether a step fits better than
    every gradual change of the set widths, `rise` the level at which leaving rises more sharply than it drops anywhere,
    None where it does not: beside a rise that is not in the fit, a drop means nothing. `hazard` is the fitted weekly
    share that leaves.
    """

    level: float
    effect: float
    p: float
    sharper: bool
    rise: float | None
    hazard: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resamples:
    """The level and its effect in each resample of the cells."""

    levels: Floats
    effects: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """The sharpest drop and what it looks like when the cells are drawn again; `levels` are those that were tried."""

    drop: Drop
    resamples: Resamples
    levels: Floats


def find_line(search: Search, draws: Floats, rng: np.random.Generator) -> Found:
    """The sharpest drop where levels are as many as cell-weeks, as those of a line in both stocks are.

    It is tested over the whole grid, then measured on a finer one around where it and its resamples lie.
    """
    found, there = find_drop(search, draws, rng), search.seen.at_risk > 0
    drawn, whole = found.resamples.levels, found.drop
    low, high = min(whole.level, float(drawn.min())), max(whole.level, float(drawn.max()))
    levels = finer(search.values[there], search.levels, low, high)
    if levels is None:
        return found
    near = find_drop(replace(search, levels=levels), draws, rng)
    return replace(near, drop=replace(near.drop, p=whole.p, sharper=whole.sharper, rise=whole.rise))


def find_drop(search: Search, draws: Floats, rng: np.random.Generator) -> Found:
    """The sharpest drop over the levels; `draws` say how often each resample holds each cell."""
    at, whole = steps(search.values, search.levels), np.ones((1, len(search.values)))
    null = fit_hazard(search.seen, search.smooth)
    sharp = profile(null.effects, null.response, at, whole)
    soft = profile(null.effects, null.response, gradual(np.log(np.maximum(search.values, 0.5)), search.levels), whole)
    chosen, form = int(drops(sharp)[0].argmax()), null
    for _ in range(MOST_TURNS):
        form = fit_hazard(search.seen, np.concatenate([search.smooth, at[:, :, [chosen]]], axis=2))
        found = profile(_beside(form, search.smooth), form.response, at, whole)
        before, chosen = chosen, int(drops(found)[0].argmax())
        if chosen == before:
            break
    again = profile(_beside(form, search.smooth), form.response, at, draws)
    best = drops(again).argmax(axis=1)
    return Found(
        drop=Drop(
            level=float(search.levels[chosen]),
            effect=float(found.coefficient[0, chosen]),
            p=chance(scores(null, at), rng),
            sharper=bool(drops(sharp)[0].max() > drops(soft)[0].max()),
            rise=_rise(sharp, search.levels),
            hazard=form.hazard,
        ),
        resamples=Resamples(levels=search.levels[best], effects=again.coefficient[np.arange(len(best)), best]),
        levels=search.levels,
    )


def drops(found: Profiled) -> Floats:
    """What each level explains where leaving is lower above it; nothing where it is higher."""
    gains: Floats = np.where(found.coefficient < 0, found.gain, -1.0)
    return gains


def _rise(found: Profiled, levels: Floats) -> float | None:
    steepest = int(found.gain[0].argmax())
    return float(levels[steepest]) if found.coefficient[0, steepest] > 0 else None


def scores(null: Linear, at: Floats) -> Floats:
    """What each cell says for a step at each level under the fitted gradual change: cells x levels."""
    rest = residuals(null.effects, np.concatenate([at, null.response[:, :, None]], axis=2))
    weighted = null.effects.weights * rest[:, :, -1]
    said: Floats = np.einsum("ctg,ct->cg", rest[:, :, :-1], weighted)
    return said


def chance(said: Floats, rng: np.random.Generator) -> float:
    """The chance of so sharp a drop where leaving changes gradually, whichever level shows it.

    The largest cluster-robust score over the levels, against the same with the cells' signs drawn by lot: the cells'
    scores carry whatever correlation their weeks have. Source: Hansen 1996 (a threshold that exists under the
    alternative alone); Kline and Santos 2012 (the wild bootstrap of scores).
    """
    spread = np.sqrt((said**2).sum(axis=0))
    told = spread > ROUNDING * spread.max(initial=0.0)
    if not told.any():
        return 1.0
    signs = rng.choice([-1.0, 1.0], size=(WILD_DRAWS, len(said)))
    largest = (said[:, told].sum(axis=0) / spread[told]).min()
    by_lot = (signs @ said[:, told] / spread[told]).min(axis=1)
    return float((1 + (by_lot <= largest).sum()) / (1 + WILD_DRAWS))


def _beside(form: Linear, smooth: Floats) -> Effects:
    """The nuisance part without the level about which the fit was made linear."""
    return sweep(form.effects.weights, smooth)
