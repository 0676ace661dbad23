"""How much of the market hangs on few accounts."""

from dataclasses import dataclass
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.resampling import Figure, draws_for, gini, herfindahl, resampled_interval, top_share
from bothsides.metrics.shapes.shape import Shape, Source, run, run_once, source
from bothsides.metrics.value import Basis, Status

FEW_ACCOUNTS = 10
"""Below this many accounts concentration describes the few, not the market (metric dictionary row 46)."""

TOPS = (1, 5, 10)
"""Heads that the dictionary asks for: all of a query's metrics of concentration are read in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration(Shape):
    """Shares of GMV per account of a side: HHI (0 to 1), top-k share, Gini. Credits stay in: one may be negative.

    The interval is what other accounts of such a market would give: it resamples them, for cells that are shown.
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
        figures = {
            "hhi": "sum(amount * amount) / (max(total) * max(total))",
            "gini": "sum((any_n + 1 - 2 * place) * amount) / (max(any_n) * max(total))",
            **{f"top {k}": f"sum(amount) FILTER (place <= {k}) / max(total)" for k in self._heads},
        }
        at = len(data.names) + list(figures).index(f"top {self.k}" if self.kind == "top" else self.kind)
        rows = run_once(
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
            SELECT {data.prefix} {", ".join(f"CASE WHEN max(total) > 0 THEN {each} END" for each in figures.values())},
                   count(*)
            FROM ranked {data.by}
            """,
            data.parameters,
        )
        width = len(data.names)
        found = {tuple(row[:width]): _outcome(row[at], row[-1]) for row in rows}
        return found | self._spread(reading, data, found) if reading.query.intervals else found

    @property
    def _heads(self) -> list[int]:
        """How many of the largest accounts the statement adds up, for whichever metric asks."""
        return sorted({*TOPS, int(self.k)} if self.kind == "top" else TOPS)

    @property
    def _figure(self) -> Figure:
        return {"hhi": herfindahl, "top": top_share(self.k), "gini": gini}[self.kind]

    def _spread(self, reading: Reading, data: Source, found: dict[Key, Outcome]) -> dict[Key, Outcome]:
        """The outcomes with their intervals, as far as resampling every account of every cell is affordable."""
        known = {key: one for key, one in found.items() if one.value is not None and one.n >= FEW_ACCOUNTS}
        draws = draws_for(sum(one.n for one in known.values()))
        if not draws:
            return {}
        rows = run(
            reading,
            f"""
            SELECT {data.keys} account, CAST(sum(value) AS DOUBLE) AS amount
            FROM {data.relation} WHERE {data.condition} GROUP BY {data.prefix} account
            """,
            data.parameters,
        )
        amounts: dict[Key, list[float]] = {key: [] for key in known}
        for *labels, _, amount in rows:
            if tuple(labels) in amounts:
                amounts[tuple(labels)].append(amount)
        return {
            key: known[key]._replace(low=bounds[0], high=bounds[1], basis=Basis.BOOTSTRAP)
            for key, held in amounts.items()
            if (bounds := resampled_interval(held, self._figure, draws)) is not None
        }


def _outcome(value: float | None, count: int) -> Outcome:
    if value is None:
        return Outcome(value=None, n=count, status=Status.NO_DENOMINATOR, reason="the total is not positive")
    if count < FEW_ACCOUNTS:
        reason = f"{count} accounts, below {FEW_ACCOUNTS}"
        return Outcome(value=value, n=count, basis=Basis.NOT_COMPUTED, status=Status.SMALL_N, reason=reason)
    return Outcome(value=value, n=count, basis=Basis.NOT_COMPUTED)
