"""Churn: which of a period's active accounts have gone quiet."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import clustered_ratio, wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Churned(Shape):
    """Accounts whose last order of the cell was followed by none anywhere for `quiet_days`, over those active in it.

    An account that paused inside a long period and came back has not churned in it. Orders too young to be judged at
    the as-of date are left out. Of `gmv` the accounts weigh what they traded in the cell.
    Source: metric dictionary row 45; the weighted share has an account-clustered delta interval.
    """

    quiet_days: int
    of: Literal["accounts", "gmv"] = "accounts"

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
        """The churned share in every cell with an order old enough."""
        until = reading.window(metric).as_of - timedelta(days=self.quiet_days)
        data = source(reading, metric, "orders", "placed_on", until=until)
        rows = run(
            reading,
            f"""
            WITH active AS (
                SELECT {data.keys} account, max(placed_on) AS last_on, CAST(sum(value) AS DOUBLE) AS amount
                FROM {data.relation} WHERE {data.condition} GROUP BY {data.prefix} account
            ),
            lapses AS (SELECT account, placed_on AS last_on, true AS gone FROM fact_order_parties WHERE lapses),
            judged AS (
                SELECT active.*, gone, CASE WHEN gone THEN amount ELSE 0 END AS lost
                FROM active LEFT JOIN lapses USING (account, last_on)
            )
            SELECT {data.prefix} count(gone), count(*), sum(lost), sum(amount), sum(lost * lost), sum(amount * amount)
            FROM judged {data.by}
            """,
            data.parameters,
        )
        outcome = _of_accounts if self.of == "accounts" else _of_gmv
        return {tuple(row[:-6]): outcome(*row[-6:]) for row in rows if row[-5]}


def _of_accounts(gone: int, active: int, *_: float) -> Outcome:
    low, high = wilson(gone, active)
    return Outcome(value=gone / active, n=active, low=low, high=high, basis=Basis.WILSON)


def _of_gmv(_: int, active: int, lost: float, amount: float, lost2: float, amount2: float) -> Outcome:
    if amount <= 0:
        return Outcome(value=None, n=active, status=Status.NO_DENOMINATOR, reason="the GMV is not positive")
    bounds = clustered_ratio(active, lost, amount, lost2, amount2, lost2)
    if bounds is None:
        return Outcome(value=lost / amount, n=active, basis=Basis.NOT_COMPUTED)
    low, high = max(0.0, bounds[0]), min(1.0, bounds[1])
    return Outcome(value=lost / amount, n=active, low=low, high=high, basis=Basis.CLUSTER)
