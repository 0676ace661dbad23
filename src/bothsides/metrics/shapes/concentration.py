"""How much of the market hangs on few accounts."""

from dataclasses import dataclass
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Status

FEW_ACCOUNTS = 10
"""Below this many accounts concentration describes the few, not the market (metric dictionary row 46)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration(Shape):
    """Shares of GMV per account of a side: HHI (0 to 1), top-k share, Gini. Credits stay in: one may be negative.

    Source: HHI as in US DOJ/FTC Merger Guidelines (there times 10,000); Gini by the mean difference of ranks.
    """

    kind: Literal["hhi", "top", "gini"]
    k: int = 0

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
        """The concentration in every cell that has an order."""
        data = source(reading, metric, "orders", "placed_on")
        partition = f"PARTITION BY {', '.join(data.names)}" if data.names else ""
        formula = {
            "hhi": "sum(amount * amount) / (any_value(total) * any_value(total))",
            "top": f"sum(amount) FILTER (place <= {int(self.k)}) / any_value(total)",
            "gini": "sum((any_n + 1 - 2 * place) * amount) / (any_value(any_n) * any_value(total))",
        }[self.kind]
        rows = run(
            reading,
            f"""
            WITH held AS (
                SELECT {data.keys} account, sum(value)::DOUBLE AS amount
                FROM {data.relation} WHERE {data.condition} GROUP BY {data.prefix} account
            ),
            ranked AS (
                SELECT *, row_number() OVER ({partition} ORDER BY amount DESC, account) AS place,
                       sum(amount) OVER ({partition}) AS total, count(*) OVER ({partition}) AS any_n
                FROM held
            )
            SELECT {data.prefix} CASE WHEN any_value(total) > 0 THEN {formula} END, count(*) FROM ranked {data.by}
            """,
            data.parameters,
        )
        return {tuple(labels): _outcome(value, count) for *labels, value, count in rows}


def _outcome(value: float | None, count: int) -> Outcome:
    if value is None:
        return Outcome(value=None, n=count, status=Status.NO_DENOMINATOR, reason="the total is not positive")
    if count < FEW_ACCOUNTS:
        return Outcome(value=value, n=count, status=Status.SMALL_N, reason=f"{count} accounts, below {FEW_ACCOUNTS}")
    return Outcome(value=value, n=count)
