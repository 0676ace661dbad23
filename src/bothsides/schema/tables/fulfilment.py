"""What became of an order: how it was shipped, and what the parties said of each other afterwards."""

from bothsides.schema.column import boolean, choice, integer, key, moment, number, ref, text
from bothsides.schema.table import Table

SHIPMENT_STATUSES = ("pending", "shipped", "delivered", "returned", "cancelled")
"""Where a shipment stands; a cancelled one never left."""

SHIPMENTS = Table(
    name="shipments",
    grain="one row per shipment of an order; an order shipped in parts has several",
    meaning="What left the supplier for an order, when it was promised and when it arrived.",
    owner="Supplier operations or logistics (shipment export)",
    event_time="shipped_on",
    columns=(
        key("shipment_id", "the shipment"),
        ref("order_id", "orders", "its order", required=True),
        choice("status", SHIPMENT_STATUSES, "where it stands", required=True, default="shipped"),
        moment("promised_at", "delivery date promised to the buyer"),
        moment("shipped_at", "when it left the supplier"),
        moment("delivered_at", "when it arrived at the buyer"),
        integer("quantity", "units in it", minimum=0),
        text("carrier", "who carried it"),
    ),
)

REVIEWS = Table(
    name="reviews",
    grain="one row per review of one account by another",
    meaning="What one party said of the other, with a rating. Buyers rate suppliers, suppliers may rate buyers.",
    owner="Marketplace operations (review export)",
    event_time="reviewed_on",
    columns=(
        key("review_id", "the review"),
        ref("order_id", "orders", "the order it is about"),
        ref("reviewer_id", "accounts", "who wrote it"),
        ref("reviewee_id", "accounts", "who is rated; the order's supplier where nobody is named"),
        moment("reviewed_at", "when it was written", required=True),
        number("rating", "the rating given; higher is better", minimum=0, at_most="best_rating"),
        number("best_rating", "the best rating that could be given", minimum=1, default="5"),
        boolean("recommends", "whether the reviewer would recommend the other"),
        boolean("is_incentivised", "written for a reward, so left out of ratings", default="false"),
    ),
)
