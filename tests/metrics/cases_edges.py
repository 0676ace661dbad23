"""The same knot of edge cases for every family: refunds after the close, changing rates, one company on both sides, a
branch, two accounts found to be one, late rows, self-dealing and a week that is not over.

Rates: a dollar is 0.90 in January and 0.80 from February. Completed orders, in euros, as known now: January o1 100, o2
180, o3 50 and o7 40, which came with the second load; February o6 80; June o8 30. Never counted: o4, which the branch
b3 places with its own head office's supplier, and, since the second load knows that they are one company, o5 between b4
and s4. At the first load January was o1, o2, o3 and o5 70.
"""

from tests.metrics.cases import account, case, dated, order, world
from tests.metrics.cases_activation import event, listing
from tests.metrics.cases_fulfilment import sent
from tests.metrics.cases_pipeline import deal, lead
from tests.metrics.cases_reviews import review
from tests.metrics.cases_subscriptions import plan
from tests.metrics.cases_take_rate import fee
from tests.metrics.cases_traffic import visit

ACCOUNTS = [
    account("b1", "2024-01-01", organization_id="both"),  # buys here, sells as s9
    account("b2", "2024-01-01", organization_id="g"),
    account("b3", "2024-01-08", parent_id="b2"),  # a branch of b2
    account("b4", "2024-01-08", loaded_in=1, superseded_in=2),
    account("b4", "2024-01-08", organization_id="m", loaded_in=2),
    account("b6", "2024-06-05"),
    account("s1", "2024-01-01"),
    account("s3", "2024-01-01", organization_id="g"),
    account("s4", "2024-01-08", loaded_in=1, superseded_in=2),
    account("s4", "2024-01-08", organization_id="m", loaded_in=2),
    account("s9", "2024-01-02", organization_id="both"),
]
ORDERS = [
    order("b1", "s1", "2024-01-01", 100_00, order_id="o1"),
    order("b2", "s9", "2024-01-03", 200_00, order_id="o2", currency="USD"),
    order("b3", "s1", "2024-01-10", 50_00, order_id="o3"),
    order("b3", "s3", "2024-01-11", 999_00, order_id="o4"),
    order("b4", "s4", "2024-01-12", 70_00, order_id="o5"),
    order("b2", "s1", "2024-02-05", 100_00, order_id="o6", currency="USD"),
    order("b1", "s1", "2024-01-20", 40_00, order_id="o7", loaded_in=2),
    order("b1", "s1", "2024-06-11", 30_00, order_id="o8"),
]
FEES = [
    fee(10_00, "2024-01-01", order_id="o1"),
    fee(18_00, "2024-01-03", order_id="o2", currency="USD"),  # 16.20
    fee(5_00, "2024-01-10", order_id="o3"),
    fee(50_00, "2024-01-11", order_id="o4"),
    fee(7_00, "2024-01-12", order_id="o5"),
    fee(8_00, "2024-02-05", order_id="o6", currency="USD"),  # 6.40
    fee(4_00, "2024-01-20", order_id="o7", loaded_in=2),
    fee(3_00, "2024-06-11", order_id="o8"),
    fee(12_00, "2024-01-31", account_id="s1", kind="subscription"),
]
DEALS = [
    deal(
        "buyer", "2024-01-02", "won", 100_00, "2024-02-10", currency="USD", lead_id="l1", opportunity_id="d1"
    ),  # 90.00
    deal("buyer", "2024-02-01", "lost", 50_00, "2024-02-20", currency="USD", opportunity_id="d2"),  # 40.00
    deal("supplier", "2024-02-03", "open", 10_00, opportunity_id="d3", loaded_in=1, superseded_in=2),
    deal("supplier", "2024-02-03", "won", 10_00, "2024-03-01", opportunity_id="d3", loaded_in=2),
    deal("supplier", "2024-03-01", "won", 5_00, "2024-06-11", opportunity_id="d4"),
]
KNOT = world(
    "2024-06-12",  # a Wednesday
    accounts=ACCOUNTS,
    orders=ORDERS,
    fees=FEES,
    refunds=[dated({"order_id": "o1", "refunded_at": "2024-02-10", "amount": 10_00, "fee_amount": 1_00})],
    fx_rates=[
        dated({"currency": "USD", "quoted_on": on, "rate": rate})
        for on, rate in (("2024-01-01", 0.9), ("2024-02-01", 0.8))
    ],
    spend=[
        dated({"spent_at": "2024-01-01", "amount": 90_00, "side": "buyer"}),
        dated({"spent_at": "2024-02-01", "amount": 100_00, "side": "buyer", "currency": "USD"}),
    ],
    events=[
        event("b1", "search", "2024-01-01"),
        event("b3", "search", "2024-01-11"),  # before the order with its own company
        event("b1", "search", "2024-06-11"),
    ],
    listings=[
        listing("l1", "s1", "2024-01-01"),
        listing("l3", "s3", "2024-01-01"),
        listing("l4", "s4", "2024-01-08"),
        listing("l9", "s9", "2024-01-02"),
    ],
    order_lines=[{"order_id": o, "listing_id": one} for o, one in (("o1", "l1"), ("o4", "l3"), ("o5", "l4"))],
    leads=[
        lead("l1", "buyer", "2024-01-01", account_id="b1", owner="ann", channel="referral"),
        lead("l2", "buyer", "2024-01-01", account_id="b2", owner="bob"),
        lead("l3", "supplier", "2024-01-02", account_id="s9", owner="bob"),
        lead("l4", "supplier", "2024-01-03", account_id="s4", owner="cat"),
        lead("l5", "buyer", "2024-01-20", loaded_in=2),
    ],
    opportunities=DEALS,
    visits=[
        visit("2024-01-01", "w1", account_id="b1"),
        visit("2024-01-08", "w2", account_id="b4"),
        visit("2024-01-20", "w3", loaded_in=2),
        visit("2024-06-11", "w1", account_id="b1"),
    ],
    shipments=[
        sent("o1", 1, "2024-01-03"),
        sent("o3", 1, "2024-01-12"),
        sent("o4", 1, "2024-01-12"),
        sent("o5", 1, "2024-01-13"),
        sent("o7", 1, "2024-01-21", loaded_in=2),
        sent("o8", 1, "2024-06-11"),
    ],
    reviews=[
        review("2024-01-01", order_id="o1", rating=5),
        review("2024-01-15", order_id="o2", rating=4, loaded_in=2),
        review("2024-01-15", order_id="o3", rating=3),
        review("2024-01-15", order_id="o4", rating=1),
        review("2024-01-15", order_id="o5", rating=1),
        review("2024-06-12", order_id="o8", rating=5),
    ],
    subscriptions=[
        plan("s1", "2024-01-01", 12_00),
        plan("s9", "2024-01-05", 10_00),
        plan("b1", "2024-01-05", 5_00),
        plan("b3", "2024-02-01", 2_00),
        plan("s3", "2024-02-10", 10_00, currency="USD"),  # 8.00
        plan("s4", "2024-02-01", 7_00, loaded_in=2),
    ],
)
BEFORE = KNOT.but(known_on=1)
"""The same market as the first load knew it."""
ENDED = world("2024-03-31", accounts=[account("s1")], subscriptions=[plan("s1", "2024-01-01", 12_00, "2024-02-10")])
OWED = world("2024-12-31", orders=[order("b1", "s1", "2024-01-10", -5_00)])
BRANCHED = world(
    "2024-01-31",
    accounts=[
        account("b1", "2024-01-01", organization_id="g") | {"name": "Head"},
        account("b2", "2024-01-02", parent_id="b1") | {"name": "head"},
        account("b3", "2024-01-03") | {"name": "HEAD"},
    ],
)

