"""Fees and take rate by hand, over the ledger of the volume cases."""

from tests.metrics.cases import case, dated, day, order, world
from tests.metrics.cases_volume import FOREIGN, LEDGER, SAMPLE


def fee(amount: int, on: str, **more: object) -> dict[str, object]:
    return dated({"charged_at": on, "amount": amount, **more})


# On GMV of 300 in January, 540 in February, 0 in March.
FEES = [
    fee(10_00, "2024-01-01", order_id="o1"),
    fee(20_00, "2024-01-20", order_id="o2", kind="transaction"),
    fee(30_00, "2024-02-05", order_id="o3"),
    fee(5_00, "2024-02-05", order_id="o3", kind="advertising"),
    fee(15_00, "2024-01-31", account_id="s1", kind="subscription"),
    fee(15_00, "2024-02-29", account_id="s1", kind="subscription"),
    fee(7_00, "2024-03-01", kind="other"),  # on nobody's account
    fee(50_00, "2024-01-25", order_id="cancelled"),
    fee(50_00, "2024-01-05", order_id="test"),
    fee(50_00, "2024-01-31", account_id="b6", kind="subscription"),  # staff
]
BILLED = LEDGER.but({"fees": FEES})
LATE_BILLING = LEDGER.but({"fees": [fee(30_00, "2024-02-05", order_id="o3")]})
"""The fee export begins five weeks after the orders."""
CREDITED = world(
    "2024-01-31",
    orders=[order("b1", "s1", "2024-01-01", -50_00, order_id="credit")],
    fees=[fee(1_00, "2024-01-01", order_id="credit")],
)
FOREIGN_FEES = FOREIGN.but(
    {"fees": [fee(10_00, "2024-01-15", kind="other", currency="USD"), fee(1_00, "2024-02-15", kind="other")]}
)

KINDS = LEDGER.but(
    {
        "fees": [
            *FEES,
            fee(3_00, "2024-02-10", account_id="s2", kind="listing"),
            fee(-4_00, "2024-02-05", order_id="o3"),  # a discount on o3's commission
        ],
        "spend": [
            dated({"spent_at": "2024-01-01", "amount": 12_00, "kind": "incentive", "side": "buyer"}),
            dated({"spent_at": "2024-02-10", "amount": 5_00, "kind": "incentive"}),  # for nobody in particular
            dated({"spent_at": "2024-02-10", "amount": 99_00, "kind": "marketing", "side": "buyer"}),
        ],
    }
)

# Nine orders of 100.00 a month from January to April, each with a fee of 10.00 on its day until 9 March.
ENDED = world(
    "2024-01-01",
    orders=[
        order("b1", "s1", f"2024-{month:02}-{i:02}", 100_00, order_id=f"o{month}{i}")
        for month in range(1, 5)
        for i in range(1, 10)
    ],
    fees=[
        fee(10_00, f"2024-{month:02}-{i:02}", order_id=f"o{month}{i}") for month in range(1, 4) for i in range(1, 10)
    ],
    refunds=[dated({"order_id": "o11", "refunded_at": "2024-04-09", "amount": 1_00})],
)
SELDOM = ENDED.but({"fees": ENDED.tables["fees"][::3]})
CHARGED_AGAIN = ENDED.but({"fees": [*ENDED.tables["fees"], fee(10_00, "2024-03-09", order_id="o49")]})
TWO_MORE = ENDED.but({"orders": ENDED.tables["orders"][:29]})
MARCH_ON = {"by": "month", "start": "2024-03-01"}

