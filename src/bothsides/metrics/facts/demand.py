"""What buyers looked and asked for, and what suppliers had to offer."""

from bothsides.metrics.fact import Fact

REQUESTS = Fact(
    name="requests",
    grain="one row per request for quotation",
    requires=("quotes",),
    relation="fact_requests",
    dates={"requested_on": "quotes"},
    dimensions=("category", "region"),
    columns=(
        "responses",
        "filled",
        "has_winner",
        "cancelled",
        "undated_fill",
        "first_reply_on",
        "first_reply_hours",
        "days_to_fill",
        "status",
    ),
    known_by=("quotes",),
    later=dict.fromkeys(
        (
            "responses",
            "filled",
            "has_winner",
            "undated_fill",
            "first_reply_on",
            "first_reply_hours",
            "days_to_fill",
            "status",
        ),
        ("quotes",),
    ),
    builds=(
        """
        CREATE TABLE fact_requests AS
        WITH replied AS (
            SELECT request_id, count(*) AS replies, min(requested_at) AS first_reply_at,
                   min(requested_on) AS first_reply_on
            FROM {quotes} WHERE kind = 'reply' GROUP BY request_id
        )
        SELECT 'buyer' AS side, b.account, r.requested_on, r.category, coalesce(r.region, b.region) AS region, r.status,
               coalesce(r.responses, p.replies, CASE WHEN {has_replies} THEN 0 END) AS responses,
               r.supplier_id IS NOT NULL AS has_winner,
               r.status = 'awarded' OR r.supplier_id IS NOT NULL OR r.order_id IS NOT NULL AS filled,
               r.status = 'cancelled' AS cancelled,
               (r.status = 'awarded' OR r.supplier_id IS NOT NULL OR r.order_id IS NOT NULL) AND r.awarded_on IS NULL
                   AS undated_fill,
               p.first_reply_on,
               date_diff('second', r.requested_at, CASE WHEN p.first_reply_on = r.requested_on
                         THEN greatest(p.first_reply_at, r.requested_at) ELSE p.first_reply_at END) / 3600.0
                   AS first_reply_hours,
               r.awarded_on - r.requested_on AS days_to_fill
        FROM {quotes} r
        LEFT JOIN dim_accounts b ON b.account_id = r.buyer_id
        LEFT JOIN replied p ON p.request_id = r.quote_id
        WHERE r.kind = 'request' AND (r.buyer_id IS NULL OR b.account IS NOT NULL)
        """,
    ),
)

SEARCH_WINDOW_DAYS = 7
"""A search has led to an order when its account orders in the category within this many days."""

EVENTS = Fact(
    name="events",
    grain="one row per event; a search knows whether an order followed within a week and was its last search",
    requires=("events",),
    relation="fact_events",
    dates={"occurred_on": "events"},
    dimensions=("category", "region"),
    columns=("name", "results", "converted", "session_id"),
    known_by=("events",),
    later={"converted": ("orders",)},
    builds=(
        f"""
        CREATE TABLE fact_events AS
        WITH seen AS (
            SELECT e.event_id, a.account, coalesce(a.side, 'buyer') AS side, e.session_id, e.name, e.occurred_at,
                   e.occurred_on, e.category, e.region, e.results
            FROM {{events}} e LEFT JOIN dim_accounts a ON a.account_id = e.account_id
            WHERE e.account_id IS NULL OR a.account IS NOT NULL
        ),
        labelled AS (SELECT count(category) > 0 AS by_category FROM seen WHERE name = 'search'),
        -- Searches and orders of one account and topic in their order: a search has led to the order next to it. An
        -- order of which only the day is known comes after the searches of that day.
        walked AS (
            SELECT event_id, account, coalesce(category, '') AS topic, occurred_at AS moment, occurred_at AS began,
                   false AS ordered
            FROM seen WHERE name = 'search' AND account IS NOT NULL
            UNION ALL
            SELECT order_id, buyer, CASE WHEN by_category THEN coalesce(category, '') ELSE '' END, {{ends:placed}},
                   placed_at, true
            FROM fact_bookings, labelled WHERE status <> 'cancelled'
        ),
        paired AS (
            SELECT event_id, moment, ordered, lead(ordered) OVER steps AS then_ordered,
                   lead(began) OVER steps AS then_at
            FROM walked WINDOW steps AS (PARTITION BY account, topic ORDER BY moment, ordered, event_id)
        ),
        followed AS (
            SELECT event_id FROM paired
            WHERE NOT ordered AND then_ordered AND then_at <= moment + INTERVAL {SEARCH_WINDOW_DAYS} DAY
        )
        SELECT seen.*, followed.event_id IS NOT NULL AS converted FROM seen LEFT JOIN followed USING (event_id)
        """,
    ),
)

LISTINGS = Fact(
    name="listings",
    grain="one row per listing",
    requires=("listings",),
    relation="fact_listings",
    dates={"listed_on": "listings"},
    dimensions=("category", "region"),
    columns=("closed_on", "gone_on", "first_sold_on", "days_to_sale", "listed_together"),
    known_by=("orders", "listings"),
    later={
        "closed_on": ("listings",),
        "gone_on": ("listings",),
        "first_sold_on": ("orders",),
        "days_to_sale": ("orders",),
    },
    builds=(
        """
        CREATE TABLE fact_listings AS
        WITH sold AS (
            SELECT l.listing_id, min(o.placed_on) AS first_sold_on
            FROM {order_lines} l JOIN fact_bookings o USING (order_id)
            WHERE o.status = 'completed' GROUP BY l.listing_id
        )
        SELECT 'supplier' AS side, a.account, l.listing_id, coalesce(l.category, a.category) AS category,
               coalesce(l.region, a.region) AS region, l.listed_on, l.closed_on, s.first_sold_on,
               s.first_sold_on - l.listed_on AS days_to_sale, least(l.closed_on, l.paused_on) AS gone_on,
               count(*) OVER (PARTITION BY a.account, l.listed_on) AS listed_together
        FROM {listings} l
        JOIN dim_accounts a ON a.account_id = l.supplier_id
        LEFT JOIN sold s USING (listing_id)
        """,
    ),
)
