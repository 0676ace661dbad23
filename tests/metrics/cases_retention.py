"""Whether accounts stay, by hand."""

from tests.metrics.cases import account, case, dated, day, order, world
from tests.metrics.cases_activation import event, listing
from tests.metrics.cases_take_rate import fee
from tests.metrics.cases_volume import SAMPLE

# Buyers' GMV in 2023 and 2024: b1 100 and 250; b2 200 and 50; b3 100 and nothing; b4 80 with a credit of 80, then 20;
# b5 is new. Suppliers: s1 300 and 300, s2 100 and 20, s3 is new.
YEARS = world(
    "2024-12-31",
    orders=[
        order("b1", "s1", "2023-01-15", 100_00, order_id="o1", category="x"),
        order("b1", "s1", "2024-05-01", 250_00, order_id="o2", category="y"),
        order("b2", "s1", "2023-06-01", 200_00, order_id="o3", category="x"),
        order("b2", "s1", "2024-06-01", 50_00, order_id="o4", category="x"),
        order("b3", "s2", "2023-07-01", 100_00, order_id="o5", category="y"),
        order("b4", "s2", "2023-08-01", 80_00, category="y"),
        order("b4", "s2", "2023-09-01", -80_00, category="y"),
        order("b4", "s2", "2024-02-01", 20_00, category="y"),
        order("b5", "s3", "2024-03-01", 500_00, category="x"),
    ],
    fees=[
        fee(10_00, "2023-01-15", order_id="o1"),
        fee(20_00, "2024-05-01", order_id="o2"),
        fee(6_00, "2024-06-01", order_id="o4"),
        fee(8_00, "2023-07-01", order_id="o5"),
        fee(12_00, "2023-05-05", account_id="s1", kind="subscription"),
        fee(6_00, "2024-05-05", account_id="s1", kind="subscription"),
        fee(10_00, "2023-05-05", account_id="s2", kind="subscription"),
    ],
    refunds=[dated({"order_id": "o2", "refunded_at": "2024-08-01", "amount": 40_00, "fee_amount": 4_00})],
)
NEXT_MONTH = YEARS.but({"orders": [*YEARS.tables["orders"], order("b3", "s2", "2025-01-05", 9_99)]}).but(
    known_until=day("2025-01-20")
)
COMMISSION_ONLY = YEARS.but({"fees": [row for row in YEARS.tables["fees"] if "kind" not in row]})
CREDITS_ONLY = YEARS.but({"orders": [order("b1", "s1", "2023-01-15", -5_00), order("b1", "s1", "2024-05-01", 9_00)]})

# Second days of buying after 30 (b1), 90 (b2) and 180 days (b3); b4 bought twice on one day; b5 is too young.
REPEATS = world(
    "2024-12-31",
    orders=[
        order("b1", "s1", "2024-01-01", 1_00),
        order("b1", "s1", "2024-01-01", 1_00),
        order("b1", "s1", "2024-01-31", 1_00),
        order("b2", "s1", "2024-01-02", 1_00),
        order("b2", "s1", "2024-04-01", 1_00),
        order("b3", "s1", "2024-01-03", 1_00),
        order("b3", "s1", "2024-07-01", 1_00),
        order("b4", "s2", "2024-01-04", 1_00),
        order("b4", "s2", "2024-01-04", 1_00),
        order("b5", "s3", "2024-12-02", 1_00, category="x"),
        order("b5", "s3", "2024-12-10", 1_00),
    ],
)
PAUSED = world(
    "2024-06-30",
    orders=[order("b1", "s1", on, 1_00) for on in ("2023-01-01", "2023-06-01", "2023-12-01", "2024-01-10")],
)
"""An account that sleeps five months inside 2023 and comes back."""

RELISTED = world(
    "2024-12-31",
    accounts=[account(name) for name in ("s1", "s2", "s3")],
    listings=[
        listing("l1", "s1", "2024-01-01"),
        listing("l2", "s1", "2024-01-01"),
        listing("l3", "s1", "2024-03-31"),  # day 90
        listing("l4", "s2", "2024-01-05"),
        listing("l5", "s2", "2024-04-20"),  # day 106
        listing("l6", "s3", "2024-12-01"),
    ],
)
BUYERS = ("side=buyer",)
ONE_BUSY_MONTH = world(
    "2024-12-31",
    orders=[
        order("b1", "s1", "2024-01-01", 1_00),
        order("b1", "s1", "2024-01-30", 1_00),  # day 29: still the first period
        order("b1", "s2", "2024-01-01", 1_00),
        order("b1", "s2", "2024-03-30", 1_00),  # day 89: the third period
        order("b1", "s3", "2024-01-01", 1_00),
        order("b1", "s3", "2024-03-31", 1_00),  # day 90 is too late
        order("b1", "s4", "2024-10-20", 1_00),
    ],
)
OWED = world("2024-12-31", orders=[order("b1", "s1", "2024-01-10", -5_00), order("b2", "s1", "2024-05-01", 9_00)])
GAPS = world(
    "2024-02-29",
    orders=[
        order("b1", "s1", "2024-01-01", 1_00),
        order("b1", "s1", "2024-01-11", 1_00),
        order("b1", "s1", "2024-01-11", 1_00),
        order("b1", "s1", "2024-01-31", 1_00),
    ],
)

