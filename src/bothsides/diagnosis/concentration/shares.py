"""How much of a place hangs on few accounts, and how far that would differ in another year like this one."""

import math

import numpy as np

from bothsides.diagnosis.concentration.ledger import Floats, Ints, Ledger, Trades
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.metrics import Basis, Unit, Value
from bothsides.metrics.interval import Z
from bothsides.schema import Side

TOPS = (1, 5, 10)
CURVE_POINTS = 50


def held(trades: Trades, side: Side) -> list[tuple[int, float]]:
    """Each account's total on the side, largest first."""
    accounts, totals = ranked(trades, side)
    return [(int(account), float(total)) for account, total in zip(accounts, totals, strict=True)]


def ranked(trades: Trades, side: Side) -> tuple[Ints, Floats]:
    """The accounts of the side that traded and their totals, largest first, equal ones by number."""
    if not len(trades):
        return np.zeros(0, np.int64), np.zeros(0)
    accounts = trades.traded(side)
    totals = trades.sums(side)[accounts]
    order = np.argsort(-totals, kind="stable")
    return accounts[order], totals[order]


def lorenz(amounts: Floats | list[float]) -> tuple[tuple[float, float], ...]:
    """Share of accounts, smallest first, against share of GMV; credits can make its beginning negative.

    >>> lorenz([3.0, 1.0])
    ((0.0, 0.0), (0.5, 0.25), (1.0, 1.0))
    """
    smallest_first = np.sort(np.asarray(amounts, np.float64))
    n, total = len(smallest_first), float(smallest_first.sum())
    if not n or total <= 0:
        return ()
    running = np.cumsum(smallest_first) / total
    marks = sorted({round(n * i / CURVE_POINTS) for i in range(1, CURVE_POINTS + 1)} - {0})
    points = [(mark / n, float(running[mark - 1])) for mark in marks]
    return ((0.0, 0.0), *points[:-1], (1.0, 1.0))


def shares(ledger: Ledger, side: Side, category: str | None, policy: DiagnosisPolicy) -> dict[str, Value]:
    """HHI (0 to 1), top-k shares and Gini of the side's accounts, in one category or over all.

    A ledger is a census: of this year the figures are exact. The interval is where another year like this one would
    put them in 95 of 100: the same accounts, each drawing its months anew, independently. Its spread is the figure's
    linear response to every account's total times the variance that the account's own months show, and the root of two
    wider than that, for both years are draws. None for fewer accounts than `few_accounts` or under three months.
    Source: linearisation of HHI, shares and Gini: Deville 1999, Survey Methodology 25:193-203; the prediction of a
    second draw: Hahn and Meeker 1991, Statistical Intervals, section 4.
    """
    trades = ledger.trades if category is None else ledger.trades.in_category(category)
    accounts, totals = ranked(trades, side)
    if float(totals.sum()) <= 0:
        return {}
    known = ledger.wobble.get((side, category))
    variance = known[accounts] if known is not None and len(accounts) >= policy.few_accounts else None
    place: dict[str, str | None] = {} if category is None else {"category": category}
    return {
        name: _value(name, number, slope, variance, side, place) for name, (number, slope) in responses(totals).items()
    }


def responses(totals: Floats) -> dict[str, tuple[float, Floats]]:
    """Every figure with its derivative by each account's total; totals stand largest first and add up to above zero.

    >>> found = responses(np.array([3.0, 1.0]))
    >>> found["hhi"][0], found["gini"][0], found["top_1_share"][1].tolist()
    (0.625, 0.25, [0.0625, -0.1875])
    """
    n, total = len(totals), float(totals.sum())
    parts = totals / total
    hhi = float(parts @ parts)
    found: dict[str, tuple[float, Floats]] = {"hhi": (hhi, 2 * (parts - hhi) / total)}
    for k in TOPS:
        if k < n:
            head = (np.arange(n) < k).astype(np.float64)
            share = float(parts[:k].sum())
            found[f"top_{k}_share"] = (share, (head - share) / total)
    ranks = (n - 1 - 2.0 * np.arange(n)) / n
    gini = float(ranks @ parts)
    found["gini"] = (gini, (ranks - gini) / total)
    return found


def _value(
    name: str, number: float, slope: Floats, variance: Floats | None, side: Side, place: dict[str, str | None]
) -> Value:
    unit = Unit.RATE if name.startswith("top") else Unit.INDEX
    if variance is None:
        return figure(name, number, unit, n=len(slope), side=side.value, basis=Basis.NOT_COMPUTED, place=place)
    spread = Z * math.sqrt(2 * float(slope**2 @ variance))
    return figure(
        name,
        number,
        unit,
        n=len(slope),
        low=max(0.0, number - spread),
        high=min(1.0, number + spread),
        basis=Basis.CLUSTER,
        side=side.value,
        place=place,
    )
