"""What fixed effects get wrong because the sides answer each other: a chance today moves the other side tomorrow.

Who joins by chance now draws the other side in later, so that later stocks are not free of today's chance; in a short
panel that bends the slopes of both sides (Nickell 1981). How much is found by drawing the fitted market anew and
fitting it again, and taken off (bootstrap bias correction, as Everaert and Pozzi 2007 for dynamic panels).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from bothsides.diagnosis.elasticity.counts import logit, poisson
from bothsides.diagnosis.elasticity.effect import Explained, hazard_scale
from bothsides.diagnosis.elasticity.ground import Ground
from bothsides.diagnosis.elasticity.records import Effect, Margin
from bothsides.diagnosis.elasticity.regression import Interval
from bothsides.diagnosis.panel import Floats
from bothsides.schema import Side

DRAWS = 16
MATERIAL = 0.5
"""A bias below this many standard errors is left alone: taking it off would add more noise than it mends."""
Biases: TypeAlias = Mapping[tuple[Side, Margin], float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Drawn:
    """One side's panel drawn anew, draws x cells x weeks."""

    joined: Floats
    left: Floats
    stock: Floats


def feedback(grounds: Mapping[Side, Ground], explained: Mapping[Side, Explained], seed: int) -> Biases:
    """By how much each fixed-effects slope overstates what a market drawn from it holds, on the scale of effects."""
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = _draw(rng, grounds, explained)
    biases: dict[tuple[Side, Margin], float] = {}
    for side in Side:
        of, fits, seen, other = grounds[side], explained[side], drawn[side], drawn[side.other]
        slopes = []
        for i in range(DRAWS):
            driver = np.where(np.isfinite(of.driver), np.log(np.maximum(other.stock[i], 0.5)), np.nan)
            x = np.concatenate([driver[None], of.controls])
            again = poisson(_as_known(seen.joined[i], of.joined), x, start=np.maximum(fits.joined.mean, 1e-3))
            stock = _as_known(seen.stock[i], of.stock)
            slopes.append((again.slope[0], logit(_as_known(seen.left[i], of.left), stock, x).slope[0]))
        mean = np.mean(slopes, axis=0)
        biases[side, Margin.INFLOW] = float(mean[0] - fits.joined.slope[0])
        biases[side, Margin.RETENTION] = float(mean[1] - fits.left.slope[0]) * hazard_scale(fits.left, of.stock)
    return biases


def without_feedback(of: Effect, bias: float) -> Effect:
    """The effect with the bias taken off where it is material, and its range widened by what finding it adds."""
    if of.value is None or of.interval is None or not of.error or abs(bias) < MATERIAL * of.error:
        return of
    wider = float(np.sqrt(1 + 1 / DRAWS))
    ends = [of.value - bias + wider * (end - of.value) for end in (of.interval.low, of.interval.high)]
    return replace(
        of,
        value=of.value - bias,
        interval=Interval(low=ends[0], high=ends[1]),
        error=of.error * wider,
        method=f"{of.method}; less the bias from the sides' answering each other ({bias:+.2f})",
    )


def _as_known(drawn: Floats, seen: Floats) -> Floats:
    return np.where(np.isfinite(seen), drawn, np.nan)


def _draw(
    rng: np.random.Generator, grounds: Mapping[Side, Ground], explained: Mapping[Side, Explained]
) -> Mapping[Side, _Drawn]:
    """The weeks one by one: what is not known or not explained happens as it did."""
    shape = DRAWS, *grounds[Side.BUYER].stock.shape
    held = {side: {name: np.zeros(shape) for name in ("joined", "left", "stock")} for side in Side}
    now = {side: np.zeros(shape[:2]) for side in Side}
    for week in range(shape[2]):
        for side in Side:
            known = grounds[side].stock[:, week]
            begins = np.isfinite(known) & (~np.isfinite(grounds[side].stock[:, week - 1]) if week else True)
            now[side] = np.where(begins, np.nan_to_num(known), now[side])
            held[side]["stock"][:, :, week] = now[side]
        after = {}
        for side in Side:
            pull = _pull(grounds[side], now[side.other], week)
            joined, left = _flows(rng, grounds[side], explained[side], now[side], pull, week)
            held[side]["joined"][:, :, week], held[side]["left"][:, :, week] = joined, left
            after[side] = np.maximum(now[side] + joined - left, 0.0)
        now = after
    return {side: _Drawn(**held[side]) for side in Side}


def _pull(of: Ground, other: Floats, week: int) -> Floats:
    """Log of the drawn over the seen stock of the other side; 0 where it was not seen."""
    seen = of.driver[:, week]
    return np.where(np.isfinite(seen), np.log(np.maximum(other, 0.5)) - np.nan_to_num(seen), 0.0)


def _flows(
    rng: np.random.Generator, of: Ground, fits: Explained, stock: Floats, pull: Floats, week: int
) -> tuple[Floats, Floats]:
    mean, used = fits.joined.mean[:, week], fits.joined.used[:, week] > 0
    expected = mean * np.exp(np.clip(fits.joined.slope[0] * pull, -3, 3))
    joined = np.where(used, rng.poisson(expected), np.nan_to_num(of.joined[:, week]))
    at_risk = np.maximum(np.nan_to_num(of.stock[:, week]), 1.0)
    risk = np.clip(fits.left.mean[:, week] / at_risk, 1e-9, 1 - 1e-9)
    tilted = np.log(risk / (1 - risk)) + np.clip(fits.left.slope[0] * pull, -3, 3)
    leave = 1 / (1 + np.exp(-tilted))
    drawn = rng.binomial(stock.astype(np.int64), leave)
    left = np.where(fits.left.used[:, week] > 0, drawn, np.minimum(np.nan_to_num(of.left[:, week]), stock))
    return joined, left
