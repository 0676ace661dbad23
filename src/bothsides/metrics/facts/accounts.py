"""Accounts as cohorts, and what each account did month by month."""

from bothsides.metrics.fact import Fact

REFERRED = ("referral", "referrals", "word of mouth", "word_of_mouth")
"""Channels of accounts that others sent, in any case of letters."""

EARLY_DAYS = 30
"""What a supplier did within this many days of its signup is its start."""

SELLING_PERIOD_DAYS = 30


def referred(channel: str) -> str:
    """Whether the channel is one of accounts that others sent, in any case of letters; unknown without a channel."""
    words = ", ".join(f"'{word}'" for word in REFERRED)
    return f"CASE WHEN {channel} IS NOT NULL THEN lower({channel}) IN ({words}) END"


ACCOUNTS = Fact(
    name="accounts",
    grain="one row per account: when it signed up and how many days each later milestone took",
    requires=("accounts",),
    relation="fact_accounts",
    dates={"signed_up_on": "accounts", "first_order_on": "orders", "first_listing_on": "listings"},
    dimensions=("category", "region", "channel", "segment", "campaign", "owner"),
    columns=(
        "closed_on",
        "opens_company",
        "is_paid",
        "is_referred",
        "first_order_value",
        "days_to_second_period",
        "early_reply_hours",
        "days_to_verified",
        "days_to_catalogue",
        "days_to_live",
        "days_to_listing",
        "days_to_first_order",
        "days_to_second_order",
        "days_to_relist",
        "early_listings",
        "first_search_on",
        "first_view_on",
        "first_cart_on",
        "first_rfq_on",
        "first_order_on",
    ),
    known_by=("orders", "accounts", "events", "listings"),
    money={"first_order_value": ("orders",)},
    days_of={"first_order_on": ("placed_on",)},
    histories=(
        "first_order_on",
        "days_to_first_order",
        "days_to_second_order",
        "days_to_second_period",
        "first_order_value",
    ),
    later={
        **dict.fromkeys(("closed_on", "days_to_verified", "days_to_catalogue", "days_to_live"), ("accounts",)),
        **dict.fromkeys(
            (
                "first_order_on",
                "first_order_value",
                "days_to_first_order",
                "days_to_second_order",
                "days_to_second_period",
                "category",
                "region",
            ),
            ("orders",),
        ),
        **dict.fromkeys(("days_to_listing", "days_to_relist", "early_listings"), ("listings",)),
        **dict.fromkeys(("first_search_on", "first_view_on", "first_cart_on"), ("events",)),
        "first_rfq_on": ("quotes",),
        "early_reply_hours": ("quotes",),
        "is_paid": ("spend",),
        "campaign": ("leads",),
        "owner": ("leads",),
    },
    builds=(
        f"""
        CREATE TABLE fact_accounts AS
        WITH selling_days AS (
            SELECT account, placed_on, row_number() OVER (PARTITION BY account ORDER BY placed_on) AS nth,
                   min(placed_on) OVER (PARTITION BY account) AS began_on
            FROM (SELECT DISTINCT account, placed_on FROM fact_order_parties)
        ),
        bought AS (
            SELECT account, min(placed_on) AS first_order_on, min(placed_on) FILTER (WHERE nth = 2) AS second_order_on,
                   min(placed_on) FILTER (WHERE placed_on >= began_on + {SELLING_PERIOD_DAYS}) AS second_period_on
            FROM selling_days GROUP BY account
        ),
        first_cell AS (
            SELECT account, arg_min(category, (placed_on, category)) AS category,
                   arg_min(region, (placed_on, region)) AS region
            FROM fact_order_parties GROUP BY account
        ),
        listing_days AS (
            SELECT account, listed_on, row_number() OVER (PARTITION BY account ORDER BY listed_on) AS nth
            FROM (SELECT DISTINCT account, listed_on FROM fact_listings)
        ),
        listed AS (
            SELECT account, min(listed_on) AS first_listing_on, min(listed_on) FILTER (nth = 2) AS second_listing_on
            FROM listing_days GROUP BY account
        ),
        early AS (
            SELECT l.account, count(*) AS early_listings
            FROM fact_listings l JOIN dim_accounts a USING (account)
            WHERE l.listed_on <= a.signed_up_on + {EARLY_DAYS} GROUP BY l.account
        ),
        replied AS (
            SELECT r.account, percentile_cont(0.5) WITHIN GROUP (ORDER BY r.hours) AS early_reply_hours
            FROM fact_replies r JOIN dim_accounts a USING (account)
            WHERE r.replied_on BETWEEN a.signed_up_on AND a.signed_up_on + {EARLY_DAYS} GROUP BY r.account
        ),
        opened AS (SELECT account, value AS first_order_value FROM fact_order_parties WHERE is_first),
        paid AS (SELECT DISTINCT channel FROM {{spend}} WHERE kind = 'marketing' AND channel IS NOT NULL),
        companies AS (
            SELECT account, row_number() OVER (
                       PARTITION BY side, coalesce(organization_id, parent_id, account_id)
                       ORDER BY signed_up_at, account
                   ) = 1 AS opens_company
            FROM dim_accounts
        ),
        walked AS (
            SELECT account, min(occurred_on) FILTER (name = 'search') AS first_search_on,
                   min(occurred_on) FILTER (name = 'supplier_view') AS first_view_on,
                   min(occurred_on) FILTER (name IN ('cart_add', 'checkout')) AS first_cart_on
            FROM fact_events WHERE account IS NOT NULL GROUP BY account
        ),
        asked AS (SELECT account, min(requested_on) AS first_rfq_on FROM fact_requests GROUP BY account)
        SELECT a.account, a.side, coalesce(a.category, f.category) AS category, coalesce(a.region, f.region) AS region,
               a.channel, a.segment, a.signed_up_on, b.first_order_on, l.first_listing_on,
               w.first_search_on, w.first_view_on, w.first_cart_on, q.first_rfq_on,
               a.verified_on - a.signed_up_on AS days_to_verified,
               a.catalogue_on - a.signed_up_on AS days_to_catalogue,
               a.live_on - a.signed_up_on AS days_to_live,
               l.first_listing_on - a.signed_up_on AS days_to_listing,
               b.first_order_on - a.signed_up_on AS days_to_first_order,
               b.second_order_on - b.first_order_on AS days_to_second_order,
               l.second_listing_on - l.first_listing_on AS days_to_relist,
               coalesce(e.early_listings, 0) AS early_listings,
               a.closed_on, n.opens_company, m.campaign, m.owner, v.first_order_value, r.early_reply_hours,
               b.second_period_on - b.first_order_on AS days_to_second_period,
               CASE WHEN a.channel IS NOT NULL THEN p.channel IS NOT NULL END AS is_paid,
               {referred("a.channel")} AS is_referred
        FROM dim_accounts a
        JOIN companies n USING (account) LEFT JOIN account_credits m USING (account)
        LEFT JOIN replied r USING (account) LEFT JOIN opened v USING (account) LEFT JOIN paid p ON p.channel = a.channel
        LEFT JOIN bought b USING (account) LEFT JOIN first_cell f USING (account) LEFT JOIN listed l USING (account)
        LEFT JOIN early e USING (account) LEFT JOIN walked w USING (account) LEFT JOIN asked q USING (account)
        """,
    ),
)

