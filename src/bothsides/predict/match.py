"""Which buyer will start to buy from which supplier: a chance for every pair that has not traded yet."""

from datetime import date

import numpy as np

from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day
from bothsides.predict.account_names import account_names
from bothsides.predict.cases import ModelSpec
from bothsides.predict.followed import followed
from bothsides.predict.judging import TOO_SHORT, predicted, refused
from bothsides.predict.logistic import RIDGE
from bothsides.predict.model_card import Score
from bothsides.predict.pair_features import PAIR_SIGNALS, pair_trade
from bothsides.predict.scores import Prediction
from bothsides.predict.validation import time_split

HORIZON_MONTHS, STEP_MONTHS = 9, 3
RECALL_AT = 10

MATCH = ModelSpec(
    id="match",
    model="match",
    side=None,
    label=f"first order of the buyer with the supplier in the next {HORIZON_MONTHS} months",
    horizon_months=HORIZON_MONTHS,
    step_months=STEP_MONTHS,
    rule="how many buyers of the same region buy from the supplier",
    rule_signal="region_share",
    signals=PAIR_SIGNALS,
    ridge=RIDGE,
    recall_at=RECALL_AT,
)
"""New pairs are learned quarter by quarter, where the latest quarters count as many as the oldest: learned over nine
months at once, the outcomes would end nine months ago, and a market that grows would be told far too many."""


def match(store: Store, *, as_of: date | None = None) -> Prediction:
    """The chance of a first order for buyers and suppliers that have not traded: its card, and scores pair by pair.

    Recall is the share of a buyer's new suppliers among its ten likeliest. In a large market a fixed one in so many
    buyers and suppliers is taken, for learning and for the scores alike.
    """
    days = followed(store, as_of)
    if isinstance(days, str):
        return refused(MATCH, days)
    with on_day(store, as_of) as then:
        split = time_split(days.first, days.end, horizon=HORIZON_MONTHS, step=STEP_MONTHS)
        if split is None:
            return refused(MATCH, TOO_SHORT)
        with pair_trade(then, split.now, told=split.told) as trade:
            return predicted(MATCH, split, trade.cases, lambda: account_names(then))


def best_suppliers(
    found: Prediction, buyer: int, *, among: frozenset[int] | None = None, most: int = RECALL_AT
) -> tuple[Score, ...]:
    """The suppliers that the buyer is likeliest to start with, likeliest first, among all or those of a cell.

    Empty where the model may not speak, or the buyer is not among those scored.
    """
    if found.table is None or found.table.counterparties is None:
        return ()
    rows = np.flatnonzero(found.table.accounts == buyer)
    if among is not None:
        rows = rows[np.isin(found.table.counterparties[rows], sorted(among))]
    return found.table.highest(most, rows)


def suppliers_of(store: Store, *, category: str | None = None, region: str | None = None) -> frozenset[int]:
    """Suppliers with a completed sale in the cell; a cell without category or region is all of them."""
    rows = store.engine.rows(
        """
        SELECT DISTINCT supplier FROM fact_orders
        WHERE ($category IS NULL OR category = $category) AND ($region IS NULL OR region = $region)
        """,
        {"category": category, "region": region},
    )
    return frozenset(supplier for (supplier,) in rows)
