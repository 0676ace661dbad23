"""Contribution per account and month where people agreed to split a commission other than in halves."""

from collections.abc import Iterator
from dataclasses import dataclass

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import clustered_ratio
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status

HALF = 0.5


def credited(amount: str, buyer_share: float) -> str:
    """An amount that was split in halves between an order's parties, split as agreed; needs a column `side`.

    >>> credited("earned", 0.5)
    'earned'
    >>> credited("earned", 0.75)
    "earned * CASE side WHEN 'buyer' THEN 1.5 ELSE 0.5 END"
    """
    if buyer_share == HALF:
        return amount
    buyer, supplier = 2 * float(buyer_share), 2 * (1 - float(buyer_share))
    return f"{amount} * CASE side WHEN 'buyer' THEN {buyer!r} ELSE {supplier!r} END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution(Shape):
    """Net revenue per account and month in which it traded or paid a fee, an order's commission split as agreed.

    `buyer_share` is the buyer's share of it, 0 to 1, the rest the supplier's; fees of an account's own are all its own.
    The interval treats accounts as clusters. Source: metric dictionary row 39.
    """

    buyer_share: float

    @property
    def reads(self) -> tuple[Read, ...]:
        """Months of accounts; they are made of the orders."""
        return (("account_months", "month"),)

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return (("account_months", "earned"),)

    @property
    def histories(self) -> bool:
        """It follows accounts from month to month."""
        return True

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The ratio in every cell with an active account."""
        months = source(reading, metric, "account_months", "month")
        orders = source(reading, metric, "orders", "date_trunc('month', placed_on)::DATE")
        extra = f"{credited('earned', self.buyer_share)} - earned"
        rows = run(
            reading,
            f"""
            SELECT {months.keys} account, sum(earned)::DOUBLE, count(DISTINCT account_month)
            FROM {months.relation} WHERE {months.condition} GROUP BY ALL
            """,
            months.parameters,
        )
        moved = run(
            reading,
            f"SELECT {orders.keys} account, sum({extra})::DOUBLE FROM {orders.relation}"
            f" WHERE {orders.condition} GROUP BY ALL",
            orders.parameters,
        )
        more = {tuple(row[:-1]): row[-1] for row in moved}
        found: dict[Key, list[tuple[float, int]]] = {}
        for *labels, account, amount, active in rows:
            found.setdefault(tuple(labels), []).append((amount + more.get((*labels, account), 0.0), active))
        return dict(_outcomes(found))


def _outcomes(found: dict[Key, list[tuple[float, int]]]) -> Iterator[tuple[Key, Outcome]]:
    for key, accounts in found.items():
        top, bottom = sum(x for x, _ in accounts), sum(y for _, y in accounts)
        squares = sum(x * x for x, _ in accounts), sum(y * y for _, y in accounts), sum(x * y for x, y in accounts)
        bounds = clustered_ratio(len(accounts), top, float(bottom), squares[0], float(squares[1]), squares[2])
        low, high = bounds or (None, None)
        basis = Basis.NOT_COMPUTED if bounds is None else Basis.CLUSTER
        yield key, Outcome(value=top / bottom, n=bottom, low=low, high=high, basis=basis, status=Status.OK)
