"""What was bought, what it earned, what came back: orders, lines, fees, refunds and dated exchange rates."""

from bothsides.schema.column import (
    Column,
    Kind,
    boolean,
    choice,
    currency,
    day,
    integer,
    key,
    moment,
    money,
    number,
    ref,
    text,
)
from bothsides.schema.side import Side
from bothsides.schema.stage import OrderStatus
from bothsides.schema.table import Table

FEE_KINDS = ("commission", "transaction", "subscription", "advertising", "listing", "other")
"""Where the marketplace's revenue comes from."""

CANCELLERS = ("buyer", "supplier", "marketplace")
"""Who can call an order off; what the supplier calls off it has failed to deliver."""

ORDERS = Table(
    name="orders",
    grain="one row per order of one buyer with one supplier",
    meaning="A transaction. Tax and shipping stand beside the value, never inside it. Credit notes are negative.",
    owner="Finance or marketplace operations (order export)",
    event_time="placed_on",
    columns=(
        key("order_id", "the order; a basket split over suppliers is one order each"),
        ref("buyer_id", "accounts", "who bought", side=Side.BUYER, required=True),
        ref("supplier_id", "accounts", "who sold", side=Side.SUPPLIER, required=True),
        moment("placed_at", "when it was booked", required=True),
        moment("completed_at", "when it was fulfilled"),
        choice("status", OrderStatus, "placed, completed or cancelled", required=True, default="completed"),
        choice("cancelled_by", CANCELLERS, "who called a cancelled order off"),
        money("amount", "value without tax and shipping", required=True),
        money("tax", "tax on top of the value"),
        money("shipping", "freight on top of the value"),
        currency(),
        text("category", "category of the order"),
        text("region", "region of the order"),
        text("channel", "channel the order came through"),
        boolean("on_platform", "false for orders invoiced outside the marketplace", default="true"),
        boolean("is_test", "test, internal and self-dealing orders, left out of every metric", default="false"),
        ref("quote_id", "quotes", "the request it came from"),
        text("terms", "payment and delivery terms"),
        text("title", "what was bought"),
        number(
            "sample_weight",
            "how many orders this row stands for, in a declared sample",
            minimum=0,
            default="1",
        ),
    ),
)

ORDER_LINES = Table(
    name="order_lines",
    grain="one row per line of an order",
    meaning="A listing and quantity within an order.",
    owner="Finance or marketplace operations (order export)",
    columns=(
        key("line_id", "the line"),
        ref("order_id", "orders", "its order", required=True),
        ref("listing_id", "listings", "what was bought"),
        integer("quantity", "units ordered"),
        money("amount", "line value without tax and shipping"),
        currency(),
        text("category", "category of the line"),
    ),
)

FEES = Table(
    name="fees",
    grain="one row per fee charged",
    meaning="What the marketplace earned, by kind of fee.",
    owner="Finance (billing export)",
    event_time="charged_on",
    columns=(
        key("fee_id", "the fee"),
        choice("kind", FEE_KINDS, "kind of fee", required=True, default="commission"),
        ref("order_id", "orders", "the order it was charged on; empty for a subscription"),
        ref("account_id", "accounts", "who paid it", required=False),
        moment("charged_at", "when it was charged", required=True),
        money("amount", "fee without tax", required=True),
        currency(),
    ),
)

REFUNDS = Table(
    name="refunds",
    grain="one row per refund",
    meaning="Value that went back to the buyer, and the fee that went back with it.",
    owner="Finance (payments export)",
    event_time="refunded_on",
    columns=(
        key("refund_id", "the refund"),
        ref("order_id", "orders", "the order refunded", required=True),
        moment("refunded_at", "when it was refunded", required=True),
        money("amount", "value refunded, positive", required=True),
        money("fee_amount", "fee returned with it, positive"),
        currency(),
        text("reason", "why"),
    ),
)

FX_RATES = Table(
    name="fx_rates",
    grain="one row per currency and day",
    meaning="Units of the reporting currency for one unit of the currency, valid from the day until the next row.",
    owner="Finance",
    event_time="quoted_on",
    columns=(
        key("rate_id", "currency and day"),
        Column(name="currency", kind=Kind.CURRENCY, meaning="the currency priced", required=True),
        day("quoted_on", "first day the rate holds", required=True),
        Column(name="rate", kind=Kind.NUMBER, meaning="reporting currency per unit", required=True, minimum=0),
    ),
)
