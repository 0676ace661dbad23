"""Visits and visitors by hand."""

from tests.metrics.cases import account, case, dated, order, world
from tests.metrics.cases_volume import LEDGER


def visit(on: str, who: str | None = None, **more: object) -> dict[str, object]:
    return dated({"started_at": on, "visitor_id": who, **more})


ACCOUNTS = [
    account("b1", "2024-01-10"),
    account("b2", "2024-03-05"),
    account("b3", "2023-12-01"),
    account("b9", "2024-01-03", is_internal=True),
    account("s1", "2024-01-05"),
]
VISITS = [
    visit("2024-01-01", "w1", channel="seo", side="buyer", searches=0, campaign_id="c1"),
    visit("2024-01-10", "w1", account_id="b1", channel="direct", side="buyer", searches=1),
    visit("2024-01-20", "phone", account_id="b1", channel="direct", searches=2),  # b1 on a second device
    visit("2024-01-02", "w2", channel="ads", side="buyer"),
    visit("2024-03-05", "w2", account_id="b2", channel="direct"),
    visit("2024-01-15", "w3", account_id="b3", channel="direct", searches=1),  # had its account before
    visit("2024-01-05", "w4", account_id="s1", channel="seo", side="supplier", searches=0),
    visit("2024-02-10", "w5", channel="ads"),
    visit("2024-01-03", "w9", account_id="b9"),  # staff
    visit("2024-01-02", "w9"),  # staff, before signing in
    visit("2024-02-20", channel="ads", sessions=10),  # a count without visitors
]
ORDERS = [
    order("b1", "s1", "2024-01-12", 1_00),  # two days after a visit with a search
    order("b1", "s1", "2024-01-30", 1_00),  # ten days after the last one
    order("b3", "s1", "2024-01-16", 1_00),
    order("b2", "s1", "2024-03-20", 1_00),
]
LEADS = [
    dated({"lead_id": "l1", "side": "buyer", "created_at": "2024-01-01"}),
    dated({"lead_id": "l2", "side": "buyer", "created_at": "2024-02-03"}),
]
CAMPAIGNS = [{"campaign_id": "c1", "name": "Spring", "side": "buyer"}]
SEEN = world("2024-12-31", accounts=ACCOUNTS, visits=VISITS, orders=ORDERS, leads=LEADS, campaigns=CAMPAIGNS)
TWO_LOOKS = SEEN.but({"visits": [visit(f"2024-01-{d}", "w3", account_id="b3", searches=1) for d in ("14", "15")]})
"""Two visits with a search before one order."""
ON_THE_EDGE = world(
    "2024-12-31",
    accounts=[account("b1", "2024-01-31"), account("b2", "2024-02-01"), account("s1")],
    visits=[
        visit("2024-01-01", "w1"),
        visit("2024-01-31", "w1", account_id="b1"),  # day 30
        visit("2024-01-01", "w2"),
        visit("2024-02-01", "w2", account_id="b2"),  # day 31
    ],
    orders=[order("b1", "s1", "2024-03-31", 1_00), order("b2", "s1", "2024-04-01", 1_00)],  # days 90 and 91
)
BY_CAMPAIGN = SEEN.but(
    {"visits": [visit("2024-01-01", "w1", campaign_id="c1"), visit("2024-01-02", "w2", campaign_id="c1")]}
)
"""Visits that name no side of their own."""

