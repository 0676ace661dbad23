"""Who answered which request: what is left of the fill rate when some suppliers no longer answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bothsides.diagnosis.concentration.ledger import Flags, Ints
from bothsides.diagnosis.sorted_sums import whole_columns
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.metrics.building import Past
from bothsides.metrics.catalogue.liquidity import REQUEST_MATURITY
from bothsides.schema import TABLES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replies:
    """Requests of the window with what came of them, and each reply's request and supplier.

    `filled` and `winner` have one place per request (winner 0: not known), `request` and `supplier` one per reply.
    Requests whose replies were not asked for come last, without a winner.
    """

    filled: Flags
    winner: Ints
    request: Ints
    supplier: Ints


def read_replies(store: Store, span: Span, suppliers: Sequence[int] | None = None) -> Replies | None:
    """Requests old enough to be decided and their replies; None where no reply of the window has a row of its own.

    The requests are those of the dictionary's fill rate: staff's and cancelled ones are left out. Where only some
    suppliers are asked about, replies to requests that none of these answered or won are left out as well.
    """
    if store.missing("requests") or "quotes" not in store.ranges:
        return None
    days = {"first": span.start, "last": min(span.end, store.ranges["quotes"][1] - timedelta(days=REQUEST_MATURITY))}
    rows = _answers(store, days, suppliers)
    answered = rows["supplier"] > 0
    if not answered.any():
        return None if suppliers is None else read_replies(store, span)
    asked, filled_of_all = store.engine.row(_ASKED, days) or (0, 0)
    told = int(rows["place"].max()) + 1
    filled, winner = np.zeros(asked, bool), np.zeros(asked, np.int64)
    filled[rows["place"]], winner[rows["place"]] = rows["filled"] > 0, rows["winner"]
    filled[told : told + filled_of_all - int(filled.sum())] = True
    return Replies(
        filled=filled,
        winner=winner,
        request=rows["place"][answered],
        supplier=rows["supplier"][answered],
    )


_ASKED = """
    SELECT count(*), count(*) FILTER (WHERE filled) FROM fact_requests
    WHERE NOT cancelled AND requested_on BETWEEN $first AND $last
"""


def _answers(store: Store, days: dict[str, date], suppliers: Sequence[int] | None) -> dict[str, Ints]:
    """Every request that one of the suppliers answered or won, with its winner, a row for each supplier's answer."""
    quotes = Past(known_on=store.known_on, as_of=store.as_of).rows(TABLES["quotes"])
    these = "" if suppliers is None else "WHERE account IN (SELECT unnest($suppliers::INTEGER[]))"
    return whole_columns(
        store.engine,
        # Quotes kept by the engine between the parts would cost more than reading them three times.
        f"""
            WITH known AS NOT MATERIALIZED ({quotes}),
            theirs AS (SELECT account_id FROM dim_accounts {these}),
            touched AS (
                SELECT k.request_id AS quote_id FROM known k JOIN theirs t ON t.account_id = k.supplier_id
                WHERE k.kind = 'reply'
                UNION
                SELECT k.quote_id FROM known k JOIN theirs t ON t.account_id = k.supplier_id WHERE k.kind = 'request'
            ),
            asked AS (
                SELECT k.quote_id, row_number() OVER () - 1 AS place, k.supplier_id,
                       k.status = 'awarded' OR k.supplier_id IS NOT NULL OR k.order_id IS NOT NULL AS filled
                FROM known k JOIN touched t ON t.quote_id = k.quote_id
                             LEFT JOIN dim_accounts b ON b.account_id = k.buyer_id
                WHERE k.kind = 'request' AND k.status <> 'cancelled' AND k.requested_on BETWEEN $first AND $last
                  AND (k.buyer_id IS NULL OR b.account IS NOT NULL)
            ),
            answers AS (
                SELECT DISTINCT k.request_id, a.account
                FROM known k JOIN asked r ON r.quote_id = k.request_id
                             JOIN dim_accounts a ON a.account_id = k.supplier_id
                WHERE k.kind = 'reply'
            )
            SELECT r.place::BIGINT AS place, CASE WHEN r.filled THEN 1 ELSE 0 END::BIGINT AS filled,
                   coalesce(w.account, 0)::BIGINT AS winner, coalesce(p.account, 0)::BIGINT AS supplier
            FROM asked r LEFT JOIN answers p ON p.request_id = r.quote_id
                         LEFT JOIN dim_accounts w ON w.account_id = r.supplier_id
            """,
        {**days, "suppliers": suppliers},
        ("place", "filled", "winner", "supplier"),
    )
