"""What buyers look for: searches and other behaviour, requests for quotation and their replies."""

from bothsides.schema.column import choice, currency, integer, key, moment, money, ref, text
from bothsides.schema.side import Side
from bothsides.schema.stage import QuoteStatus
from bothsides.schema.table import Table

EVENT_NAMES = ("visit", "search", "supplier_view", "cart_add", "cart_abandon", "checkout", "other")
"""Behaviour the metrics know by name; anything else is loaded as `other`."""

EVENTS = Table(
    name="events",
    grain="one row per event",
    meaning="What an account or an anonymous session did on the marketplace.",
    owner="Product analytics",
    event_time="occurred_on",
    columns=(
        key("event_id", "the event"),
        ref("account_id", "accounts", "who did it; empty for an anonymous visit"),
        text("session_id", "the visit it belongs to"),
        choice("name", EVENT_NAMES, "what happened", required=True),
        moment("occurred_at", "when it happened", required=True),
        text("category", "category searched or viewed"),
        text("region", "region searched or viewed"),
        ref("supplier_id", "accounts", "supplier that was viewed", side=Side.SUPPLIER),
        integer("results", "how many results the search returned", minimum=0),
    ),
)

QUOTES = Table(
    name="quotes",
    grain="one row per request for quotation or reply",
    meaning="A buyer's request (RFQ) and suppliers' replies to it.",
    owner="Marketplace operations (RFQ export)",
    event_time="requested_on",
    columns=(
        key("quote_id", "the request or the reply"),
        choice("kind", ("request", "reply"), "which of the two the row is", required=True, default="request"),
        ref("request_id", "quotes", "the request a reply answers"),
        ref("buyer_id", "accounts", "who asked", side=Side.BUYER),
        ref("supplier_id", "accounts", "who replied, or who won the request", side=Side.SUPPLIER),
        moment("requested_at", "when the request was published, or the reply sent", required=True),
        moment("due_at", "deadline for replies"),
        moment("awarded_at", "when the request was awarded"),
        choice("status", QuoteStatus, "where it ended", required=True, default="open"),
        integer("responses", "how many suppliers replied, where replies have no rows of their own", minimum=0),
        text("category", "category asked for"),
        text("region", "region of the work or delivery"),
        text("title", "what is asked for"),
        ref("order_id", "orders", "the order it became"),
        money("amount", "value of the award or of the reply"),
        currency(),
    ),
)
