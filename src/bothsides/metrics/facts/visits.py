"""Who came to look: visits, and visitors from their first visit on."""

from bothsides.metrics.fact import Fact
from bothsides.metrics.facts.demand import SEARCH_WINDOW_DAYS

# A visitor whose browser once showed an account is that account from then on and before: one person, however many
# devices. Visits of staff are left out, also those made before they signed in.
_VISITS = f"""
CREATE TABLE fact_visits AS
WITH shown AS (
    SELECT visitor_id, account_id,
           row_number() OVER (PARTITION BY visitor_id ORDER BY started_at, visit_id) AS nth
    FROM {{visits}} WHERE visitor_id IS NOT NULL AND account_id IS NOT NULL
),
seen AS (
    SELECT v.visit_id, v.visitor_id, v.account_id AS signed_in_id, coalesce(v.account_id, s.account_id) AS account_id,
           v.side, v.started_at, v.started_on, coalesce(v.channel, c.channel) AS channel,
           coalesce(c.name, CAST(v.campaign_id AS VARCHAR)) AS campaign, c.side AS campaign_side, v.category, v.region,
           v.searches, coalesce(v.sessions, 1) AS sessions
    FROM {{visits}} v
    LEFT JOIN shown s ON s.visitor_id = v.visitor_id AND s.nth = 1
    LEFT JOIN {{campaigns}} c ON c.campaign_id = v.campaign_id
),
fair AS (
    SELECT e.visit_id, a.account, CASE WHEN e.signed_in_id IS NOT NULL THEN a.account END AS signed_in,
           coalesce(CASE WHEN e.signed_in_id IS NOT NULL THEN a.side END, e.side, e.campaign_side) AS side,
           coalesce(e.side, e.campaign_side) AS addressed,
           coalesce(CAST(e.account_id AS VARCHAR), e.visitor_id) AS visitor_key, e.started_at, e.started_on, e.channel,
           e.campaign, e.category, e.region, e.sessions, e.searches > 0 AS searched
    FROM seen e LEFT JOIN dim_accounts a ON a.account_id = e.account_id
    WHERE e.account_id IS NULL OR a.account IS NOT NULL
),
moves AS (
    SELECT signed_in AS account, started_at AS moved_at, started_at AS began_at, visit_id, 1 AS looks
    FROM fair WHERE searched AND signed_in IS NOT NULL
    UNION ALL
    SELECT buyer, {{ends:placed}}, placed_at, NULL, 0 FROM fact_bookings WHERE status <> 'cancelled'
),
counted AS (
    SELECT account, moved_at, began_at, visit_id, looks,
           sum(looks) OVER (PARTITION BY account ORDER BY moved_at, looks DESC, visit_id
                            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nth
    FROM moves
),
ordered AS (SELECT account, nth, min(began_at) AS placed_at FROM counted WHERE looks = 0 GROUP BY account, nth),
followed AS (
    SELECT c.visit_id FROM counted c JOIN ordered o ON o.account = c.account AND o.nth = c.nth
    WHERE c.looks = 1 AND o.placed_at <= c.moved_at + INTERVAL '{SEARCH_WINDOW_DAYS}' DAY
)
SELECT f.visit_id, f.account, f.signed_in, f.side, f.addressed,
       CASE WHEN f.visitor_key IS NOT NULL
            THEN CAST(dense_rank() OVER (ORDER BY f.visitor_key) AS INTEGER) END AS visitor,
       f.started_at, f.started_on, f.channel, f.campaign, f.category, f.region, CAST(f.sessions AS BIGINT) AS sessions,
       f.searched, w.visit_id IS NOT NULL AS converted
FROM fair f LEFT JOIN followed w ON w.visit_id = f.visit_id
"""

VISITS = Fact(
    name="visits",
    grain="one row per visit; one with a search knows whether an order followed within a week and was its last search",
    requires=("visits",),
    relation="fact_visits",
    dates={"started_on": "visits"},
    dimensions=("channel", "campaign", "category", "region"),
    columns=("visitor", "sessions", "searched", "converted", "signed_in"),
    known_by=("visits",),
    histories=("converted",),
    later={"*": ("visits",), "converted": ("orders",)},
    builds=(_VISITS,),
)

# A visitor is a prospect from the first visit, unless the company already had its account by then. The side is the one
# that the first visit was addressed to: taken from the account, only those who signed up would have one.
VISITORS = Fact(
    name="visitors",
    grain="one row per visitor without an account at the first visit, by channel and campaign of that visit",
    requires=("visits", "accounts"),
    relation="fact_visitors",
    dates={"first_visit_on": "visits"},
    dimensions=("channel", "campaign", "category", "region"),
    columns=("days_to_signup", "days_to_first_order"),
    known_by=("visits",),
    histories=("days_to_first_order",),
    later={"*": ("visits",), "days_to_first_order": ("orders",)},
    builds=(
        """
        CREATE TABLE fact_visitors AS
        WITH came AS (
            SELECT *, row_number() OVER (PARTITION BY visitor ORDER BY started_at, visit_id) AS nth
            FROM fact_visits WHERE visitor IS NOT NULL
        ),
        traded AS (SELECT account, min(placed_on) AS first_order_on FROM fact_order_parties GROUP BY account)
        SELECT f.visitor, f.account, f.addressed AS side, f.channel, f.campaign, f.category, f.region,
               f.started_on AS first_visit_on, a.signed_up_on - f.started_on AS days_to_signup,
               t.first_order_on - f.started_on AS days_to_first_order
        FROM came f
        LEFT JOIN dim_accounts a ON a.account = f.account
        LEFT JOIN traded t ON t.account = f.account
        WHERE f.nth = 1 AND (f.account IS NULL OR {ends:a.signed_up} >= f.started_at)
        """,
    ),
)
