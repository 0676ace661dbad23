"""Churn: which of a period's active accounts have gone quiet."""

from dataclasses import dataclass
from datetime import timedelta

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Churned(Shape):
    """Accounts whose last order of the cell was followed by none anywhere for `quiet_days`, over those active in it.

    An account that paused inside a long period and came back has not churned in it. Orders too young to be judged at
    the as-of date are left out.
    Source: metric dictionary row 45.
    """

    quiet_days: int

    @property
    def reads(self) -> tuple[Read, ...]:
        """Completed orders."""
        return (("orders", "placed_on"),)

    @property
    def histories(self) -> bool:
        """It follows accounts."""
        return True

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The churned share in every cell with an order old enough."""
        until = reading.window(metric).as_of - timedelta(days=self.quiet_days)
        data = source(reading, metric, "orders", "placed_on", until=until)
        rows = run(
            reading,
            f"""
            WITH active AS (
                SELECT {data.keys} account, max(placed_on) AS last_on
                FROM {data.relation} WHERE {data.condition} GROUP BY {data.prefix} account
            ),
            lapses AS (SELECT account, placed_on AS last_on, true AS gone FROM fact_order_parties WHERE lapses)
            SELECT {data.prefix} count(gone), count(*) FROM active LEFT JOIN lapses USING (account, last_on) {data.by}
            """,
            data.parameters,
        )
        return {tuple(labels): _outcome(gone, active) for *labels, gone, active in rows if active}


def _outcome(gone: int, active: int) -> Outcome:
    low, high = wilson(gone, active)
    return Outcome(value=gone / active, n=active, low=low, high=high, basis=Basis.WILSON)
