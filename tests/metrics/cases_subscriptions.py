"""Monthly recurring revenue by hand."""

from tests.metrics.cases import account, case, dated, world
from tests.metrics.cases_volume import LEDGER


def plan(who: str, on: str, amount: int, until: str | None = None, **more: object) -> dict[str, object]:
    return dated({"account_id": who, "started_at": on, "amount": amount, "ended_at": until, **more})


ACCOUNTS = [
    account("s1", category="x"),
    account("s2"),
    account("s3"),
    account("s9", is_internal=True),
    account("b1"),
]
PLANS = [
    plan("s1", "2024-01-15", 100_00, "2024-03-10"),
    plan("s1", "2024-03-10", 150_00, "2024-05-01"),  # up within the month
    plan("s1", "2024-05-01", 120_00, "2024-06-15"),  # down, then gone
    plan("s1", "2024-08-01", 120_00),  # and back
    plan("s2", "2024-02-01", 1200_00, interval="year", trial_ends_at="2024-02-20"),
    plan("s3", "2024-01-31", 90_00, interval="quarter", paused_at="2024-04-10", resumed_at="2024-05-05"),
    plan("b1", "2024-02-10", 20_00),
    plan("s9", "2024-01-15", 500_00),  # staff
]
BILLED = world("2024-08-31", accounts=ACCOUNTS, subscriptions=PLANS)
A_YEAR_ON = world(
    "2025-02-28",
    accounts=ACCOUNTS,
    subscriptions=[*(p for p in PLANS if p["account_id"] != "s3"), plan("s3", "2024-01-31", 30_00, "2024-12-01")],
)
"""On 29 February 2024 s1 100, s2 100, s3 30, b1 20; a year later s1 120, s2 100, b1 20."""
FOLLOWING = world(
    "2024-06-30",
    accounts=ACCOUNTS,
    subscriptions=[
        plan("s1", "2024-01-01", 10_00, "2024-01-31"),
        plan("s1", "2024-02-01", 10_00),  # the last day was the plan's own
        plan("s2", "2024-01-01", 10_00, "2024-01-30"),
        plan("s2", "2024-02-01", 10_00),  # two days without
    ],
)
FREE_FIRST = world(
    "2024-03-31",
    accounts=ACCOUNTS,
    subscriptions=[plan("s1", "2024-01-01", 0, "2024-02-10"), plan("s1", "2024-02-10", 100_00, interval="year")],
)
"""A free plan, then 100 a year: 8.33 a month to the cent."""
FOREIGN = world(
    "2024-03-31",
    accounts=ACCOUNTS,
    subscriptions=[plan("s1", "2024-01-01", 1200_00, interval="year", currency="USD"), plan("s2", "2024-02-01", 5_00)],
    fx_rates=[
        dated({"currency": "USD", "quoted_on": on, "rate": rate})
        for on, rate in (("2024-01-01", 0.9), ("2024-02-15", 0.5))
    ],
)
CORRECTED = world(
    "2024-03-31",
    accounts=ACCOUNTS,
    subscriptions=[
        plan("s1", "2024-01-01", 10_00, subscription_id="p", loaded_in=1, superseded_in=2),
        plan("s1", "2024-01-01", 40_00, subscription_id="p", loaded_in=2),
        plan("s2", "2024-02-01", 5_00, loaded_in=2),  # came late
    ],
)
TWO_ROLES = world(
    "2024-03-31",
    accounts=[account("s1", organization_id="g"), account("b1", organization_id="g")],
    subscriptions=[plan("s1", "2024-01-01", 10_00, "2024-02-10"), plan("b1", "2024-02-10", 20_00)],
)
"""A company that stops paying as a supplier and begins as a buyer."""
TWO_PLANS = world(
    "2024-03-31",
    accounts=ACCOUNTS,
    subscriptions=[plan("s1", "2024-01-01", 10_00, "2024-02-10"), plan("s1", "2024-01-20", 30_00)],
)
"""Two plans at once, then one of them."""

