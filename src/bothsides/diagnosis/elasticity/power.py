"""How often a push by lot would show an elasticity, by drawing the fitted market many times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bothsides.diagnosis.elasticity.counts import CountFit
from bothsides.diagnosis.elasticity.effect import Explained, explain
from bothsides.diagnosis.elasticity.funding import RECENT_WEEKS
from bothsides.diagnosis.elasticity.ground import at_work, ground, staying
from bothsides.diagnosis.elasticity.lot import Design, by_week, draw_lot
from bothsides.diagnosis.elasticity.regression import critical, small_sample
from bothsides.diagnosis.panel import Floats, Panel
from bothsides.schema import Side

MOST_REPLICATES, LEAST_REPLICATES, CELLS_DRAWN = 400, 100, 16_000
"""Draws of the market: as many as give so many cells in all, between these bounds."""
OTHER_LOTS = 199
LAGS = 8
LASTINGS = tuple(i / 50 for i in range(1, 49))
"""Week-to-week correlations of shocks that are tried."""
MOST_BEFORE = 52
"""Weeks of history that are drawn ahead of the push, at most as many as the panel has."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """The market as it is now, per cell: what the planner draws from.

    `driver` is the side to be pushed, `side` the other. Weekly joiners and chances to leave, accounts now; shocks to
    joiners of both sides (log, per cell and week) by their variances, covariance and week-to-week correlation.
    """

    driver: Side
    stock: Floats
    joined: Floats
    leave: float
    side_joined: Floats
    shock: tuple[float, float, float]
    """Variance of the driver's, of the side's, covariance."""
    lasting: float
    weeks: int


def fit_market(panel: Panel, driver: Side) -> Fitted:
    """Read the present market off the panel's last weeks, and how restless it is off what the models leave."""
    side = driver.other
    mine, theirs = explain(ground(panel, driver)), explain(ground(panel, side))
    shock, lasting = _restlessness(mine, theirs)
    return Fitted(
        driver=driver,
        stock=np.maximum(_now(panel.side(driver).stock), 1.0),
        joined=np.maximum(_now(panel.side(driver).joined), 0.02),
        leave=1 - staying(panel.side(driver).left, panel.side(driver).stock),
        side_joined=np.maximum(_now(panel.side(side).joined), 0.02),
        shock=shock,
        lasting=lasting,
        weeks=len(panel.weeks),
    )


def _now(values: Floats) -> Floats:
    known = np.isfinite(values)
    weeks = np.flatnonzero(known.any(0))[-RECENT_WEEKS:]
    held = np.where(known, values, 0.0)[:, weeks].sum(1)
    recent: Floats = held / np.maximum(known[:, weeks].sum(1), 1)
    return recent


def _restlessness(mine: Explained, theirs: Explained) -> tuple[tuple[float, float, float], float]:
    """Variance of the two sides' shocks, their covariance, and how much of a shock lasts from week to week.

    By moments: products of relative residuals 1 to 8 weeks apart, in which Poisson noise has no part, against those of
    a first-order autoregression less what taking cell means out takes from them.
    """
    a, b = mine.joined, theirs.joined
    weeks = max(2, int((a.used.sum(0) > 0).sum()))
    lags = np.arange(1, 1 + min(LAGS, weeks - 1))
    own, other, shared = (np.array([_apart(x, y, int(lag)) for lag in lags]) for x, y in ((a, a), (b, b), (a, b)))
    misfits = [_misfit(own + other, _shape(rho, lags, weeks)) for rho in LASTINGS]
    lasting = LASTINGS[misfits.index(min(misfits))]
    shape = _shape(lasting, lags, weeks)
    size = float(shape @ shape)
    # A shock that hardly lasts is told by its variance alone, which no autocovariance can exceed.
    parts = [min(max(0.0, float(seen @ shape)) / size, _spread(fit)) for seen, fit in ((own, a), (other, b))]
    most = float(np.sqrt(parts[0] * parts[1]))
    together = float(shared @ shape) / size
    return (parts[0], parts[1], float(np.clip(together, -most, most))), lasting


def _shape(rho: float, lags: NDArray[np.int64], weeks: int) -> Floats:
    """Autocovariance of a shock of variance 1 at these lags, as seen once the mean of so many weeks is taken out."""
    lost = (1 + rho) / ((1 - rho) * weeks)
    return np.power(rho, lags, dtype=np.float64) - lost


def _misfit(seen: Floats, shape: Floats) -> float:
    left = seen - max(0.0, float(seen @ shape)) / float(shape @ shape) * shape
    return float(left @ left)