JANUARY = {"start": "2024-01-01", "end": "2024-01-31"}
FEBRUARY = {"start": "2024-02-01", "end": "2024-02-29"}
THIS_WEEK = {"by": "week", "start": "2024-06-10"}
BUYERS = ("side=buyer",)

CASES = (
    # Volume.
    case("net_gmv", KNOT, "refund after the close", "2024-01|370|4|ok; 2024-02|70|2|ok", by="month", end="2024-02-29"),
    case("net_gmv_cohort", KNOT, "refund after the close, by order date", "360 | 4 | ok", **JANUARY),
    case("gmv", KNOT, "the rate changed", "2024-01|370|4|ok; 2024-02|80|1|ok", by="month", end="2024-02-29"),
    case("gmv", KNOT, "a week that is not over", "2024-W24 | 30 | 1 | partial", **THIS_WEEK),
    case("gmv", BEFORE, "before late rows and merged accounts", "400 | 4 | ok", **JANUARY),
    case("active_accounts", KNOT, "one company on both sides", "buyer|3|3|ok; supplier|2|2|ok", by="side", **JANUARY),
    case("active_buyers", KNOT, "the branch beside its head office", "3 | 3 | ok", **JANUARY),
    case("orders", KNOT, "neither with itself nor found to be with itself", "4 | 4 | ok", **JANUARY),
    # Take rate: January's fees are 10, 16.20, 5 and 4.
    case("take_rate", KNOT, "the rate changed", "352/3700 | 4 | small_n", **JANUARY),
    case("take_rate", BEFORE, "before late rows and merged accounts", "382/4000 | 4 | small_n", **JANUARY),
    case("net_take_rate", KNOT, "refund after the close", "342/3600 | 4 | small_n", **JANUARY),
    case("take_rate", KNOT, "a week that is not over", "2024-W24 | 1/10 | 1 | partial", **THIS_WEEK),
    case("fees", KNOT, "one company on both sides", "buyer|17.6|4|ok; supplier|29.6|5|ok", by="side", **JANUARY),
    case("commission_fees", KNOT, "the branch's, none of those with itself", "35.2 | 4 | ok", **JANUARY),
    # Acquisition.
    case(
        "acquisition_spend", KNOT, "the rate changed", "2024-01|90|1|ok; 2024-02|80|1|ok", by="month", end="2024-02-29"
    ),
    case(
        "new_transacting_accounts",
        KNOT,
        "with itself is no first order",
        "buyer|3|3|ok; supplier|2|2|ok",
        by="side",
        **JANUARY,
    ),
    case("new_transacting_accounts", BEFORE, "before merged accounts", "7 | 7 | ok", **JANUARY),
    case(
        "new_companies",
        KNOT,
        "one company on both sides; branches and merged ones once",
        "buyer|3|3|ok; supplier|4|4|ok",
        by="side",
        **JANUARY,
    ),
    case("signups", KNOT, "a week that is not over", "2024-W24 | 0 | 0 | partial", **THIS_WEEK),
    # Halves of 9 after the return, 16.20, 5 and 4 over three buyers.
    case("monthly_contribution", KNOT, "refund after the close", "5.7 | 3 | small_n", where=BUYERS, **JANUARY),
    # Activation.
    case("buyer_activation_rate", KNOT, "with itself is no purchase", "3/4 | 4 | small_n", **JANUARY),
    case("buyer_activation_rate", BEFORE, "before merged accounts", "1 | 4 | small_n", **JANUARY),
    case(
        "buyer_activation_rate",
        KNOT,
        "a week that was cut",
        "2024-W01|1|2|small_n; 2024-W02|1/2|2|partial",
        by="week",
        end="2024-01-10",
    ),
    # Buyers b1 0, b2 2, b3 2 days, b4 and b6 waiting; suppliers s1 0, s9 1, s3 and s4 waiting.
    case(
        "time_to_first_transaction_days",
        KNOT,
        "one company on both sides, a branch",
        "buyer|2|5|small_n; supplier|1|4|small_n",
        by="side",
    ),
    # Liquidity.
    case("buyer_to_seller_ratio", KNOT, "one company on both sides, a branch", "3/2 | 2 | small_n", **JANUARY),
    case("buyer_to_seller_ratio", BEFORE, "before late rows and merged accounts", "4/3 | 3 | small_n", **JANUARY),
    case("search_to_order", KNOT, "with itself is no order", "1/2 | 2 | small_n", **JANUARY),
    case("searches", KNOT, "a week that is not over", "2024-W24 | 1 | 1 | partial", **THIS_WEEK),
    # Supply.
    case(
        "supplier_utilisation",
        KNOT,
        "one company on both sides; with itself is no sale",
        "2/4 | 4 | small_n",
        **JANUARY,
    ),
    case("supplier_utilisation", BEFORE, "before merged accounts", "3/4 | 4 | small_n", **JANUARY),
    case("listing_sell_through", KNOT, "the branch's with itself is no sale", "1/4 | 4 | small_n", **JANUARY),
    # Retention: b1 came back after 143 days only, b3 never; s9 never.
    case(
        "churn_rate",
        KNOT,
        "one company on both sides, a branch",
        "buyer|2/3|3|small_n; supplier|1/2|2|small_n",
        by="side",
        **JANUARY,
    ),
    case("churn_rate", BEFORE, "before late rows and merged accounts", "3/4 | 4 | small_n", where=BUYERS, **JANUARY),
    case("gmv_churn_rate", KNOT, "the rate changed", "190/370 | 3 | small_n", where=BUYERS, **JANUARY),
    case(
        "repeat_order_share", KNOT, "a week that is not over", "2024-W24 | 1 | 1 | partial", where=BUYERS, **THIS_WEEK
    ),
    # Concentration.
    case(
        "top_1_share",
        KNOT,
        "one company on both sides",
        "buyer|18/37|3|small_n; supplier|19/37|2|small_n",
        by="side",
        **JANUARY,
    ),
    case("top_1_share", BEFORE, "before late rows and merged accounts", "18/40 | 4 | small_n", where=BUYERS, **JANUARY),
    case("top_1_share", KNOT, "a week that is not over", "2024-W24 | 1 | 1 | partial", where=BUYERS, **THIS_WEEK),
    case(
        "largest_partner_share",
        KNOT,
        "the branch by itself; the rate changed",
        "1 | 3 | small_n",
        where=BUYERS,
        end="2024-02-29",
    ),
    # Pipeline and attribution: d1 is 90, d2 40, d3 10, d4 5.
    case("win_rate_by_value", KNOT, "the rate changed", "90/130 | 2 | small_n", where=BUYERS),
    case(
        "won_value",
        KNOT,
        "late rows",
        "2024-02|90|1|ok; 2024-03|10|1|ok",
        by="month",
        start="2024-02-01",
        end="2024-03-31",
    ),
    case(
        "won_value",
        BEFORE,
        "before late rows",
        "2024-02|90|1|ok; 2024-03|0|0|ok",
        by="month",
        start="2024-02-01",
        end="2024-03-31",
    ),
    case("won_value", KNOT, "a week that is not over", "2024-W24 | 5 | 1 | partial", **THIS_WEEK),
    case("leads", KNOT, "one company on both sides", "buyer|3|3|ok; supplier|2|2|ok", by="side", **JANUARY),
    case("attributed_revenue_first", KNOT, "the rate changed, late rows", "105 | 3 | ok"),
    case("attributed_revenue_first", BEFORE, "before late rows", "90 | 1 | ok"),
    case("attributed_revenue_first", KNOT, "a week that is not over", "2024-W24 | 5 | 1 | partial", **THIS_WEEK),
    # Rep credit.
    case(
        "credited_orders",
        KNOT,
        "one company on both sides, late rows",
        "buyer|ann|2|2|ok; buyer|bob|1|1|ok; supplier|bob|1|1|ok",
        by="side,owner",
        **JANUARY,
    ),
    case(
        "credited_orders",
        BEFORE,
        "before late rows and merged accounts",
        "buyer|ann|1|1|ok; buyer|bob|1|1|ok; supplier|bob|1|1|ok; supplier|cat|1|1|ok",
        by="side,owner",
        **JANUARY,
    ),
    case("credited_orders", KNOT, "a week that is not over", "2024-W24 | 1 | 1 | partial", where=BUYERS, **THIS_WEEK),
    case(
        "credited_gmv",
        KNOT,
        "refund after the close; the rate changed",
        "ann | 130 | 2 | ok; bob | 180 | 1 | ok",
        by="owner",
        where=BUYERS,
        **JANUARY,
    ),
    # Hygiene.
    case("duplicate_account_rate", BRANCHED, "a branch is known to be one with its head office", "1/3 | 3 | small_n"),
    case(
        "standard_source_rate",
        KNOT,
        "a week that was cut",
        "2024-W03 | 0 | 1 | partial",
        by="week",
        start="2024-01-15",
        end="2024-01-20",
    ),
    case("standard_source_rate", KNOT, "late rows", "1/5 | 5 | small_n", **JANUARY),
    case("standard_source_rate", BEFORE, "before late rows", "1/4 | 4 | small_n", **JANUARY),
    # Growth of GMV and net revenue: 47.20 in January, 6.40 less 1.00 in February.
    case(
        "gmv_growth",
        KNOT,
        "the branch, late rows, none with itself",
        "2024-02 | -29/37 | 4 | small_n",
        by="month",
        **FEBRUARY,
    ),
    case(
        "gmv_growth",
        BEFORE,
        "before late rows and merged accounts",
        "2024-02 | -8/10 | 4 | small_n",
        by="month",
        **FEBRUARY,
    ),
    case(
        "net_revenue_growth",
        KNOT,
        "refund after the close",
        "2024-02 | -418/472 | 5 | small_n",
        by="month",
        **FEBRUARY,
    ),
    case("gmv_growth", KNOT, "a week that is not over", "2024-W24 | - | 0 | partial", **THIS_WEEK),
    case(
        "active_accounts_growth",
        KNOT,
        "one company on both sides",
        "2024-02 | buyer | -2/3 | 3 | small_n; 2024-02 | supplier | -1/2 | 2 | small_n",
        by="month,side",
        **FEBRUARY,
    ),
    case("supplier_path_conversion", KNOT, "nobody set out", "- | 0 | no_denominator", **FEBRUARY),
    # Cohorts: of b1 140, b2 180 and b3 50 in their first 30 days b2 brought 80 in the next.
    case("gmv_cohort_retention", KNOT, "the rate changed", "80/370 | 3 | small_n", where=(*BUYERS, "age=1")),
    case(
        "gmv_cohort_retention",
        OWED,
        "a first month of less than nothing",
        "- | 1 | no_denominator",
        where=(*BUYERS, "age=1"),
    ),
    case(
        "lifecycle_dormant_accounts",
        KNOT,
        "one company on both sides, a branch",
        "2024-02 | buyer | 2 | 2 | ok; 2024-02 | supplier | 1 | 1 | ok",
        by="month,side",
        **FEBRUARY,
    ),
    case(
        "lifecycle_dormant_accounts",
        BEFORE,
        "before merged accounts",
        "2024-02 | buyer | 3 | 3 | ok; 2024-02 | supplier | 2 | 2 | ok",
        by="month,side",
        **FEBRUARY,
    ),
    case(
        "lifecycle_resurrected_accounts",
        KNOT,
        "a week that is not over",
        "2024-W24 | 1 | 1 | partial",
        where=BUYERS,
        **THIS_WEEK,
    ),
    # Funnels: s1 and s9 of four suppliers sold within 90 days.
    case("supplier_path_reached", KNOT, "with itself is no sale", "2 | 2 | ok", **JANUARY),
    case("supplier_path_reached", BEFORE, "before merged accounts", "3 | 3 | ok", **JANUARY),
    # Traffic: b4 bought of its own company only.
    case("visits", KNOT, "late rows", "3 | 3 | ok", **JANUARY),
    case("visits", BEFORE, "before late rows", "2 | 2 | ok", **JANUARY),
    case("visits", KNOT, "a week that is not over", "2024-W24 | 1 | 1 | partial", **THIS_WEEK),
    case("visitor_to_first_order_rate", KNOT, "with itself is no order", "1/3 | 3 | small_n", **JANUARY),
    case("visitor_to_first_order_rate", BEFORE, "before merged accounts", "1 | 2 | small_n", **JANUARY),
    # Fulfilment: o1, o3 and o7 in January.
    case(
        "shipments",
        KNOT,
        "one company on both sides, a branch, none with itself",
        "buyer|3|3|ok; supplier|3|3|ok",
        by="side",
        **JANUARY,
    ),
    case("shipments", BEFORE, "before late rows and merged accounts", "3 | 3 | ok", **JANUARY),
    case("shipments", KNOT, "a week that is not over", "2024-W24 | 1 | 1 | partial", **THIS_WEEK),
    # Reviews: 5, 4 and 3.
    case("average_rating", KNOT, "late rows, none of itself", "4 | 3 | small_n", **JANUARY),
    case("average_rating", BEFORE, "before late rows and merged accounts", "3 | 3 | small_n", **JANUARY),
    case("reviews", KNOT, "a week that is not over", "2024-W24 | 1 | 1 | partial", **THIS_WEEK),
    case("reviews", KNOT, "one company on both sides, a branch", "buyer|0|0|ok; supplier|3|3|ok", by="side", **JANUARY),
    # Subscriptions: 12, 10 and 5 in January; 2, 8 and, with the second load, 7 more in February.
    case("mrr", KNOT, "one company on both sides", "buyer | 5 | 1 | ok; supplier | 22 | 2 | ok", by="side", **JANUARY),
    case(
        "mrr",
        KNOT,
        "late rows, a branch, another currency",
        "2024-02 | buyer | 7 | 2 | ok; 2024-02 | supplier | 37 | 4 | ok",
        by="month,side",
        **FEBRUARY,
    ),
    case(
        "mrr",
        BEFORE,
        "before late rows",
        "2024-02 | buyer | 7 | 2 | ok; 2024-02 | supplier | 30 | 3 | ok",
        by="month,side",
        **FEBRUARY,
    ),
    case("mrr", KNOT, "a week that is not over", "2024-W24 | 44 | 6 | partial", **THIS_WEEK),
    case(
        "mrr_per_subscriber",
        ENDED,
        "nobody subscribes",
        "2024-03 | - | 0 | no_denominator",
        by="month",
        start="2024-03-01",
    ),
)
