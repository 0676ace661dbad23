"""Fees and take rate by hand, over the ledger of the volume cases."""

from tests.metrics.cases import case, dated, order, world
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
)
