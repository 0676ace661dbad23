"""From signup to the first transaction, by hand."""

from datetime import datetime

from tests.metrics.cases import account, case, dated, order, world
from tests.metrics.cases_volume import LEDGER


def listing(name: str, supplier: str, on: str, **more: object) -> dict[str, object]:
    return dated({"listing_id": name, "supplier_id": supplier, "listed_at": on, **more})


def event(who: str | None, name: str, on: str, **more: object) -> dict[str, object]:
    return dated({"account_id": who, "name": name, "occurred_at": on, **more})


ACCOUNTS = [
    account("b1", "2024-01-01", category="x"),
    account("b2", "2024-01-02", category="x"),
    account("b3", "2024-01-03", category="y"),
    account("b4", "2024-06-20"),
    account("b9", "2024-01-04", is_internal=True),
    account("s1", "2024-01-01", verified_at="2024-01-11", catalogue_at="2024-01-20", live_at="2024-01-31"),
    account("s2", "2024-01-10", verified_at="2024-01-12", catalogue_at="2024-03-01"),
    account("s3", "2024-02-01", verified_at="2024-05-20"),  # verified after 109 days
    account("s4", "2024-02-05"),
    account("s5", "2024-06-25", verified_at="2024-06-26"),
]
ORDERS = [
    order("b1", "s1", "2024-01-31", 100_00, category="x"),  # day 30 of b1 and of s1
    order("b2", "s1", "2024-02-02", 100_00, category="x"),  # day 31 of b2
    order("b4", "s1", "2024-06-21", 100_00),
]
LISTINGS = [
    listing("l1", "s1", "2024-01-15"),
    listing("l2", "s1", "2024-01-15"),
    listing("l3", "s1", "2024-01-31"),  # the third, on day 30
    listing("l4", "s2", "2024-01-20"),
    listing("l5", "s2", "2024-02-09"),
    listing("l6", "s2", "2024-02-10"),  # the third, on day 31
    listing("l7", "s5", "2024-06-25"),
]
EVENTS = [
    event("b1", "search", "2024-01-05"),
    event("b1", "supplier_view", "2024-01-06"),
    event("b1", "cart_add", "2024-01-31"),
    event("b2", "search", "2024-01-05"),
    event("b2", "supplier_view", "2024-02-01"),
    event("b3", "search", "2024-03-05"),
    event("b9", "search", "2024-01-05"),
    event(None, "search", "2024-01-05"),
]
MARKET = world("2024-06-30", accounts=ACCOUNTS, orders=ORDERS, listings=LISTINGS, events=EVENTS)
STALE_ORDERS = world("2024-02-20", accounts=ACCOUNTS, orders=ORDERS[:2]).but(known_until=None)
"""Signups are known until 25 June, orders until 2 February only."""
CUT_OFF = MARKET.but({"accounts": [*ACCOUNTS, account("b0", "2023-10-01"), account("b00", "2023-11-30")]})
"""Accounts of earlier years beside orders that begin four months after the first of them."""
ALL_AT_ONCE = world("2024-03-01", accounts=[account(f"b{i}", "2024-01-01") for i in range(30)] + [account("s1")]).but(
    {"orders": [order(f"b{i}", "s1", "2024-01-11", 1_00) for i in range(18)]}
)
SIX = world(
    "2024-01-31",
    accounts=[account(f"b{i}", "2024-01-01") for i in range(6)] + [account("s1")],
    orders=[order(f"b{i}", "s1", f"2024-01-0{i + 2}", 1_00) for i in range(6)],
)
"""Six buyers who order 1, 2, 3, 4, 5 and 6 days after signup: the curve stands at exactly a half on day 3."""
REPLYING = world(
    "2024-06-30",
    accounts=[account("b1"), *(account(f"s{i}", "2024-01-01") for i in (1, 2, 3)), account("s4", "2024-06-10")],
    listings=[listing(f"{s}{i}", s, "2024-01-02") for s in ("s1", "s2", "s4") for i in range(3)],
    quotes=[
        dated({"quote_id": "q1", "buyer_id": "b1", "requested_at": "2024-01-05"}),
        {"kind": "reply", "request_id": "q1", "supplier_id": "s1", "requested_at": datetime(2024, 1, 5, 6)},
        {"kind": "reply", "request_id": "q1", "supplier_id": "s2", "requested_at": datetime(2024, 1, 6, 6)},
        {"kind": "reply", "request_id": "q1", "supplier_id": "s3", "requested_at": datetime(2024, 1, 5, 2)},
        dated({"quote_id": "q2", "buyer_id": "b1", "requested_at": "2024-01-10"}),
        {"kind": "reply", "request_id": "q2", "supplier_id": "s1", "requested_at": datetime(2024, 1, 11, 6)},
        dated({"quote_id": "q3", "buyer_id": "b1", "requested_at": "2024-03-10"}),
        {"kind": "reply", "request_id": "q3", "supplier_id": "s1", "requested_at": datetime(2024, 3, 20)},  # too late
    ],
)
YOUNG = world(
    "2024-01-31",
    accounts=[
        account("b1", "2024-01-01"),
        account("b2", "2024-01-01"),
        account("b3", "2024-01-21"),
        account("b4", "2024-01-01"),
        account("s1"),
    ],
    orders=[order("b1", "s1", "2024-01-11", 1_00), order("b4", "s1", "2024-01-21", 1_00)],
)
FORTY = [account(f"b{i}", "2024-01-01") for i in range(40)]
EARLY = world(
    "2024-12-31",
    accounts=[*FORTY, account("s1")],
    orders=[order(f"b{i}", "s1", "2024-01-03", 1_00) for i in range(40)],
)
IDLE = EARLY.but(
    {"accounts": [*FORTY, account("b40"), account("s1")], "orders": [order("b40", "s1", "2024-01-03", 1_00)]}
)
CARTED = world(
    "2024-01-31",
    accounts=[account(name) for name in ("b1", "b2", "b3", "s1")] + [account("b9", is_internal=True)],
    orders=[
        order("b1", "s1", "2024-01-02", 1_00),
        order("b3", "s1", "2024-01-12", 1_00),
        order("b2", "s1", "2024-01-22", 1_00, status="cancelled"),
    ],
    quotes=[dated({"quote_id": "q1", "buyer_id": "b2", "requested_at": "2024-01-06"})],
    events=[
        event("b1", "cart_add", "2024-01-01", category="x"),
        event("b2", "cart_add", "2024-01-05", category="x"),
        event("b3", "cart_add", "2024-01-10", category="x"),
        event("b3", "checkout", "2024-01-10", category="x"),  # the same cart
        event("b1", "checkout", "2024-01-20", category="y"),
        event("b2", "cart_add", "2024-01-22", category="x"),
        event("b9", "cart_add", "2024-01-22", category="x"),  # staff
        event("b3", "cart_add", "2024-01-31", category="x"),  # too young
    ],
)

