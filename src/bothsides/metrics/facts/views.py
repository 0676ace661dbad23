"""What came of looking: views of suppliers that an order followed, and carts that none did."""

from bothsides.metrics.fact import Fact

VIEW_WINDOW_DAYS = 7
"""A view has led to an order when its account orders from that supplier within this many days."""

CART_WINDOW_HOURS = 24

VIEWS = Fact(
    name="views",
    grain="one row per view of a supplier by a known buyer; it knows whether it was the last before an order there",
    requires=("events",),
    relation="fact_views",
    dates={"viewed_on": "events"},
    dimensions=("category", "region"),
    columns=("supplier", "converted"),
    known_by=("events",),
    later={"converted": ("orders",)},
    builds=(
        f"""
        CREATE TABLE fact_views AS
        WITH seen AS (
            SELECT e.event_id, a.account, a.side, s.account AS supplier, e.occurred_at, e.occurred_on, e.category,
                   e.region
            FROM {{events}} e
            JOIN dim_accounts a ON a.account_id = e.account_id
            JOIN dim_accounts s ON s.account_id = e.supplier_id
            WHERE e.name = 'supplier_view'
        ),
        walked AS (
            SELECT event_id, account, supplier, occurred_at AS moment, occurred_at AS began, false AS ordered FROM seen
            UNION ALL
            SELECT order_id, buyer, supplier, {{ends:placed}}, placed_at, true
            FROM fact_bookings WHERE status <> 'cancelled'
        ),
        paired AS (
            SELECT event_id, moment, ordered, lead(ordered) OVER steps AS then_ordered,
                   lead(began) OVER steps AS then_at
            FROM walked WINDOW steps AS (PARTITION BY account, supplier ORDER BY moment, ordered, event_id)
        ),
        followed AS (
            SELECT event_id FROM paired
            WHERE NOT ordered AND then_ordered AND then_at <= moment + INTERVAL {VIEW_WINDOW_DAYS} DAY
        )
        SELECT s.side, s.account, s.supplier, s.occurred_on AS viewed_on, s.category, s.region,
               f.event_id IS NOT NULL AS converted
        FROM seen s LEFT JOIN followed f ON f.event_id = s.event_id
        """,
    ),
)

CARTS = Fact(
    name="carts",
    grain="one row per known buyer and day with a cart or checkout, with what followed within 24 hours of its last one",
    requires=("events",),
    relation="fact_carts",
    dates={"filled_on": "events"},
    dimensions=("category", "region"),
    columns=("ordered", "asked"),
    known_by=("events",),
    later={"ordered": ("orders",), "asked": ("quotes",)},
    builds=(
        f"""
        CREATE TABLE fact_carts AS
        WITH filled AS (
            SELECT a.account, a.side, e.occurred_on AS filled_on, min(e.category) AS category,
                   min(e.region) AS region, min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at
            FROM {{events}} e JOIN dim_accounts a ON a.account_id = e.account_id
            WHERE e.name IN ('cart_add', 'checkout') AND a.side = 'buyer'
            GROUP BY a.account, a.side, e.occurred_on
        ),
        ordered AS (
            SELECT DISTINCT f.account, f.filled_on FROM filled f JOIN fact_bookings o
              ON o.buyer = f.account AND o.status <> 'cancelled' AND {{ends:o.placed}} >= f.first_at
             AND o.placed_at <= f.last_at + INTERVAL {CART_WINDOW_HOURS} HOUR
        ),
        asked AS (
            SELECT DISTINCT f.account, f.filled_on
            FROM filled f
            JOIN dim_accounts a ON a.account = f.account
            JOIN {{quotes}} q
              ON q.buyer_id = a.account_id AND q.kind = 'request' AND {{ends:q.requested}} >= f.first_at
             AND q.requested_at <= f.last_at + INTERVAL {CART_WINDOW_HOURS} HOUR
        )
        SELECT f.side, f.account, f.filled_on, f.category, f.region, o.account IS NOT NULL AS ordered,
               q.account IS NOT NULL AS asked
        FROM filled f
        LEFT JOIN ordered o ON o.account = f.account AND o.filled_on = f.filled_on
        LEFT JOIN asked q ON q.account = f.account AND q.filled_on = f.filled_on
        """,
    ),
)
