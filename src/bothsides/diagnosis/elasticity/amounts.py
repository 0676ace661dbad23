"""What winning an account of each side costs and what one contributes a week, from the store's own totals."""

import math
from datetime import timedelta

import numpy as np

from bothsides.diagnosis.elasticity.funding import Money, SideMoney
from bothsides.diagnosis.figures import one, read
from bothsides.diagnosis.panel import Panel
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Side

A_YEAR = 52
SPLIT = 0.5
"""Each side is credited half of what an order earns, as in LTV: one commission is never counted twice."""
FEWEST_JOINERS = 10
"""Joiners below which an average cost is no average."""


def read_money(store: Store, panel: Panel) -> Money:
    """Costs and contributions per account of either side, major units, over the panel's last year of known stocks.

    A side's cost is all that was spent on winning it over the accounts that joined; its contribution is half of net
    revenue over its account-weeks, before variable cost. What is not recorded is None.
    """
    known = np.ones(panel.orders.shape, bool)
    for side in Side:
        known &= np.isfinite(panel.side(side).stock) & np.isfinite(panel.side(side).joined)
    weeks = np.flatnonzero(known.any(0))[-A_YEAR:]
    if not len(weeks):
        return {}
    span = Span(start=panel.weeks[int(weeks[0])], end=panel.weeks[int(weeks[-1])] + timedelta(days=6))
    earned = one(store, span, "net_revenue")
    spent = {v.side: float(v.value) for v in read(store, span, "acquisition_spend", by_side=True) if v.value}
    return {
        side: _side(panel, side, weeks, spent.get(side.value), None if earned is None else float(earned.value or 0))
        for side in Side
    }


def _side(
    panel: Panel,
    side: Side,
    weeks: np.ndarray[tuple[int], np.dtype[np.intp]],
    spent: float | None,
    earned: float | None,
) -> SideMoney:
    of = panel.side(side)
    joined = float(np.nansum(of.joined[:, weeks]))
    account_weeks = float(np.nansum(of.stock[:, weeks]))
    counted = joined >= FEWEST_JOINERS
    return SideMoney(
        cost=spent / joined if spent and counted else None,
        contribution=SPLIT * earned / account_weeks if earned is not None and account_weeks > 0 else None,
        cost_error=1 / math.sqrt(joined) if counted else 0.0,
        monthly_spend=spent / len(weeks) * 52 / 12 if spent else None,
    )
