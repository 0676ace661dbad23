"""The rows behind an amount: each order, fee and returned fee as one movement of one account."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bothsides.metrics.cells import Reading
from bothsides.metrics.decompose.periods import Days
from bothsides.metrics.metric import Metric
from bothsides.metrics.shapes.shape import source

THEN = "moved_on BETWEEN $base_first AND $base_last"
NOW = "moved_on BETWEEN $first AND $last"
"""The movements of the base period and of the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a change is measured between, and the base period's average rates of the other currencies in it."""

    base: Days
    now: Days
    rates: Mapping[str, float]

    @property
    def parameters(self) -> dict[str, object]:
        """The days of both as parameters."""
        days = {"base_first": self.base.first, "base_last": self.base.last}
        return {**days, "first": self.now.first, "last": self.now.last}

    def constant(self, currency: str, now: int, original: int) -> Fraction:
        """An amount of the period at the base period's rates."""
        rate = self.rates.get(currency)
        return Fraction(now) if rate is None else Fraction(rate) * original

    @property
    def repriced(self) -> str:
        """SQL for `now` at the base period's rates: other currencies are priced from their own amount."""
        if not self.rates:
            return "now"
        whens = " ".join(f"WHEN '{code}' THEN original * {rate!r}" for code, rate in sorted(self.rates.items()))
        return f"CASE currency {whens} ELSE now END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """A relation of movements: moved_on, label, account, kind, orders, amount, original, currency.

    By side, fees of an order go half to each party; `halves` then counts amounts in half minor units, so that they
    stay whole. `account` is there on a side only.
    """

    statement: str
    parameters: dict[str, object]
    halves: int

    @property
    def relation(self) -> str:
        """The relation as a common table expression."""
        return f"moved AS ({self.statement})"


def movements(reading: Reading, metric: Metric, dim: str | None) -> Movements:
    """Every movement under the reading's filters, whatever its day."""
    halves = 2 if metric.id == "net_revenue" and reading.cut.sided else 1
    account = "account" if reading.cut.sided else "NULL"
    label = dim or "NULL"
    ordered = "value" if metric.id == "gmv" else "0"
    original = "original" if metric.id == "gmv" else "0"
    orders = source(reading, metric, "orders", "placed_on", dated=False)
    statement = f"""
        SELECT placed_on AS moved_on, {label} AS label, {account} AS account, 'order' AS kind, 1 AS orders,
               {ordered} AS amount, {original} AS original, currency
        FROM {orders.relation} WHERE {orders.condition}
    """
    if metric.id == "net_revenue":
        fees = source(reading, metric, "fees", "charged_on", dated=False)
        returned = source(reading, metric, "refunds", "refunded_on", dated=False)
        statement += f"""
            UNION ALL
            SELECT charged_on, {label}, {account}, CASE WHEN on_order THEN 'order' ELSE 'own fee' END, 0,
                   CAST({halves} * amount AS BIGINT), CAST({halves} * original AS BIGINT), currency
            FROM {fees.relation} WHERE {fees.condition}
            UNION ALL
            SELECT refunded_on, {label}, {account}, 'returned fee', 0,
                   CAST(-{halves} * fee_amount AS BIGINT), CAST(-{halves} * fee_original AS BIGINT), currency
            FROM {returned.relation} WHERE {returned.condition}
        """
    return Movements(statement=statement, parameters=orders.parameters, halves=halves)