CARTS_AFTER = world(
    "2024-01-10",
    orders=[order("b1", "s1", "2024-01-02", 1_00), order("b1", "s1", "2024-01-10", 1_00)],
    quotes=[dated({"quote_id": "q1", "buyer_id": "b1", "requested_at": "2024-01-03"})],
    events=[event("b1", "cart_add", f"2024-01-{on:02}") for on in (3, 8, 9, 20)],
)
"""Carts of days on which orders are no longer known."""

CASES = (
    case(
        "buyer_activation_rate",
        MARKET,
        "day 30 counts, day 31 does not",
        "2024-01 | 1/3 | 3 | small_n",
        by="month",
        end="2024-01-31",
        basis="wilson",
    ),
    case("buyer_activation_rate", MARKET, "signups old enough", "1/3 | 3 | small_n", span="2024-01-01..2024-05-31"),
    case(
        "buyer_activation_rate",
        MARKET,
        "by category",
        "- | - | 0 | no_denominator; x | 1/2 | 2 | small_n; y | 0 | 1 | small_n",
        by="category",
    ),
    case(
        "buyer_activation_rate",
        MARKET,
        "too young to judge is immature, no signup is empty",
        "2024-05 | - | 0 | no_denominator; 2024-06 | - | 0 | immature",
        by="month",
        start="2024-05-01",
        reason="needs 30 days after the period; known until 2024-06-30",
    ),
    case(
        "buyer_activation_rate",
        MARKET,
        "of a young period those old enough",
        "2024-01 | 1/2 | 2 | immature; 2024-02 | - | 0 | immature",
        by="month",
        as_of="2024-02-01",
    ),
    case("buyer_activation_rate", MARKET, "nobody old enough", "- | 0 | immature", as_of="2024-01-15"),
    case(
        "buyer_activation_rate",
        STALE_ORDERS,
        "judged only as far as orders are known",
        "1/3 | 3 | small_n",
        span="2024-01-01..2024-01-03",
    ),
    case("buyer_activation_rate", MARKET, "of buyers only", where=("side=supplier",), reason="buyer side only"),
    case(
        "buyer_activation_rate",
        CUT_OFF,
        "not of those who may have ordered before orders were kept",
        "1/3 | 3 | small_n",
        span="2024-01-01..2024-05-31",
    ),
    case(
        "buyer_activation_rate",
        CUT_OFF,
        "nor in a month of theirs",
        by="month",
        end="2023-12-31",
        reason="known from 2024-01-01 to 2024-06-30, asked for 2023-12-31 and earlier",
    ),
    case("signups", CUT_OFF, "are known all the same", "2023-10|1|1|ok; 2023-11|1|1|ok", by="month", end="2023-11-30"),
    case("buyer_activation_rate", MARKET.but({"orders": None}), "no orders", reason="needs orders"),
    case("buyer_activation_rate", ALL_AT_ONCE, "thirty is enough", "18/30 | 30 | ok", bounds=(0.42320, 0.75409)),
    case(
        "supplier_activation_rate",
        MARKET,
        "three listings by day 30",
        "2024-01 | 1/2 | 2 | small_n; 2024-02 | 0 | 2 | small_n",
        by="month",
        end="2024-02-29",
    ),
    case("supplier_activation_rate", LEDGER, "no listings", reason="needs listings"),
    case("first_purchase_rate", MARKET, "within 90 days", "2/3 | 3 | small_n", span="2024-01-01..2024-04-01"),
    # Buyers: events on day 1 (b4), 30, 31; b3 waits since 179 days. Half of four is reached with the second. Suppliers:
    # s5 has been watched for 5 days only, so on s1's day 30 four are left, and one in four has sold.
    case(
        "time_to_first_transaction_days",
        MARKET,
        "who still waits is in it",
        "buyer | 30 | 4 | small_n; supplier | - | 5 | immature",
        by="side",
        basis="kaplan-meier",
        reason="not reached: 25% have had it so far",
    ),
    case("time_to_first_transaction_days", SIX, "exactly half", "3 | 6 | small_n", where=("side=buyer",)),
    case(
        "time_to_first_transaction_days",
        SIX,
        "as of day 2",
        "- | 6 | immature",
        where=("side=buyer",),
        as_of="2024-01-03",
    ),
    # s1 14 days, s2 10, s5 0; s3 and s4 wait: 1/5, 2/5, 3/5 have listed.
    case("time_to_listing_days", MARKET, "third of five", "14 | 5 | small_n"),
    case("time_to_listing_days", LEDGER, "no listings", reason="needs listings"),
    case("onboarding_verified_rate", MARKET, "within 90 days; s5 too young", "2/4 | 4 | small_n"),
    case("onboarding_catalogue_rate", MARKET, "of those verified in time", "2/2 | 2 | small_n"),
    case("onboarding_live_rate", MARKET, "of those with a catalogue", "1/2 | 2 | small_n"),
    case("onboarding_first_sale_rate", MARKET, "of those live", "1/1 | 1 | small_n"),
    case("onboarding_rate", MARKET, "of all applications", "1/4 | 4 | small_n", span="2024-01-01..2024-04-01"),
    case(
        "onboarding_rate",
        MARKET,
        "by month",
        "2024-01|1/2|2|small_n; 2024-02|0|2|small_n",
        by="month",
        end="2024-02-29",
    ),
    case("onboarding_verified_rate", ALL_AT_ONCE, "never recorded", reason="needs accounts.verified_at"),
    case(
        "onboarding_catalogue_rate", ALL_AT_ONCE, "never recorded", reason="accounts.catalogue_at, accounts.verified_at"
    ),
    case("buyer_searched_rate", MARKET, "of signups at least 30 days old", "3/3 | 3 | small_n"),
    case("buyer_searched_rate", MARKET, "as of a day before b3's search", "2/3 | 3 | small_n", as_of="2024-03-04"),
    case("buyer_viewed_rate", MARKET, "of those who searched", "2/3 | 3 | small_n"),
    case("buyer_viewed_rate", LEDGER, "no events, named once", reason="needs events: no data has been loaded for it"),
    case("buyer_carted_rate", MARKET, "of those who viewed", "1/2 | 2 | small_n"),
    case("buyer_ordered_rate", MARKET, "of those with a cart", "1/1 | 1 | small_n"),
    case("buyer_ordered_rate", MARKET, "none had a cart", "- | 0 | no_denominator", where=("category=y",)),
    # s1 replied after 6 and 30 hours, s2 after 30, s3 after 2 with nothing to sell; s4 is too young.
    case("supplier_reply_activation_rate", REPLYING, "half within 24 hours", "2/3 | 3 | small_n", basis="wilson"),
    case(
        "supplier_reply_activation_rate",
        REPLYING,
        "signups of June are immature",
        "2024-06 | - | 0 | immature",
        by="month",
        start="2024-06-01",
    ),
    case("supplier_reply_activation_rate", CARTED, "no reply is known", reason="needs quotes.request_id"),
    case("supplier_full_activation_rate", REPLYING, "with a catalogue as well", "1/3 | 3 | small_n"),
    case("supplier_full_activation_rate", REPLYING, "on its side", "supplier | 1/3 | 3 | small_n", by="side"),
    # b1 ordered on day 10 of 4 at risk, b4 on day 20 of 2 left: 1 - 3/4 * 1/2.
    case("buyer_activation_estimate", YOUNG, "young ones censored", "5/8 | 4 | small_n", basis="kaplan-meier"),
    case(
        "buyer_activation_estimate",
        YOUNG,
        "nobody is 30 days old",
        "1/3 | 3 | immature",
        as_of="2024-01-15",
        reason="covers the first 14 of 30 days",
    ),
    # Forty buyers signed up on one day; exact limits of 40 of 40 and 0 of 40: 0.025 ^ (1/40) = 0.91190.
    case(
        "buyer_activation_estimate",
        EARLY,
        "all on day 2, all of them old enough",
        "1 | 40 | ok",
        bounds=(0.91190, 1),
        basis="kaplan-meier",
    ),
    case(
        "buyer_activation_estimate",
        EARLY,
        "all on day 2, seen for ten days",
        "1 | 40 | immature",
        as_of="2024-01-11",
        reason="covers the first 10 of 30 days",
    ),
    case("buyer_activation_estimate", IDLE, "none at all", "0 | 40 | ok", bounds=(0, 0.08810), basis="kaplan-meier"),
    case("buyer_activation_estimate", YOUNG, "nobody signed up", "- | 0 | no_denominator", start="2024-01-22"),
    # b1's first ordered within 24 hours, b2's became a request, b3's ordered after 48, b1's second nothing.
    case("cart_abandonment_rate", CARTED, "a cancelled order is none", "3/5 | 5 | small_n", basis="wilson"),
    case("cart_abandonment_rate", CARTED, "by category", "x | 2/4 | 4 | small_n; y | 1 | 1 | small_n", by="category"),
    case("cart_to_quote_rate", CARTED, "served as a quote", "1/5 | 5 | small_n"),
    case(
        "cart_to_quote_rate",
        CARTED,
        "days are too young",
        "2024-W05 | - | 0 | immature",
        by="week",
        start="2024-01-29",
    ),
    case(
        "cart_to_quote_rate",
        CARTS_AFTER,
        "judged while orders are known",
        "1/2 | 2 | small_n",
        span="2024-01-03..2024-01-08",
    ),
    case("cart_to_quote_rate", CARTED.but({"orders": None}), "no orders", reason="needs orders"),
)