CASES = (
    case(
        "fees",
        BILLED,
        "by their own date, none of cancelled, test or staff rows",
        "2024-01 | 45 | 3 | ok; 2024-02 | 50 | 3 | ok; 2024-03 | 7 | 1 | ok",
        by="month",
    ),
    case("fees", BILLED, "halves on orders, whole on accounts", "buyer|32.5|4|ok; supplier|62.5|6|ok", by="side"),
    case(
        "fees", BILLED, "by category, s1's own for its plan", "-|7|1|ok; x|45|3|ok; y|20|1|ok; z|30|2|ok", by="category"
    ),
    case("fees", BILLED, "no channel", by="channel", reason="it can be by category, region"),
    case("fees", FOREIGN_FEES, "at the rate of the charge", "10 | 2 | ok"),  # 9.00 + 1.00
    case("fees", FOREIGN_FEES.but({"fx_rates": None}), "without a rate", reason="1 rows of fees"),
    case("fees", SAMPLE, "weighted as their orders", "20 | 1 | ok", basis="declared sample"),
    case("fees", LEDGER, "not loaded", reason="needs fees"),
    case(
        "net_revenue",
        BILLED,
        "fees returned in the month of the refund, those of cancelled orders never",
        "2024-01 | 45 | 3 | ok; 2024-02 | 47 | 4 | ok; 2024-03 | 1 | 2 | ok",
        by="month",
    ),
    case("net_revenue", BILLED, "halves returned too", "buyer | 28 | 6 | ok; supplier | 58 | 8 | ok", by="side"),
    case("net_revenue", BILLED.but({"refunds": None}), "no refunds loaded", reason="needs refunds"),
    case(
        "take_rate",
        BILLED,
        "commission and transaction fees of the month's orders; none over zero GMV",
        "2024-01 | 1/10 | 2 | small_n; 2024-02 | 1/18 | 4 | small_n; 2024-03 | - | 0 | no_denominator",
        by="month",
    ),
    case("take_rate", BILLED, "total", "60/840 | 8 | small_n", basis="account-clustered delta"),
    case("take_rate", BILLED, "equal on both sides", "buyer|60/840|8|small_n; supplier|60/840|8|small_n", by="side"),
    case("take_rate", BILLED, "by category", "x | 40/600 | 4 | small_n; y | 20/240 | 4 | small_n", by="category"),
    case(
        "take_rate",
        CREDITED,
        "a rate of less than nothing says nothing",
        "- | 0 | no_denominator",
        reason="the denominator is negative",
    ),
    case("take_rate", SAMPLE, "weighted", "20/510 | 3 | small_n", basis="not computed"),
    case("take_rate", LEDGER, "no fees is not a rate of zero", reason="needs fees"),
    case(
        "effective_take_rate",
        BILLED,
        "every fee less returns",
        "2024-01 | 45/300 | 2 | small_n; 2024-02 | 47/540 | 4 | small_n; 2024-03 | - | 0 | no_denominator",
        by="month",
    ),
    case(
        "effective_take_rate",
        LATE_BILLING,
        "both parts from the first day fees are known: 30 less 9 over 540",
        "21/540 | 6 | small_n",
        span="2024-02-05..2024-03-31",
    ),
    case(
        "effective_take_rate",
        LATE_BILLING,
        "the month in which fees begin is partial",
        "2024-02 | 27/540 | 4 | partial; 2024-03 | - | 0 | no_denominator",
        by="month",
    ),
    case("effective_take_rate", BILLED, "of the market only", by="side", reason="describes both sides at once"),
    case(
        "subscription_revenue",
        BILLED,
        "by month",
        "2024-01 | 15 | 1 | ok; 2024-02 | 15 | 1 | ok; 2024-03 | 0 | 0 | ok",
        by="month",
    ),
    case("subscription_revenue", BILLED, "paid by suppliers", "buyer|0|0|ok; supplier|30|2|ok", by="side"),
    case("subscription_revenue", LATE_BILLING, "none is sold", reason="needs fees.kind=subscription"),
    case(
        "commission_fees",
        KINDS,
        "by month; those of cancelled, test and self-dealing orders never",
        "2024-01 | 10 | 1 | ok; 2024-02 | 26 | 2 | ok; 2024-03 | 0 | 0 | ok",
        by="month",
    ),
    case("commission_fees", LEDGER, "not loaded", reason="needs fees"),
    case("transaction_fees", KINDS, "halves by side", "buyer | 10 | 1 | ok; supplier | 10 | 1 | ok", by="side"),
    case("transaction_fees", LATE_BILLING, "none is charged", reason="needs fees.kind=transaction"),
    case("advertising_fees", KINDS, "on o3", "5 | 1 | ok"),
    case("listing_fees", KINDS, "of s2's own", "buyer | 0 | 0 | ok; supplier | 3 | 1 | ok", by="side"),
    case("fee_credits", KINDS, "shown as what was given", "4 | 1 | ok"),
    case("fee_credits", BILLED, "none is a true zero", "0 | 0 | ok"),
    case(
        "fees_returned",
        BILLED,
        "by the day of the refund, after the month of the order was closed",
        "2024-01 | 0 | 0 | ok; 2024-02 | 3 | 1 | ok; 2024-03 | 6 | 1 | ok",
        by="month",
    ),
    # 45 less 12; 50 + 3 - 4 = 49 less 3 less 5; 7 less 6.
    case(
        "net_revenue_after_incentives",
        KINDS,
        "incentives of nobody in particular in the total",
        "2024-01 | 33 | 4 | ok; 2024-02 | 41 | 7 | ok",
        by="month",
        end="2024-02-29",
    ),
    case("net_revenue_after_incentives", BILLED, "no incentive known", reason="needs spend"),
    # Fees 60 on 840; o1 gave back 3 of 30.00 refunded, o3 6 of 60.00.
    case("net_take_rate", BILLED, "refunds reverse both", "51/750 | 8 | small_n", basis="account-clustered delta"),
    case(
        "net_take_rate",
        BILLED,
        "by order date, whenever the refund was",
        "2024-01 | 27/270 | 2 | small_n; 2024-02 | 24/480 | 4 | small_n; 2024-03 | - | 0 | no_denominator",
        by="month",
    ),
    # o1, o2 and o3 carried a fee: 60 on 600.
    case("charged_take_rate", BILLED, "of three orders", "60/600 | 3 | small_n"),
    case("charged_take_rate", BILLED, "March charged nothing", "-|0|no_denominator", start="2024-03-01"),
    # 10 % where charged less 60/840 over all.
    case("take_rate_leakage", BILLED, "240 of 840 without a fee", "1/35 | 3 | small_n"),
    case(
        "take_rate_leakage",
        BILLED,
        "by month",
        "2024-01 | 0 | 2 | small_n; 2024-02 | 2/45 | 1 | small_n; 2024-03 | - | 0 | no_denominator",
        by="month",
    ),
    case(
        "take_rate_leakage", BILLED, "alike on both sides", "buyer|1/35|3|small_n; supplier|1/35|3|small_n", by="side"
    ),
    case(
        "take_rate",
        ENDED,
        "known as long as fees are, where every order has one",
        "2024-03 | 1/10 | 9 | partial",
        **MARCH_ON,
        reason="known until 2024-03-09, the period ends 2024-03-31",
    ),
    case("take_rate", ENDED, "after the last fee", start="2024-04-01", reason="known from 2024-01-01 to 2024-03-09"),
    case("net_revenue", ENDED, "as take rate", "2024-03 | 90 | 9 | partial", **MARCH_ON),
    case("effective_take_rate", ENDED, "as take rate", "2024-03 | 1/10 | 9 | partial", **MARCH_ON),
    case("fees", ENDED, "as take rate", "2024-03 | 90 | 9 | partial", **MARCH_ON),
    case("gmv", ENDED, "orders go on", "2024-03 | 900 | 9 | ok; 2024-04 | 900 | 9 | partial", **MARCH_ON),
    case(
        "take_rate",
        SELDOM,
        "fees are seldom, and may well be none",
        "2024-03 | 1/30 | 9 | small_n; 2024-04 | 0 | 9 | partial",
        **MARCH_ON,
    ),
    case(
        "take_rate",
        CHARGED_AGAIN,
        "an order after the last fee had its own before",
        "2024-03 | 1/10 | 9 | small_n; 2024-04 | 1/90 | 9 | partial",
        **MARCH_ON,
    ),
    case(
        "take_rate",
        TWO_MORE,
        "two orders without a fee may be chance",
        "2024-03 | 1/10 | 9 | small_n; 2024-04 | 0 | 2 | partial",
        **MARCH_ON,
    ),
    case(
        "take_rate",
        ENDED.but(known_until=day("2024-04-30")),
        "known to have been none",
        "2024-03 | 1/10 | 9 | small_n; 2024-04 | 0 | 9 | small_n",
        **MARCH_ON,
    ),
)