CASES = (
    case(
        "visits",
        SEEN,
        "staff left out, a count counts",
        "2024-01 | 6 | 6 | ok; 2024-02 | 11 | 2 | ok; 2024-03 | 1 | 1 | ok",
        by="month",
        end="2024-03-31",
    ),
    case("visits", SEEN, "by side, what names none is in the total only", "buyer|6|6|ok; supplier|1|1|ok", by="side"),
    case(
        "visits",
        SEEN,
        "a week that was asked for in part",
        "2024-W01 | 3 | 3 | ok; 2024-W02 | 1 | 1 | partial",
        by="week",
        start="2024-01-01",
        end="2024-01-10",
    ),
    case("visits", SEEN, "by channel", "ads | 12 | 3 | ok; direct | 4 | 4 | ok; seo | 2 | 2 | ok", by="channel"),
    case("visits", BY_CAMPAIGN, "a campaign's side is its visits'", "buyer|2|2|ok; supplier|0|0|ok", by="side"),
    case("visits", LEDGER, "never loaded", reason="needs visits"),
    case("visitors", SEEN, "one person on two devices is one visitor", "5 | 5 | ok"),
    case(
        "visitors",
        SEEN,
        "never the sum of the months",
        "2024-01 | 4 | 4 | ok; 2024-02 | 1 | 1 | ok; 2024-03 | 1 | 1 | ok",
        by="month",
        end="2024-03-31",
    ),
    case(
        "visitors", SEEN, "nor of the channels", "ads | 2 | 2 | ok; direct | 3 | 3 | ok; seo | 2 | 2 | ok", by="channel"
    ),
    case("visitors", SEEN.but({"visits": [visit("2024-02-20", sessions=10)]}), "counts", reason="visits.visitor_id"),
    case("visits_per_visitor", SEEN, "of the visits that know their visitor", "8/5 | 5 | small_n"),
    case(
        "visits_per_visitor",
        SEEN,
        "no visitor, no ratio",
        "2024-04 | - | 0 | no_denominator",
        by="month",
        start="2024-04-01",
        end="2024-04-30",
    ),
    case(
        "new_visitors",
        SEEN,
        "who had an account is no prospect",
        "2024-01 | 3 | 3 | ok; 2024-02 | 1 | 1 | ok; 2024-03 | 0 | 0 | ok",
        by="month",
        end="2024-03-31",
    ),
    case("visitor_to_signup_rate", SEEN, "two of four within 30 days", "2/4 | 4 | small_n", basis="wilson"),
    case("visitor_to_signup_rate", SEEN, "by first channel", "ads|0|2|small_n; seo|1|2|small_n", by="channel"),
    case("visitor_to_signup_rate", SEEN, "by campaign", "-|1/3|3|small_n; Spring|1|1|small_n", by="campaign"),
    case(
        "visitor_to_signup_rate",
        SEEN,
        "by the side addressed, not by the side of those who signed up",
        "buyer|1/2|2|small_n; supplier|1|1|small_n",
        by="side",
    ),
    case(
        "visitor_to_signup_rate",
        ON_THE_EDGE,
        "by side where visits name none: signups alone make no rate",
        "buyer | - | 0 | no_denominator; supplier | - | 0 | no_denominator",
        by="side",
    ),
    case("visitor_to_signup_rate", ON_THE_EDGE, "day 30 counts, day 31 does not", "1/2 | 2 | small_n"),
    case(
        "visitor_to_signup_rate",
        SEEN,
        "young visitors are not failures",
        "2024-01 | 2/3 | 3 | immature; 2024-02 | - | 0 | immature",
        by="month",
        as_of="2024-02-15",
        reason="needs 30 days after the period; known until 2024-02-15",
    ),
    case(
        "visitor_to_signup_rate",
        SEEN.but({"accounts": [account("b1"), account("s1")]}),
        "accounts without a day of signup",
        reason="needs accounts.signed_up_at: no row has it",
    ),
    case("visitor_to_first_order_rate", SEEN, "supplier's first sale too", "3/4 | 4 | small_n"),
    case("visitor_to_first_order_rate", ON_THE_EDGE, "day 90 counts, day 91 does not", "1/2 | 2 | small_n"),
    case("visitor_to_first_order_rate", SEEN.but({"orders": None}), "no orders loaded", reason="needs orders"),
    case(
        "visitor_to_lead_ratio",
        SEEN,
        "leads and visitors of the same month",
        "2024-01 | 1/4 | 4 | small_n; 2024-02 | 1 | 1 | small_n",
        by="month",
        end="2024-02-29",
    ),
    case("visitor_to_lead_ratio", SEEN.but({"leads": None}), "no leads loaded", reason="needs leads"),
    case("search_visit_share", SEEN, "of visits that know", "3/5 | 5 | small_n"),
    case("search_visit_to_order_rate", SEEN, "within 7 days", "2/3 | 3 | small_n", span="2024-01-01..2024-12-24"),
    case("search_visit_to_order_rate", TWO_LOOKS, "the last visit before the order", "1/2 | 2 | small_n"),
    case(
        "search_visit_to_order_rate",
        SEEN.but({"orders": [{**o, "sample_weight": 10} for o in ORDERS]}, sample=True),
        "not from a sample of the orders",
        reason="orders are a declared sample",
    ),
    case("search_visit_to_order_rate", SEEN, "of buyers", where=("side=supplier",), reason="buyer side only"),
)
