"""What the parties said of each other after an order."""

from bothsides.metrics.fact import Fact

REVIEW_DAYS = 60
"""A review within this many days of the order answers it."""

# Every scale is read as five stars. A review written for a reward counts as a review and rates nobody. Staff and one
# company's two roles rating each other are left out.
REVIEWS = Fact(
    name="reviews",
    grain="one row per review, on the side of the account that is rated",
    requires=("reviews",),
    relation="fact_reviews",
    dates={"reviewed_on": "reviews"},
    dimensions=("category", "region", "segment"),
    columns=("rating", "recommends", "is_incentivised"),
    known_by=("reviews",),
    builds=(
        """
        CREATE TABLE fact_reviews AS
        WITH named AS (
            SELECT v.*, coalesce(v.reviewee_id, o.supplier_id) AS rated_id,
                   coalesce(v.reviewer_id, CASE WHEN v.reviewee_id = o.supplier_id OR v.reviewee_id IS NULL
                                                THEN o.buyer_id ELSE o.supplier_id END) AS author_id,
                   o.category, o.region, coalesce(o.is_test, false) AS is_test
            FROM {reviews} v LEFT JOIN {orders} o ON o.order_id = v.order_id
        )
        SELECT n.review_id, n.order_id, r.side, r.account, coalesce(n.category, r.category) AS category,
               coalesce(n.region, r.region) AS region, r.segment, n.reviewed_on,
               coalesce(n.is_incentivised, false) AS is_incentivised,
               CASE WHEN NOT coalesce(n.is_incentivised, false)
                    THEN CAST(n.rating AS DOUBLE) * 5 / coalesce(n.best_rating, 5) END AS rating,
               CASE WHEN NOT coalesce(n.is_incentivised, false) THEN n.recommends END AS recommends
        FROM named n
        JOIN dim_accounts r ON r.account_id = n.rated_id
        LEFT JOIN dim_accounts w ON w.account_id = n.author_id
        WHERE NOT n.is_test AND (n.author_id IS NULL OR w.account IS NOT NULL)
          AND (w.organization_id IS NULL OR r.organization_id IS NULL OR w.organization_id <> r.organization_id)
        """,
    ),
)

REVIEWED_ORDERS = Fact(
    name="reviewed_orders",
    grain=f"one row per completed order, on its supplier's side: was the supplier reviewed within {REVIEW_DAYS} days",
    requires=("reviews", "orders"),
    relation="fact_reviewed_orders",
    dates={"placed_on": "orders"},
    dimensions=("category", "region", "channel", "deal_size", "segment"),
    columns=("is_reviewed",),
    known_by=("reviews",),
    later={"is_reviewed": ("reviews",)},
    builds=(
        f"""
        CREATE TABLE fact_reviewed_orders AS
        WITH answered AS (
            SELECT order_id, min(reviewed_on) AS reviewed_on FROM fact_reviews
            WHERE side = 'supplier' AND order_id IS NOT NULL GROUP BY order_id
        )
        SELECT 'supplier' AS side, o.supplier AS account, o.placed_on, o.category, o.region, o.channel, o.deal_size,
               o.supplier_segment AS segment,
               coalesce(a.reviewed_on <= o.placed_on + {REVIEW_DAYS}, false) AS is_reviewed
        FROM fact_orders o LEFT JOIN answered a ON a.order_id = o.order_id
        """,
    ),
)
