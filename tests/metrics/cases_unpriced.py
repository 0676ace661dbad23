"""Amounts in a currency without a rate, read by another date than the one they would have been priced on.

Whatever leaves them out would count them as nothing; whatever they cannot reach is answered as ever.
"""

from tests.metrics.cases import account, case, dated, order, world
from tests.metrics.cases_pipeline import deal
from tests.metrics.cases_take_rate import fee

# o2's fee is charged in February, o3's refund paid in March, both in dollars without a rate.
LATER = world(
    "2024-03-31",
    orders=[
        order("b1", "s1", "2024-01-10", 100_00, order_id="o1"),
        order("b1", "s1", "2024-01-12", 100_00, order_id="o2"),
        order("b1", "s1", "2024-02-20", 100_00, order_id="o3"),
    ],
    fees=[
        fee(10_00, "2024-01-10", order_id="o1"),
        fee(10_00, "2024-02-03", order_id="o2", currency="USD"),
        fee(20_00, "2024-03-20", order_id="o3"),
    ],
    refunds=[dated({"order_id": "o3", "refunded_at": "2024-03-05", "amount": 40_00, "currency": "USD"})],
)
JANUARY = {"start": "2024-01-01", "end": "2024-01-31"}
FEBRUARY = {"start": "2024-02-01", "end": "2024-02-29"}
MARCH = {"start": "2024-03-01", "end": "2024-03-31"}
DOLLARS_OF_FEES = "needs fx_rates: 1 rows of fees from 2024-02-03 to 2024-02-03 in USD have no rate"

# A dollar has a rate from February on: d1 and d3 were opened before.
DEALS = world(
    "2024-12-31",
    opportunities=[
        deal("buyer", "2024-01-02", "won", 100_00, "2024-03-10", currency="USD"),
        deal("buyer", "2024-02-02", "won", 50_00, "2024-03-11"),
        deal("buyer", "2024-01-02", "open", 70_00, currency="USD"),
        deal("buyer", "2024-02-02", "won", 30_00, "2024-02-20"),
    ],
    fx_rates=[dated({"currency": "USD", "quoted_on": "2024-02-01", "rate": 0.9})],
)
DOLLARS_OF_DEALS = "2 rows of opportunities from 2024-01-02 to 2024-01-02 in USD have no rate"

MONTHLY = world(
    "2025-12-31",
    orders=[
        *(order("b1", "s1", f"{year}-{month:02}-10", 100_00) for year in range(2022, 2026) for month in range(1, 13)),
        order("b1", "s1", "2023-01-11", 300_00, currency="USD"),
    ],
)
DOLLARS_OF_ORDERS = "1 rows of orders from 2023-01-11 to 2023-01-11 in USD have no rate"

# Twelve buyers of January, whose fees come in March, half of them in dollars; twelve of June with fees in euros.
COHORTS = world(
    "2024-12-31",
    orders=[
        *(order(f"b{i}", "s1", "2024-01-02", 100_00, order_id=f"o{i}") for i in range(12)),
        *(order(f"b{i}", "s1", "2024-06-01", 100_00, order_id=f"o{i}") for i in range(20, 32)),
    ],
    fees=[
        *(fee(10_00, "2024-03-02", order_id=f"o{i}", currency="USD" if i % 2 else "EUR") for i in range(12)),
        *(fee(10_00, "2024-06-01", order_id=f"o{i}") for i in range(20, 32)),
    ],
)
RETURNING = world(
    "2024-12-31",
    orders=[
        order("b1", "s1", "2024-01-10", 100_00),
        order("b1", "s1", "2024-02-10", 50_00, currency="USD"),
        order("b2", "s2", "2024-05-10", 100_00),
        order("b2", "s2", "2024-06-10", 50_00),
    ],
)
# Ten days from signup to first order: what was spent on 5 January won the account of the 15th.
SPENT_BEFORE = world(
    "2024-03-31",
    accounts=[account("b1", "2024-01-05"), account("b2", "2024-02-01"), account("s1")],
    orders=[order("b1", "s1", "2024-01-15", 1_00), order("b2", "s1", "2024-02-11", 1_00)],
    spend=[
        dated({"spent_at": "2024-01-01", "amount": 10_00, "side": "buyer"}),
        dated({"spent_at": "2024-01-05", "amount": 10_00, "side": "buyer", "currency": "USD"}),
        dated({"spent_at": "2024-02-01", "amount": 30_00, "side": "buyer"}),
    ],
)
BUYERS = ("side=buyer",)
FIRST_AGE = ("side=buyer", "age=1")

