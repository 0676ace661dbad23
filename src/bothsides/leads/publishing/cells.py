"""What the warehouse knows of each cell, a category in a region: who is there, what is filled, what an order brings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from bothsides.leads.quality import CellFacts, Counted, MarketFacts
from bothsides.schema import Money, Side

LATELY_DAYS = 90
"""Buyers and requests of so many days are the cell as it is now."""
FIRST_ORDER_DAYS = 90
SETTLED_DAYS = 30
"""A request of which nothing came for so long is unfilled."""
SEARCH_DAYS = 7
YEAR = 365

_Cell = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class _Found:
    single: dict[str, Any] = field(default_factory=dict)
    first_orders: list[tuple[Side, str, Counted]] = field(default_factory=list)
    own: list[tuple[Side, str, int]] = field(default_factory=list)


def read_cells(con: duckdb.DuckDBPyConnection, *, currency: str, snapshot: int) -> MarketFacts:
    """The cells of the published warehouse as of its last day of trade, and the market as a whole."""
    day = _last_day(con)
    found: dict[_Cell | None, _Found] = {None: _Found()}
    if day is not None:
        for name, statement in _SINGLE.items():
            for cell, values in _grouped(con, statement, day):
                found.setdefault(cell, _Found()).single[name] = values
        for cell, (side, size, came, of) in _grouped(con, _FIRST_ORDERS, day):
            found.setdefault(cell, _Found()).first_orders.append((Side(side), size, Counted(came=came, of=of)))
        for cell, (side, size, minor) in _grouped(con, _OWN, day):
            found.setdefault(cell, _Found()).own.append((Side(side), size, minor))
    made = {cell: _facts(cell, one, currency, snapshot) for cell, one in found.items()}
    whole = made.pop(None)
    cells = tuple(one for cell, one in sorted(made.items(), key=lambda item: item[0] or ("", "")))
    return MarketFacts(snapshot=str(snapshot), currency=currency, whole=whole, cells=cells)


def _last_day(con: duckdb.DuckDBPyConnection) -> date | None:
    rows = con.execute(
        "SELECT max(last_on) FROM watermarks WHERE table_name IN ('orders', 'quotes', 'events', 'accounts')"
    ).fetchall()
    day: date | None = rows[0][0]
    return day


def _grouped(
    con: duckdb.DuckDBPyConnection, statement: str, day: date
) -> Iterator[tuple[_Cell | None, tuple[Any, ...]]]:
    """Rows by cell; without one for the market as a whole."""
    parameters = {"day": day} if "$day" in statement else {}
    for is_whole, category, region, *values in con.execute(statement, parameters).fetchall():
        yield (None if is_whole else (category, region)), tuple(values)


def _facts(cell: _Cell | None, found: _Found, currency: str, snapshot: int) -> CellFacts:
    get = found.single.get
    suppliers, buyers = get("suppliers"), get("buyers")
    asked = get("requests") or get("searches")
    unmet, per_order = get("unmet"), get("per_order")
    category, region = cell or ("", "")
    return CellFacts(
        category=category,
        region=region,
        snapshot=str(snapshot),
        suppliers=suppliers[0] if suppliers else None,
        buyers=buyers[0] if buyers else None,
        filled=Counted(came=asked[0], of=asked[1]) if asked else None,
        unmet_a_month=unmet[0] if unmet else None,
        first_orders=tuple(found.first_orders),
        contribution_per_order=Money(minor=per_order[0], currency=currency) if per_order else None,
        own_contribution=tuple((side, size, Money(minor=m, currency=currency)) for side, size, m in found.own),
    )


def _by_cell(values: str, rows: str) -> str:
    """The values over the rows by cell and over all; a row without category or region is in the cell of none."""
    return (
        f"SELECT GROUPING(category) > 0 AS is_whole, category, region, {values} FROM (SELECT * REPLACE ("
        f"coalesce(category, '') AS category, coalesce(region, '') AS region) FROM {rows} AS given) AS named"
        " GROUP BY GROUPING SETS ((category, region), ()) HAVING count(*) > 0"
    )


def _by_size(values: str, rows: str, *, least: str = "count(*) > 0") -> str:
    """The same by side, for all sizes (an empty one) and for each."""
    return (
        f"SELECT GROUPING(category) > 0 AS is_whole, category, region, side, coalesce(segment, '') AS size, {values}"
        " FROM (SELECT * REPLACE (coalesce(category, '') AS category, coalesce(region, '') AS region,"
        f" nullif(segment, '') AS segment) FROM {rows} AS given) AS named"
        " GROUP BY GROUPING SETS ((category, region, side, segment), (category, region, side), (side, segment), (side))"
        f" HAVING (segment IS NOT NULL OR GROUPING(segment) > 0) AND {least} ORDER BY ALL"
    )


_SELLING = (
    "(SELECT category, region, account FROM fact_listings WHERE gone_on IS NULL OR gone_on > $day"
    " UNION ALL SELECT category, region, account FROM fact_accounts WHERE side = 'supplier'"
    " AND (closed_on IS NULL OR closed_on > $day) AND NOT EXISTS (SELECT 1 FROM fact_listings))"
)
_ASKING = (
    "(SELECT category, region, account FROM fact_requests"
    f" WHERE requested_on > $day - {LATELY_DAYS} AND requested_on <= $day UNION ALL"
    f" SELECT category, region, account FROM fact_order_parties"
    f" WHERE side = 'buyer' AND placed_on > $day - {LATELY_DAYS} AND placed_on <= $day)"
)
_REQUESTED = (
    f"(SELECT category, region, filled FROM fact_requests WHERE NOT coalesce(cancelled, false)"
    f" AND requested_on > $day - {YEAR} AND requested_on <= $day - {SETTLED_DAYS})"
)
_SEARCHED = (
    f"(SELECT category, region, converted FROM fact_events WHERE name = 'search'"
    f" AND occurred_on > $day - {LATELY_DAYS} AND occurred_on <= $day - {SEARCH_DAYS})"
)
_UNMET = (
    "(SELECT category, region, filled FROM fact_requests WHERE NOT coalesce(cancelled, false)"
    f" AND requested_on > $day - {SETTLED_DAYS + LATELY_DAYS} AND requested_on <= $day - {SETTLED_DAYS})"
)
_ORDERED = (
    "(SELECT category, region, earned FROM fact_orders"
    f" WHERE placed_on > $day - {YEAR} AND placed_on <= $day AND EXISTS (SELECT 1 FROM fact_fees))"
)
_STARTED = (
    "(SELECT category, region, side, segment, days_to_first_order FROM fact_accounts WHERE signed_up_on IS NOT NULL"
    f" AND signed_up_on > $day - {YEAR + FIRST_ORDER_DAYS} AND signed_up_on <= $day - {FIRST_ORDER_DAYS})"
)
_EARNING = (
    "(SELECT a.category, a.region, a.side, a.segment, a.account, coalesce(sum(m.earned), 0) AS earned"
    " FROM fact_accounts a LEFT JOIN fact_account_months m ON m.account = a.account AND m.side = a.side"
    " AND m.month >= date_trunc('month', a.first_order_on)"
    " AND m.month < date_trunc('month', a.first_order_on) + INTERVAL 12 MONTH"
    f" WHERE a.first_order_on <= $day - {YEAR} AND EXISTS (SELECT 1 FROM fact_fees) GROUP BY ALL)"
)

_SINGLE = {
    "suppliers": _by_cell("count(DISTINCT account)", _SELLING),
    "buyers": _by_cell("count(DISTINCT account)", _ASKING),
    "requests": _by_cell("count(*) FILTER (WHERE filled), count(*)", _REQUESTED),
    "searches": _by_cell("count(*) FILTER (WHERE converted), count(*)", _SEARCHED),
    "unmet": _by_cell(f"round(count(*) FILTER (WHERE NOT coalesce(filled, false)) * 30.0 / {LATELY_DAYS}, 2)::DOUBLE",
                      _UNMET),
    "per_order": _by_cell("round_even(avg(earned), 0)::BIGINT", _ORDERED),
}  # fmt: skip
_FIRST_ORDERS = _by_size(f"count(*) FILTER (WHERE days_to_first_order <= {FIRST_ORDER_DAYS}), count(*)", _STARTED)
_OWN = _by_size("round_even(avg(earned), 0)::BIGINT", _EARNING)
