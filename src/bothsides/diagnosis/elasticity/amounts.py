"""What winning an account of each side costs and what one contributes a week, from the store's own totals."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bothsides.diagnosis.elasticity.funding import Money, SideMoney
from bothsides.diagnosis.figures import read
from bothsides.diagnosis.panel import Panel
from bothsides.diagnosis.span import Span, known_span
from bothsides.metrics import Store, Value
from bothsides.schema import Side
from bothsides.schema.period import add_months

A_YEAR = 52
WEEKS_A_MONTH = 52 / 12
FEWEST_JOINERS = 10
"""Joiners below which an average cost is no average."""


def read_money(store: Store, panel: Panel) -> Money:
    """Costs and contributions per account of either side, major units, over the panel's last year of known stocks, as
    far as spend and fees are known in it.

    A side's cost is all that was spent on winning it over the accounts that joined; its contribution is the net revenue
    credited to it (as in LTV: half of an order's commission unless agreed otherwise, so that none counts twice) over
    its account-weeks, before variable cost. What is not recorded is None.
    """
    weeks = _last_year(panel)
    if not len(weeks):
        return {}
    months = _whole_months(_within(_span(panel, weeks), known_span(store, "fees", None)))
    earned = read(store, months, "monthly_contribution", by_side=True) if months else []
    return {
        side: _side(
            _held(panel, side, months),
            _paid(store, panel, side, weeks),
            _of(earned, side),
            months=months.whole_months if months else 0,
        )
        for side in Side
    }


def account_costs(store: Store, panel: Panel) -> dict[Side, float | None]:
    """What one account of each side has cost of late, major units: the same cost wherever an account is priced.

    None where spend is not known by side or too few joined. It is an average of all who joined, over all cells.
    """
    weeks = _last_year(panel)
    return {side: _cost(_paid(store, panel, side, weeks)) for side in Side}


def _last_year(panel: Panel) -> NDArray[np.intp]:
    """The last weeks, a year at most, in which stocks and joiners of both sides are known."""
    known = np.ones(panel.orders.shape, bool)
    for side in Side:
        known &= np.isfinite(panel.side(side).stock) & np.isfinite(panel.side(side).joined)
    return np.flatnonzero(known.any(0))[-A_YEAR:]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paid:
    """What was spent on winning a side over the weeks of which spend is known, and who joined in them."""

    amount: float
    joined: float
    weeks: int


def _paid(store: Store, panel: Panel, side: Side, weeks: NDArray[np.intp]) -> _Paid:
    """Only weeks of known spend count, joiners too: else a month of spend would be shared by a year's joiners."""
    known = known_span(store, "spend", None)
    priced = [week for week in weeks if known is not None and known.start <= panel.weeks[int(week)] <= known.end]
    if not priced:
        return _Paid(amount=0.0, joined=0.0, weeks=0)
    spent = _of(read(store, _span(panel, np.array(priced)), "acquisition_spend", by_side=True), side)
    return _Paid(
        amount=float(spent.value or 0.0) if spent else 0.0,
        joined=float(np.nansum(panel.side(side).joined[:, priced])),
        weeks=len(priced),
    )


def _cost(paid: _Paid) -> float | None:
    return paid.amount / paid.joined if paid.amount and paid.joined >= FEWEST_JOINERS else None


def _of(values: Sequence[Value], side: Side) -> Value | None:
    return next((v for v in values if v.side == side.value and v.value is not None), None)


def _span(panel: Panel, weeks: NDArray[np.intp]) -> Span:
    return Span(start=panel.weeks[int(weeks[0])], end=panel.weeks[int(weeks[-1])] + timedelta(days=6))


def _within(span: Span, known: Span | None) -> Span:
    """The span as far as fees are known: months before them would count as months that brought nothing."""
    if known is None:
        return span
    return Span(start=max(span.start, known.start), end=min(span.end, known.end))


def _whole_months(span: Span) -> Span | None:
    """The whole months within the span: contributions are told by month."""
    start = span.start if span.start.day == 1 else add_months(span.start.replace(day=1), 1)
    end = add_months((span.end + timedelta(days=1)).replace(day=1), 0) - timedelta(days=1)
    return Span(start=start, end=end) if start < end else None


def _held(panel: Panel, side: Side, months: Span | None) -> float:
    """Accounts of the side in a mean week of those months; 0 where none is known."""
    stock = panel.side(side).stock
    inside = np.array([months is not None and months.start <= week <= months.end for week in panel.weeks])
    counted = np.flatnonzero(inside & np.isfinite(stock).any(0))
    return float(np.nansum(stock[:, counted])) / len(counted) if len(counted) else 0.0


def _side(accounts: float, paid: _Paid, earned: Value | None, *, months: int) -> SideMoney:
    counted = paid.joined >= FEWEST_JOINERS
    return SideMoney(
        cost=_cost(paid),
        contribution=_whole(earned) / (accounts * months * WEEKS_A_MONTH) if earned and accounts and months else None,
        cost_error=1 / math.sqrt(paid.joined) if counted else 0.0,
        contribution_error=_relative_error(earned),
        monthly_spend=paid.amount / paid.weeks * WEEKS_A_MONTH if paid.amount else None,
    )


def _whole(monthly: Value) -> float:
    """All that the side was credited: the mean per account and active month times their number."""
    return float(monthly.value or 0.0) * monthly.n


def _relative_error(of: Value | None) -> float:
    """The standard error over the amount, as its interval tells it; 0 where it has none."""
    if of is None or not of.value or of.low is None or of.high is None:
        return 0.0
    return abs(of.high - of.low) / (2 * 1.96 * abs(float(of.value)))
