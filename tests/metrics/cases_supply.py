"""What suppliers offer and how much of it sells, by hand, over the shop of the liquidity cases."""

from tests.metrics.cases import account, case, order, world
from tests.metrics.cases_activation import event, listing
from tests.metrics.cases_liquidity import ASKED, COUNTED, SHOP
from tests.metrics.cases_pipeline import lead
from tests.metrics.cases_volume import LEDGER

PAUSED = SHOP.but(
    {
        "listings": [
            listing("l1", "s1", "2024-01-01", category="x", paused_at="2024-02-10"),
            *SHOP.tables["listings"][1:],
        ]
    }
)
ONE_SIDED = world(
    "2024-01-31",
    accounts=[account("b1"), account("s1")],
    listings=[listing("l1", "s1", "2024-01-01", category="x"), listing("l2", "s1", "2024-01-01", category="y")],
    orders=[order("b1", "s1", "2024-01-01", 1_00, category="x"), order("b1", "s1", "2024-01-02", 1_00, category="z")],
)
"""Something sold in x, nothing of what is live in y, and what was not live in z."""
IN_BULK = world(
    "2024-01-31",
    accounts=[account("s1"), account("s2")],
    listings=[listing(f"l{i}", "s1", "2024-01-05", category="x") for i in range(50)]
    + [listing(f"m{i}", "s2", "2024-01-05", category="y") for i in range(49)]
    + [listing("late", "s1", "2024-01-06", category="x")],
)
VIEWED = world(
    "2024-03-31",
    accounts=[account(name) for name in ("b1", "b2", "s1", "s2")] + [account("b9", is_internal=True)],
    orders=[
        order("b1", "s1", "2024-01-08", 1_00),  # three days after the second view
        order("b2", "s2", "2024-01-20", 1_00, status="cancelled"),
        order("b1", "s2", "2024-02-01", 1_00),  # eight days after the view
    ],
    events=[
        event("b1", "supplier_view", "2024-01-01", supplier_id="s1", category="x"),
        event("b1", "supplier_view", "2024-01-05", supplier_id="s1", category="x"),
        event("b2", "supplier_view", "2024-01-19", supplier_id="s2", category="y"),
        event("b1", "supplier_view", "2024-01-24", supplier_id="s2", category="y"),
        event(None, "supplier_view", "2024-01-24", supplier_id="s2"),
        event("b9", "supplier_view", "2024-01-24", supplier_id="s2"),  # staff
        event("b1", "supplier_view", "2024-03-28", supplier_id="s1", category="x"),  # too young
    ],
)
LISTERS = world(
    "2024-06-30",
    accounts=[account("s1"), account("s2"), account("b1")],
    leads=[
        lead("l1", "supplier", "2024-01-01", account_id="s1", channel="ads"),  # lists after 30 days
        lead("l2", "supplier", "2024-01-05", account_id="s2", channel="ads"),  # after 117
        lead("l3", "supplier", "2024-02-05"),  # never an account
        lead("l4", "buyer", "2024-02-05", account_id="b1"),
        lead("l5", "supplier", "2024-06-01"),  # too young
    ],
    listings=[
        listing("x1", "s1", "2024-01-31", category="x"),
        listing("x2", "s2", "2024-05-01", category="x"),
    ],
)

