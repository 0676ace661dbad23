"""Shipments against orders and promises, by hand."""

from tests.metrics.cases import account, case, dated, order, world
from tests.metrics.cases_volume import LEDGER


def line(of: str, quantity: int) -> dict[str, object]:
    return {"order_id": of, "quantity": quantity}


def sent(
    of: str,
    quantity: int | None,
    shipped: str | None,
    promised: str | None = None,
    delivered: str | None = None,
    **more: object,
) -> dict[str, object]:
    days = {"shipped_at": shipped, "promised_at": promised, "delivered_at": delivered}
    return dated({"order_id": of, "quantity": quantity, **days, **more})


ORDERS = [
    order("b1", "s1", "2024-01-01", 100, order_id="in parts", category="x"),
    order("b1", "s2", "2024-01-02", 100, order_id="half late", category="x"),
    order("b2", "s1", "2024-01-03", 100, order_id="never sent"),
    order("b2", "s1", "2024-01-04", 100, order_id="buyer's no", status="cancelled", cancelled_by="buyer"),
    order("b2", "s1", "2024-01-05", 100, order_id="supplier's no", status="cancelled", cancelled_by="supplier"),
    order("b1", "s1", "2024-01-06", 100, order_id="anybody's no", status="cancelled"),
    order("b1", "s2", "2024-01-06", 100, order_id="too much"),
    order("b1", "s2", "2024-01-07", 100, order_id="test", is_test=True),
    order("b1", "s2", "2024-02-01", 100, order_id="shipment called off"),
    order("b2", "s2", "2024-02-02", 100, order_id="uncounted"),
    order("b1", "s1", "2024-03-20", 100, order_id="young", status="placed"),
]
LINES = [
    line("in parts", 6),
    line("in parts", 4),
    line("half late", 10),
    line("never sent", 5),
    line("buyer's no", 7),
    line("supplier's no", 4),
    line("anybody's no", 9),
    line("too much", 3),
    line("test", 8),
    line("shipment called off", 2),
    line("uncounted", 6),
    line("young", 10),
]
SHIPMENTS = [
    sent("in parts", 6, "2024-01-05", "2024-01-10", "2024-01-08"),
    sent("in parts", 4, "2024-01-20", "2024-01-10", "2024-01-25"),
    sent("half late", 8, "2024-01-10", "2024-01-12", "2024-01-12"),  # on the day promised
    sent("half late", 2, "2024-02-05", "2024-01-12", "2024-02-08"),  # 34 days after the order
    sent("too much", 5, "2024-01-08", "2024-01-10", "2024-01-10"),
    sent("test", 8, "2024-01-08", "2024-01-10", "2024-01-09"),
    sent("shipment called off", 2, "2024-02-03", "2024-02-05", status="cancelled"),
    sent("uncounted", None, "2024-02-04", None, "2024-02-10"),
    sent("young", 10, "2024-03-22", "2024-03-25"),
]
SENT = world("2024-03-31", orders=ORDERS, order_lines=LINES, shipments=SHIPMENTS)
LATE_EXPORT = world(
    "2024-12-31",
    orders=[order("b1", "s1", f"2024-{m:02}-01", 100, order_id=f"o{m}") for m in (1, 6)],
    order_lines=[line("o1", 5), line("o6", 5)],
    shipments=[sent("o6", 4, "2024-06-02")],
)
"""Shipments are kept since June only."""
OLD_EXPORT = world(
    "2024-06-30",
    orders=[order("b1", "s1", f"2024-0{m}-01", 100, order_id=f"o{m}") for m in (1, 6)],
    order_lines=[line("o1", 5), line("o6", 5)],
    shipments=[sent("o1", 5, "2024-01-02", "2024-01-05", "2024-01-04"), sent("o1", 1, "2024-02-15", "2024-03-01")],
).but(known_until=None)
"""Shipments are known until 15 February only: what became of the order of June nobody can say."""
SAMPLE = SENT.but({"orders": [{**o, "sample_weight": 10} for o in ORDERS]}, sample=True)
OWN_COMPANY = SENT.but(
    {
        "accounts": [
            account("b1", organization_id="g"),
            account("s1", organization_id="g"),
            account("b2"),
            account("s2"),
        ]
    }
)
"""b1 and s1 are two roles of one company: what it orders of itself is no order."""

