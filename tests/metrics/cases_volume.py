"""Volume by hand: what counts as an order, as a trading account, and what an order is worth."""

from tests.metrics.cases import account, case, dated, day, order, world

ACCOUNTS = [
    account("b1", region="north"),
    account("b2"),
    account("b3", organization_id="both"),  # buys here and sells as s3
    account("b4", organization_id="self"),
    account("b5", parent_id="b5_head"),  # a branch; its head office ties it to s5
    account("b5_head", organization_id="group"),
    account("b6", is_internal=True),
    account("s1", segment="large", category="z"),
    account("s2", segment="small"),
    account("s3", organization_id="both", segment="small"),
    account("s4", organization_id="self"),
    account("s5", organization_id="group"),
]

# January 300.00 in 2 orders, February 540.00 in 4, March 0.00 in 2.
ORDERS = [
    order("b1", "s1", "2024-01-01", 100_00, order_id="o1", category="x", region="north", channel="web"),
    order("b1", "s2", "2024-01-20", 200_00, order_id="o2", category="y", region="south", channel="web"),
    order("b2", "s1", "2024-02-05", 300_00, order_id="o3", category="x"),
    order("b2", "s1", "2024-02-05", 100_00, order_id="o4", category="x"),
    order("b2", "s1", "2024-02-05", 100_00, order_id="o5", category="x"),  # o4 again but for its id: both stay
    order("b1", "s3", "2024-02-20", 40_00, order_id="o6", category="y", on_platform=False),
    order("b3", "s2", "2024-03-10", -50_00, order_id="o7", category="y"),  # a credit note
    order("b3", "s2", "2024-03-31", 50_00, order_id="o8", category="y"),
    order("b1", "s1", "2024-01-25", 500_00, order_id="cancelled", status="cancelled", category="x"),
    order("b1", "s1", "2024-03-05", 70_00, order_id="placed", status="placed"),
    order("b1", "s1", "2024-01-05", 999_00, order_id="test", is_test=True),
    order("b6", "s1", "2024-01-06", 999_00, order_id="internal"),
    order("b4", "s4", "2024-01-07", 999_00, order_id="self"),
    order("b5", "s5", "2024-01-08", 999_00, order_id="group"),
]
REFUNDS = [
    dated({"order_id": "o1", "refunded_at": "2024-02-10", "amount": 30_00, "fee_amount": 3_00}),  # after the close
    dated({"order_id": "o3", "refunded_at": "2024-03-02", "amount": 60_00, "fee_amount": 6_00}),
    dated({"order_id": "cancelled", "refunded_at": "2024-02-01", "amount": 500_00, "fee_amount": 50_00}),
]
LEDGER = world("2024-03-31", accounts=ACCOUNTS, orders=ORDERS, refunds=REFUNDS)

YEAR_END = world(
    "2025-01-12",
    orders=[
        order("b1", "s1", "2024-12-23", 1_00),
        order("b1", "s1", "2024-12-29", 10_00),
        order("b1", "s1", "2024-12-30", 100_00),  # this Monday opens the first ISO week of 2025
        order("b1", "s1", "2025-01-05", 1000_00),
        order("b1", "s1", "2025-01-06", 10000_00),
    ],
)
FISCAL_YEARS = world(
    "2025-03-31",
    options={"fiscal_start": 4},
    orders=[
        order("b1", "s1", "2024-03-31", 1_00),
        order("b1", "s1", "2024-04-01", 10_00),
        order("b1", "s1", "2025-03-31", 100_00),
    ],
)

