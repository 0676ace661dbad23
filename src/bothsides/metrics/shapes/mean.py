"""Means that are not sums over sums: every account, or every day, weighs the same; or outliers are capped."""

import math
from dataclasses import dataclass

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import Z, clustered_ratio
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis


class _OverOrders(Shape):
    """What the means share: they read completed orders and their value."""

    @property
    def reads(self) -> tuple[Read, ...]:
        """Completed orders."""
        return (("orders", "placed_on"),)

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return (("orders", "value"),)

    @property
    def histories(self) -> bool:
        """It sets orders beside others of the account, the day or the cell, which a sample does not have."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanPerAccount(_OverOrders):
    """The mean over accounts of each account's own figure, with the interval of a mean of independent accounts."""

    amount: str

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The mean over the accounts that ordered in the cell."""
        data = source(reading, metric, "orders", "placed_on")
        rows = run(
            reading,
            f"""
            WITH each AS (
                SELECT {data.keys} account, CAST({self.amount} AS DOUBLE) AS amount
                FROM {data.relation} WHERE {data.condition} GROUP BY {data.prefix} account
            )
            SELECT {data.prefix} avg(amount), stddev_samp(amount), count(*) FROM each {data.by}
            """,
            data.parameters,
        )
        return {tuple(labels): _mean(value, spread, n) for *labels, value, spread, n in rows if n}


def _mean(value: float, spread: float | None, n: int) -> Outcome:
    if spread is None:
        return Outcome(value=value, n=n, basis=Basis.NOT_COMPUTED)
    half = Z * spread / math.sqrt(n)
    return Outcome(value=value, n=n, low=value - half, high=value + half, basis=Basis.CLUSTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyMean(_OverOrders):
    """The mean over days with a sale of the day's value per supplier that sold on it. n counts the days."""

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The mean over the days of the cell."""
        data = source(reading, metric, "orders", "placed_on")
        supplier = "account" if reading.cut.sided else "supplier"
        rows = run(
            reading,
            f"""
            WITH days AS (
                SELECT {data.keys} placed_on AS sold_on,
                       CAST(sum(value) AS DOUBLE) / count(DISTINCT {supplier}) AS amount
                FROM {data.relation} WHERE {data.condition} GROUP BY {data.prefix} sold_on
            )
            SELECT {data.prefix} avg(amount), count(*) FROM days {data.by}
            """,
            data.parameters,
        )
        return {tuple(labels): Outcome(value=value, n=n, basis=Basis.NOT_COMPUTED) for *labels, value, n in rows if n}


@dataclass(frozen=True, slots=True, kw_only=True)
class Winsorised(_OverOrders):
    """The mean order value with each order capped at a quantile of its cell; the lower tail stays as it is.

    Its interval treats buyers as clusters (by side, the side's accounts) and the cap as given.
    """

    quantile: float

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The capped mean of every cell with an order."""
        data = source(reading, metric, "orders", "placed_on")
        same = " AND ".join(f"v.{name} IS NOT DISTINCT FROM c.{name}" for name in data.names) or "true"
        listed = ", ".join(f"v.{name}" for name in data.names)
        buyer = "account" if reading.cut.sided else "buyer"
        rows = run(
            reading,
            f"""
            WITH valued AS (
                SELECT {data.keys} {buyer} AS told_by, CAST(value AS DOUBLE) AS amount
                FROM {data.relation} WHERE {data.condition}
            ),
            caps AS (
                SELECT {data.prefix} percentile_cont({self.quantile}) WITHIN GROUP (ORDER BY amount) AS cap
                FROM valued {data.by}
            ),
            per_account AS (
                SELECT {listed}{"," if listed else ""} told_by, sum(least(v.amount, c.cap)) AS x, count(*) AS y
                FROM valued v JOIN caps c ON {same} GROUP BY {listed}{"," if listed else ""} told_by
            )
            SELECT {data.prefix} count(*), sum(x), sum(y), sum(x * x), sum(y * y), sum(x * y)
            FROM per_account {data.by}
            """,
            data.parameters,
        )
        width = len(data.names)
        return {tuple(row[:width]): _capped(*row[width:]) for row in rows if row[width]}


def _capped(accounts: int, x: float, y: int, xx: float, yy: float, xy: float) -> Outcome:
    bounds = clustered_ratio(int(accounts), x, float(y), xx, float(yy), xy)
    if bounds is None:
        return Outcome(value=x / float(y), n=int(y), basis=Basis.NOT_COMPUTED)
    return Outcome(value=x / float(y), n=int(y), low=bounds[0], high=bounds[1], basis=Basis.CLUSTER)
