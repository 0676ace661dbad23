"""What accounts cost and return, by hand."""

from tests.metrics.cases import account, case, dated, order, world
from tests.metrics.cases_volume import SAMPLE


def spend(amount: int, on: str, side: str | None = None, **more: object) -> dict[str, object]:
    return dated({"spent_at": on, "amount": amount, "side": side, **more})


# b1 and s1 trade on 1 January, twice, and again on 20 May; b2 and s2 on 15 February only. Ninety days after 1 January
# is 31 March, after 15 February 15 May.
TRADING = world(
    "2024-06-30",
    accounts=[
        account("b1", "2024-01-01", channel="ads"),
        account("b2", "2024-01-10", channel="seo", category="x"),
        account("b3", "2024-02-01", channel="ads"),
        account("b9", "2024-01-02", is_internal=True),
        account("s1", "2024-01-01", segment="large"),
        account("s2", "2024-01-15", segment="small"),
    ],
    orders=[
        order("b1", "s1", "2024-01-01", 100_00, order_id="o1", category="x"),
        order("b1", "s1", "2024-01-01", 20_00, order_id="o2", category="x"),
        order("b2", "s2", "2024-02-15", 200_00, order_id="o3", category="y"),
        order("b1", "s1", "2024-05-20", 80_00, order_id="o4", category="x"),
    ],
    fees=[
        dated({"order_id": "o1", "charged_at": "2024-01-01", "amount": 10_00}),
        dated({"order_id": "o2", "charged_at": "2024-01-01", "amount": 2_00, "kind": "listing"}),
        dated({"order_id": "o3", "charged_at": "2024-02-15", "amount": 20_00}),
        dated({"order_id": "o4", "charged_at": "2024-05-20", "amount": 8_00}),
        dated({"account_id": "s1", "charged_at": "2024-03-03", "amount": 5_00, "kind": "subscription"}),
    ],
    refunds=[dated({"order_id": "o3", "refunded_at": "2024-06-01", "amount": 40_00, "fee_amount": 4_00})],
    spend=[
        spend(100_00, "2024-01-01", "buyer", channel="ads"),
        spend(50_00, "2024-01-20", "supplier", kind="onboarding"),
        spend(60_00, "2024-02-01", "buyer", channel="seo", category="x"),
        spend(40_00, "2024-02-10", channel="brand"),  # for nobody in particular
        spend(30_00, "2024-03-05", "buyer", channel="ads"),
    ],
)
UNSIGNED = TRADING.but({"accounts": [{**a, "signed_up_at": None} for a in TRADING.tables["accounts"]]})
"""Accounts that are known from their orders only, as in a ledger of invoices."""
LATE_SPEND = TRADING.but({"spend": [spend(60_00, "2024-02-01", "buyer")]})