FOREIGN = world(
    "2024-02-29",
    orders=[
        order("b1", "s1", "2024-01-01", 100_00, currency="USD"),  # 90.00
        order("b1", "s1", "2024-01-31", 16_000, currency="JPY"),  # no decimals: 16,000 yen are 100.00
        order("b1", "s1", "2024-01-31", 1_015, currency="KWD"),  # three decimals: 3.045 rounds to the even 3.04
        order("b1", "s1", "2024-02-10", 100_00, currency="USD"),  # 95.00 at February's rate
        order("b1", "s1", "2024-02-11", 1_00),
    ],
    fx_rates=[
        {"currency": "USD", "quoted_on": day("2024-01-01"), "rate": 0.90},
        {"currency": "USD", "quoted_on": day("2024-02-01"), "rate": 0.95},
        {"currency": "JPY", "quoted_on": day("2024-01-01"), "rate": 0.00625},
        {"currency": "KWD", "quoted_on": day("2024-01-01"), "rate": 3.0},
    ],
)
IN_YEN = world(
    "2024-01-31",
    options={"currency": "JPY"},
    orders=[order("b1", "s1", "2024-01-01", 500), order("b1", "s1", "2024-01-02", 10_00, currency="EUR")],
    fx_rates=[{"currency": "EUR", "quoted_on": day("2023-12-31"), "rate": 160.0}],
)
SWISS = order("b1", "s1", "2024-01-15", 5_00, currency="CHF")
UNPRICED = FOREIGN.but({"orders": [*FOREIGN.tables["orders"], SWISS]})
TOO_EARLY = FOREIGN.but({"fx_rates": [{"currency": "USD", "quoted_on": day("2024-01-20"), "rate": 0.9}]})

SAMPLE = world(
    "2024-01-31",
    options={"sample": True},
    orders=[
        order("b1", "s1", "2024-01-01", 10_00, sample_weight=1, on_platform=False),  # of a stratum taken whole
        order("b1", "s1", "2024-01-02", 20_00, sample_weight=10, order_id="o2"),  # every tenth was taken
        order("b2", "s1", "2024-01-03", 30_00, sample_weight=10),
        order("b2", "s1", "2024-01-04", 40_00, sample_weight=1, status="cancelled"),
    ],
    fees=[dated({"order_id": "o2", "charged_at": "2024-01-02", "amount": 2_00})],
    refunds=[dated({"order_id": "o2", "refunded_at": "2024-01-05", "amount": 5_00, "fee_amount": 1_00})],
)
RESTATED = world(
    "2024-01-31",
    orders=[
        order("b1", "s1", "2024-01-01", 100_00, order_id="o1", loaded_in=1, superseded_in=2),
        order("b1", "s1", "2024-01-01", 150_00, order_id="o1", loaded_in=2),
        order("b2", "s1", "2024-01-10", 7_00, order_id="late", loaded_in=2),  # arrived a load later
    ],
)
EMPTY = world("2024-01-31")
HEADY = world(
    "2024-01-31",
    orders=[
        order("b1", "s1", "2024-01-02", 200_00, category="x"),
        order("b1", "s2", "2024-01-02", 300_00, category="x"),
        order("b1", "s1", "2024-01-03", 40_00, category="y"),
    ],
)
REGISTERED = world(
    "2024-02-29",
    accounts=[
        account("b1", "2024-01-05"),
        account("b2", "2024-01-10", closed_at="2024-02-10", segment="large"),
        account("b3"),
        account("s1", "2024-01-01"),
    ],
    orders=[
        order("b1", "s1", "2024-01-20", 10_00),
        order("b2", "s1", "2024-01-20", 50_00),
    ],
)

