"""What winning an account of each side costs and what one contributes a week, from the store's own totals."""

import math
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bothsides.diagnosis.elasticity.funding import Money, SideMoney
from bothsides.diagnosis.figures import read
from bothsides.diagnosis.panel import Panel, SidePanel
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store, Value
from bothsides.schema import Side
from bothsides.schema.period import add_months

A_YEAR = 52
WEEKS_A_MONTH = 52 / 12
FEWEST_JOINERS = 10
"""Joiners below which an average cost is no average."""


def read_money(store: Store, panel: Panel) -> Money:
    """Costs and contributions per account of either side, major units, over the panel's last year of known stocks.

    A side's cost is all that was spent on winning it over the accounts that joined; its contribution is the net revenue
    credited to it (as in LTV: half of an order's commission unless agreed otherwise, so that none counts twice) over
    its account-weeks, before variable cost. What is not recorded is None.
    """
    known = np.ones(panel.orders.shape, bool)
    for side in Side:
        known &= np.isfinite(panel.side(side).stock) & np.isfinite(panel.side(side).joined)
    weeks = np.flatnonzero(known.any(0))[-A_YEAR:]
    if not len(weeks):
        return {}
    span = Span(start=panel.weeks[int(weeks[0])], end=panel.weeks[int(weeks[-1])] + timedelta(days=6))
    months = _whole_months(span)
    values = read(store, span, "acquisition_spend", by_side=True)
    values += read(store, months, "monthly_contribution", by_side=True) if months else []
    found = {(v.side, v.metric): v for v in values if v.value is not None}
    return {
        side: _side(
            panel.side(side),
            weeks,
            found.get((side.value, "acquisition_spend")),
            found.get((side.value, "monthly_contribution")),
            months=months.whole_months if months else 0,
        )
        for side in Side
    }


def _whole_months(span: Span) -> Span | None:
    """The whole months within the span: contributions are told by month."""
    start = span.start if span.start.day == 1 else add_months(span.start.replace(day=1), 1)
    end = add_months((span.end + timedelta(days=1)).replace(day=1), 0) - timedelta(days=1)
    return Span(start=start, end=end) if start < end else None


def _side(
    of: SidePanel, weeks: NDArray[np.intp], spent: Value | None, earned: Value | None, *, months: int
) -> SideMoney:
    joined = float(np.nansum(of.joined[:, weeks]))
    accounts = float(np.nansum(of.stock[:, weeks])) / len(weeks)
    paid = float(spent.value or 0.0) if spent else 0.0
    counted = joined >= FEWEST_JOINERS
    return SideMoney(
        cost=paid / joined if paid and counted else None,
        contribution=_whole(earned) / (accounts * months * WEEKS_A_MONTH) if earned and accounts and months else None,
        cost_error=1 / math.sqrt(joined) if counted else 0.0,
        contribution_error=_relative_error(earned),
        monthly_spend=paid / len(weeks) * WEEKS_A_MONTH if paid else None,
    )


def _whole(monthly: Value) -> float:
    """All that the side was credited: the mean per account and active month times their number."""
    return float(monthly.value or 0.0) * monthly.n


def _relative_error(of: Value | None) -> float:
    """The standard error over the amount, as its interval tells it; 0 where it has none."""
    if of is None or not of.value or of.low is None or of.high is None:
        return 0.0
    return abs(of.high - of.low) / (2 * 1.96 * abs(float(of.value)))
