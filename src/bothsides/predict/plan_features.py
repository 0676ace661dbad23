"""Suppliers on a paid plan before a cut-off: how busy they are for what they pay, and whether they then paid more."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bothsides.predict.cases import Cases, Signal
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Ints
from bothsides.predict.purchase import BOUGHT, closed_note
from bothsides.predict.reading import int_columns
from bothsides.schema.period import add_months
from bothsides.warehouse import Engine

PLAN_SIGNALS = (
    Signal(name="orders_recent", says="orders in the last 3 months", direction=1),
    Signal(name="orders_trend", says="orders, last 3 months against the 3 before", direction=1),
    Signal(name="load", says="value sold in the last 3 months against the plan's price", direction=1),
    Signal(name="on_plan", says="days at the same price"),
    Signal(name="moved_before", says="times it has moved up before"),
    Signal(name="dearest", says="already on the dearest plan", direction=-1),
)

_COLUMNS = ("account", "price", "since", "orders_recent", "orders_earlier", "value_recent", "moved", "gone")

_MEMBERS = f"""
WITH held AS (
    SELECT account, coalesce(sum(amount), 0)::BIGINT AS price, max(opened_on) AS opened_on
    FROM fact_subscriptions
    WHERE side = 'supplier' AND opened_on < $cutoff AND (closed_on IS NULL OR closed_on >= $eve) GROUP BY account
),
gone AS (SELECT account FROM dim_accounts WHERE closed_on < $cutoff GROUP BY account),
sold AS (
    SELECT supplier AS account, count(*) FILTER (WHERE {BOUGHT} AND placed_on >= $recent) AS orders_recent,
           count(*) FILTER (WHERE {BOUGHT} AND placed_on < $recent) AS orders_earlier,
           coalesce(sum(value) FILTER (WHERE placed_on >= $recent), 0) AS value_recent
    FROM fact_orders WHERE placed_on >= $earlier AND placed_on < $cutoff GROUP BY supplier
),
moved AS (
    SELECT account, count(*) AS moved FROM fact_mrr_changes
    WHERE kind = 'expansion' AND changed_on < $cutoff GROUP BY account
)
SELECT h.account::BIGINT AS account, h.price, ($cutoff - h.opened_on)::BIGINT AS since,
       coalesce(s.orders_recent, 0)::BIGINT AS orders_recent, coalesce(s.orders_earlier, 0)::BIGINT AS orders_earlier,
       coalesce(s.value_recent, 0)::BIGINT AS value_recent, coalesce(m.moved, 0)::BIGINT AS moved,
       CASE WHEN g.account IS NULL THEN 0 ELSE 1 END::BIGINT AS gone
FROM held h LEFT JOIN sold s USING (account) LEFT JOIN moved m USING (account) LEFT JOIN gone g USING (account)
ORDER BY 1
"""

_EXPANDED = """
SELECT DISTINCT account::BIGINT AS account FROM fact_mrr_changes
WHERE side = 'supplier' AND kind = 'expansion' AND changed_on >= $cutoff AND changed_on < $ends ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMembers:
    """Suppliers with a paid plan in force, read at one cut-off after the other."""

    engine: Engine
    unit: int

    def cases(self, cutoff: date, months: int | None) -> Cases:
        """Suppliers whose plan was in force on the eve of the cut-off, and who then moved to a dearer one.

        Whoever was closed by then has left, whatever its plan says.

        A plan that ends on the eve and one that follows it the day after are one; which, only a later row could tell.
        """
        days = {
            "cutoff": cutoff,
            "eve": cutoff - timedelta(days=1),
            "recent": add_months(cutoff, -3),
            "earlier": add_months(cutoff, -6),
        }
        found = int_columns(self.engine, _MEMBERS, _COLUMNS, days)
        read = {name: column[found["gone"] == 0] for name, column in found.items()}
        outcome = None
        if months is not None:
            after = {"cutoff": cutoff, "ends": add_months(cutoff, months)}
            moved = int_columns(self.engine, _EXPANDED, ("account",), after)["account"]
            outcome = np.isin(read["account"], moved)
        return Cases(
            cutoff=cutoff,
            accounts=read["account"],
            features=plan_features(read),
            rule=read["orders_recent"].astype(np.float64),
            outcome=outcome,
            amounts=read["price"] / self.unit,
            notes=closed_note(int(found["gone"].sum())),
        )


def plan_features(read: dict[str, Ints]) -> Floats:
    """The features in the order of PLAN_SIGNALS, from counts, days and minor units; counts as logarithms."""
    recent, earlier = np.log1p(read["orders_recent"]), np.log1p(read["orders_earlier"])
    price = np.maximum(read["price"], 1)
    return np.column_stack(
        [
            recent,
            recent - earlier,
            np.log1p(np.maximum(read["value_recent"], 0) / price),
            np.log1p(read["since"]),
            read["moved"],
            read["price"] >= read["price"].max(initial=0),
        ]
    ).astype(np.float64)