CASES = (
    case("gmv", LEDGER, "total, each order once", "840 | 8 | ok", basis="census", span="2024-01-01..2024-03-31"),
    case("gmv", LEDGER, "each side once", "buyer | 840 | 8 | ok; supplier | 840 | 8 | ok", by="side"),
    case("gmv", LEDGER, "by month", "2024-01 | 300 | 2 | ok; 2024-02 | 540 | 4 | ok; 2024-03 | 0 | 2 | ok", by="month"),
    case("gmv", LEDGER, "by category", "x | 600 | 4 | ok; y | 240 | 4 | ok", by="category"),
    case(
        "gmv",
        LEDGER,
        "by region, the buyer's where the order names none",
        "- | 500 | 5 | ok; north | 140 | 2 | ok; south | 200 | 1 | ok",
        by="region",
    ),
    case("gmv", LEDGER, "by channel", "- | 540 | 6 | ok; web | 300 | 2 | ok", by="channel"),
    case(
        "gmv",
        YEAR_END,
        "by deal size",
        "1: below 1k | 111 | 3 | ok; 2: 1k-10k | 1000 | 1 | ok; 3: 10k-50k | 10000 | 1 | ok",
        by="deal_size",
    ),
    case(
        "gmv",
        LEDGER,
        "by segment of the side",
        "large | 600 | 4 | ok; small | 240 | 4 | ok",
        by="segment",
        where=("side=supplier",),
    ),
    case("gmv", LEDGER, "segment has two meanings in a total", by="segment", reason="split by side as well"),
    case("gmv", LEDGER, "filtered", "240 | 4 | ok", where=("category=y",)),
    case("gmv", LEDGER, "filtered twice", "200 | 1 | ok", where=("category=x,y", "region=south")),
    case("gmv", LEDGER, "both sides in a filter count an order once", "840 | 8 | ok", where=("side=buyer,supplier",)),
    case("gmv", LEDGER, "nothing in the filter is a true zero", "0 | 0 | ok", where=("category=x", "region=south")),
    case(
        "gmv",
        YEAR_END,
        "ISO weeks over the year's end",
        "2024-W52 | 11 | 2 | ok; 2025-W01 | 1100 | 2 | ok; 2025-W02 | 10000 | 1 | ok",
        by="week",
    ),
    case("gmv", FISCAL_YEARS, "fiscal year", "FY2024 | 1 | 1 | partial; FY2025 | 110 | 2 | ok", by="fiscal_year"),
    case(
        "gmv",
        YEAR_END,
        "first and last quarter partial",
        "2024-Q4 | 111 | 3 | partial; 2025-Q1 | 11000 | 2 | partial",
        by="quarter",
        reason="known until 2025-01-12, the period ends 2025-03-31",
    ),
    case(
        "gmv",
        LEDGER,
        "a period cut by --from or --to is partial",
        "2024-01 | 200 | 1 | partial; 2024-02 | 500 | 3 | partial",
        by="month",
        start="2024-01-02",
        end="2024-02-19",
        reason="asked until 2024-02-19, the period ends 2024-02-29",
    ),
    case("gmv", LEDGER, "days before the first known", end="2023-12-31", reason="known from 2024-01-01 to 2024-03-31"),
    case(
        "gmv",
        LEDGER,
        "days after the last known",
        by="month",
        start="2030-01-01",
        reason="asked for 2030-01-01 and later",
    ),
    case("gmv", LEDGER, "as of a day before the data", as_of="2020-01-01", reason="asked for as of 2020-01-01"),
    case("gmv", LEDGER, "as of a day amid it", "800 | 5 | ok", as_of="2024-02-05", span="2024-01-01..2024-02-05"),
    case("gmv", FOREIGN, "dated rates", "2024-01 | 193.04 | 3 | ok; 2024-02 | 96 | 2 | ok", by="month"),
    case("gmv", IN_YEN, "reported without decimals", "2100 | 2 | ok"),  # 500 + 10.00 at 160
    case(
        "gmv",
        UNPRICED,
        "no rate is not one to one",
        reason="needs fx_rates: 1 rows of orders from 2024-01-15 to 2024-01-15 in CHF have no rate",
    ),
    case("gmv", UNPRICED, "days with every rate can be asked for", "96 | 2 | ok", start="2024-02-01"),
    case("gmv", TOO_EARLY, "a later rate prices nothing before it", reason="needs fx_rates"),
    case("gmv", FOREIGN.but({"fx_rates": None}), "no rates at all", reason="needs fx_rates"),
    # Variance by weight (w - 1) w x^2: 10 * 9 * 20^2 + 10 * 9 * 30^2 = 117,000; its root is 342.0526.
    case("gmv", SAMPLE, "weighted", "510 | 3 | ok", basis="declared sample", bounds=(-160.41083, 1180.41083)),
    case("gmv", RESTATED, "restated by a later load", "157 | 2 | ok"),
    case("gmv", RESTATED.but(known_on=1), "as known before that", "100 | 1 | ok"),
    case("gmv", EMPTY, "nothing loaded", reason="needs orders: no data has been loaded for it"),
    case(
        "booked_gmv",
        LEDGER,
        "cancelled and open orders stay in, test, internal and self-dealing ones do not",
        "2024-01 | 800 | 3 | ok; 2024-02 | 540 | 4 | ok; 2024-03 | 70 | 3 | ok",
        by="month",
    ),
    case("booked_gmv", LEDGER, "each side once", "buyer | 1410 | 10 | ok; supplier | 1410 | 10 | ok", by="side"),
    case("booked_gmv", LEDGER, "buyers have no segment here", by="side,segment", reason="cannot be split by segment"),
    case(
        "net_gmv",
        LEDGER,
        "a refund counts in its own month, one of a cancelled order never",
        "2024-01 | 300 | 2 | ok; 2024-02 | 510 | 5 | ok; 2024-03 | -60 | 3 | ok",
        by="month",
    ),
    case("net_gmv", LEDGER, "total since the first order, not the first refund", "750 | 10 | ok"),
    case("net_gmv", LEDGER, "by category", "x | 510 | 6 | ok; y | 240 | 4 | ok", by="category"),
    case("net_gmv", SAMPLE, "weighted refunds", "460 | 4 | ok", basis="declared sample"),  # 510 - 10 * 5
    case("net_gmv", LEDGER.but({"refunds": None}), "no refunds loaded", reason="needs refunds"),
    case("orders", LEDGER, "by month", "2024-01 | 2 | 2 | ok; 2024-02 | 4 | 4 | ok; 2024-03 | 2 | 2 | ok", by="month"),
    case("orders", UNPRICED, "need no rate", "6 | 6 | ok"),
    case("orders", UNPRICED, "without a rate no size", "- | 1 | 1 | ok; 1: below 1k | 5 | 5 | ok", by="deal_size"),
    case("orders", SAMPLE, "weighted, three rows behind it", "21 | 3 | ok", basis="declared sample"),
    case(
        "aov",
        LEDGER,
        "credits lower it; few orders are grey",
        "2024-01 | 150 | 2 | small_n; 2024-02 | 135 | 4 | small_n; 2024-03 | 0 | 2 | small_n",
        by="month",
    ),
    # Buyers' sums and orders (340, 3), (500, 3), (0, 2): residuals 25, 185, -210 from 105 an order; their squares sum
    # to 78,950, by 3/2 118,425, root 344.1293; half width 1.96 * 344.1293 / 8 = 84.3103.
    case("aov", LEDGER, "clustered by buyer", "105 | 8 | small_n", bounds=(20.68986, 189.31014)),
    case("aov", LEDGER, "no order in the filter", "- | 0 | no_denominator", where=("category=x", "region=south")),
    case("aov", SAMPLE, "weighted on both ends", "510/21 | 3 | small_n", basis="not computed"),
    # b1 spent 340 in 3, b2 500 in 3, b3 0 in 2; s1 sold 600 in 4, s2 200 in 3, s3 40 in 1.
    case(
        "median_account_aov",
        LEDGER,
        "middle account",
        "buyer | 340/3 | 3 | small_n; supplier | 200/3 | 3 | small_n",
        by="side",
    ),
    case("median_account_aov", LEDGER, "no meaning without a side", reason="exists per side only"),
    case("median_account_aov", SAMPLE, "not from a sample", by="side", reason="orders are a declared sample"),
    # Ranks 0, 1, 2: the 90th percentile lies 0.8 of the way from the second to the third.
    case(
        "p90_account_aov",
        LEDGER,
        "between the largest two",
        "buyer | 156 | 3 | small_n; supplier | 400/3 | 3 | small_n",
        by="side",
    ),
    case(
        "median_account_gmv",
        LEDGER,
        "middle account; empty where nobody traded",
        "2024-01 | 300 | 1 | small_n; 2024-02 | 270 | 2 | small_n; 2024-03 | 0 | 1 | small_n",
        by="month",
        where=("side=buyer",),
        basis="not computed",
    ),
    case(
        "median_account_gmv",
        FISCAL_YEARS,
        "a month without an order has no median",
        "2024-07 | - | 0 | no_denominator",
        by="month",
        where=("side=buyer",),
        start="2024-07-01",
        end="2024-07-31",
    ),
    case("active_accounts", LEDGER, "once per role: 3 buyers and 3 suppliers", "6 | 6 | ok"),
    case(
        "active_accounts",
        LEDGER,
        "by month and side",
        """2024-01 | buyer | 1 | 1 | ok; 2024-01 | supplier | 2 | 2 | ok
           2024-02 | buyer | 2 | 2 | ok; 2024-02 | supplier | 2 | 2 | ok
           2024-03 | buyer | 1 | 1 | ok; 2024-03 | supplier | 1 | 1 | ok""",
        by="month,side",
    ),
    case("active_buyers", LEDGER, "distinct over the year, not summed", "2024 | 3 | 3 | partial", by="year"),
    case("active_buyers", LEDGER, "not on the other side", where=("side=supplier",), reason="buyer side only"),
    case("active_buyers", SAMPLE, "accounts seen are not grossed up", "2 | 2 | ok", basis="not computed"),
    case("active_suppliers", LEDGER, "only its side has a cell", "supplier | 3 | 3 | ok", by="side"),
    case("active_suppliers", LEDGER, "one account in two categories", "x | 1 | 1 | ok; y | 2 | 2 | ok", by="category"),
    case(
        "gmv_per_active_account",
        LEDGER,
        "840 over 3 on each side",
        "buyer | 280 | 3 | small_n; supplier | 280 | 3 | small_n",
        by="side",
    ),
    case(
        "gmv_per_active_supplier",
        LEDGER,
        "by month",
        "2024-01 | 150 | 2 | small_n; 2024-02 | 270 | 2 | small_n; 2024-03 | 0 | 1 | small_n",
        by="month",
    ),
    case("gmv_per_active_supplier", SAMPLE, "orders grossed up over accounts seen", reason="declared sample"),
    case("gmv_per_active_buyer", LEDGER, "by category", "x | 300 | 2 | small_n; y | 120 | 2 | small_n", by="category"),
    case("gmv_per_active_buyer", LEDGER, "nobody", "- | 0 | no_denominator", where=("category=x", "region=south")),
    case(
        "orders_per_active_account",
        LEDGER,
        "8 orders over 3",
        "buyer | 8/3 | 3 | small_n; supplier | 8/3 | 3 | small_n",
        by="side",
    ),
    case(
        "cancellation_rate",
        LEDGER,
        "over everything placed",
        "2024-01 | 1/3 | 3 | small_n; 2024-02 | 0 | 4 | small_n; 2024-03 | 0 | 3 | small_n",
        by="month",
        basis="wilson",
    ),
    case("cancellation_rate", SAMPLE, "weighted", "1/22 | 4 | small_n", basis="not computed"),
    case("cancellation_rate", YEAR_END, "a ledger without cancellations", reason="needs orders.status=cancelled"),
    case(
        "refund_rate",
        LEDGER,
        "by the month of the order, none where GMV is zero",
        "2024-01 | 30/300 | 2 | small_n; 2024-02 | 60/540 | 4 | small_n; 2024-03 | - | 0 | no_denominator",
        by="month",
        reason="the denominator is zero",
    ),
    case("refund_rate", SAMPLE, "weighted", "50/510 | 3 | small_n"),
    case(
        "off_platform_share",
        LEDGER,
        "of GMV",
        "2024-01 | 0 | 2 | small_n; 2024-02 | 40/540 | 4 | small_n; 2024-03 | - | 0 | no_denominator",
        by="month",
    ),
    case("off_platform_share", YEAR_END, "nothing is reported as off platform", reason="needs orders.on_platform=fal"),
    # o1 lost 30.00 in February and o3 60.00 in March: by order date January 270, February 480.
    case(
        "net_gmv_cohort",
        LEDGER,
        "refunds by the date of the order",
        "2024-01 | 270 | 2 | ok; 2024-02 | 480 | 4 | ok; 2024-03 | 0 | 2 | ok",
        by="month",
    ),
    case("net_gmv_cohort", LEDGER, "once on each side", "buyer | 750 | 8 | ok; supplier | 750 | 8 | ok", by="side"),
    case("net_gmv_cohort", SAMPLE, "weighted: 10 + 150 + 300", "460 | 3 | ok", basis="declared sample"),
    case("net_gmv_cohort", LEDGER.but({"refunds": None}), "no refunds loaded", reason="needs refunds"),
    case("net_gmv_cohort", UNPRICED.but({"refunds": REFUNDS}), "without a rate", reason="needs fx_rates"),
    # The 99th percentile of 200 and 300 is 299, with 40 beside them 298, of one order itself.
    case("winsorised_aov", HEADY, "capped at 299", "x | 499/2 | 2 | small_n; y | 40 | 1 | small_n", by="category"),
    case(
        "winsorised_aov", HEADY, "each order once", "538/3 | 3 | small_n", where=("category=x,y",), start="2024-01-02"
    ),
    # b1 340 over 3 orders, b2 500 over 3, b3 0 over 2; s1 600 over 4, s2 200 over 3, s3 40.
    case(
        "mean_account_aov",
        LEDGER,
        "every account once",
        "buyer | 280/3 | 3 | small_n; supplier | 770/9 | 3 | small_n",
        by="side",
    ),
    case("mean_account_aov", LEDGER, "per side only", reason="exists per side only"),
    # 100, 200, 500, 40, -50 and 50 on six days of one supplier each.
    case("daily_gmv_per_active_supplier", LEDGER, "six selling days", "140 | 6 | small_n"),
    case(
        "daily_gmv_per_active_supplier",
        HEADY,
        "two suppliers on a day: 250 and 40",
        "supplier | 145 | 2 | small_n",
        by="side",
    ),
    case("daily_gmv_per_active_supplier", SAMPLE, "not from a sample", reason="declared sample"),
    case(
        "registered_accounts",
        REGISTERED,
        "by month's end, closed ones gone, one without a day of signup never in",
        "2024-01 | buyer | 2 | 2 | ok; 2024-01 | supplier | 1 | 1 | ok; "
        "2024-02 | buyer | 1 | 1 | ok; 2024-02 | supplier | 1 | 1 | ok",
        by="month,side",
    ),
    case(
        "gmv_per_registered_account",
        REGISTERED,
        "idle accounts in the denominator",
        "buyer | 60 | 1 | small_n; supplier | 60 | 1 | small_n",
        by="side",
    ),
    case(
        "gmv_per_registered_account",
        REGISTERED,
        "by segment: no large one is registered",
        "- | 10 | 1 | small_n; large | - | 0 | no_denominator",
        by="segment",
        where=("side=buyer",),
        reason="the denominator is zero",
    ),
    case("gmv_per_registered_account", LEDGER, "no signup is dated", reason="needs accounts.signed_up_at"),
)
