"""Pairs of buyer and supplier that keep trading."""

from dataclasses import dataclass
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import clustered_ratio, wilson
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
            ),
            per_buyer AS (
                SELECT {data.prefix} buyer, count(*) FILTER (WHERE orders >= {self.orders}) AS trusted,
                       count(*) AS pairs, sum(amount) AS y,
                       coalesce(sum(amount) FILTER (WHERE orders >= {self.orders}), 0) AS x
                FROM pairs GROUP BY {data.prefix} buyer
            )
            SELECT {data.prefix} sum(trusted), sum(pairs), count(*), sum(x), sum(y), sum(x * x), sum(y * y), sum(x * y)
            FROM per_buyer {data.by}
            """,
            data.parameters,
        )
        width = len(data.names)
        return {tuple(row[:width]): self._outcome(*row[width:]) for row in rows}

    def _outcome(
        self, trusted: int, pairs: int, buyers: int, x: float, y: float | None, xx: float, yy: float, xy: float
    ) -> Outcome:
        if not pairs:
            return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason="no pair traded")
        if self.of == "gmv":
            if y is None or y <= 0:
                return Outcome(value=None, n=int(pairs), status=Status.NO_DENOMINATOR, reason="the GMV is not positive")
            bounds = clustered_ratio(int(buyers), x, y, xx, yy, xy)
            if bounds is None:
                return Outcome(value=x / y, n=int(pairs), basis=Basis.NOT_COMPUTED)
            return Outcome(value=x / y, n=int(pairs), low=bounds[0], high=bounds[1], basis=Basis.CLUSTER)
        low, high = wilson(int(trusted), int(pairs))
        return Outcome(value=trusted / pairs, n=int(pairs), low=low, high=high, basis=Basis.WILSON)
