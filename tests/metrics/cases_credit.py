"""What the accounts that a rep won did, by hand."""

from tests.metrics.cases import account, case, dated, order, world
from tests.metrics.cases_activation import listing
from tests.metrics.cases_pipeline import lead
from tests.metrics.cases_volume import LEDGER

REPS = world(
    "2024-03-31",
    accounts=[account(name, "2024-01-01") for name in ("b1", "b2", "s1", "s2", "s3")]
    + [account("s4", "2024-01-01", organization_id="g"), account("b4", "2024-01-01", organization_id="g")],
    leads=[
        lead("l1", "supplier", "2024-01-01", account_id="s1", owner="ann"),
        lead("l2", "supplier", "2024-01-01", account_id="s2", owner="bob"),
        lead("l3", "buyer", "2024-01-01", account_id="b1", owner="ann"),
        lead("l4", "supplier", "2024-01-01", account_id="s3"),
        lead("l5", "supplier", "2024-02-01", account_id="s1", owner="bob"),  # ann's came first
        lead("l6", "supplier", "2024-01-01", account_id="s4", owner="bob"),
    ],
    listings=[listing(f"{s}{i}", s, "2024-01-20") for s, n in (("s1", 3), ("s2", 1), ("s3", 3)) for i in range(n)],
    orders=[
        order("b1", "s1", "2024-01-10", 100_00, order_id="o1"),
        order("b1", "s1", "2024-01-15", 50_00, order_id="o2"),
        order("b2", "s1", "2024-01-20", 30_00, order_id="o3"),
        order("b1", "s2", "2024-02-01", 20_00, order_id="o4"),
        order("b2", "s3", "2024-02-02", 10_00, order_id="o5"),
        order("b4", "s4", "2024-02-03", 999_00, order_id="self"),
    ],
    refunds=[dated({"order_id": "o2", "refunded_at": "2024-03-01", "amount": 5_00})],
)

CASES = (
    case(
        "activated_suppliers",
        REPS,
        "three listings within 30 days; s3 is nobody's",
        "- | 0 | 0 | ok; ann | 1 | 1 | ok; bob | 0 | 0 | ok",
        by="owner",
    ),
    case(
        "activated_suppliers", REPS, "March is too young", "2024-03 | 0 | 0 | immature", by="month", start="2024-03-01"
    ),
    case("activated_suppliers", LEDGER, "no listings, no leads", reason="needs leads, listings"),
    case(
        "credited_orders",
        REPS,
        "on each side of its own rep, none of self-dealing",
        "buyer | ann | 3 | 3 | ok; supplier | ann | 3 | 3 | ok; supplier | bob | 1 | 1 | ok",
        by="side,owner",
    ),
    case("credited_orders", REPS, "both sides at once", reason="exists per side only"),
    case(
        "credited_gmv",
        REPS,
        "less what came back later",
        "ann | 175 | 3 | ok; bob | 20 | 1 | ok",
        by="owner",
        where=("side=supplier",),
    ),
    case(
        "credited_gmv",
        REPS,
        "in the month of the order; orders are known from 10 January",
        "2024-01 | 175 | 3 | partial; 2024-02 | 20 | 1 | ok; 2024-03 | 0 | 0 | ok",
        by="month",
        where=("side=supplier",),
    ),
    case(
        "repeat_orders_of_won_suppliers",
        REPS,
        "b1's second and third",
        "ann | 1 | 1 | ok; bob | 1 | 1 | ok",
        by="owner",
    ),
    case("repeat_orders_of_won_suppliers", LEDGER, "no leads", reason="needs leads"),
)