# Ten buyers pay 20.00 in fees on 1 January; five of them 10.00 more on 5 February, 35 days later.
COHORT = [(f"b{i}", "2024-01-01", 20_00) for i in range(10)] + [(f"b{i}", "2024-02-05", 10_00) for i in range(5)]
LIVES = world(
    "2024-03-31",
    accounts=[account(f"b{i}", "2024-01-01", channel="ads" if i < 10 else "seo") for i in range(11)]
    + [account("s1", "2024-01-01")],
    orders=[order(b, "s1", on, 100_00, order_id=f"{b} {on}") for b, on, _ in [*COHORT, ("b10", "2024-03-20", 0)]],
    fees=[dated({"order_id": f"{b} {on}", "charged_at": on, "amount": fee}) for b, on, fee in COHORT],
    spend=[spend(55_00, "2024-01-01", "buyer", channel="ads")],
)
LONG_LIVES = LIVES.but(known_until=dated({"x_on": "2025-12-31"})["x_on"])
SUBSCRIBERS = LIVES.but(
    {
        "fees": [
            *LIVES.tables["fees"],
            dated({"account_id": "b0", "charged_at": "2024-01-15", "amount": 10_00, "kind": "subscription"}),
            dated(
                {"account_id": "b0", "charged_at": "2023-12-15", "amount": 99_00, "kind": "subscription"}
            ),  # too soon
        ],
        "refunds": [dated({"order_id": "b1 2024-01-01", "refunded_at": "2024-03-01", "amount": 1, "fee_amount": 4_00})],
    }
)
COMPANIES = world(
    "2024-03-31",
    accounts=[
        account("b1", "2024-01-01", organization_id="g"),
        account("b2", "2024-01-10", loaded_in=1, superseded_in=2),
        account("b2", "2024-01-10", organization_id="g", loaded_in=2),  # found to be b1 under another name
        account("b3", "2024-02-01"),
        account("b4", "2024-02-02", parent_id="b3"),  # a branch: its head office names no organization
        account("b5", "2024-03-01", parent_id="b1"),  # a branch of g
        account("s1", "2024-01-05", organization_id="g"),
        account("s2", "2024-03-05"),
    ],
)
FOUR_PARTS = TRADING.but(
    {
        "spend": [
            *TRADING.tables["spend"],
            spend(80_00, "2024-01-01", "supplier", kind="sales", channel="ads"),
            spend(20_00, "2024-02-01", "buyer", kind="incentive", channel="referral"),
        ]
    }
)
REFERRALS = world(
    "2024-01-31",
    accounts=[
        account("b1", "2024-01-01", channel="ads"),
        account("b2", "2024-01-01", channel="referral"),
        account("b3", "2024-01-01", channel="Referral"),
        account("b4", "2024-01-01"),
        account("s1", "2024-01-01"),
    ],
    orders=[
        order("b1", "s1", "2024-01-02", 100_00),
        order("b1", "s1", "2024-01-03", 900_00),  # not its first
        order("b2", "s1", "2024-01-04", 60_00),
        order("b3", "s1", "2024-01-05", 40_00),
        order("b4", "s1", "2024-01-06", 10_00),
    ],
    spend=[
        spend(50_00, "2024-01-01", "buyer", channel="ads"),
        spend(20_00, "2024-01-01", "buyer", kind="incentive", channel="referral"),
        spend(10_00, "2024-01-01", "buyer", kind="incentive", channel="Referral"),
        spend(99_00, "2024-01-01", "buyer", kind="incentive"),
    ],
)
# Orders are known from 10 March, so it is told from 1 June on who is new.
OLDER = world(
    "2024-12-31",
    accounts=[account("b1", "2023-06-01"), account("b2", "2024-06-02"), account("s1", "2024-06-02")],
    orders=[order("b1", "s1", "2024-03-10", 1_00), order("b2", "s1", "2024-06-02", 1_00)],
    spend=[
        spend(10_00, "2024-03-10", "buyer"),
        spend(20_00, "2024-06-02", "buyer"),
        spend(40_00, "2024-10-01", "buyer"),
    ],
)
WON_BEFORE = OLDER.but(
    {
        "accounts": [account("b1", "2024-03-01"), account("b2", "2024-06-01"), account("s1", "2024-03-10")],
        "spend": [*OLDER.tables["spend"], spend(90_00, "2024-02-01", "buyer")],
    }
)
SHORT = OLDER.but(
    {"spend": [spend(10_00, "2024-03-10", "buyer"), spend(20_00, "2024-06-02", "buyer")]},
    known_until=dated({"x_on": "2024-07-31"})["x_on"],
)
COSTLY = LIVES.but({"spend": [spend(120_00, "2024-01-01", "buyer")]})
TOO_COSTLY = LIVES.but({"spend": [spend(550_00, "2024-01-01", "buyer")]})
UNHEARD = world(
    "2024-02-29",
    accounts=[account("b0", "2023-12-30"), account("b1", "2024-02-01", channel="ads"), account("s1", "2023-12-30")],
    orders=[order("b0", "s1", "2024-01-01", 1_00), order("b1", "s1", "2024-02-03", 1_00)],
    spend=[
        spend(5_00, "2024-01-01", "buyer", channel="ads"),
        spend(90_00, "2024-02-01", "buyer", channel="ads"),
        spend(30_00, "2024-02-01", "buyer", channel="tv"),
    ],
)
"""Both buyers ordered two days after signup; whoever saw it on television did not."""
BY_CAMPAIGN = world(
    "2024-06-30",
    accounts=[account(name, "2024-01-01") for name in ("b1", "b2", "b3", "b4", "s1")],
    campaigns=[{"campaign_id": "c1", "name": "Spring"}, {"campaign_id": "c2", "name": "Fair"}],
    leads=[
        dated({"lead_id": "l1", "side": "buyer", "account_id": "b1", "campaign_id": "c1", "created_at": "2023-12-01"}),
        dated({"lead_id": "l2", "side": "buyer", "account_id": "b1", "campaign_id": "c2", "created_at": "2023-12-09"}),
        dated({"lead_id": "l3", "side": "buyer", "account_id": "b2", "campaign_id": "c2", "created_at": "2023-12-01"}),
        dated({"lead_id": "l4", "side": "buyer", "account_id": "b3", "campaign_id": "c1", "created_at": "2023-12-01"}),
    ],
    orders=[order("b1", "s1", "2024-01-10", 1_00), order("b4", "s1", "2024-01-10", 1_00)],
    spend=[
        spend(60_00, "2024-01-10", "buyer", campaign_id="c1"),
        spend(9_00, "2024-01-10", "buyer", campaign_id="c2"),
        spend(7_00, "2024-01-10", "buyer"),
    ],
)
BUYERS = ("side=buyer",)

