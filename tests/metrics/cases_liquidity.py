"""Whether the two sides find each other, by hand."""

from datetime import datetime

from tests.metrics.cases import account, case, dated, order, world
from tests.metrics.cases_acquisition import TRADING
from tests.metrics.cases_activation import event, listing
from tests.metrics.cases_volume import LEDGER, SAMPLE


def request(name: str, buyer: str | None, on: str, **more: object) -> dict[str, object]:
    return dated({"quote_id": name, "kind": "request", "buyer_id": buyer, "requested_at": on, **more})


def reply(to: str, supplier: str, at: datetime) -> dict[str, object]:
    return {"kind": "reply", "request_id": to, "supplier_id": supplier, "requested_at": at, "status": "replied"}


PEOPLE = [account(name) for name in ("b1", "b2", "b3", "s1", "s2", "s3")] + [account("b9", is_internal=True)]
REQUESTS = [
    request("q1", "b1", "2024-01-01", status="awarded", supplier_id="s1", awarded_at="2024-01-11", category="x"),
    request("q2", "b1", "2024-01-05", status="unsuccessful", category="x"),
    request("q3", "b2", "2024-01-10", status="cancelled", category="y"),
    request("q4", "b2", "2024-02-01", status="closed", supplier_id="s2", category="y"),  # won, on an unknown day
    request("q5", None, "2024-02-20", order_id="o1", awarded_at="2024-03-01", category="y"),
    request("q6", "b3", "2024-05-01", category="x"),
    request("q9", "b9", "2024-01-05", status="awarded", supplier_id="s1", awarded_at="2024-01-06"),  # staff
]
REPLIES = [
    reply("q1", "s1", datetime(2024, 1, 1, 6)),
    reply("q1", "s2", datetime(2024, 1, 2, 12)),
    reply("q1", "s3", datetime(2024, 1, 3)),
    reply("q2", "s1", datetime(2024, 1, 6)),  # 24 hours
    reply("q4", "s2", datetime(2024, 2, 3, 12)),  # 60 hours
]
ASKED = world("2024-05-31", accounts=PEOPLE, quotes=[*REQUESTS, *REPLIES])
COUNTED = world(
    "2024-01-31",
    accounts=PEOPLE,
    quotes=[
        request("q1", "b1", "2024-01-01", responses=4),
        request("q2", "b1", "2024-01-02", responses=0),
        request("q3", "b2", "2024-01-03"),  # unknown how many
    ],
)
"""Replies come as a number beside the request, not as rows."""

SHOP = world(
    "2024-03-31",
    accounts=PEOPLE,
    orders=[
        order("b1", "s1", "2024-01-08", 1_00, category="x", order_id="o1"),  # day 7 after the search of 1 January
        order("b2", "s1", "2024-01-19", 1_00, category="x", order_id="o2"),  # after two searches: the last one's
        order("b2", "s2", "2024-01-19", 1_00, category="y", order_id="o3"),  # no search for y
        order("b3", "s3", "2024-02-09", 1_00, category="x", order_id="o4", status="cancelled"),
        order("b1", "s1", "2024-03-30", 1_00, category="x", order_id="o5"),
    ],
    events=[
        event("b1", "search", "2024-01-01", category="x", results=3),
        event("b2", "search", "2024-01-10", category="x", results=0),
        event("b2", "search", "2024-01-15", category="x", results=2),
        event("b3", "search", "2024-02-08", category="x"),
        event(None, "search", "2024-02-08", category="z", results=0),
        event("b1", "cart_add", "2024-02-08", category="x"),
        event("b1", "search", "2024-03-29", category="x", results=1),
    ],
    listings=[
        listing("l1", "s1", "2024-01-01", category="x"),
        listing("l2", "s1", "2024-01-10", category="x", closed_at="2024-02-29"),
        listing("l3", "s2", "2024-02-01", category="y"),
        listing("l4", "s2", "2024-03-31", category="y", closed_at="2024-03-31"),
    ],
    order_lines=[
        {"order_id": "o1", "listing_id": "l1"},
        {"order_id": "o4", "listing_id": "l2"},  # of a cancelled order
        {"order_id": "o5", "listing_id": "l2"},
    ],
)
YOUNG_LISTINGS = SHOP.but(known_until=dated({"x_on": "2024-04-30"})["x_on"])
AT_ONCE = SHOP.but({"events": [event("b2", "search", "2024-01-19", category="y")]})
UNLABELLED = SHOP.but({"events": [{**e, "category": None} for e in SHOP.tables["events"]]})
SESSIONS = SHOP.but(
    {
        "events": [
            {**e, "session_id": s} for e, s in zip(SHOP.tables["events"], "v1 v2 v2 v3 v4 v1 v5".split(), strict=True)
        ]
    }
)
OUT_OF_STOCK = SHOP.but(
    {
        "listings": [
            {**row, **dated({"paused_at": "2024-02-10"})} if row["listing_id"] == "l1" else row
            for row in SHOP.tables["listings"]
        ]
    }
)