ACCOUNT_MONTHS = Fact(
    name="account_months",
    grain="one row per account, side, month, category and region in which it traded or paid a fee of its own",
    requires=("orders",),
    relation="fact_account_months",
    dates={"month": "orders"},
    dimensions=("category", "region"),
    columns=("value", "earned", "subscription", "orders", "account_month"),
    known_by=("orders",),
    money={"value": ("orders",), "earned": ("fees", "refunds"), "subscription": ("fees",)},
    days_of={"month": ("placed_on", "charged_on")},
    histories=("account_month", "value", "earned", "subscription"),
    later={"earned": ("fees", "refunds")},
    monthly=True,
    builds=(
        """
        CREATE TABLE fact_account_months AS
        WITH moved AS (
            SELECT side, account, date_trunc('month', placed_on)::DATE AS month, category, region,
                   sum(value) AS value, sum(earned) AS earned, 0 AS subscription, count(*) AS orders
            FROM fact_order_parties GROUP BY 1, 2, 3, 4, 5
            UNION ALL
            SELECT side, account, date_trunc('month', charged_on)::DATE, category, region, 0, sum(amount),
                   coalesce(sum(amount) FILTER (kind = 'subscription'), 0), 0
            FROM fact_fee_parties WHERE NOT on_order GROUP BY 1, 2, 3, 4, 5
        )
        SELECT side, account, month, category, region, sum(value)::BIGINT AS value, sum(earned)::DOUBLE AS earned,
               sum(subscription)::DOUBLE AS subscription, sum(orders)::BIGINT AS orders,
               account::BIGINT * 4096 + (year(month) - 1970) * 12 + month(month) AS account_month
        FROM moved GROUP BY side, account, month, category, region
        """,
    ),
)
