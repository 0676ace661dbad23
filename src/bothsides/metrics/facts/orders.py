"""The ledger's facts: orders with their two parties, the fees they earned and the value that came back."""

from bothsides.metrics.fact import Fact

LAPSE_DAYS = 90
"""An account with no order for this long after its last one has lapsed; an order after it is a return."""

DIM_ACCOUNTS = Fact(
    name="dim_accounts",
    grain="one row per account that is not internal",
    requires=(),
    relation="dim_accounts",
    dates={},
    dimensions=(),
    columns=(),
    known_by=(),
    builds=(
        """
        CREATE TABLE dim_accounts AS
        WITH RECURSIVE upwards AS (
            SELECT account_id, parent_id, organization_id, 0 AS steps FROM {accounts}
            UNION ALL
            SELECT u.account_id, p.parent_id, p.organization_id, u.steps + 1
            FROM upwards u JOIN {accounts} p ON p.account_id = u.parent_id
            WHERE u.organization_id IS NULL AND u.steps < 8
        ),
        belongs AS (
            SELECT account_id, arg_min(organization_id, steps) AS organization_id
            FROM upwards WHERE organization_id IS NOT NULL GROUP BY account_id
        ),
        -- Numbers follow the load that first brought an account, whatever became of it since: they never change.
        first_seen AS (
            SELECT account_id, side, loaded_in,
                   row_number() OVER (PARTITION BY account_id ORDER BY loaded_in, superseded_in NULLS LAST, side) AS nth
            FROM {account_versions}
        ),
        numbered AS (
            SELECT account_id, row_number() OVER (ORDER BY loaded_in, side, account_id)::INTEGER AS account
            FROM first_seen WHERE nth = 1
        )
        SELECT n.account, a.account_id, a.side, a.name, b.organization_id, a.parent_id, a.category, a.region,
               a.channel, a.segment, a.country, a.signed_up_at, a.signed_up_on, a.verified_on, a.catalogue_on,
               a.live_on, a.closed_on
        FROM {accounts} a JOIN numbered n USING (account_id) LEFT JOIN belongs b USING (account_id)
        WHERE NOT coalesce(a.is_internal, false)
        """,
    ),
)

# Test orders, internal accounts and self-dealing (one organization on both ends) are left out here, once. A branch
# belongs to its head office's organization, however far up, unless it names its own.
_BOOKINGS = """
CREATE TABLE fact_bookings AS
WITH earned AS (
    SELECT order_id, sum({money:f.amount}) AS fees,
           sum({money:f.amount}) FILTER (kind IN ('commission', 'transaction')) AS fee
    FROM {fees@charged_on} f WHERE order_id IS NOT NULL GROUP BY order_id
),
returned AS (
    SELECT order_id, sum({money:r.amount}) AS refunded, sum({money:coalesce(r.fee_amount, 0)}) AS fee_refunded
    FROM {refunds@refunded_on} r GROUP BY order_id
),
priced AS (
    SELECT o.*, {money:o.amount} AS booked FROM {orders@placed_on} o WHERE NOT coalesce(o.is_test, false)
)
SELECT o.order_id, b.account AS buyer, s.account AS supplier, o.placed_on, o.placed_at, o.completed_on, o.status,
       coalesce(o.category, s.category) AS category, coalesce(o.region, b.region) AS region, o.channel,
       b.segment AS buyer_segment, s.segment AS supplier_segment,
       CASE WHEN o.booked IS NULL THEN NULL
            WHEN abs(o.booked) < 1000 * {unit} THEN '1: below 1k' WHEN abs(o.booked) < 10000 * {unit} THEN '2: 1k-10k'
            WHEN abs(o.booked) < 50000 * {unit} THEN '3: 10k-50k' ELSE '4: 50k and more' END AS deal_size,
       o.on_platform, coalesce(o.sample_weight, 1) AS weight, o.booked, o.currency, o.amount AS original,
       coalesce(e.fee, 0)::BIGINT AS fee, (coalesce(e.fees, 0) - coalesce(r.fee_refunded, 0))::BIGINT AS earned,
       coalesce(r.refunded, 0)::BIGINT AS refunded, coalesce(r.fee_refunded, 0)::BIGINT AS fee_returned, o.quote_id
FROM priced o
JOIN dim_accounts b ON b.account_id = o.buyer_id
JOIN dim_accounts s ON s.account_id = o.supplier_id
LEFT JOIN earned e USING (order_id)
LEFT JOIN returned r USING (order_id)
WHERE b.organization_id IS NULL OR s.organization_id IS NULL OR b.organization_id <> s.organization_id
"""

