"""Who won each account: the lead it came from, with its campaign and its owner; and what the account then traded."""

from bothsides.metrics.fact import Fact

ACCOUNT_CREDITS = Fact(
    name="account_credits",
    grain="one row per account that a lead became: campaign and owner of its first lead",
    requires=(),
    relation="account_credits",
    dates={},
    dimensions=(),
    columns=(),
    known_by=(),
    builds=(
        """
        CREATE TABLE account_credits AS
        WITH named AS (
            SELECT a.account, l.owner, coalesce(c.name, CAST(l.campaign_id AS VARCHAR)) AS campaign,
                   row_number() OVER (PARTITION BY a.account ORDER BY l.created_at, l.lead_id) AS nth
            FROM {leads} l
            JOIN dim_accounts a ON a.account_id = l.account_id
            LEFT JOIN {campaigns} c ON c.campaign_id = l.campaign_id
        )
        SELECT account, campaign, owner FROM named WHERE nth = 1
        """,
    ),
)

CREDITED_ORDERS = Fact(
    name="credited_orders",
    grain="one row per completed order and party that a rep won, with that rep",
    requires=("orders", "leads"),
    relation="fact_credited_orders",
    dates={"placed_on": "orders"},
    dimensions=("owner", "campaign", "category", "region"),
    columns=("value", "refunded", "is_repeat"),
    weight="weight",
    known_by=("orders",),
    money={"value": ("orders",), "(value - refunded)": ("orders", "refunds")},
    histories=("is_repeat",),
    later={"*": ("leads",), "refunded": ("refunds",)},
    builds=(
        """
        CREATE VIEW fact_credited_orders AS
        SELECT 'supplier' AS side, o.supplier AS account, c.owner, c.campaign, o.placed_on, o.category, o.region,
               o.weight, o.value, o.refunded, NOT o.buyer_is_first AS is_repeat
        FROM fact_orders o JOIN account_credits c ON c.account = o.supplier WHERE c.owner IS NOT NULL
        UNION ALL
        SELECT 'buyer', o.buyer, c.owner, c.campaign, o.placed_on, o.category, o.region, o.weight, o.value, o.refunded,
               NOT o.buyer_is_first
        FROM fact_orders o JOIN account_credits c ON c.account = o.buyer WHERE c.owner IS NOT NULL
        """,
    ),
)
