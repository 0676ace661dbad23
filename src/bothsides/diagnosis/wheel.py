"""Readings for the flywheel's edges: how much passes each edge in a span, and how long it takes."""

from dataclasses import dataclass
from datetime import timedelta

from bothsides.diagnosis.figures import figure, one, rate
from bothsides.diagnosis.span import Span
from bothsides.metrics import Basis, Store, Unit, Value
from bothsides.schema import Side, minor_units

CATALOGUE_MINIMUM = 3
"""Listings that make a supplier's offer more than a trial (as the activation metric)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What the market moves in a span, per month: the money the edges carry."""

    gmv: float
    """GMV a month, major units."""
    active_buyers: int
    active_suppliers: int
    new_buyers: float
    """Buyers with their first order, a month."""
    new_suppliers: float
    signups: float
    """Supplier applications a month."""
    repeat_gmv: float
    """GMV a month of buyers first active within the span, from their later orders."""
    order_value: float


def read_flow(store: Store, span: Span) -> Flow:
    """The market's flows over a span."""
    unit, days = 10 ** minor_units(store.currency), {"first": span.start, "last": span.end}
    gmv, orders, buyers, suppliers = store.engine.row(
        "SELECT coalesce(sum(value), 0)::DOUBLE, count(*), count(DISTINCT buyer), count(DISTINCT supplier)"
        " FROM fact_orders WHERE placed_on BETWEEN $first AND $last",
        days,
    ) or (0.0, 0, 0, 0)
    new: dict[str, int] = dict(
        store.engine.rows(
            "SELECT side, count(*) FROM fact_accounts WHERE first_order_on BETWEEN $first AND $last GROUP BY 1", days
        )
    )
    (signups,) = store.engine.row(
        "SELECT count(*) FROM fact_accounts WHERE side = 'supplier' AND signed_up_on BETWEEN $first AND $last", days
    ) or (0,)
    (repeat,) = store.engine.row(
        "SELECT coalesce(sum(o.value), 0)::DOUBLE FROM fact_order_parties o JOIN fact_accounts a USING (account)"
        " WHERE o.side = 'buyer' AND a.first_order_on BETWEEN $first AND $last"
        " AND o.placed_on > a.first_order_on AND o.placed_on <= $last",
        days,
    ) or (0.0,)
    return Flow(
        gmv=gmv / unit / span.months,
        active_buyers=buyers,
        active_suppliers=suppliers,
        new_buyers=new.get("buyer", 0) / span.months,
        new_suppliers=new.get("supplier", 0) / span.months,
        signups=signups / span.months,
        repeat_gmv=repeat / unit / span.months,
        order_value=gmv / unit / orders if orders else 0.0,
    )


def passed(store: Store, name: str, counts: str, span: Span, *, side: Side | None = None) -> Value | None:
    """A share from a statement that counts those who passed and all; None where nobody came to the edge.

    `counts` is a declaration's SQL with $first and $last.
    """
    row = store.engine.row(counts, {"first": span.start, "last": span.end})
    if row is None or not row[1]:
        return None
    period = f"{span.start}..{span.end}"
    return rate(name, row[0] or 0, row[1], side=side.value if side else None, period=period)


def middle(store: Store, name: str, days: str, span: Span) -> Value | None:
    """The median of a duration among those for whom it ended; None where it ended for nobody."""
    row = store.engine.row(days, {"first": span.start, "last": span.end})
    if row is None or not row[1]:
        return None
    return figure(name, float(row[0]), Unit.DAYS, n=row[1], basis=Basis.NOT_COMPUTED)


WENT_LIVE = """
    SELECT count(*) FILTER (days_to_live <= 90), count(*) FROM fact_accounts
    WHERE side = 'supplier' AND signed_up_on BETWEEN $first AND $last
"""
DAYS_TO_LIVE = """
    SELECT median(days_to_live), count(days_to_live) FROM fact_accounts
    WHERE side = 'supplier' AND signed_up_on BETWEEN $first AND $last AND days_to_live >= 0
"""
LISTED = f"""
    SELECT count(*) FILTER (listings >= {CATALOGUE_MINIMUM}), count(*) FROM (
        SELECT a.account, count(l.account) AS listings
        FROM fact_accounts a LEFT JOIN fact_listings l
          ON l.account = a.account AND l.listed_on <= a.signed_up_on + a.days_to_live::INTEGER + 90
        WHERE a.side = 'supplier' AND a.signed_up_on + a.days_to_live::INTEGER BETWEEN $first AND $last
        GROUP BY a.account
    )
"""
FOUND = """
    SELECT count(*) FILTER (results > 0), count(results) FROM fact_events
    WHERE name = 'search' AND occurred_on BETWEEN $first AND $last
"""
REPEATED = """
    SELECT count(*) FILTER (days_to_second_order <= 90), count(*) FROM fact_accounts
    WHERE side = 'buyer' AND first_order_on BETWEEN $first AND $last
"""
DAYS_TO_REPEAT = """
    SELECT median(days_to_second_order), count(days_to_second_order) FROM fact_accounts
    WHERE side = 'buyer' AND first_order_on BETWEEN $first AND $last AND days_to_second_order <= 90
"""
ASKED = """
    SELECT count(DISTINCT account) FILTER (asked), count(DISTINCT account) FROM (
        SELECT account, true AS asked FROM fact_requests
        WHERE account IS NOT NULL AND requested_on BETWEEN $first AND $last
        UNION ALL
        SELECT buyer, false FROM fact_orders WHERE placed_on BETWEEN $first AND $last
    )
"""
REVIEWED = """
    SELECT count(*) FILTER (is_reviewed), count(*) FROM fact_reviewed_orders WHERE placed_on BETWEEN $first AND $last
"""
SUPPLIERS_KEPT = """
    SELECT count(DISTINCT account) FILTER (NOT lapsed), count(DISTINCT account) FROM (
        SELECT account, bool_or(lapses) AS lapsed FROM fact_order_parties
        WHERE side = 'supplier' AND placed_on BETWEEN $first AND $last GROUP BY account
    )
"""


def referred(side: Side) -> str:
    """Of the side's new accounts with a known channel, those that came through another account."""
    return f"""
        SELECT count(*) FILTER (is_referred), count(is_referred) FROM fact_accounts
        WHERE side = '{side.value}' AND signed_up_on BETWEEN $first AND $last
    """


def mature(span: Span, known: Span, days: int) -> Span | None:
    """The part of the span whose outcome has had its days; None where nothing of it has."""
    last = min(span.end, known.end - timedelta(days=days))
    return Span(start=span.start, end=last) if last >= span.start else None


def order_rate(store: Store, span: Span) -> Value | None:
    """Search-to-order where searches are recorded, else the fill rate of requests."""
    return one(store, span, "search_to_order") or one(store, span, "fill_rate")
