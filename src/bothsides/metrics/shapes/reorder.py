"""How long accounts wait between orders: the ground for a churn window of one's own."""

from dataclasses import dataclass

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.median import bounds, ranked
from bothsides.metrics.shapes.shape import Shape, run, source


@dataclass(frozen=True, slots=True, kw_only=True)
class ReorderGap(Shape):
    """A quantile of the days between an account's order days, each gap dated by the order that ended it.

    Orders of one day count as one; the gap reaches back beyond the first day asked for.
    Source: metric dictionary row 45, churn window from the inter-purchase time.
    """

    quantile: float

    @property
    def reads(self) -> tuple[Read, ...]:
        """Completed orders."""
        return (("orders", "placed_on"),)

    @property
    def histories(self) -> bool:
        """It follows accounts."""
        return True

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The quantile in every cell with a repeat order."""
        data = source(reading, metric, "orders", "placed_on")
        rows = run(
            reading,
            f"""
            WITH gaps AS (
                SELECT account, placed_on AS ended_on,
                       placed_on - lag(placed_on) OVER (PARTITION BY account ORDER BY placed_on) AS days
                FROM (SELECT DISTINCT account, placed_on FROM fact_order_parties) order_days
            ),
            ended AS (
                SELECT DISTINCT {data.keys} o.account, g.ended_on, g.days
                FROM {data.relation} o JOIN gaps g ON g.account = o.account AND g.ended_on = o.placed_on
                WHERE {data.condition} AND g.days IS NOT NULL
            )
            SELECT {data.prefix} {bounds(self.quantile)}
            FROM (SELECT {data.prefix} CAST(days AS DOUBLE) AS amount FROM ended) each_gap {data.by}
            """,
            data.parameters,
        )
        return {tuple(row[:-4]): ranked(*row[-4:]) for row in rows if row[-1]}