CASES = (
    case(
        "signups",
        TRADING,
        "staff left out, zero while known",
        "2024-01 | 4 | 4 | ok; 2024-02 | 1 | 1 | ok; 2024-03 | 0 | 0 | ok",
        by="month",
        end="2024-03-31",
    ),
    case("signups", TRADING, "by channel", "- | 2 | 2 | ok; ads | 2 | 2 | ok; seo | 1 | 1 | ok", by="channel"),
    case("signups", TRADING, "by side", "buyer | 3 | 3 | ok; supplier | 2 | 2 | ok", by="side"),
    case(
        "signups", TRADING, "segment needs no side here", "large | 1 | 1 | ok", where=("segment=large",), by="segment"
    ),
    case("signups", UNSIGNED, "no dates of signup", reason="needs accounts.signed_up_at"),
    case(
        "new_transacting_accounts",
        TRADING,
        "in the month of the first order",
        "2024-01 | 2 | 2 | ok; 2024-02 | 2 | 2 | ok; 2024-03 | 0 | 0 | ok",
        by="month",
        end="2024-03-31",
    ),
    case("new_transacting_accounts", TRADING, "by side", "buyer | 2 | 2 | ok; supplier | 2 | 2 | ok", by="side"),
    case(
        "new_transacting_accounts", TRADING, "own category, else the first order's", "x|3|3|ok; y|1|1|ok", by="category"
    ),
    case(
        "new_transacting_accounts",
        UNSIGNED,
        "without dates of signup they may be older than the orders",
        "4 | 4 | partial",
        reason="orders are known from 2024-01-01: until 2024-04-01 a first known order need not be the first",
    ),
    case("new_transacting_accounts", OLDER, "b1 is older than the orders", "3 | 3 | partial"),
    case("new_transacting_accounts", OLDER, "not its later months", "1 | 1 | ok", start="2024-06-01"),
    case("new_transacting_accounts", SAMPLE, "not from a sample", reason="declared sample"),
    case(
        "returned_accounts",
        TRADING,
        "after 140 days, a split order of the same day is no return",
        "2024-04|0|0|ok; 2024-05|2|2|ok; 2024-06|0|0|ok",
        by="month",
        start="2024-04-01",
    ),
    case("returned_accounts", TRADING, "by side", "buyer | 1 | 1 | ok; supplier | 1 | 1 | ok", by="side"),
    case(
        "lapsed_accounts",
        TRADING,
        "on the ninetieth day",
        "2024-03 | buyer | 1 | 1 | ok; 2024-04 | buyer | 0 | 0 | ok; 2024-05 | buyer | 1 | 1 | ok",
        by="month,side",
        where=("side=buyer",),
        start="2024-03-01",
        end="2024-05-31",
    ),
    case("lapsed_accounts", TRADING, "the day before", "0 | 0 | ok", as_of="2024-03-30"),
    case("lapsed_accounts", TRADING, "the day itself, both sides", "2 | 2 | ok", as_of="2024-03-31"),
    case(
        "lapsed_accounts",
        TRADING,
        "by segment",
        "large | 1 | 1 | ok; small | 1 | 1 | ok",
        by="segment",
        where=("side=supplier",),
    ),
    case(
        "net_new_accounts",
        TRADING,
        "new plus returned less lapsed",
        "2024-01|2|2|ok; 2024-02|2|2|ok; 2024-03|-2|2|ok; 2024-04|0|0|ok; 2024-05|0|4|ok; 2024-06|0|0|ok",
        by="month",
    ),
    case("net_new_accounts", TRADING, "total", "2 | 10 | ok"),  # 4 new, 2 returned, 4 lapsed
    case(
        "acquisition_spend",
        TRADING,
        "by month",
        "2024-01 | 150 | 2 | ok; 2024-02 | 100 | 2 | ok; 2024-03 | 30 | 1 | ok",
        by="month",
        end="2024-03-31",
    ),
    case(
        "acquisition_spend", TRADING, "spend without a side is on none", "buyer|190|3|ok; supplier|50|1|ok", by="side"
    ),
    case(
        "acquisition_spend",
        world("2024-01-31", spend=[spend(100_00, "2024-01-10", currency="USD")]),
        "without a rate",
        reason="1 rows of spend from 2024-01-10 to 2024-01-10 in USD have no rate",
    ),
    case(
        "cac",
        TRADING,
        "spend over new accounts of the month; none over none",
        "2024-01 | 75 | 2 | small_n; 2024-02 | 50 | 2 | small_n; 2024-03 | - | 0 | no_denominator",
        by="month",
        end="2024-03-31",
    ),
    case("cac", TRADING, "by side", "buyer | 95 | 2 | small_n; supplier | 25 | 2 | small_n", by="side"),
    case(
        "cac",
        TRADING,
        "by channel of spend and of account",
        "-|25|2|small_n; ads|130|1|small_n; brand|-|0|no_denominator; seo|60|1|small_n",
        by="channel",
    ),
    case("cac", LATE_SPEND, "from the first day spend is known", "30 | 2 | small_n", span="2024-02-01..2024-06-30"),
    case("cac", TRADING.but({"spend": None}), "no spend", reason="needs spend"),
    # 20.00 and 40.00 over b2 alone: b1's order is of the months in which nobody can be told to be new.
    case(
        "cac", OLDER, "only over those known to be new", "60 | 1 | small_n", where=BUYERS, span="2024-06-01..2024-12-31"
    ),
    case("cac", OLDER, "not in the months before", where=BUYERS, end="2024-05-31", reason="known from 2024-06-01"),
    case(
        "cac",
        OLDER,
        "by quarter: the second begins before it can be told",
        "2024-Q2 | 20 | 1 | partial; 2024-Q3 | - | 0 | no_denominator; 2024-Q4 | - | 0 | no_denominator",
        by="quarter",
        where=BUYERS,
    ),
    # 90.00 were spent before the first known order, and won b1.
    case("cac", WON_BEFORE, "spend cut off with its days", "60 | 1 | small_n", where=BUYERS),
    # Of so few months nothing is left out: (10.00 + 20.00) / 2.
    case(
        "cac", SHORT, "too short a history to leave months out", "15 | 2 | partial", where=BUYERS, reason="need not be"
    ),
    case(
        "lagged_cac",
        WON_BEFORE,
        "the lag reaches back",
        "20 | 1 | small_n",
        where=BUYERS,
        start="2024-06-01",
        end="2024-07-31",
    ),
    # Half of each order's fees less returns: b1 6.00 in January, 4.00 in May; b2 (20 - 4) / 2 = 8.00 in February.
    case(
        "monthly_contribution",
        TRADING,
        "per account and month; s1 also paid 5.00 in March",
        "buyer | 18/3 | 3 | small_n; supplier | 23/4 | 4 | small_n",
        by="side",
    ),
    case(
        "monthly_contribution",
        TRADING,
        "by month",
        "2024-01 | 6 | 1 | small_n; 2024-02 | 8 | 1 | small_n; 2024-03 | - | 0 | no_denominator",
        by="month",
        where=("side=buyer",),
        end="2024-03-31",
    ),
    case(
        "monthly_contribution",
        TRADING,
        "as of mid-February only January is a whole month",
        "2024-01 | 6 | 1 | small_n",
        by="month",
        where=("side=buyer",),
        as_of="2024-02-20",
    ),
    case("monthly_contribution", TRADING, "months do not fit weeks", by="week,side", reason="is known by month"),
    # Age month 0 earns 10.00 a buyer, age month 1 five times 5.00 over ten, age month 2 nothing: 12.50. The parts of
    # five accounts are 2.5 above, of five 2.5 below: variance 10 * 6.25 / 100, half width 1.96 * 0.790569.
    case(
        "ltv",
        LIVES,
        "the months seen so far; the eleventh buyer has not lived one",
        "buyer | 12.5 | 11 | immature; supplier | - | 1 | immature",
        by="side",
    ),
    case(
        "ltv",
        LIVES,
        "its interval",
        "12.5 | 11 | immature",
        where=("side=buyer",),
        bounds=(10.95051, 14.04949),
        reason="covers the 3 months of age seen so far, of 24",
    ),
    case("ltv", LIVES, "a cohort of one channel", "12.5 | 10 | immature", where=("side=buyer", "channel=ads")),
    case("ltv", LIVES, "as of one month of age", "10 | 10 | immature", where=("side=buyer",), as_of="2024-02-05"),
    # The eleventh buyer has lived its months too and paid nothing.
    case("ltv", LONG_LIVES, "24 months seen", "125/11 | 11 | small_n", where=("side=buyer",)),
    # 10.00 more from b0's plan, the fee before its first order not; half of 4.00 less from b1: 12.5 + 1.0 - 0.2.
    case("ltv", SUBSCRIBERS, "own fees and returned ones", "13.3 | 11 | immature", where=("side=buyer",)),
    case("ltv", LIVES, "both sides at once would count a fee twice", reason="exists per side only"),
    case("ltv", LIVES.but({"fees": None}), "no fees", by="side", reason="needs fees"),
    # 55.00 over 11 buyers: 5.00.
    case(
        "ltv_to_cac",
        LIVES,
        "both over the same days",
        "5/2 | 11 | immature",
        where=("side=buyer",),
        bounds=(10.95051 / 5, 14.04949 / 5),
    ),
    case("ltv_to_cac", LIVES, "too few suppliers to value", "- | 1 | immature", where=("side=supplier",)),
    # 95.00 over 6.00 a month; suppliers 25.00 over 5.75.
    case(
        "cac_payback_months",
        TRADING,
        "months of activity",
        "buyer | 95/6 | 2 | small_n; supplier | 100/23 | 2 | small_n",
        by="side",
    ),
    case(
        "cac_payback_months",
        TRADING.but({"fees": [dated({"order_id": "o1", "charged_at": "2024-01-01", "amount": -10_00})]}),
        "more was given back than earned",
        "- | 0 | no_denominator",
        where=BUYERS,
        reason="the denominator is negative",
    ),
    case(
        "cac_payback_months",
        TRADING,
        "nobody new",
        "2024-03 | - | 0 | no_denominator",
        by="month",
        where=("side=buyer",),
        start="2024-03-01",
        end="2024-03-31",
    ),
    case(
        "new_companies",
        COMPANIES,
        "duplicates and branches once, both roles once each",
        "2024-01 | 2 | 2 | ok; 2024-02 | 1 | 1 | ok; 2024-03 | 1 | 1 | ok",
        by="month",
    ),
    case(
        "new_companies",
        COMPANIES.but(known_on=1),
        "before b2 was found to be b1",
        "2024-01 | 3 | 3 | ok; 2024-02 | 1 | 1 | ok; 2024-03 | 1 | 1 | ok",
        by="month",
    ),
    case("new_companies", COMPANIES, "by side", "buyer | 2 | 2 | ok; supplier | 2 | 2 | ok", by="side"),
    case(
        "marketing_cost_per_new_account",
        TRADING,
        "by month",
        "2024-01 | 50 | 2 | small_n; 2024-02 | 50 | 2 | small_n; 2024-03 | - | 0 | no_denominator",
        by="month",
        end="2024-03-31",
    ),
    case("marketing_cost_per_new_account", TRADING, "by side", "buyer|95|2|small_n; supplier|0|2|small_n", by="side"),
    case("sales_cost_per_new_account", TRADING, "none is known", reason="needs spend.kind=sales"),
    case("sales_cost_per_new_account", FOUR_PARTS, "over both sides' accounts", "20 | 4 | small_n"),
    case("onboarding_cost_per_new_account", TRADING, "by side", "buyer|0|2|small_n; supplier|25|2|small_n", by="side"),
    case("incentive_cost_per_new_account", FOUR_PARTS, "over both sides' accounts", "5 | 4 | small_n"),
    case(
        "paid_cac",
        TRADING,
        "by channel; no account came by brand",
        "- | - | 0 | no_denominator; ads | 130 | 1 | small_n; brand | - | 0 | no_denominator; seo | 60 | 1 | small_n",
        by="channel",
    ),
    case("paid_cac", TRADING, "paid accounts only", "115 | 2 | small_n"),
    case("paid_cac", FOUR_PARTS, "sales and incentives are not in it", "115 | 2 | small_n"),
    # Days to first order are 0, 0, 31 and 36: the lag is 16 days. February's spend is that from 16 January on.
    case(
        "lagged_cac",
        TRADING,
        "spend half a month earlier",
        "2024-01|-|2|immature; 2024-02|75|2|small_n; 2024-03|-|0|no_denominator",
        by="month",
        end="2024-03-31",
    ),
    case(
        "lagged_cac",
        TRADING,
        "why January cannot say",
        "2024-01 | - | 2 | immature",
        by="month",
        end="2024-01-31",
        reason="needs spend 16 days earlier: known from 2024-01-01, so periods from 2024-01-17 on",
    ),
    case(
        "lagged_cac",
        TRADING,
        "by side",
        "2024-02 | buyer | 60 | 1 | small_n; 2024-02 | supplier | 50 | 1 | small_n",
        by="month,side",
        start="2024-02-01",
        end="2024-02-29",
    ),
    case(
        "lagged_cac",
        UNHEARD,
        "spend on a channel that won nobody",
        "ads | 90 | 1 | small_n; tv | - | 0 | no_denominator",
        by="channel",
        where=BUYERS,
        start="2024-02-01",
        end="2024-02-29",
        reason="nobody was won",
    ),
    case(
        "lagged_cac",
        UNHEARD,
        "where the first spend is not known either",
        "- | - | 1 | immature; ads | - | 0 | no_denominator",
        by="channel",
        where=BUYERS,
        end="2024-01-31",
        reason="nobody was won",
    ),
    case("paid_dependency", REFERRALS, "of three whose channel is known", "1/3 | 3 | small_n", basis="wilson"),
    case(
        "paid_dependency",
        REFERRALS,
        "nobody's channel is known",
        "buyer | 1/3 | 3 | small_n; supplier | - | 0 | no_denominator",
        by="side",
    ),
    case("paid_gmv_dependency", REFERRALS, "by first orders", "100/200 | 3 | small_n", where=("side=buyer",)),
    case("paid_gmv_dependency", REFERRALS, "both sides have the order", reason="exists per side only"),
    case("referral_share", REFERRALS, "in any case of letters", "2/3 | 3 | small_n"),
    case(
        "referral_share",
        LIVES.but({"accounts": [account("b1", "2024-01-01")]}),
        "channels are not known",
        reason="needs accounts.channel",
    ),
    case("incentive_cost_per_referral", REFERRALS, "booked on the channel, in any case of letters", "15 | 2 | small_n"),
    case("incentive_cost_per_referral", TRADING, "none is paid", reason="needs spend.kind=incentive"),
    case("ltv_full_credit", LIVES, "twice the half", "25 | 11 | immature", where=("side=buyer",)),
    # Own fees count once: 25 for orders, 1.0 of b0's plan, less 4.00 over ten.
    case("ltv_full_credit", SUBSCRIBERS, "own fees once", "25.6 | 11 | immature", where=("side=buyer",)),
    # 10.00 in the first month, 2.50 / 1.1 ** (30 / 365.25) in the second.
    case("discounted_ltv", LIVES, "the second month a little less", "12.48051 | 11 | immature", where=("side=buyer",)),
    case("discounted_ltv", LIVES, "both sides at once", reason="exists per side only"),
    # 120.00 over 11 accounts are 10.91: above 10.00 of the first month, below 12.50 of two.
    case("observed_payback_months", COSTLY, "in the second month", "2 | 11 | small_n", where=("side=buyer",)),
    case(
        "observed_payback_months",
        LIVES.but({"spend": [*LIVES.tables["spend"], spend(7_00, "2024-01-01", "buyer", channel="tv")]}),
        "of channels that cost nothing, or won nobody",
        "ads | 1 | 10 | small_n; seo | - | 0 | no_denominator; tv | - | 0 | no_denominator",
        by="channel",
        where=BUYERS,
        reason="nobody was won",
    ),
    case("observed_payback_months", LIVES, "at once", "1 | 10 | small_n", where=("side=buyer", "channel=ads")),
    case(
        "observed_payback_months",
        TOO_COSTLY,
        "not in what is seen",
        "- | 11 | immature",
        where=("side=buyer",),
        reason="not within the 3 months seen: 25% earned back",
    ),
    case("observed_payback_months", LIVES, "nothing was spent", "- | 0 | no_denominator", where=("side=supplier",)),
    # b1 and b3 came by Spring and b1 ordered, b2 came by Fair and did not; b4 came by no known campaign and ordered.
    case(
        "cac",
        BY_CAMPAIGN,
        "by the campaign of the account's first lead",
        "- | 7 | 1 | small_n; Fair | - | 0 | no_denominator; Spring | 60 | 1 | small_n",
        by="campaign",
        where=BUYERS,
    ),
    case(
        "first_purchase_rate",
        BY_CAMPAIGN,
        "by the campaign of the account's first lead",
        "- | 1 | 1 | small_n; Fair | 0 | 1 | small_n; Spring | 1/2 | 2 | small_n",
        by="campaign",
    ),
)
