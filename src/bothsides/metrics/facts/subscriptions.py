"""Monthly recurring revenue: which plans ran when, and every change of what an account pays a month."""

from bothsides.metrics.fact import Fact
from bothsides.schema.tables.subscriptions import PLAN_MONTHS

_MONTHS = " ".join(f"WHEN '{interval}' THEN {months}" for interval, months in PLAN_MONTHS.items())

# A plan runs from its first paid day until it ends; a rest in between splits it in two. Plans that follow each other
# with no more than one day between them are one: exports differ in whether the last day is the plan's own. The price is
# converted at the first day's rate once, so that exchange rates move no recurring revenue, and a year's price is
# spread over its twelve months.
SUBSCRIPTIONS = Fact(
    name="subscriptions",
    grain="one row per account and stretch of days with one plan in force, with what it brings a month",
    requires=("subscriptions",),
    relation="fact_subscriptions",
    dates={"opened_on": "subscriptions"},
    dimensions=("category", "region", "channel", "segment"),
    columns=("closed_on", "amount"),
    known_by=("subscriptions", "orders", "fees"),
    money={"amount": ("subscriptions",)},
    days_of={"opened_on": ("started_on",)},
    later={"closed_on": ("subscriptions",)},
    builds=(
        f"""
        CREATE TABLE fact_subscriptions AS
        WITH priced AS (
            SELECT p.account_id, p.subscription_id, p.paused_on, p.resumed_on, p.ended_on,
                   greatest(p.started_on, coalesce(p.trial_ends_on, p.started_on)) AS begins_on,
                   {{money:p.amount}} AS price,
                   CASE p.interval {_MONTHS} END AS months
            FROM {{subscriptions@started_on}} p
        ),
        stretches AS (
            SELECT account_id, subscription_id, begins_on AS opened_on,
                   CASE WHEN paused_on IS NULL OR paused_on >= ended_on THEN ended_on
                        ELSE greatest(paused_on, begins_on) END AS closed_on,
                   price, months FROM priced
            UNION ALL
            SELECT account_id, subscription_id, greatest(resumed_on, begins_on), ended_on, price, months
            FROM priced WHERE paused_on IS NOT NULL AND resumed_on IS NOT NULL
        ),
        lasting AS (
            SELECT a.side, a.account, a.category, a.region, a.channel, a.segment, s.subscription_id, s.opened_on,
                   s.closed_on, CAST(round_even(s.price * 1.0 / s.months, 0) AS BIGINT) AS amount,
                   lead(s.opened_on) OVER (PARTITION BY a.account ORDER BY s.opened_on, s.subscription_id) AS next_on
            FROM stretches s JOIN dim_accounts a ON a.account_id = s.account_id
            WHERE s.closed_on IS NULL OR s.closed_on > s.opened_on
        )
        SELECT side, account, category, region, channel, segment, opened_on,
               CASE WHEN next_on - closed_on = 1 THEN next_on ELSE closed_on END AS closed_on, amount
        FROM lasting WHERE amount IS NULL OR amount <> 0
        """,
    ),
)

# An account's plans are one amount: a dearer plan on the day a cheaper one ends is an expansion, not a loss and a gain.
MRR_CHANGES = Fact(
    name="mrr_changes",
    grain="one row per account and day on which its monthly recurring revenue changed",
    requires=("subscriptions",),
    relation="fact_mrr_changes",
    dates={"changed_on": "subscriptions"},
    dimensions=("category", "region", "channel", "segment"),
    columns=("kind", "amount"),
    known_by=("subscriptions", "orders", "fees"),
    money={"amount": ("subscriptions",)},
    days_of={"changed_on": ("started_on",)},
    later={"*": ("subscriptions",)},
    builds=(
        """
        CREATE TABLE fact_mrr_changes AS
        WITH moves AS (
            SELECT side, account, category, region, channel, segment, opened_on AS changed_on, amount
            FROM fact_subscriptions
            UNION ALL
            SELECT side, account, category, region, channel, segment, closed_on, -amount
            FROM fact_subscriptions WHERE closed_on IS NOT NULL
        ),
        daily AS (
            SELECT side, account, category, region, channel, segment, changed_on, sum(amount) AS amount
            FROM moves GROUP BY side, account, category, region, channel, segment, changed_on
        ),
        running AS (
            SELECT *, sum(amount) OVER (PARTITION BY account ORDER BY changed_on
                                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS held_after
            FROM daily WHERE amount <> 0
        ),
        judged AS (
            SELECT *, held_after - amount AS held_before,
                   coalesce(max(held_after) OVER (PARTITION BY account ORDER BY changed_on
                                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) > 0 AS has_paid
            FROM running
        )
        SELECT side, account, category, region, channel, segment, changed_on, CAST(amount AS BIGINT) AS amount,
               CASE WHEN held_after <= 0 AND held_before > 0 THEN 'churned'
                    WHEN held_before <= 0 AND held_after > 0 THEN CASE WHEN has_paid THEN 'reactivated' ELSE 'new' END
                    WHEN amount > 0 THEN 'expansion' ELSE 'contraction' END AS kind
        FROM judged
        """,
    ),
)
