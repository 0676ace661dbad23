"""How many listings a supplier holds: a quantile over suppliers, so that no bulk importer dominates."""

from dataclasses import dataclass

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.median import bounds, ranked
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.shapes.spans import spans

PERIODS_AT_ONCE = 24
"""Periods that one read of the listings counts, each in a column of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding(Shape):
    """A quantile over suppliers with a live listing of how many they have on the period's last known day.

    Source: metric dictionary row 23.
    """

    quantile: float = 0.5

    @property
    def reads(self) -> tuple[Read, ...]:
        """Listings."""
        return (("listings", "listed_on"),)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The quantile in every cell with a live listing."""
        data = source(reading, metric, "listings", "listed_on", dated=False)
        labels = [name for name in data.names if name != "period"]
        prefix = "".join(f"{name}, " for name in labels)
        positions = ", ".join(str(i + 1) for i in range(len(labels) + 1))
        found: dict[Key, Outcome] = {}
        for cut in spans(reading, metric).batches(PERIODS_AT_ONCE):
            live = (_LIVE.format(last=last, i=i) for i, (_, _, last) in enumerate(cut.rows))
            each = (
                f"SELECT DATE '{span}' AS span, {prefix} live_{i} AS amount FROM held WHERE live_{i} > 0"
                for i, (span, _, _) in enumerate(cut.rows)
            )
            rows = run(
                reading,
                f"""
                WITH held AS MATERIALIZED (
                    SELECT {prefix} account, {", ".join(live)}
                    FROM {data.relation} WHERE {data.condition} GROUP BY {prefix} account
                )
                SELECT span, {prefix} {bounds(self.quantile)} FROM ({" UNION ALL ".join(each)}) AS each
                GROUP BY {positions} ORDER BY {positions}
                """,
                data.parameters,
            )
            found |= {
                cut.key(span, tuple(keys)): ranked(value, low, high, n) for span, *keys, value, low, high, n in rows
            }
        return found


_LIVE = """
CAST(count(*) FILTER (WHERE listed_on <= DATE '{last}' AND (gone_on IS NULL OR gone_on > DATE '{last}')) AS DOUBLE)
AS live_{i}
"""