STALLED = world(
    "2024-06-30",
    orders=[
        *(order(f"b{i}", "s1", "2024-06-01", 1_00) for i in range(3)),
        order("b4", "s1", "2024-06-30", 1_00),
    ],
    events=[event("b1", "search", "2024-01-02"), event("b1", "search", "2024-12-31")],
)
"""Orders end half a year before searches do."""

CASES = (
    case(
        "ndr_gmv",
        YEARS,
        "every account with an order in the base, new ones outside: 320 over 400",
        "buyer | 320/400 | 4 | small_n; supplier | 320/400 | 2 | small_n",
        by="side",
        basis="account-clustered delta",
        span="2023-01-01..2024-12-31",
    ),
    case(
        "ndr_gmv",
        YEARS,
        "needs 24 months of history",
        "2024-11 | - | 4 | immature; 2024-12 | 320/400 | 4 | small_n",
        by="month",
        where=BUYERS,
        start="2024-11-01",
    ),
    case("ndr_gmv", YEARS, "by year", "2023 | - | 0 | immature; 2024 | 4/5 | 4 | small_n", by="year", where=BUYERS),
    case(
        "ndr_gmv",
        NEXT_MONTH,
        "a month that is not over is left out",
        "2024-12 | 4/5 | 4 | small_n; 2025-01 | - | 0 | immature",
        by="month",
        where=BUYERS,
        start="2024-12-01",
        reason="compares whole periods: known until 2025-01-20, the period ends 2025-01-31",
    ),
    case("ndr_gmv", NEXT_MONTH, "as of mid-month", "4/5 | 4 | small_n", where=BUYERS, as_of="2025-01-10"),
    case(
        "ndr_gmv",
        NEXT_MONTH,
        "the total says which months it compares",
        "4/5 | 4 | small_n",
        where=BUYERS,
        span="2023-01-01..2024-12-31",
    ),
    # b1 moved its 100 from x to y, where it is new.
    case(
        "ndr_gmv",
        YEARS,
        "by category",
        "x | 50/300 | 2 | small_n; y | 20/100 | 2 | small_n",
        by="category",
        where=BUYERS,
    ),
    case(
        "ndr_gmv", CREDITS_ONLY, "credits make no base", "- | 1 | no_denominator", where=BUYERS, reason="not positive"
    ),
    case("ndr_gmv", YEARS, "per side only", reason="exists per side only"),
    case("ndr_gmv", YEARS, "in whole months only", by="week,side", reason="is known by month"),
    case("ndr_gmv", SAMPLE, "not from a sample", by="side", reason="declared sample"),
    # Buyers: b1 5 then (20 - 4) / 2 = 8, b3 4 then 0, b2 paid nothing in the base. s1 5 + 12 then 8 + 3 + 6; s2 4 + 10.
    case(
        "ndr_net_revenue",
        YEARS,
        "half of each order's fees less returns, all of one's own",
        "buyer | 8/9 | 2 | small_n; supplier | 17/31 | 2 | small_n",
        by="side",
    ),
    case("ndr_net_revenue", YEARS.but({"fees": None}), "no fees", by="side", reason="needs fees"),
    case(
        "ndr_subscription",
        YEARS,
        "12 became 6, 10 became nothing",
        "buyer | - | 0 | no_denominator; supplier | 6/22 | 2 | small_n",
        by="side",
    ),
    case(
        "ndr_subscription",
        COMMISSION_ONLY,
        "none sold",
        by="side",
        reason="needs fees.kind=subscription: no row has it",
    ),
    case(
        "grr_gmv",
        YEARS,
        "each capped at its base: 100 + 50 + 0 + 0 of 400",
        "buyer | 150/400 | 4 | small_n; supplier | 320/400 | 2 | small_n",
        by="side",
    ),
    case(
        "grr_net_revenue",
        YEARS,
        "each capped at its base",
        "buyer | 5/9 | 2 | small_n; supplier | 17/31 | 2 | small_n",
        by="side",
    ),
    case(
        "logo_retention",
        YEARS,
        "b1, b2 and b4 of four ordered again",
        "buyer | 3/4 | 4 | small_n; supplier | 2/2 | 2 | small_n",
        by="side",
        basis="wilson",
    ),
    case("logo_retention", CREDITS_ONLY, "a credit note is trade too", "1 | 1 | small_n", where=BUYERS),
    case("buyer_repeat_rate_30d", REPEATS, "day 30 counts, the same day does not", "1/4 | 4 | small_n"),
    case("buyer_repeat_rate_30d", REPEATS, "too young", "2024-12 | - | 0 | immature", by="month", start="2024-12-01"),
    case("buyer_repeat_rate_90d", REPEATS, "day 90 counts", "2/4 | 4 | small_n"),
    case("buyer_repeat_rate_90d", REPEATS, "of a category", "- | 0 | no_denominator", where=("category=x",)),
    case("buyer_repeat_rate_180d", REPEATS, "day 180 counts", "3/4 | 4 | small_n", span="2024-01-01..2024-07-04"),
    case("buyer_repeat_rate_180d", SAMPLE, "not from a sample", reason="declared sample"),
    case("supplier_repeat_rate_90d", REPEATS, "s1 of s1 and s2; s3 too young", "1/2 | 2 | small_n"),
    *(
        case(
            name,
            STALLED,
            "what came after the last known order is not known",
            "2024-06 | - | 0 | immature",
            by="month",
            reason="days after the period; known until 2024-06-30",
        )
        for name in (*(f"buyer_repeat_rate_{days}d" for days in (30, 90, 180)), "supplier_repeat_rate_90d")
    ),
    # Ninety days are no absence: b2 was not away, b3 and s1 (until 1 July) were.
    case("returned_accounts", REPEATS, "day 90", "buyer | 1 | 1 | ok; supplier | 1 | 1 | ok", by="side"),
    case(
        "repeat_order_share",
        REPEATS,
        "all but each account's first",
        "buyer | 6/11 | 11 | small_n; supplier | 8/11 | 11 | small_n",
        by="side",
    ),
    case(
        "repeat_order_share",
        REPEATS,
        "in June none",
        "2024-06|-|0|no_denominator",
        by="month",
        where=BUYERS,
        start="2024-06-01",
        end="2024-06-30",
    ),
    # First quarter: b1, b3 and b4 went quiet; b2 came back on day 90. No order is old enough in the fourth.
    case(
        "churn_rate",
        REPEATS,
        "by quarter",
        "2024-Q1|3/4|4|small_n; 2024-Q2|1|1|small_n; 2024-Q3|1|1|small_n; 2024-Q4|-|0|immature",
        by="quarter",
        where=BUYERS,
    ),
    case(
        "churn_rate", REPEATS, "total", "4/4 | 4 | small_n", where=BUYERS, span="2024-01-01..2024-10-02", basis="wilson"
    ),
    case("churn_rate", REPEATS, "nothing old enough", "- | 0 | immature", where=BUYERS, as_of="2024-02-01"),
    case(
        "churn_rate",
        PAUSED,
        "who came back within the year stayed",
        "2023|0|1|small_n; 2024|1|1|immature",
        by="year",
        where=BUYERS,
    ),
    case("churn_rate", REPEATS, "by category of the order", "- | 4/4 | 4 | small_n", by="category", where=BUYERS),
    case("seller_relisting_rate", RELISTED, "another day within 90", "1/2 | 2 | small_n"),
    case("seller_relisting_rate", RELISTED, "on its side", "supplier | 1/2 | 2 | small_n", by="side"),
    case("seller_relisting_rate", YEARS, "no listings", reason="needs listings"),
    case("supplier_repeat_rate_90d", ONE_BUSY_MONTH, "two days of one month are no return", "1/3 | 3 | small_n"),
    case(
        "supplier_repeat_rate_90d",
        ONE_BUSY_MONTH,
        "too young to say",
        "2024-09 | - | 0 | no_denominator; 2024-10 | - | 0 | immature",
        by="month",
        start="2024-09-01",
        end="2024-10-31",
    ),
    # First quarter: b1 3.00, b3 1.00 and b4 2.00 of 7.00 went quiet.
    case(
        "gmv_churn_rate",
        REPEATS,
        "what the lost accounts traded",
        "2024-Q1 | 6/7 | 4 | small_n; 2024-Q2 | 1 | 1 | small_n",
        by="quarter",
        where=BUYERS,
        end="2024-06-30",
    ),
    case(
        "gmv_churn_rate",
        YEARS,
        "per side only",
        reason="exists per side only",
    ),
    case(
        "gmv_churn_rate",
        OWED,
        "of a negative GMV",
        "2024-01 | - | 1 | no_denominator",
        by="month",
        where=BUYERS,
        end="2024-01-31",
    ),
    # b1 waited 10 and 20 days, s1 the same; two orders of one day are one.
    case("reorder_days_p90", GAPS, "of two gaps", "buyer | 19 | 2 | small_n; supplier | 19 | 2 | small_n", by="side"),
    case(
        "reorder_days_p90",
        GAPS,
        "the gap reaches back before the first day asked for",
        "20 | 1 | small_n",
        where=BUYERS,
        start="2024-01-20",
        basis="not computed",
    ),
    case("reorder_days_p90", GAPS, "nobody came back", "- | 0 | no_denominator", where=BUYERS, end="2024-01-05"),
    case("reorder_days_p90", SAMPLE, "not from a sample", where=BUYERS, reason="declared sample"),
)
