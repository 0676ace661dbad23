"""Which listings were sold when."""

from bothsides.metrics.fact import Fact

LISTING_SALES = Fact(
    name="listing_sales",
    grain="one row per listing and completed order that names it",
    requires=("order_lines", "orders"),
    relation="fact_listing_sales",
    dates={"placed_on": "orders"},
    dimensions=(),
    columns=("listing_id",),
    known_by=("orders",),
    builds=(
        """
        CREATE TABLE fact_listing_sales AS
        SELECT DISTINCT 'supplier' AS side, o.supplier AS account, l.listing_id, o.placed_on
        FROM {order_lines} l JOIN fact_bookings o ON o.order_id = l.order_id
        WHERE o.status = 'completed' AND l.listing_id IS NOT NULL
        """,
    ),
)