_ORDERS = f"""
CREATE TABLE fact_orders AS
SELECT order_id, buyer, supplier, placed_on, category, region, channel, deal_size, buyer_segment, supplier_segment,
       on_platform, weight, booked AS value, currency, original, fee, fee_returned, earned, refunded,
       row_number() OVER buyers = 1 AS buyer_is_first, row_number() OVER suppliers = 1 AS supplier_is_first,
       coalesce(placed_on - lag(placed_on) OVER buyers > {LAPSE_DAYS}, false) AS buyer_is_return,
       coalesce(placed_on - lag(placed_on) OVER suppliers > {LAPSE_DAYS}, false) AS supplier_is_return,
       CASE WHEN coalesce(lead(placed_on) OVER buyers - placed_on > {LAPSE_DAYS}, true)
            THEN placed_on + {LAPSE_DAYS} END AS buyer_lapsed_on,
       CASE WHEN coalesce(lead(placed_on) OVER suppliers - placed_on > {LAPSE_DAYS}, true)
            THEN placed_on + {LAPSE_DAYS} END AS supplier_lapsed_on
FROM fact_bookings WHERE status = 'completed'
WINDOW buyers AS (PARTITION BY buyer ORDER BY placed_on, placed_at, order_id),
       suppliers AS (PARTITION BY supplier ORDER BY placed_on, placed_at, order_id)
ORDER BY placed_on
"""

_PARTY = """
SELECT '{side}' AS side, {side} AS account, {other} AS counterparty, placed_on, category, region, channel, deal_size,
       {side}_segment AS segment, on_platform, weight, value, currency, original, fee, earned / 2 AS earned, refunded,
       fee_returned, {side}_is_first AS is_first, {side}_is_return AS is_return, {side}_lapsed_on AS lapsed_on,
       {side}_lapsed_on IS NOT NULL AS lapses
FROM fact_orders
"""

_ORDER_DIMENSIONS = ("category", "region", "channel", "deal_size", "segment")

BOOKINGS = Fact(
    name="bookings",
    grain="one row per order, whatever its status, test and self-dealing orders left out",
    requires=("orders",),
    relation="fact_bookings",
    parties="fact_booking_parties",
    dates={"placed_on": "orders"},
    dimensions=("category", "region", "channel", "deal_size"),
    columns=("booked", "status", "on_platform"),
    party_columns={"account": ("buyer", "supplier")},
    weight="weight",
    known_by=("orders",),
    money={"booked": ("orders",)},
    builds=(
        _BOOKINGS,
        """
        CREATE VIEW fact_booking_parties AS
        SELECT 'buyer' AS side, buyer AS account, placed_on, category, region, channel, deal_size, status, on_platform,
               weight, booked FROM fact_bookings
        UNION ALL
        SELECT 'supplier', supplier, placed_on, category, region, channel, deal_size, status, on_platform,
               weight, booked FROM fact_bookings
        """,
    ),
)

ORDERS = Fact(
    name="orders",
    grain="one row per completed order; by side, one row per order and party",
    requires=("orders",),
    relation="fact_orders",
    parties="fact_order_parties",
    dates={"placed_on": "orders", "lapsed_on": "orders"},
    dimensions=_ORDER_DIMENSIONS,
    columns=("value", "fee", "fee_returned", "earned", "refunded", "on_platform"),
    party_columns={
        "account": ("buyer", "supplier"),
        "counterparty": ("supplier", "buyer"),
        "segment": ("buyer_segment", "supplier_segment"),
        "is_first": ("buyer_is_first", "supplier_is_first"),
        "is_return": ("buyer_is_return", "supplier_is_return"),
        "lapses": ("buyer_lapsed_on IS NOT NULL", "supplier_lapsed_on IS NOT NULL"),
        "lapsed_on": ("buyer_lapsed_on", "supplier_lapsed_on"),
    },
    weight="weight",
    known_by=("orders",),
    money={
        "value": ("orders",),
        "fee": ("fees",),
        "fee_returned": ("refunds",),
        "earned": ("fees", "refunds"),
        "refunded": ("refunds",),
        "(value - refunded)": ("orders", "refunds"),
        "(fee - fee_returned)": ("fees", "refunds"),
    },
    histories=("is_first", "is_return", "lapses", "lapsed_on"),
    later={
        "fee": ("fees",),
        "fee_returned": ("refunds",),
        "earned": ("fees", "refunds"),
        "refunded": ("refunds",),
    },
    builds=(
        _ORDERS,
        "CREATE TABLE fact_order_parties AS "
        + _PARTY.format(side="buyer", other="supplier")
        + " UNION ALL "
        + _PARTY.format(side="supplier", other="buyer"),
    ),
)

