"""How often a push by lot would show an elasticity, by drawing the fitted market many times."""

from dataclasses import dataclass

import numpy as np

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
    """Variance beyond Poisson of the two sides' joiners relative to their means, covariance, and how much of it lasts
    from week to week; by moments of the residuals a week and two weeks apart, in which Poisson noise has no part."""
    a, b = mine.joined, theirs.joined
    near, far = (np.array([_apart(fit, fit, lag) for fit in (a, b)]) for lag in (1, 2))
    lasting = float(np.clip(far.sum() / near.sum(), 0.0, 0.95)) if near.sum() > 0 and far.sum() > 0 else 0.0
    spread = near / lasting if lasting > 0.05 else np.array([_beyond_poisson(fit) for fit in (a, b)])
    own, other = (max(0.0, float(v)) for v in spread)
    most = float(np.sqrt(own * other))
    return (own, other, float(np.clip(_apart(a, b, 0), -most, most))), lasting


def _apart(a: CountFit, b: CountFit, lag: int) -> float:
    """Mean product of relative residuals so many weeks apart, weighted by the means."""
    weeks = a.mean.shape[1] - lag
    scale = float((a.mean[:, lag:] * b.mean[:, :weeks]).sum())
    return float((a.residual[:, lag:] * b.residual[:, :weeks]).sum()) / scale if scale else 0.0


def _beyond_poisson(fit: CountFit) -> float:
    square = float((fit.mean**2).sum())
    return float((fit.residual**2 - fit.mean).sum()) / square if square else 0.0


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
    z = np.stack([at_work(lot, 1 - market.leave) for lot in lots])
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
    seen = np.array([float((at_work(lot, stay) * left).sum()) for lot, left in zip(lots, residual, strict=True)])
    others = np.stack(
        [at_work(by_week(draw_lot(rng, market.stock, design), design, before), stay) for _ in range(OTHER_LOTS)]
    )
    drawn = residual.reshape(len(residual), -1) @ others.reshape(OTHER_LOTS, -1).T
    chance = (1 + (np.abs(drawn) >= np.abs(seen)[:, None] - 1e-9).sum(1)) / (1 + OTHER_LOTS)
    return float((chance <= 0.05).mean())