def _spread(fit: CountFit) -> float:
    """Variance of the shocks by what the counts vary beyond Poisson noise, relative to their means."""
    beyond = float((fit.residual**2 - fit.mean)[fit.used > 0].sum())
    scale = float((fit.mean**2)[fit.used > 0].sum())
    return max(0.0, beyond / scale) if scale else 0.0


def _apart(a: CountFit, b: CountFit, lag: int) -> float:
    """Mean product of relative residuals so many weeks apart, weighted by the means."""
    weeks = a.mean.shape[1] - lag
    scale = float((a.mean[:, lag:] * b.mean[:, :weeks]).sum())
    return float((a.residual[:, lag:] * b.residual[:, :weeks]).sum()) / scale if scale else 0.0


def power(
    market: Fitted, design: Design, elasticity: float, *, few: int, seed: int, before: int | None = None
) -> float:
    """Share of draws in which the test of no effect is rejected at 5 % when the elasticity is this.

    The test is the one the reading makes: clustered Anderson-Rubin, or with fewer than `few` cells the randomisation
    test against other deals of the same lot. `before` weeks ahead of the push are in the test too, a year by default.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    before = min(MOST_BEFORE, market.weeks) if before is None else before
    draws = int(np.clip(CELLS_DRAWN // len(market.stock), LEAST_REPLICATES, MOST_REPLICATES))
    lots = np.stack([by_week(draw_lot(rng, market.stock, design), design, before) for _ in range(draws)])
    residual, row, column = _left(_drawn(rng, market, design, elasticity, lots))
    if len(market.stock) < few:
        return _against_other_lots(rng, market, design, lots, residual, before)
    z = at_work(lots, 1 - market.leave)
    a, b = row / np.maximum(row.sum(1, keepdims=True), 1e-9), column / np.maximum(column.sum(1, keepdims=True), 1e-9)
    z = z - (z * b[:, None]).sum(2, keepdims=True)
    z = z - (z * a[:, :, None]).sum(1, keepdims=True)
    each = (z * residual).sum(2)
    cells, weeks = z.shape[1:]
    scale = small_sample(cells * weeks, 1 + weeks, cells)
    t = each.sum(1) / np.sqrt(np.maximum(scale * (each**2).sum(1), 1e-300))
    return float((np.abs(t) > critical(cells)).mean())


def _drawn(rng: np.random.Generator, market: Fitted, design: Design, elasticity: float, lots: Floats) -> Floats:
    """The side's joiners of every draw: draws x cells x weeks."""
    draws, cells, weeks = lots.shape
    mine, theirs, shared = market.shock
    mixing = np.linalg.cholesky(np.array([[mine, shared], [shared, theirs]]) + 1e-12 * np.eye(2))
    stock = np.broadcast_to(np.rint(market.stock), (draws, cells)).copy()
    shock = np.einsum("ij,jdc->idc", mixing, rng.standard_normal((2, draws, cells)))
    fresh = float(np.sqrt(1 - market.lasting**2))
    counts = np.empty(lots.shape)
    for week in range(weeks):
        pull = (np.maximum(stock, 0.5) / market.stock) ** elasticity
        counts[:, :, week] = rng.poisson(market.side_joined * pull * np.exp(shock[1] - theirs / 2))
        lift = design.factor ** lots[:, :, week]
        came = rng.poisson(market.joined * lift * np.exp(shock[0] - mine / 2))
        stock = stock + came - rng.binomial(stock.astype(np.int64), market.leave)
        shock = market.lasting * shock + fresh * np.einsum("ij,jdc->idc", mixing, rng.standard_normal(shock.shape))
    return counts


def _left(counts: Floats) -> tuple[Floats, Floats, Floats]:
    """What cell and week effects leave of counts: without gaps the Poisson fit is rows times columns over the total."""
    row, column = counts.sum(2), counts.sum(1)
    total = np.maximum(row.sum(1), 1e-9)
    return counts - row[:, :, None] * column[:, None] / total[:, None, None], row, column


def _against_other_lots(
    rng: np.random.Generator, market: Fitted, design: Design, lots: Floats, residual: Floats, before: int
) -> float:
    stay = 1 - market.leave
    seen = (at_work(lots, stay) * residual).sum((1, 2))
    others = [by_week(draw_lot(rng, market.stock, design), design, before) for _ in range(OTHER_LOTS)]
    drawn = residual.reshape(len(residual), -1) @ at_work(np.stack(others), stay).reshape(OTHER_LOTS, -1).T
    chance = (1 + (np.abs(drawn) >= np.abs(seen)[:, None] - 1e-9).sum(1)) / (1 + OTHER_LOTS)
    return float((chance <= 0.05).mean())