CASES = (
    # Known from the first order on, 8 January. l4 is closed on the day it is listed, but that day it could be bought.
    case(
        "listing_sell_through",
        SHOP,
        "of what was live, whether it closed since or not",
        "2024-01 | 1/2 | 2 | partial; 2024-02 | 0 | 3 | small_n; 2024-03 | 0 | 3 | small_n",
        by="month",
        basis="wilson",
    ),
    case("listing_sell_through", SHOP, "in all its days", "2/4 | 4 | small_n", span="2024-01-08..2024-03-31"),
    case(
        "listing_sell_through",
        PAUSED,
        "out of stock since February",
        "2024-02 | 0 | 3 | small_n; 2024-03 | 0 | 2 | small_n",
        by="month",
        start="2024-02-01",
    ),
    case("listing_sell_through", SHOP, "by category", "x | 1 | 2 | small_n; y | 0 | 2 | small_n", by="category"),
    case(
        "listing_sell_through",
        SHOP,
        "a week that was cut is partial",
        "2024-W02|1/2|2|small_n; 2024-W03|0|2|partial",
        by="week",
        end="2024-01-17",
    ),
    case("listing_sell_through", SHOP.but({"order_lines": None}), "no lines", reason="needs order_lines"),
    case(
        "supplier_utilisation",
        SHOP,
        "with any completed order",
        "2024-01 | 1 | 1 | partial; 2024-02 | 0 | 2 | small_n; 2024-03 | 1/2 | 2 | small_n",
        by="month",
    ),
    case("supplier_utilisation", SHOP, "in the category", "x | 1 | 1 | small_n; y | 1 | 1 | small_n", by="category"),
    case("supplier_utilisation", SHOP, "filtered, each supplier once", "1 | 2 | small_n", where=("category=x,y",)),
    case("supplier_utilisation", LEDGER, "no listings", reason="needs listings"),
    case(
        "listings_per_active_supplier",
        SHOP,
        "nobody sold in February",
        "2024-01 | 1 | 2 | partial; 2024-02 | - | 0 | no_denominator; 2024-03 | 2 | 1 | small_n",
        by="month",
    ),
    case(
        "listings_per_active_supplier",
        ONE_SIDED,
        "categories where nobody sold, or nothing was live",
        "x | 1 | 1 | small_n; y | - | 0 | no_denominator; z | 0 | 0 | small_n",
        by="category",
    ),
    case(
        "median_listings_per_supplier",
        SHOP,
        "by month's end",
        "2024-01 | 2 | 1 | small_n; 2024-02 | 1 | 2 | small_n; 2024-03 | 1 | 2 | small_n",
        by="month",
    ),
    case("median_listings_per_supplier", IN_BULK, "between 51 and 49", "50 | 2 | small_n"),
    case("imported_listing_share", IN_BULK, "fifty on one day", "50/100 | 100 | ok", basis="wilson"),
    case("imported_listing_share", IN_BULK, "by category", "x | 50/51 | 51 | ok; y | 0 | 49 | ok", by="category"),
    case("imported_listing_share", IN_BULK, "none that day", "- | 0 | no_denominator", start="2024-01-07"),
    case("view_to_order_rate", VIEWED, "the last view before an order within a week", "1/4 | 4 | small_n"),
    case("view_to_order_rate", VIEWED, "by category", "x | 1/2 | 2 | small_n; y | 0 | 2 | small_n", by="category"),
    case(
        "view_to_order_rate",
        VIEWED,
        "March is too young",
        "2024-03 | - | 0 | immature",
        by="month",
        start="2024-03-01",
    ),
    case("view_to_order_rate", SHOP, "no supplier is named", reason="needs events.supplier_id"),
    case("lead_to_lister_rate", LISTERS, "of supplier leads at least 90 days old", "1/3 | 3 | small_n"),
    case(
        "lead_to_lister_rate",
        LISTERS,
        "by channel",
        "- | 0 | 1 | small_n; ads | 1/2 | 2 | small_n",
        by="channel",
    ),
    case(
        "lead_to_lister_rate",
        LISTERS,
        "June is immature",
        "2024-05 | - | 0 | immature; 2024-06 | - | 0 | immature",
        by="month",
        start="2024-05-01",
    ),
    case(
        "unmet_searches",
        SHOP,
        "searches of anybody",
        "2024-01 | 1 | 1 | ok; 2024-02 | 1 | 1 | ok; 2024-03 | 0 | 0 | ok",
        by="month",
    ),
    case("unmet_searches", SHOP, "where supply is missing", "x | 1 | 1 | ok; z | 1 | 1 | ok", by="category"),
    # In January x was searched, with l1 and l2 live; in February x and z, with l1 live in x and nothing in z.
    case(
        "inventory_depth",
        SHOP,
        "at the end of the month",
        "2024-01 | 2 | 1 | small_n; 2024-02 | 1/2 | 2 | small_n; 2024-03 | 1 | 1 | small_n",
        by="month",
    ),
    case("inventory_depth", SHOP, "each category", "x | 1 | 1 | small_n; z | 0 | 1 | small_n", by="category"),
    case("supplier_depth", SHOP, "s1 for x, nobody for z", "1/2 | 2 | small_n"),
    case("supplier_depth", IN_BULK, "nobody searched", reason="needs events"),
    case(
        "coverage_gap",
        SHOP,
        "z in February",
        "2024-01 | 0 | 1 | small_n; 2024-02 | 1/2 | 2 | small_n; 2024-03 | 0 | 1 | small_n",
        by="month",
        basis="wilson",
    ),
    case("coverage_gap", ASKED, "no searches", reason="needs events, listings"),
    case("coverage_gap", COUNTED, "nothing to search", reason="needs events, listings"),
)