CASES = (
    case("buyer_to_seller_ratio", LEDGER, "3 over 3", "1 | 3 | small_n"),
    case("buyer_to_seller_ratio", LEDGER, "a filter on both", "1 | 3 | small_n", where=("side=buyer,supplier",)),
    case("buyer_to_seller_ratio", LEDGER, "by category", "x | 2 | 1 | small_n; y | 1 | 2 | small_n", by="category"),
    case(
        "buyer_to_seller_ratio", LEDGER, "no supplier", "- | 0 | no_denominator", where=("category=x", "region=south")
    ),
    case("buyer_to_seller_ratio", LEDGER, "has no side", by="side", reason="describes both sides at once"),
    case(
        "buyer_to_seller_ratio", LEDGER, "nor segments", by="segment", reason="segment differs between the two parties"
    ),
    case("liquidity_ratio", LEDGER, "8 orders over 9 pairs, per million", "8000000/9 | 3 | ok"),
    case("liquidity_ratio", LEDGER, "by category", "x | 2000000 | 1 | ok; y | 1000000 | 2 | ok", by="category"),
    case("liquidity_ratio", SAMPLE, "not from a sample", reason="declared sample"),
    case("matching_efficiency", LEDGER, "8 orders over the root of 9 pairs", "8/3 | 3 | ok"),
    case("matching_efficiency", LEDGER, "no pair", "- | 0 | no_denominator", where=("category=x", "region=south")),
    case(
        "searches",
        SHOP,
        "anonymous ones too",
        "2024-01 | 3 | 3 | ok; 2024-02 | 2 | 2 | ok; 2024-03 | 1 | 1 | ok",
        by="month",
    ),
    case("searches", SHOP, "by category searched", "x | 5 | 5 | ok; z | 1 | 1 | ok", by="category"),
    case("searches", LEDGER, "no events", reason="needs events"),
    case(
        "search_to_order",
        SHOP,
        "each order is one search's; a cancelled one nobody's; a fresh search is immature",
        "2024-01 | 2/3 | 3 | small_n; 2024-02 | 0 | 1 | small_n; 2024-03 | - | 0 | immature",
        by="month",
    ),
    case("search_to_order", SHOP, "total to a week before the end", "1/2 | 4 | small_n", span="2024-01-01..2024-03-24"),
    case("search_to_order", UNLABELLED, "without categories any order will do", "2/4 | 4 | small_n"),
    case("search_to_order", AT_ONCE, "in the same moment", "1 | 1 | small_n"),
    case("search_to_order", SHOP.but({"orders": None}), "no orders", reason="needs orders"),
    case("zero_result_rate", SHOP, "of searches whose results are known", "2/5 | 5 | small_n"),
    case("zero_result_rate", SHOP, "by category", "x | 1/4 | 4 | small_n; z | 1 | 1 | small_n", by="category"),
    case("zero_result_rate", SHOP, "none known", "- | 0 | no_denominator", start="2024-02-09", end="2024-03-28"),
    case(
        "requests",
        ASKED,
        "staff's left out, replies are none, a nameless buyer's counts",
        "2024-01|3|3|ok; 2024-02|2|2|ok; 2024-03|0|0|ok; 2024-04|0|0|ok; 2024-05|1|1|ok",
        by="month",
    ),
    case("requests", ASKED, "by category", "x | 3 | 3 | ok; y | 3 | 3 | ok", by="category"),
    case("requests", ASKED, "of buyers", where=("side=supplier",), reason="exists on the buyer side only"),
    case("responses", ASKED, "rows counted", "5 | 6 | ok"),
    case("responses", COUNTED, "or given", "4 | 3 | ok"),
    case("responses_per_request", ASKED, "with rows, none is a true zero", "5/6 | 6 | small_n"),
    case("responses_per_request", COUNTED, "without, unknown is left out", "4/2 | 2 | small_n"),
    case("three_quotes_share", ASKED, "one of six", "1/6 | 6 | small_n"),
    case("three_quotes_share", COUNTED, "of those known", "1/2 | 2 | small_n"),
    case(
        "awards",
        ASKED,
        "with a winner, by day of request",
        "2024-01|1|1|ok; 2024-02|1|1|ok",
        by="month",
        end="2024-02-29",
    ),
    # Until 2 March: q1 and q4 won, q5 became an order, q2 failed, q3 was taken back.
    case(
        "fill_rate",
        ASKED,
        "cancelled left out, young ones undecided",
        "3/4 | 4 | small_n",
        span="2024-01-01..2024-03-02",
    ),
    case("fill_rate", ASKED, "young month", "2024-05 | - | 0 | immature", by="month", start="2024-05-01"),
    case("fill_rate", ASKED, "by category", "x | 1/2 | 2 | small_n; y | 1 | 2 | small_n", by="category"),
    # q1 and q5 took 10 days, q2 and q6 wait; q3 was cancelled and q4's day is unknown: half have it on day 10.
    case("time_to_fill_days", ASKED, "on day 10 half", "10 | 4 | small_n"),
    case("time_to_fill_days", ASKED, "before any award", "- | 2 | immature", as_of="2024-01-10"),
    case("time_to_fill_days", COUNTED, "never awarded", reason="needs quotes.awarded_at"),
    case("first_reply_hours", ASKED, "6, 24 and 60", "24 | 3 | small_n", basis="not computed"),
    case("first_reply_hours", ASKED, "what came later was not known", "6 | 1 | small_n", as_of="2024-01-05"),
    case("first_reply_hours", ASKED, "none", "2024-05 | - | 0 | no_denominator", by="month", start="2024-05-01"),
    case("first_reply_hours", COUNTED, "no reply rows", reason="needs quotes.request_id"),
    case("reply_within_24h_rate", ASKED, "24 hours count, silence does not", "2/6 | 6 | small_n"),
    case("reply_within_24h_rate", ASKED, "the last day is too young", "- | 0 | immature", as_of="2024-01-01"),
    case(
        "active_listings",
        SHOP,
        "on the last day; closed that day is closed",
        "2024-01 | 2 | 2 | ok; 2024-02 | 2 | 2 | ok; 2024-03 | 2 | 2 | ok",
        by="month",
    ),
    case(
        "active_listings", SHOP, "on the last day asked for", "2024-01 | 1 | 1 | partial", by="month", end="2024-01-09"
    ),
    case("active_listings", SHOP, "total: on the last day", "2 | 2 | ok", basis="census"),
    case("active_listings", SHOP, "as of a day on which l2 was live", "3 | 3 | ok", as_of="2024-02-28"),
    case("active_listings", SHOP, "by category", "x | 1 | 1 | ok; y | 1 | 1 | ok", by="category"),
    case("listing_suppliers", SHOP, "counted once", "2024-01|1|2|ok; 2024-02|2|2|ok; 2024-03|2|2|ok", by="month"),
    case(
        "new_listings", SHOP, "by month", "2024-01 | 2 | 2 | ok; 2024-02 | 1 | 1 | ok; 2024-03 | 1 | 1 | ok", by="month"
    ),
    case("new_listings", SHOP, "on the supplier side", "supplier | 4 | 4 | ok", by="side"),
    # By 31 January: l1 sold on day 7; l2 on day 80, its line of a cancelled order aside.
    case("listing_conversion_rate", YOUNG_LISTINGS, "90 days old", "2/2 | 2 | small_n", span="2024-01-01..2024-01-31"),
    case("listing_conversion_rate", SHOP, "as of day 90", "1/1 | 1 | small_n", span="2024-01-01..2024-01-01"),
    case("listing_conversion_rate", SHOP.but({"order_lines": None}), "no lines", reason="needs order_lines: no data"),
    case(
        "buyer_to_seller_signups",
        TRADING,
        "by month; no supplier came in February",
        "2024-01 | 1 | 2 | small_n; 2024-02 | - | 0 | no_denominator",
        by="month",
        end="2024-02-29",
    ),
    case("buyer_to_seller_signups", TRADING, "of the market", by="side", reason="describes both sides at once"),
    case("buyer_to_seller_signups", LEDGER, "no signup is dated", reason="needs accounts.signed_up_at"),
    case(
        "searchers",
        SHOP,
        "known accounts, each once",
        "2024-01 | 2 | 2 | ok; 2024-02 | 1 | 1 | ok; 2024-03 | 1 | 1 | ok",
        by="month",
    ),
    case("searchers", SHOP, "in all", "3 | 3 | ok"),
    case(
        "searchers_to_listers",
        SHOP,
        "over suppliers live at the month's end",
        "2024-01 | 2 | 2 | small_n; 2024-02 | 1/2 | 1 | small_n; 2024-03 | 1/2 | 1 | small_n",
        by="month",
    ),
    case("searchers_to_listers", SHOP.but({"listings": None}), "no listings", reason="needs listings"),
    # b2's two searches are one session; v3's order was cancelled; v4 is anonymous, v5 too young.
    case("session_search_to_order", SESSIONS, "two of three sessions", "2/3 | 3 | small_n", basis="wilson"),
    case(
        "session_search_to_order",
        SESSIONS,
        "by month",
        "2024-01 | 1 | 2 | small_n; 2024-02 | 0 | 1 | small_n; 2024-03 | - | 0 | immature",
        by="month",
    ),
    case("session_search_to_order", SHOP, "sessions have no names", reason="needs events.session_id"),
    case("searcher_to_order", SHOP, "two of three accounts, of four searches", "2/3 | 3 | small_n"),
    case(
        "searcher_to_order",
        SHOP,
        "by month",
        "2024-01 | 1 | 2 | small_n; 2024-02 | 0 | 1 | small_n; 2024-03 | - | 0 | immature",
        by="month",
    ),
    # q5 and q6 got none; q3 was cancelled.
    case("unanswered_request_rate", ASKED, "two of five", "2/5 | 5 | small_n", basis="wilson"),
    case("unanswered_request_rate", COUNTED, "where the count is known", "1/2 | 2 | small_n"),
    case(
        "unanswered_request_rate",
        ASKED,
        "the last month is not old enough",
        "2024-04 | - | 0 | no_denominator; 2024-05 | 1 | 1 | immature",
        by="month",
        start="2024-04-01",
    ),
    # 6, 24, 36 and 48 hours in January; 60 in February.
    case(
        "supplier_reply_hours",
        ASKED,
        "every reply",
        "2024-01 | 30 | 4 | small_n; 2024-02 | 60 | 1 | small_n",
        by="month",
        end="2024-02-29",
    ),
    case("supplier_reply_hours", COUNTED, "replies are not rows", reason="needs quotes.request_id"),
    case(
        "supplier_reply_within_24h_rate",
        ASKED,
        "24 hours are in time",
        "2024-01 | 1/2 | 4 | small_n; 2024-02 | 0 | 1 | small_n; 2024-03 | - | 0 | no_denominator",
        by="month",
        end="2024-03-31",
    ),
    case(
        "active_listings",
        OUT_OF_STOCK,
        "paused ones are gone from that day",
        "2024-01|2|2|ok; 2024-02|1|1|ok",
        by="month",
        end="2024-02-29",
    ),
)
