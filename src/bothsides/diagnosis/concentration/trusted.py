"""Pairs that know each other: how many there are, what they carry, where they are."""

import numpy as np

from bothsides.diagnosis.concentration.ledger import Flags, Ledger, Pairs, Trades, by_pair
from bothsides.diagnosis.figures import figure, rate
from bothsides.diagnosis.hanging import TrustedPlace
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.sorted_sums import runs
from bothsides.metrics import Basis, Unit, Value
from bothsides.metrics.interval import clustered_ratio
from bothsides.schema import Side

MOST_PLACES = 30


def trusted_places(ledger: Ledger, policy: DiagnosisPolicy) -> tuple[TrustedPlace, ...]:
    """The whole market first, then its categories, those whose trusted pairs carry most GMV first.

    A pair counts where it placed `trusted_orders` orders within the window in that category. Trusted pairs are the
    market's loyal core, and the ones that could order without it.
    """
    whole = _place(ledger.trades, None, policy)
    each = [
        place
        for label in ledger.trades.categories
        if (place := _place(ledger.trades.in_category(label), label, policy)) is not None
    ]
    each.sort(key=lambda place: (-place.gmv, place.category or ""))
    return () if whole is None else (whole, *each[:MOST_PLACES])


def _place(trades: Trades, category: str | None, policy: DiagnosisPolicy) -> TrustedPlace | None:
    if float(trades.amount.sum()) <= 0:
        return None
    pairs = by_pair(trades, Side.BUYER)
    knows = pairs.orders >= policy.trusted_orders
    place: dict[str, str | None] = {} if category is None else {"category": category}
    gmv = float(pairs.amount[knows].sum())
    values = (
        rate("trusted_pair_rate", int(knows.sum()), len(knows), place=place),
        _gmv_share(pairs, knows, place),
    )
    return TrustedPlace(
        category=category, pairs=int(knows.sum()), gmv=gmv, values={value.metric: value for value in values}
    )


def _gmv_share(pairs: Pairs, knows: Flags, place: dict[str, str | None]) -> Value:
    """Trusted pairs' share of GMV, with the interval that other buyers of such a market would give."""
    buyers = runs(pairs.account)
    size, known = len(buyers), np.where(knows, pairs.amount, 0.0)
    y, x = np.add.reduceat(pairs.amount, buyers), np.add.reduceat(known, buyers)
    bounds = clustered_ratio(size, float(x.sum()), float(y.sum()), float(x @ x), float(y @ y), float(x @ y))
    low, high = (None, None) if bounds is None else (max(0.0, bounds[0]), min(1.0, bounds[1]))
    return figure(
        "trusted_pair_gmv_share",
        float(x.sum() / y.sum()),
        Unit.RATE,
        n=len(knows),
        low=low,
        high=high,
        basis=Basis.NOT_COMPUTED if bounds is None else Basis.CLUSTER,
        place=place,
    )
