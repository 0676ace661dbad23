"""Which campaigns won deals are credited to, under each declared model; every minor unit is credited once."""

from bothsides.metrics.fact import Fact

LOOKBACK_DAYS = 180
"""A touch this long or less before the close may take part in winning the deal."""

FIRST_SHARE, LAST_SHARE = 0.4, 0.4
"""Position-based: the first and the last touch, the rest evenly between; two touches share by halves."""

_BETWEEN = round(1 - FIRST_SHARE - LAST_SHARE, 6)

ATTRIBUTION = Fact(
    name="attribution",
    grain="one row per won deal and campaign touch before its close, or one without a campaign where there was none",
    requires=("opportunities",),
    relation="fact_attribution",
    dates={"closed_on": "opportunities"},
    dimensions=("campaign", "channel", "category", "region"),
    columns=("first_amount", "last_amount", "position_amount", "is_first", "is_last", "attributed"),
    account=None,
    known_by=("opportunities", "leads", "stage_changes"),
    money=dict.fromkeys(("first_amount", "last_amount", "position_amount"), ("opportunities",)),
    builds=(
        f"""
        CREATE TABLE fact_attribution AS
        WITH won AS (
            SELECT opportunity_id, lead_id, account_id, side, category, region, closed_on, amount
            FROM fact_opportunities WHERE status = 'won' AND closed_on IS NOT NULL
        ),
        met AS (
            SELECT w.opportunity_id, t.campaign_id, t.occurred_at AS moment
            FROM won w JOIN {{touches}} t ON t.lead_id = w.lead_id
            WHERE t.campaign_id IS NOT NULL AND t.occurred_on BETWEEN w.closed_on - {LOOKBACK_DAYS} AND w.closed_on
            UNION
            SELECT w.opportunity_id, t.campaign_id, t.occurred_at
            FROM won w JOIN {{touches}} t ON t.account_id = w.account_id
            WHERE t.campaign_id IS NOT NULL AND t.occurred_on BETWEEN w.closed_on - {LOOKBACK_DAYS} AND w.closed_on
            UNION
            SELECT w.opportunity_id, l.campaign_id, l.created_at
            FROM won w JOIN {{leads}} l ON l.lead_id = w.lead_id
            WHERE l.campaign_id IS NOT NULL AND l.created_on BETWEEN w.closed_on - {LOOKBACK_DAYS} AND w.closed_on
        ),
        placed AS (
            SELECT m.opportunity_id, m.campaign_id,
                   row_number() OVER (PARTITION BY m.opportunity_id ORDER BY m.moment, m.campaign_id) AS nth,
                   count(*) OVER (PARTITION BY m.opportunity_id) AS touches
            FROM met m
        ),
        shared AS (
            SELECT *, CASE WHEN touches = 1 OR nth = touches THEN 1.0 WHEN touches = 2 THEN 0.5
                           ELSE {FIRST_SHARE} + {_BETWEEN} * (nth - 1) / (touches - 2) END AS upto,
                   CASE WHEN nth = 1 THEN 0.0 WHEN touches = 2 THEN 0.5
                        ELSE {FIRST_SHARE} + {_BETWEEN} * (nth - 2) / (touches - 2) END AS since
            FROM placed
        )
        SELECT w.side, w.category, w.region, w.closed_on, c.channel,
               coalesce(c.name, CAST(s.campaign_id AS VARCHAR)) AS campaign, s.campaign_id IS NOT NULL AS attributed,
               s.nth IS NULL OR s.nth = 1 AS is_first, s.nth IS NULL OR s.nth = s.touches AS is_last,
               CASE WHEN s.nth IS NULL OR s.nth = 1 THEN w.amount ELSE 0 END AS first_amount,
               CASE WHEN s.nth IS NULL OR s.nth = s.touches THEN w.amount ELSE 0 END AS last_amount,
               CASE WHEN s.nth IS NULL THEN w.amount
                    ELSE CAST(round_even(w.amount * s.upto, 0) - round_even(w.amount * s.since, 0) AS BIGINT)
               END AS position_amount
        FROM won w
        LEFT JOIN shared s ON s.opportunity_id = w.opportunity_id
        LEFT JOIN {{campaigns}} c ON c.campaign_id = s.campaign_id
        """,
    ),
)
