"""Every liquidity measure by cell, over the window or period by period: the dictionary's metrics, asked for at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from bothsides.diagnosis.cell_trade import Numbers, Trade, read_columns, read_trade
from bothsides.diagnosis.cells import Cells, Where, split_of
from bothsides.diagnosis.figures import NOWHERE, rate
from bothsides.diagnosis.span import Span
from bothsides.metrics import Query, Status, Store, Value, ask
from bothsides.metrics.catalogue.volume import ACTIVE_BUYERS, ACTIVE_SUPPLIERS, GMV, ORDERS
from bothsides.metrics.cells import Key
from bothsides.metrics.counted import Counted
from bothsides.metrics.measure import Measure
from bothsides.schema import Grain, Side
from bothsides.schema.period import periods_between

MEASURES = (
    "gmv",
    "orders",
    "active_buyers",
    "active_suppliers",
    "buyer_to_seller_ratio",
    "liquidity_ratio",
    "matching_efficiency",
    "search_to_order",
    "zero_result_rate",
    "requests",
    "fill_rate",
    "time_to_fill_days",
    "first_reply_hours",
    "responses_per_request",
    "unanswered_request_rate",
    "supplier_utilisation",
    "listing_sell_through",
    "active_listings",
    "median_listings_per_supplier",
)
"""The dictionary's measures of a cell, in the order a person reads them."""

Measured: TypeAlias = dict[tuple[str | None, Where], dict[str, Value]]
"""Values by metric id, by period (None for the whole window) and cell."""


def read_measures(
    store: Store, found: Cells, days: Span, *, grain: Grain | None = None, trade: Trade | None = None
) -> Measured:
    """Every measure of every cell over the days, or in each of their whole periods, from one question to the metrics.

    A measure that the data cannot give stands in every cell of the window with its reason; the share of suppliers that
    sold, which the dictionary does not split by region, is read here by the same rule. `trade` is what accounts did,
    where it has been read for these periods or the window.
    """
    dims = tuple(name for name, splits in (("category", found.by_category), ("region", found.by_region)) if splits)
    query = Query(metrics=MEASURES, grain=grain, dims=dims, start=days.start, end=days.end)
    values = ask(store, query, counted=None if trade is None else orders_counted(trade, days, grain))
    measured: Measured = defaultdict(dict)
    lacking: dict[str, Value] = {}
    for value in values:
        if value.status is Status.UNAVAILABLE:
            lacking[value.metric] = value
            continue
        place = dict(value.dims)
        where = (place.get("category"), place.get("region"))
        measured[value.period if grain else None, where][value.metric] = value
    if "supplier_utilisation" in lacking and found.by_region:
        for key, value in _utilisation(store, found, _spans(days, grain), trade).items():
            measured[key]["supplier_utilisation"] = value
            lacking.pop("supplier_utilisation", None)
    for here in measured.values():
        here["coverage"] = coverage(here)
    return {key: here if grain else lacking | here for key, here in measured.items()}


def orders_counted(trade: Trade, days: Span, grain: Grain | None) -> Counted:
    """What is known of the orders' cells before the metrics are asked for."""
    spans = [span for span, _ in _spans(days, grain)]
    names = [(span.start,) if grain else () for span in spans]
    labels = [tuple(word for word, by in zip(cell, trade.split, strict=True) if by) for cell in trade.cells]
    totals: dict[Measure, dict[Key, tuple[float, int]]] = defaultdict(dict)
    for side, active in ((Side.BUYER, ACTIVE_BUYERS), (Side.SUPPLIER, ACTIVE_SUPPLIERS)):
        held = trade.over(trade.orders[side], spans)
        by = held.by_cell()
        columns = (by.span, by.cell, by.accounts, by.total(held["rows"]), by.total(held["amount"]))
        for span, cell, accounts, orders, amount in zip(*(column.tolist() for column in columns), strict=True):
            key = names[span] + labels[cell]
            totals[active][key] = accounts, accounts
            totals[ORDERS][key] = orders, orders
            totals[GMV][key] = amount, orders
    return Counted(first=days.start, last=days.end, totals=totals)


def coverage(values: Mapping[str, Value]) -> Value:
    """Share of the cell's searches and requests that met a supplier: a result, a reply.

    Counted from the dictionary's searches without result and requests without a reply, each where it is known.
    """
    lost = [values[name] for name in ("zero_result_rate", "unanswered_request_rate") if name in values]
    known = [value for value in lost if value.value is not None]
    asked = sum(value.n for value in known)
    met = asked - sum(round(float(value.value or 0) * value.n) for value in known)
    first = next(iter(known or lost or values.values()), None)
    place = dict(first.dims) if first else NOWHERE
    return rate("coverage", met, asked, period=first.period if first else None, place=place)


def _utilisation(
    store: Store, found: Cells, spans: Sequence[tuple[Span, str | None]], trade: Trade | None
) -> dict[tuple[str | None, Where], Value]:
    """Suppliers with a live listing in the cell on a day of the period that sold in its category, of those with one."""
    if store.missing("listings"):
        return {}
    days = [span for span, _ in spans]
    trade = trade or read_trade(store, split_of(found), days)
    live, held = _live(store, trade, days), trade.over(trade.orders[Side.SUPPLIER], days)
    categories = {category: place for place, category in enumerate(dict.fromkeys(c for c, _ in trade.cells))}
    category_of = np.array([categories[category] for category, _ in trade.cells], np.int64)
    values: dict[tuple[str | None, Where], Value] = {}
    for i, (_, label) in enumerate(spans):
        here, now = held.span == i, live["spans"] >> i & 1 == 1
        sellers = category_of[held.cell[here]] << 32 | held.account[here]
        sold = np.isin(category_of[live["cell"][now]] << 32 | live["account"][now], sellers)
        selling, listed = (np.bincount(live["cell"][now], part, len(trade.cells)) for part in (sold, None))
        for at in np.flatnonzero(listed).tolist():
            category, region = trade.cells[at]
            place = {"category": category, "region": region} if found.by_category else {"region": region}
            value = rate("supplier_utilisation", int(selling[at]), int(listed[at]), period=label, place=place)
            values[label, (category, region)] = value
    return values


def _live(store: Store, trade: Trade, days: Sequence[Span]) -> dict[str, Numbers]:
    """Every supplier's cells with a listing, and the spans on a day of which one was live: a bit for each."""
    marks = " + ".join(
        f"max(CASE WHEN listed_on <= $last{i} AND (gone_on IS NULL OR gone_on > $first{i}) THEN {1 << i} ELSE 0 END)"
        for i in range(len(days))
    )
    edges = {f"first{i}": span.start for i, span in enumerate(days)} | {
        f"last{i}": span.end for i, span in enumerate(days)
    }
    statement = f"""
        SELECT {trade.split.cell} AS cell, account, ({marks})::BIGINT AS spans
        FROM {trade.split.join("fact_listings")} GROUP BY 1, 2
    """
    none = dict.fromkeys(("cell", "account", "spans"), np.zeros(0, np.int64))
    return none | read_columns(store, trade.cells, statement, edges)


def _spans(days: Span, grain: Grain | None) -> Sequence[tuple[Span, str | None]]:
    if grain is None:
        return [(days, None)]
    return [
        (Span(start=p.start, end=min(p.end, days.end)), p.label) for p in periods_between(days.start, days.end, grain)
    ]
