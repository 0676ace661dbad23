"""Pairs that stopped trading with each other while both go on: a reason to look, never an accusation."""

from dataclasses import dataclass
from datetime import timedelta

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietPairs(Shape):
    """Of the pairs with at least `orders` orders in the cell, the share that went quiet while both parties went on.

    Quiet: no order of the pair in the `quiet_days` after its last of the cell. Going on: in those days the buyer bought
    from others and the supplier sold to others. Pairs too young to be judged are left out.
    Source: metric dictionary row 48.
    """

    quiet_days: int
    orders: int = 3

    @property
    def reads(self) -> tuple[Read, ...]:
        """Completed orders."""
        return (("orders", "placed_on"),)

    @property
    def histories(self) -> bool:
        """It follows pairs."""
        return True

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The quiet share in every cell with a pair to judge."""
        until = reading.window(metric).as_of - timedelta(days=self.quiet_days)
        data = source(reading, metric, "orders", "placed_on", until=until)
        after = f"o.placed_on > t.last_on AND o.placed_on <= t.last_on + {int(self.quiet_days)}"
        rows = run(
            reading,
            f"""
            WITH pairs AS (
                SELECT {data.keys} buyer, supplier, count(*) AS orders, max(placed_on) AS last_on
                FROM {data.relation} WHERE {data.condition} GROUP BY {data.prefix} buyer, supplier
            ),
            t AS (SELECT * FROM pairs WHERE orders >= {int(self.orders)}),
            judged AS (
                SELECT {data.prefix} CASE WHEN
                    NOT EXISTS (SELECT 1 FROM fact_orders o
                                WHERE o.buyer = t.buyer AND o.supplier = t.supplier AND {after})
                    AND EXISTS (SELECT 1 FROM fact_orders o WHERE o.buyer = t.buyer AND {after})
                    AND EXISTS (SELECT 1 FROM fact_orders o WHERE o.supplier = t.supplier AND {after})
                    THEN 1 ELSE 0 END AS quiet
                FROM t
            )
            SELECT {data.prefix} sum(quiet), count(*) FROM judged {data.by}
            """,
            data.parameters,
        )
        return {tuple(labels): _share(int(quiet), n) for *labels, quiet, n in rows if n}


def _share(quiet: int, n: int) -> Outcome:
    low, high = wilson(quiet, n)
    return Outcome(value=quiet / n, n=n, low=low, high=high, basis=Basis.WILSON)