CASES = (
    case(
        "mrr",
        BILLED,
        "on the last day: year by twelfths, trial and rest bring nothing",
        """2024-01 | 130 | 2 | partial
        2024-02 | 250 | 4 | ok
        2024-03 | 300 | 4 | ok
        2024-04 | 270 | 3 | ok
        2024-05 | 270 | 4 | ok
        2024-06 | 150 | 3 | ok
        2024-07 | 150 | 3 | ok
        2024-08 | 270 | 4 | ok""",
        by="month",
    ),
    case("mrr", BILLED, "by side", "buyer | 20 | 1 | ok; supplier | 250 | 3 | ok", by="side"),
    case("mrr", BILLED, "by category of the account", "- | 150 | 3 | ok; x | 120 | 1 | ok", by="category"),
    case("mrr", FREE_FIRST, "to the cent", "8.33 | 1 | ok"),
    case("mrr", FOREIGN, "at the rate of the first day, whatever it is now", "95 | 2 | ok"),
    case("mrr", FOREIGN.but({"fx_rates": None}), "without a rate", reason="1 rows of subscriptions"),
    case(
        "mrr",
        FOREIGN.but({"fx_rates": None}),
        "a plan of before still runs",
        start="2024-03-01",
        reason="1 rows of subscriptions",
    ),
    case("mrr", CORRECTED, "as corrected", "45 | 2 | ok"),
    case("mrr", CORRECTED.but(known_on=1), "as known then", "10 | 1 | ok"),
    case("mrr", LEDGER, "not sold, not zero", reason="needs subscriptions"),
    case(
        "mrr_change",
        BILLED,
        "from month to month",
        """2024-01 | 130 | 2 | partial
        2024-02 | 120 | 2 | ok
        2024-03 | 50 | 1 | ok
        2024-04 | -30 | 1 | ok
        2024-05 | 0 | 2 | ok
        2024-06 | -120 | 1 | ok
        2024-07 | 0 | 0 | ok
        2024-08 | 120 | 1 | ok""",
        by="month",
    ),
    case("mrr_change", FOREIGN, "rates move nothing", "95 | 2 | ok"),
    case(
        "mrr_new",
        BILLED,
        "first payers",
        "2024-01 | 130 | 2 | partial; 2024-02 | 120 | 2 | ok",
        by="month",
        end="2024-02-29",
    ),
    case("mrr_new", FREE_FIRST, "from free to paid is new", "8.33 | 1 | ok"),
    case("mrr_new", BILLED, "by side", "buyer | 20 | 1 | ok; supplier | 230 | 3 | ok", by="side"),
    case("mrr_expansion", BILLED, "s1 in March", "50 | 1 | ok"),
    case("mrr_expansion", TWO_PLANS, "a second plan", "30 | 1 | ok"),
    case("mrr_contraction", BILLED, "s1 in May", "-30 | 1 | ok"),
    case("mrr_contraction", TWO_PLANS, "one of two ends", "-10 | 1 | ok"),
    case("mrr_churned", BILLED, "s3 rests, s1 leaves", "-150 | 2 | ok"),
    case("mrr_churned", FOLLOWING, "one day between two plans is none", "-10 | 1 | ok"),
    case("mrr_churned", TWO_ROLES, "each role pays for itself", "buyer|0|0|ok; supplier|-10|1|ok", by="side"),
    case("mrr_reactivated", BILLED, "s3 goes on, s1 is back", "150 | 2 | ok"),
    case("mrr_reactivated", FOLLOWING, "two days between are", "10 | 1 | ok"),
    case("subscribed_accounts", BILLED, "s1, s2, s3 and b1", "4 | 4 | ok"),
    case(
        "subscribed_accounts",
        TWO_PLANS,
        "one account with two plans",
        "2024-01 | 1 | 2 | ok",
        by="month",
        end="2024-01-31",
    ),
    case("mrr_per_subscriber", BILLED, "270 over 4", "67.5 | 4 | small_n"),
    case("ndr_mrr", A_YEAR_ON, "240 of 250", "240/250 | 4 | small_n", span="2024-03-01..2025-02-28"),
    case("ndr_mrr", A_YEAR_ON, "by side", "buyer | 1 | 1 | small_n; supplier | 220/230 | 3 | small_n", by="side"),
    case(
        "ndr_mrr",
        A_YEAR_ON,
        "a year after the first plan at the earliest",
        "2024-12 | - | 0 | immature; 2025-01 | 120/130 | 2 | small_n; 2025-02 | 240/250 | 4 | small_n",
        by="month",
        start="2024-12-01",
    ),
    case(
        "ndr_mrr",
        A_YEAR_ON,
        "a month that is not over compares with nothing",
        "2025-02 | - | 0 | immature",
        by="month",
        start="2025-02-01",
        end="2025-02-15",
        reason="compares whole periods: known until 2025-02-15",
    ),
    case("grr_mrr", A_YEAR_ON, "100 + 100 + 0 + 20 of 250", "220/250 | 4 | small_n", basis="account-clustered delta"),
    case("subscriber_retention", A_YEAR_ON, "three of four", "3/4 | 4 | small_n", basis="wilson"),
    case(
        "subscription_churn_rate",
        BILLED,
        "of those of the day before the month",
        """2024-01 | - | 0 | immature
        2024-02 | 0 | 2 | small_n
        2024-03 | 0 | 4 | small_n
        2024-04 | 1/4 | 4 | small_n
        2024-05 | 0 | 3 | small_n
        2024-06 | 1/4 | 4 | small_n
        2024-07 | 0 | 3 | small_n
        2024-08 | 0 | 3 | small_n""",
        by="month",
    ),
    case(
        "subscription_churn_rate",
        BILLED,
        "nothing before the first plan",
        "- | 0 | immature",
        reason="needs the plans of",
    ),
)
