"""Whether what is on offer sells: listings, or suppliers, with a sale in the period over those live in it."""

from dataclasses import dataclass
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.shapes.spans import spans
from bothsides.metrics.value import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilised(Shape):
    """Listings (or their suppliers) that could be bought on a day of the period, and how many of them sold in it.

    A listing closed, paused or out of stock since before the period is left out. A supplier has sold with any
    completed order of the period, whatever listing it was for; in a category, with an order of that category.
    Source: metric dictionary row 17.
    """

    of: Literal["listings", "suppliers"]

    @property
    def reads(self) -> tuple[Read, ...]:
        """Listings, and what was sold of them."""
        sold = "listing_sales" if self.of == "listings" else "orders"
        return (("listings", "listed_on"), (sold, "placed_on"))

    @property
    def histories(self) -> bool:
        """In a sample of orders a listing that sold may look idle."""
        return True

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The share that sold, in every cell with something live."""
        data = source(reading, metric, "listings", "listed_on", dated=False)
        labels = [name for name in data.names if name != "period"]
        listed = "".join(f"l.{name}, " for name in labels)
        positions = ", ".join(str(i + 1) for i in range(len(labels) + 1))
        unit, sold, same = "listing_id", "SELECT listing_id, placed_on FROM fact_listing_sales", ""
        if self.of == "suppliers":
            unit, sold = "account", "SELECT supplier AS account, category, placed_on FROM fact_orders"
            by_category = "category" in labels or any(name == "category" for name, _ in reading.cut.where)
            same = "AND s.category IS NOT DISTINCT FROM l.category" if by_category else ""
        columns = f"{unit}, category" if same else unit
        cut = spans(reading, metric)
        rows = run(
            reading,
            f"""
            WITH sold AS (
                SELECT DISTINCT spans.span, {columns}
                FROM {cut.values} JOIN ({sold}) o ON o.placed_on BETWEEN spans.first_day AND spans.last_day
            ),
            live AS (
                SELECT spans.span, l.*
                FROM {cut.values}
                JOIN (SELECT * FROM {data.relation} WHERE {data.condition}) l
                  ON l.listed_on <= spans.last_day AND (l.gone_on IS NULL OR l.gone_on > spans.first_day)
            )
            SELECT l.span, {listed} count(DISTINCT s.{unit}), count(DISTINCT l.{unit})
            FROM live l LEFT JOIN sold s ON s.span = l.span AND s.{unit} = l.{unit} {same}
            GROUP BY {positions} ORDER BY {positions}
            """,
            data.parameters,
        )
        return {cut.key(span, tuple(keys)): _share(sold_n, live) for span, *keys, sold_n, live in rows}


def _share(sold: int, live: int) -> Outcome:
    low, high = wilson(sold, live)
    return Outcome(value=sold / live, n=live, low=low, high=high, basis=Basis.WILSON)
