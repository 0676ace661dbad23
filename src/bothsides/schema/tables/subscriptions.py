"""Plans that accounts pay for by the month or the year."""

from bothsides.schema.column import choice, currency, key, moment, money, ref, text
from bothsides.schema.table import Table

PLAN_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
"""How many months one payment of a plan covers."""

SUBSCRIPTIONS = Table(
    name="subscriptions",
    grain="one row per account and stretch of time on one plan at one price",
    meaning="A paid plan. A change of plan or price ends one row and begins another on the same day.",
    owner="Finance (billing system)",
    event_time="started_on",
    columns=(
        key("subscription_id", "the stretch"),
        ref("account_id", "accounts", "who pays", required=True),
        text("plan", "the plan's name"),
        moment("started_at", "first day of the plan at this price", required=True),
        moment("trial_ends_at", "until when it is free"),
        moment("paused_at", "from when it rests and nothing is due"),
        moment("resumed_at", "from when it is due again"),
        moment("ended_at", "from when it no longer runs: cancelled, lapsed or replaced"),
        money("amount", "price of one payment without tax", required=True),
        choice("interval", tuple(PLAN_MONTHS), "what one payment covers", required=True, default="month"),
        currency(),
    ),
)
