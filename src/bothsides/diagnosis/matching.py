"""The matching function: how orders grow with both sides of a cell, and which cells match better than others."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from bothsides.diagnosis.cells import Where
from bothsides.diagnosis.elasticity.counts import CountFit, poisson
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.liquidity_audit import CellPeriod, MatchingFunction
from bothsides.diagnosis.panel import Floats
from bothsides.diagnosis.wording import share
from bothsides.metrics import Basis, Unit, Value
from bothsides.metrics.interval import Z

LEAST_CELLS = 20
"""Fewer cells than this do not tell how orders grow with both sides (metric dictionary row 14)."""

LEAST_PERIODS = 4

WIDEST = 0.5
"""With a range of the returns wider than this on either side, a cell's efficiency would be the fit's error."""


def matching(
    histories: Mapping[Where, Sequence[CellPeriod]], periods: Sequence[str], *, unseen: bool
) -> MatchingFunction:
    """T = A x B^a x S^b over cells and periods: orders, buyers looking, asking or buying, suppliers able to sell.

    A is the cell's own efficiency and the period's; a and b come from how a cell's sides moved. Poisson
    pseudo-likelihood, so that periods without an order count; ranges are clustered by cell. It describes, it does not
    prove: buyers also come where orders are easily had. `unseen` says that buyers were counted from orders alone, which
    leaves nothing to explain. Without enough cells it gives the reason and no number.
    Source: Cullen and Farronato 2014; Santos Silva and Tenreyro 2006, Review of Economics and Statistics 88:641-658.
    """
    if unseen:
        return _refused("buyers are counted from orders alone: orders would be explained by themselves")
    cells = [where for where in sorted(histories, key=str) if len(histories[where]) >= LEAST_PERIODS]
    if len(cells) < LEAST_CELLS or len(periods) < LEAST_PERIODS:
        few = f"{len(cells)} cells over {len(periods)} periods"
        return _refused(f"{few}: it takes {LEAST_CELLS} cells with {LEAST_PERIODS} periods each")
    orders = _grid(histories, cells, periods, "orders", missing=0.0)
    sides = [_grid(histories, cells, periods, name, missing=math.nan) for name in ("cell_buyers", "cell_suppliers")]
    stack = np.log(np.where(np.stack(sides) > 0, np.stack(sides), np.nan))
    there = np.isfinite(stack).all(axis=0)
    fit = poisson(np.where(there, orders, np.nan), stack)
    if not fit.converged or fit.clusters < LEAST_CELLS:
        return _refused("too few cells changed in both sides to tell the two apart")
    reach = _reach(fit, float(np.sqrt(fit.covariance.sum())))
    if reach > WIDEST or min(fit.interval(0).high, fit.interval(1).high) < 0:
        return _refused("the cells' sides moved too little or too much together to tell what each brings")
    return _told(fit, cells, orders, stack)


def _refused(reason: str) -> MatchingFunction:
    return MatchingFunction(
        buyers=None, suppliers=None, returns=None, efficiency={}, sentence=f"Not fitted: {reason}.", reason=reason
    )


def _grid(
    histories: Mapping[Where, Sequence[CellPeriod]],
    cells: Sequence[Where],
    periods: Sequence[str],
    name: str,
    *,
    missing: float,
) -> Floats:
    """A measure by cell and period."""
    at = {label: i for i, label in enumerate(periods)}
    grid: Floats = np.full((len(cells), len(periods)), missing)
    for row, where in enumerate(cells):
        for period in histories[where]:
            value = period.values.get(name)
            if value is not None and value.value is not None:
                grid[row, at[period.label]] = float(value.value)
    return grid


def _told(fit: CountFit, cells: Sequence[Where], orders: Floats, stack: Floats) -> MatchingFunction:
    buyers, suppliers = (_slope(fit, i, name) for i, name in enumerate(("buyers", "suppliers")))
    total = float(fit.slope.sum())
    reach = _reach(fit, float(np.sqrt(fit.covariance.sum())))
    returns = _index("matching_returns", total, fit.n, total - reach, total + reach)
    efficiency = _efficiency(fit, cells, orders, stack)
    grows = "more than" if total - reach > 1 else "less than" if total + reach < 1 else "about"
    more, least, most = (share(1.1**power - 1) for power in (total, total - reach, total + reach))
    sentence = (
        f"With 10 % more of both sides a cell has {more} more orders ({least} to {most}): {grows} in proportion. So "
        "orders moved with the sides; it describes, it does not prove."
    )
    return MatchingFunction(
        buyers=buyers, suppliers=suppliers, returns=returns, efficiency=efficiency, sentence=sentence, reason=""
    )


def _reach(fit: CountFit, error: float) -> float:
    """Half of a 95 % interval of that standard error, by t over the cells."""
    inside, own = fit.interval(0), fit.error(0)
    return (inside.high - float(fit.slope[0])) / own * error if own > 0 else math.inf


def _slope(fit: CountFit, which: int, side: str) -> Value:
    bounds = fit.interval(which)
    return _index(f"matching_{side}", float(fit.slope[which]), fit.n, bounds.low, bounds.high)


def _index(name: str, value: float, n: int, low: float, high: float) -> Value:
    return figure(name, value, Unit.INDEX, n=n, low=low, high=high, basis=Basis.CLUSTER)


def _efficiency(fit: CountFit, cells: Sequence[Where], orders: Floats, stack: Floats) -> dict[Where, Value]:
    """Each cell's orders beside what the median cell makes of as many on both sides; 1 is the median cell's.

    The range is that of its count of orders, widened by how far counts scatter about the fit.
    """
    used = (fit.used > 0) & (fit.mean > 0)
    rest = np.where(
        used, np.log(np.where(used, fit.mean, 1.0)) - np.tensordot(fit.slope, np.nan_to_num(stack), 1), np.nan
    )
    scatter = np.where(used, (orders - fit.mean) ** 2 / np.where(used, fit.mean, 1.0), 0.0).sum() / max(1, used.sum())
    live = [row for row in range(len(cells)) if used[row].any()]
    by_period = np.nanmean(rest[live], axis=0)
    effect = {row: float(np.nanmean(rest[row] - by_period)) for row in live}
    middle = float(np.median(list(effect.values())))
    found = {}
    for row in live:
        count = float(orders[row][used[row]].sum())
        width = math.exp(Z * math.sqrt(max(1.0, scatter) / count))
        value = math.exp(effect[row] - middle)
        found[cells[row]] = _index("matching_index", value, int(count), value / width, value * width)
    return found
