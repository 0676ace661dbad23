"""Who won each account: the lead it came from, with its campaign and its owner."""

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
