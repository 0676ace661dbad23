"""How accounts are won: leads through their stages, opportunities and what was spent."""

from bothsides.metrics.fact import Fact
from bothsides.metrics.facts.accounts import referred

LEADS = Fact(
    name="leads",
    grain="one row per lead, with the day it first entered each stage or, where it skipped it, the next one",
    requires=("leads",),
    relation="fact_leads",
    dates={
        "created_on": "leads",
        "mql_on": "stage_changes",
        "sales_qualified_on": "stage_changes",
        "opportunity_on": "stage_changes",
        "won_on": "stage_changes",
        "lost_on": "stage_changes",
    },
    dimensions=("channel", "category", "region", "segment", "campaign", "owner"),
    columns=(
        "days_to_listing",
        "mql_on",
        "sales_qualified_on",
        "opportunity_on",
        "won_on",
        "lost_on",
        "days_to_won",
        "first_touch_on",
        "first_touch_hours",
    ),
    account=None,
    known_by=("leads", "stage_changes"),
    later={
        "days_to_listing": ("listings",),
        **dict.fromkeys(
            ("mql_on", "sales_qualified_on", "opportunity_on", "won_on", "lost_on", "days_to_won"), ("stage_changes",)
        ),
        "first_touch_on": ("touches",),
        "first_touch_hours": ("touches",),
    },
    builds=(
        """
        CREATE TABLE fact_leads AS
        WITH moved AS (
            SELECT lead_id, min(changed_on) FILTER (stage IN ('mql', 'sales_qualified', 'opportunity', 'closed_won'))
                       AS mql_on,
                   min(changed_on) FILTER (stage IN ('sales_qualified', 'opportunity', 'closed_won'))
                       AS sales_qualified_on,
                   min(changed_on) FILTER (stage IN ('opportunity', 'closed_won')) AS opportunity_on,
                   min(changed_on) FILTER (stage = 'closed_won') AS won_on,
                   min(changed_at) FILTER (stage = 'closed_won') AS won_at,
                   min(changed_on) FILTER (stage = 'closed_lost') AS lost_on
            FROM {stage_changes} GROUP BY lead_id
        ),
        touched AS (
            SELECT t.lead_id, min(greatest(t.occurred_at, l.created_at)) AS first_touch_at,
                   min(t.occurred_on) AS first_touch_on
            FROM {touches} t JOIN {leads} l USING (lead_id)
            WHERE t.direction = 'out' AND t.kind IN ('call', 'email', 'meeting', 'chat')
              AND NOT coalesce(t.automated, false)
              AND {ends:t.occurred} >= l.created_at
            GROUP BY t.lead_id
        )
        SELECT l.side, l.channel, l.category, l.region, l.segment, l.owner,
               coalesce(c.name, CAST(l.campaign_id AS VARCHAR)) AS campaign,
               f.first_listing_on - l.created_on AS days_to_listing, l.created_on, m.mql_on, m.sales_qualified_on,
               m.opportunity_on, m.won_on, m.lost_on,
               date_diff('second', l.created_at, CASE WHEN m.won_on = l.created_on
                         THEN greatest(m.won_at, l.created_at) ELSE m.won_at END) / 86400.0 AS days_to_won,
               t.first_touch_on, date_diff('second', l.created_at, t.first_touch_at) / 3600.0 AS first_touch_hours
        FROM {leads} l LEFT JOIN moved m USING (lead_id) LEFT JOIN touched t USING (lead_id)
        LEFT JOIN {campaigns} c ON c.campaign_id = l.campaign_id
        LEFT JOIN dim_accounts a ON a.account_id = l.account_id
        LEFT JOIN fact_accounts f ON f.account = a.account
        """,
    ),
)

OPPORTUNITIES = Fact(
    name="opportunities",
    grain="one row per opportunity",
    requires=("opportunities",),
    relation="fact_opportunities",
    dates={"opened_on": "opportunities", "closed_on": "opportunities"},
    dimensions=("category", "region", "channel", "deal_size", "campaign", "owner", "reason"),
    columns=("status", "amount", "expected", "days_to_close", "undated_close"),
    account=None,
    known_by=("opportunities", "leads", "stage_changes"),
    money={"amount": ("opportunities",), "expected": ("opportunities",)},
    later=dict.fromkeys(("status", "days_to_close", "undated_close", "closed_on", "reason"), ("opportunities",)),
    builds=(
        """
        CREATE TABLE fact_opportunities AS
        WITH scale AS (SELECT CASE WHEN max(probability) > 1 THEN 100 ELSE 1 END AS whole FROM {opportunities}),
        valued AS (
            SELECT p.*, {money:p.amount} AS priced, coalesce({money:p.amount}, 0) AS valued,
                   CASE WHEN p.status <> 'open' THEN p.closed_on END AS ended_on
            FROM {opportunities@opened_on} p
        )
        SELECT p.side, p.category, p.region, p.channel, p.opened_on, p.status, p.ended_on AS closed_on,
               p.valued AS amount, p.ended_on - p.opened_on AS days_to_close, p.owner, p.reason,
               p.status <> 'open' AND p.ended_on IS NULL AS undated_close,
               CAST(round_even(p.valued * p.probability / scale.whole, 0) AS BIGINT) AS expected,
               coalesce(c.name, CAST(l.campaign_id AS VARCHAR)) AS campaign,
               CASE WHEN p.priced IS NULL THEN NULL WHEN p.valued < 1000 * {unit} THEN '1: below 1k'
                    WHEN p.valued < 10000 * {unit} THEN '2: 1k-10k' WHEN p.valued < 50000 * {unit} THEN '3: 10k-50k'
                    ELSE '4: 50k and more' END AS deal_size, p.opportunity_id, p.lead_id, p.account_id
        FROM valued p CROSS JOIN scale
        LEFT JOIN {leads} l USING (lead_id)
        LEFT JOIN {campaigns} c ON c.campaign_id = l.campaign_id
        """,
    ),
)

SPEND = Fact(
    name="spend",
    grain="one row per spend line",
    requires=("spend",),
    relation="fact_spend",
    dates={"spent_on": "spend"},
    dimensions=("channel", "category", "region", "campaign"),
    columns=("kind", "amount", "is_referred"),
    account=None,
    known_by=("spend",),
    money={"amount": ("spend",)},
    builds=(
        f"""
        CREATE TABLE fact_spend AS
        SELECT p.side, p.kind, p.spent_on, {{money:p.amount}} AS amount, p.channel, p.category, p.region,
               coalesce(c.name, CAST(p.campaign_id AS VARCHAR)) AS campaign, {referred("p.channel")} AS is_referred
        FROM {{spend@spent_on}} p LEFT JOIN {{campaigns}} c ON c.campaign_id = p.campaign_id
        """,
    ),
)
