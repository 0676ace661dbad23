"""How many listings a supplier holds: a quantile over suppliers, so that no bulk importer dominates."""

from dataclasses import dataclass

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.median import bounds, ranked
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.shapes.spans import spans


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
        listed = "".join(f"l.{name}, " for name in labels)
        named = "".join(f"{name}, " for name in labels)
        positions = ", ".join(str(i + 1) for i in range(len(labels) + 1))
        cut = spans(reading, metric)
        rows = run(
            reading,
            f"""
            WITH held AS (
                SELECT spans.span, {listed} l.account, CAST(count(*) AS DOUBLE) AS amount
                FROM {cut.values}
                JOIN (SELECT * FROM {data.relation} WHERE {data.condition}) l
                  ON l.listed_on <= spans.last_day AND (l.gone_on IS NULL OR l.gone_on > spans.last_day)
                GROUP BY spans.span, {listed} l.account
            )
            SELECT span, {named} {bounds(self.quantile)} FROM held GROUP BY {positions} ORDER BY {positions}
            """,
            data.parameters,
        )
        return {cut.key(span, tuple(keys)): ranked(value, low, high, n) for span, *keys, value, low, high, n in rows}
