"""How much supply stands behind demand: listings and suppliers per searched category, and categories without any."""

from dataclasses import dataclass
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.shapes.spans import spans
from bothsides.metrics.value import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth(Shape):
    """Live listings, or suppliers with one, per category that was searched in the period; or the share with none.

    What is live is counted on the period's last known day; searches that name no category are left out.
    Source: metric dictionary row 27.
    """

    of: Literal["listings", "suppliers", "gap"]

    @property
    def reads(self) -> tuple[Read, ...]:
        """Searches and listings."""
        return (("events", "occurred_on"), ("listings", "listed_on"))

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The depth in every cell with a searched category; n counts the categories."""
        data = source(reading, metric, "events", "occurred_on", dated=False)
        labels = [name for name in data.names if name != "period"]
        listed = "".join(f"d.{name}, " for name in labels)
        searched = "".join(f"e.{name} AS {name}, " for name in labels)
        positions = ", ".join(str(i + 1) for i in range(len(labels) + 1))
        cut = spans(reading, metric)
        rows = run(
            reading,
            f"""
            WITH demanded AS (
                SELECT DISTINCT spans.span, {searched} e.category AS topic
                FROM {cut.values}
                JOIN (SELECT * FROM {data.relation} WHERE {data.condition}) e
                  ON e.occurred_on BETWEEN spans.first_day AND spans.last_day
                WHERE e.name = 'search' AND e.category IS NOT NULL
            ),
            supplied AS (
                SELECT spans.span, l.category AS topic, count(*) AS listings, count(DISTINCT l.account) AS suppliers
                FROM {cut.values}
                JOIN fact_listings l
                  ON l.listed_on <= spans.last_day AND (l.gone_on IS NULL OR l.gone_on > spans.last_day)
                GROUP BY spans.span, l.category
            )
            SELECT d.span, {listed} coalesce(sum(s.listings), 0), coalesce(sum(s.suppliers), 0),
                   count(*) - count(s.topic), count(*)
            FROM demanded d LEFT JOIN supplied s ON s.span = d.span AND s.topic = d.topic
            GROUP BY {positions} ORDER BY {positions}
            """,
            data.parameters,
        )
        return {
            cut.key(span, tuple(keys)): self._outcome(*found)
            for span, *keys, a, b, c, d in rows
            for found in [(a, b, c, d)]
        }

    def _outcome(self, listings: int, suppliers: int, empty: int, categories: int) -> Outcome:
        if self.of == "gap":
            low, high = wilson(empty, categories)
            return Outcome(value=empty / categories, n=categories, low=low, high=high, basis=Basis.WILSON)
        held = float(listings if self.of == "listings" else suppliers)
        return Outcome(value=held / categories, n=categories)