CASES = (
    case("take_rate", LATER, "an order whose fee has none", **JANUARY, reason=DOLLARS_OF_FEES),
    case("charged_take_rate", LATER, "an order whose fee has none", **JANUARY, reason=DOLLARS_OF_FEES),
    case("take_rate", LATER, "a fee without one in the period, of an order before it", "1/5 | 1 | small_n", **FEBRUARY),
    case("fees", LATER, "a fee without one in the period", **FEBRUARY, reason=DOLLARS_OF_FEES),
    case("fees", LATER, "a fee without one after the period", "10 | 1 | ok", **JANUARY),
    case("gmv", LATER, "fees without one", "300 | 3 | ok"),
    case("net_gmv_cohort", LATER, "a refund without one after the period", **FEBRUARY, reason="rows of refunds"),
    case("net_gmv_cohort", LATER, "a refund without one of a later order", "200 | 2 | ok", **JANUARY),
    case("net_gmv", LATER, "a refund without one after the period", "100 | 1 | ok", **FEBRUARY),
    case("net_gmv", LATER, "a refund without one in the period", **MARCH, reason="rows of refunds"),
    case("won_value", DEALS, "closed in March, opened before the first rate", **MARCH, reason=DOLLARS_OF_DEALS),
    case("win_rate_by_value", DEALS, "closed in March, opened before", **MARCH, reason=DOLLARS_OF_DEALS),
    case("attributed_revenue_first", DEALS, "closed in March, opened before", **MARCH, reason=DOLLARS_OF_DEALS),
    case("won_value", DEALS, "none of those without one closed", "30 | 1 | ok", **FEBRUARY),
    case("won_value_per_opportunity", DEALS, "none of those without one opened", "40 | 2 | small_n", **FEBRUARY),
    case(
        "win_rate", DEALS, "no size without one", "- | 1 | 1 | small_n; 1: below 1k | 1 | 2 | small_n", by="deal_size"
    ),
    case("open_pipeline", DEALS, "opened before the first rate, open still", **MARCH, reason=DOLLARS_OF_DEALS),
    case("weighted_pipeline", DEALS, "opened before the first rate, not stale", **MARCH, reason=DOLLARS_OF_DEALS),
    case("weighted_pipeline", DEALS, "stale by now", "0 | 0 | small_n", start="2024-12-01"),
    case(
        "gmv_growth",
        MONTHLY,
        "a base period without one",
        by="month",
        start="2023-02-01",
        end="2023-02-28",
        reason=DOLLARS_OF_ORDERS,
    ),
    case(
        "gmv_growth",
        MONTHLY,
        "two periods after it",
        "2023-03 | 0 | 1 | small_n",
        by="month",
        start="2023-03-01",
        end="2023-03-31",
    ),
    case("gmv_growth_yoy", MONTHLY, "a year after", by="month", start="2024-01-01", reason=DOLLARS_OF_ORDERS),
    case("ndr_gmv", MONTHLY, "a base year with it", by="year", where=BUYERS, start="2024-01-01", reason="in USD"),
    case("ndr_gmv", MONTHLY, "a year later", "2025 | 1 | 1 | small_n", by="year", where=BUYERS, start="2025-01-01"),
    case("ltv", COHORTS, "fees of the cohort without one", where=BUYERS, **JANUARY, reason="6 rows of fees"),
    # Half of 10.00 to the buyer; from 1 June to the end of the year are seven months of 30 days.
    case("ltv", COHORTS, "a later cohort", "5 | 12 | immature", where=BUYERS, start="2024-06-01"),
    case("gmv_cohort_retention", RETURNING, "what came later has none", where=FIRST_AGE, **JANUARY, reason="in USD"),
    case("gmv_cohort_retention", RETURNING, "a later cohort", "1/2 | 1 | small_n", where=FIRST_AGE, start="2024-05-01"),
    case(
        "lagged_cac",
        SPENT_BEFORE,
        "spent before the period without one",
        where=BUYERS,
        start="2024-01-15",
        end="2024-01-15",
        reason="rows of spend",
    ),
    case(
        "lagged_cac",
        SPENT_BEFORE,
        "spent before the period with one",
        "30 | 1 | partial",
        where=BUYERS,
        start="2024-02-11",
        end="2024-02-11",
    ),
)