FEES = Fact(
    name="fees",
    grain="one row per fee charged; a fee on an order is credited half to each party when split by side",
    requires=("fees",),
    relation="fact_fees",
    parties="fact_fee_parties",
    dates={"charged_on": "fees"},
    dimensions=("category", "region"),
    columns=("kind", "amount"),
    party_columns={"account": ("buyer", "supplier")},
    weight="weight",
    known_by=("fees", "orders"),
    money={"amount": ("fees",)},
    builds=(
        """
        CREATE TABLE fact_fees AS
        SELECT f.fee_id, f.kind, f.charged_on, {money:f.amount} AS amount, f.currency, f.amount AS original,
               f.order_id IS NOT NULL AS on_order, coalesce(o.weight, 1) AS weight,
               coalesce(o.buyer, CASE a.side WHEN 'buyer' THEN a.account END) AS buyer,
               coalesce(o.supplier, CASE a.side WHEN 'supplier' THEN a.account END) AS supplier,
               coalesce(o.category, a.category) AS category, coalesce(o.region, a.region) AS region
        FROM {fees@charged_on} f
        LEFT JOIN fact_bookings o ON o.order_id = f.order_id
        LEFT JOIN dim_accounts a ON a.account_id = f.account_id
        WHERE (f.order_id IS NULL AND (f.account_id IS NULL OR a.account IS NOT NULL)) OR o.status = 'completed'
        """,
        """
        CREATE VIEW fact_fee_parties AS
        SELECT 'buyer' AS side, buyer AS account, kind, charged_on, category, region, on_order, weight,
               CASE WHEN on_order THEN amount / 2 ELSE amount END AS amount, currency,
               CASE WHEN on_order THEN original / 2 ELSE original END AS original
        FROM fact_fees WHERE buyer IS NOT NULL
        UNION ALL
        SELECT 'supplier', supplier, kind, charged_on, category, region, on_order, weight,
               CASE WHEN on_order THEN amount / 2 ELSE amount END, currency,
               CASE WHEN on_order THEN original / 2 ELSE original END
        FROM fact_fees WHERE supplier IS NOT NULL
        """,
    ),
)

REFUNDS = Fact(
    name="refunds",
    grain="one row per refund of a completed order, dated by the refund; by side, fees returned go half to each party",
    requires=("refunds",),
    relation="fact_refunds",
    parties="fact_refund_parties",
    dates={"refunded_on": "orders"},
    dimensions=("category", "region"),
    columns=("amount", "fee_amount"),
    party_columns={"account": ("buyer", "supplier")},
    weight="weight",
    known_by=("refunds", "orders"),
    money={"amount": ("refunds",), "fee_amount": ("refunds",)},
    builds=(
        """
        CREATE TABLE fact_refunds AS
        SELECT r.refund_id, r.refunded_on, {money:r.amount} AS amount, {money:coalesce(r.fee_amount, 0)} AS fee_amount,
               r.currency, coalesce(r.fee_amount, 0) AS fee_original, o.buyer, o.supplier, o.category, o.region,
               o.weight
        FROM {refunds@refunded_on} r JOIN fact_bookings o USING (order_id)
        WHERE o.status = 'completed'
        """,
        """
        CREATE VIEW fact_refund_parties AS
        SELECT 'buyer' AS side, buyer AS account, refunded_on, category, region, weight, amount,
               fee_amount / 2 AS fee_amount, currency, fee_original / 2 AS fee_original
        FROM fact_refunds
        UNION ALL
        SELECT 'supplier', supplier, refunded_on, category, region, weight, amount, fee_amount / 2, currency,
               fee_original / 2
        FROM fact_refunds
        """,
    ),
)