CASES = (
    case(
        "supplier_fill_rate",
        SENT,
        "10 of 10, 8 of 10, 0 of 5, 0 of 4 called off by the supplier, 3 of 3",
        "2024-01 | 21/32 | 5 | small_n; 2024-02 | 0 | 1 | small_n; 2024-03 | - | 0 | immature",
        by="month",
        reason="needs 30 days after the period; known until 2024-03-31",
    ),
    case(
        "supplier_fill_rate",
        SENT,
        "total",
        "21/34 | 6 | small_n",
        span="2024-01-01..2024-03-01",
        basis="account-clustered delta",
    ),
    case("supplier_fill_rate", SENT, "exists on one side", "supplier | 21/34 | 6 | small_n", by="side"),
    case("supplier_fill_rate", SENT, "by category", "- | 3/14 | 4 | small_n; x | 18/20 | 2 | small_n", by="category"),
    case("supplier_fill_rate", OWN_COMPANY, "nobody fills his own order", "11/24 | 5 | small_n"),
    case("supplier_fill_rate", LATE_EXPORT, "not of months before shipments were kept", "4/5 | 1 | small_n"),
    case("supplier_fill_rate", OLD_EXPORT, "nor after", "1 | 1 | small_n", span="2024-01-01..2024-01-16"),
    case("supplier_fill_rate", SAMPLE, "weighted above and below", "21/34 | 6 | small_n", basis="not computed"),
    case("supplier_fill_rate", SENT.but({"order_lines": None}), "no lines", reason="needs order_lines"),
    case("supplier_fill_rate", LEDGER, "never loaded", reason="needs order_lines, shipments"),
    case("supplier_fill_rate", SENT, "of suppliers only", where=("side=buyer",), reason="supplier side only"),
    case("complete_order_rate", SENT, "two of the six counted", "2/6 | 6 | small_n", basis="wilson"),
    case("split_shipment_rate", SENT, "two of the four that were sent", "2/4 | 4 | small_n"),
    case(
        "shipments",
        SENT,
        "by the day they left, known from the 5th, none of cancelled or test orders",
        "2024-01 | 4 | 4 | partial; 2024-02 | 2 | 2 | ok; 2024-03 | 1 | 1 | ok",
        by="month",
    ),
    case("shipments", SENT, "once on each side", "buyer | 7 | 7 | ok; supplier | 7 | 7 | ok", by="side"),
    case("shipments", SAMPLE, "each stands for ten", "70 | 7 | ok", basis="declared sample"),
    case("shipments", LEDGER, "never loaded", reason="needs shipments"),
    case("units_shipped", SENT, "6 + 4 + 8 + 2 + 5 + 10", "35 | 7 | ok"),
    case(
        "deliveries",
        SENT,
        "by the day they arrived",
        "2024-01 | 4 | 4 | partial; 2024-02 | 2 | 2 | ok; 2024-03 | 0 | 0 | ok",
        by="month",
    ),
    case(
        "on_time_rate",
        SENT,
        "by the day promised; what has not come is late",
        "2024-01 | 3/5 | 5 | partial; 2024-02 | - | 0 | no_denominator; 2024-03 | 0 | 1 | small_n",
        by="month",
        basis="wilson",
    ),
    case("on_time_rate", SENT, "same on both sides", "buyer|3/6|6|small_n; supplier|3/6|6|small_n", by="side"),
    case(
        "on_time_rate",
        SENT,
        "what is not due yet is not late",
        "3/5 | 5 | small_n",
        as_of="2024-03-24",
    ),
    case(
        "on_time_rate",
        SENT.but({"shipments": [sent("in parts", 6, "2024-01-05", "2024-01-10")]}),
        "nobody says what arrived",
        reason="needs shipments.delivered_at: no row has it",
    ),
    case("on_time_rate", OLD_EXPORT, "what was promised later is not late yet", "1 | 1 | small_n"),
    case("late_rate", SENT, "the other half", "3/6 | 6 | small_n"),
    case("promised_days", SENT, "4 5 9 9 10 10", "9 | 6 | small_n"),
    case("ship_days", SENT, "2 2 2 4 8 and two still waiting", "4 | 7 | small_n", basis="kaplan-meier"),
    case("delivery_days", SENT, "4 8 24 37, waiting for 11, 59 and 88 days", "37 | 7 | small_n"),
    case("delay_days", SENT, "-2 0 0 15 27", "0 | 5 | small_n"),
)
