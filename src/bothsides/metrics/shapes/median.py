"""Medians and other quantiles: of durations, and of amounts per account."""

from dataclasses import dataclass

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import Z
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Median(Shape):
    """A quantile of a column over rows whose outcome happened. It says nothing of rows that are still waiting.

    `done` names the date of the outcome, where that is not the date the rows are dated by.
    The interval bounds are the order statistics at the binomial spread of the rank; a rank below the first row or above
    the last has none, so few rows leave the interval open: a median's below eight, a p90's upper end below 53.
    Source: Conover 1999, Practical Nonparametric Statistics, section 3.2.
    """

    fact: str
    on: str
    column: str
    done: str | None = None
    quantile: float = 0.5

    @property
    def reads(self) -> tuple[Read, ...]:
        """The one fact it reads."""
        return ((self.fact, self.on),)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The quantile in every cell with a finished row."""
        data = source(reading, metric, self.fact, self.on)
        rows = run(
            reading,
            f"""
            SELECT {data.prefix} {bounds(self.quantile)}
            FROM (SELECT {data.keys} {self.column}::DOUBLE AS amount FROM {data.relation}
                  WHERE {data.condition} AND {self.column} IS NOT NULL AND {self.done or self.on} <= $as_of) {data.by}
            """,
            data.parameters | {"as_of": reading.window(metric).as_of},
        )
        return {tuple(labels): ranked(value, low, high, n) for *labels, value, low, high, n in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class PerAccount(Shape):
    """A quantile over accounts of each account's mean order value or total, so that no head account dominates."""

    amount: str
    quantile: float = 0.5

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
        """It adds up each account's orders."""
        return True

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The quantile over the accounts that ordered in the cell."""
        data = source(reading, metric, "orders", "placed_on")
        rows = run(
            reading,
            f"""
            WITH each AS (
                SELECT {data.keys} account, ({self.amount})::DOUBLE AS amount
                FROM {data.relation} WHERE {data.condition} GROUP BY {data.prefix} account
            )
            SELECT {data.prefix} {bounds(self.quantile)} FROM each {data.by}
            """,
            data.parameters,
        )
        return {tuple(labels): ranked(value, low, high, n) for *labels, value, low, high, n in rows}


def bounds(quantile: float) -> str:
    """The quantile of `amount` with the order statistics that bound it, and the count.

    A bound whose rank no row has is NULL. Ranks lie at the normal spread of the binomial: no fewer than 95.5 % of
    samples hold the quantile between both.
    """
    spread = f"{Z} * sqrt(count(*) * {quantile} * {1 - quantile})"
    low = f"greatest(0, floor(count(*) * {quantile} - {spread}))::BIGINT"
    high = f"ceil(count(*) * {quantile} + 1 + {spread})::BIGINT"
    ordered = "array_agg(amount ORDER BY amount)"
    return f"percentile_cont({quantile}) WITHIN GROUP (ORDER BY amount), {ordered}[{low}], {ordered}[{high}], count(*)"


def ranked(value: float | None, low: float | None, high: float | None, n: int) -> Outcome:
    """The outcome of a row of `bounds`: without an interval where no row can bound the quantile."""
    if value is None:
        return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason="no finished row")
    basis = Basis.RANKS if low is not None or high is not None else Basis.NOT_COMPUTED
    return Outcome(value=value, n=n, low=low, high=high, basis=basis)
