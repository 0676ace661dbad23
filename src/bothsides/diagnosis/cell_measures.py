"""Every liquidity measure by cell, over the window or period by period: the dictionary's metrics, asked for at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from bothsides.diagnosis.cells import Cells, Where
from bothsides.diagnosis.figures import NOWHERE, rate
from bothsides.diagnosis.span import Span
from bothsides.metrics import Query, Status, Store, Value, ask
from bothsides.schema import Grain
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


def read_measures(store: Store, found: Cells, days: Span, *, grain: Grain | None = None) -> Measured:
    """Every measure of every cell over the days, or in each of their whole periods, from one question to the metrics.

    A measure that the data cannot give stands in every cell of the window with its reason; the share of suppliers that
    sold, which the dictionary does not split by region, is read here by the same rule.
    """
    dims = tuple(name for name, splits in (("category", found.by_category), ("region", found.by_region)) if splits)
    values = ask(store, Query(metrics=MEASURES, grain=grain, dims=dims, start=days.start, end=days.end))
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
        for key, value in _utilisation(store, found, days, grain).items():
            measured[key]["supplier_utilisation"] = value
            lacking.pop("supplier_utilisation", None)
    for here in measured.values():
        here["coverage"] = coverage(here)
    return {key: here if grain else lacking | here for key, here in measured.items()}


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


def _utilisation(store: Store, found: Cells, days: Span, grain: Grain | None) -> dict[tuple[str | None, Where], Value]:
    """Suppliers with a live listing in the cell on a day of the period that sold in its category, of those with one."""
    if store.missing("listings"):
        return {}
    spans = _spans(days, grain)
    start = f"date_trunc('{grain.value}', placed_on)::DATE" if grain else "$first::DATE"
    category = "category" if found.by_category else "NULL::VARCHAR"
    rows = store.engine.rows(
        f"""
        WITH ends AS (
            SELECT unnest($firsts::DATE[]) AS since, unnest($lasts::DATE[]) AS last_day
        ),
        sold AS (
            SELECT DISTINCT {start} AS since, {category} AS category, supplier AS account
            FROM fact_orders WHERE placed_on BETWEEN $first AND $last
        ),
        live AS (
            SELECT DISTINCT since, {"l.category" if found.by_category else "NULL::VARCHAR"} AS category, l.region,
                   l.account
            FROM ends JOIN fact_listings l
              ON l.listed_on <= last_day AND (l.gone_on IS NULL OR l.gone_on > since)
        )
        SELECT live.since, live.category, live.region, count(sold.account), count(*)
        FROM live LEFT JOIN sold ON sold.since = live.since AND sold.account = live.account
             AND sold.category IS NOT DISTINCT FROM live.category
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        {
            "first": days.start,
            "last": days.end,
            "firsts": [span.start for span, _ in spans],
            "lasts": [span.end for span, _ in spans],
        },
    )
    labels = {span.start: label for span, label in spans}
    found_values: dict[tuple[str | None, Where], Value] = {}
    for since, category, region, sold, live in rows:
        place = {"category": category, "region": region} if found.by_category else {"region": region}
        value = rate("supplier_utilisation", sold, live, period=labels[since], place=place)
        found_values[labels[since], (category, region)] = value
    return found_values


def _spans(days: Span, grain: Grain | None) -> Sequence[tuple[Span, str | None]]:
    if grain is None:
        return [(days, None)]
    return [
        (Span(start=p.start, end=min(p.end, days.end)), p.label) for p in periods_between(days.start, days.end, grain)
    ]
