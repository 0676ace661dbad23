"""Funnels and what accounts do in cohorts, by hand."""

from tests.metrics.cases import account, case, order, world
from tests.metrics.cases_activation import event

ACCOUNTS = [account(f"b{i}", "2024-01-01", channel="seo" if i < 3 else "ads") for i in range(1, 6)] + [
    account("s1", "2024-01-01")
]
EVENTS = [
    event("b1", "search", "2024-01-02", category="x"),
    event("b1", "supplier_view", "2024-01-03", category="x"),
    event("b1", "cart_add", "2024-01-04", category="x"),
    event("b2", "search", "2024-01-02", category="x"),  # its view comes on day 8: too late for this search,
    event("b2", "search", "2024-01-05", category="y"),  # not for this one
    event("b2", "supplier_view", "2024-01-10", category="y"),
    event("b3", "search", "2024-02-01", category="x"),
    event("b3", "cart_add", "2024-02-02", category="x"),  # without a look
    event("b3", "supplier_view", "2024-02-03", category="x"),
    event("b4", "search", "2024-03-28", category="x"),  # known for three days only
    event("s1", "search", "2024-01-02", category="x"),
    event("s1", "supplier_view", "2024-01-03", category="x"),
]
ORDERS = [
    order("b1", "s1", "2024-01-09", 100_00),  # day 7 after the search
    order("b5", "s1", "2024-01-03", 100_00),  # never searched
]
PATH = world("2024-03-31", accounts=ACCOUNTS, events=EVENTS, orders=ORDERS)

CASES = (
    case("buyer_path_reached", PATH, "the last step", "1 | 1 | ok", span="2024-01-02..2024-03-24"),
    case(
        "buyer_path_reached",
        PATH,
        "each step, entrants first",
        "1 search | 3 | 3 | ok; 2 supplier_view | 3 | 3 | ok; 3 cart_add | 1 | 1 | ok; 4 order | 1 | 1 | ok",
        by="step",
    ),
    case(
        "buyer_path_reached",
        PATH,
        "by the month of the search; the young one waits",
        "2024-01 | 1 | 1 | partial; 2024-02 | 0 | 0 | ok; 2024-03 | 0 | 0 | immature",
        by="month",
        reason="needs 7 days after the period; known until 2024-03-31",
    ),
    case(
        "buyer_path_conversion",
        PATH,
        "of those who searched",
        "1/3 | 3 | small_n",
        basis="wilson",
        bounds=(0.06149, 0.79234),
    ),
    case(
        "buyer_path_conversion",
        PATH,
        "by step and the category of the search: b2's first search has no look after it in time",
        "1 search | x | 1 | 3 | small_n; 1 search | y | 1 | 1 | small_n; 2 supplier_view | x | 2/3 | 3 | small_n;"
        "2 supplier_view | y | 1 | 1 | small_n; 3 cart_add | x | 1/3 | 3 | small_n; 3 cart_add | y | 0 | 1 | small_n;"
        "4 order | x | 1/3 | 3 | small_n; 4 order | y | 0 | 1 | small_n",
        by="step,category",
    ),
    case(
        "buyer_path_conversion",
        PATH,
        "by channel of the account, one step",
        "2 supplier_view | ads | 1 | 1 | small_n; 2 supplier_view | seo | 1 | 2 | small_n",
        by="step,channel",
        where=("step=2 supplier_view",),
    ),
    case(
        "buyer_path_conversion", PATH, "an unknown step", where=("step=5 refund",), reason="there are 1 search, 2 sup"
    ),
    case("buyer_path_conversion", PATH, "suppliers are not on it", where=("side=supplier",), reason="buyer side only"),
    case("buyer_path_conversion", PATH.but({"events": None}), "no events", reason="needs events"),
    case("buyer_path_reached", PATH.but({"orders": None}), "no orders", reason="needs orders"),
    case("gmv", PATH, "has no steps", by="step", reason="cannot be split by step"),
)
