"""Pairs of buyer and supplier that keep trading."""

from dataclasses import dataclass
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedPairs(Shape):
    """Pairs with at least `orders` completed orders in the cell: their share of pairs, or of GMV."""

    of: Literal["pairs", "gmv"]
    orders: int = 3

    @property
    def reads(self) -> tuple[Read, ...]:
        """Completed orders."""
        return (("orders", "placed_on"),)

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return (("orders", "value"),) if self.of == "gmv" else ()

    @property
    def histories(self) -> bool:
        """It follows accounts."""
        return True

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The share in every cell with an order."""
        data = source(reading, metric, "orders", "placed_on")
        rows = run(
            reading,
            f"""
            WITH pairs AS (
                SELECT {data.keys} buyer, supplier, count(*) AS orders, sum(value)::DOUBLE AS amount
                FROM {data.relation} WHERE {data.condition} GROUP BY {data.prefix} buyer, supplier
            )
            SELECT {data.prefix} count(*) FILTER (orders >= {self.orders}), count(*),
                   coalesce(sum(amount) FILTER (orders >= {self.orders}), 0), sum(amount)
            FROM pairs {data.by}
            """,
            data.parameters,
        )
        return {tuple(labels): self._outcome(*figures) for *labels, a, b, c, d in rows for figures in [(a, b, c, d)]}

    def _outcome(self, trusted: int, pairs: int, trusted_amount: float, amount: float | None) -> Outcome:
        if not pairs:
            return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason="no pair traded")
        if self.of == "gmv":
            if amount is None or amount <= 0:
                return Outcome(value=None, n=pairs, status=Status.NO_DENOMINATOR, reason="the GMV is not positive")
            return Outcome(value=trusted_amount / amount, n=pairs)
        low, high = wilson(trusted, pairs)
        return Outcome(value=trusted / pairs, n=pairs, low=low, high=high, basis=Basis.WILSON)
