"""Funnels and what accounts do in cohorts, by hand."""

from datetime import datetime

from tests.metrics.cases import account, case, order, world
from tests.metrics.cases_activation import MARKET, event
from tests.metrics.cases_liquidity import reply, request
from tests.metrics.cases_pipeline import lead, stage
from tests.metrics.cases_traffic import visit

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

LEADS = [
    lead("l1", "buyer", "2024-01-01", channel="ads"),
    lead("l2", "buyer", "2024-01-05", channel="seo"),
    lead("l3", "supplier", "2024-01-10"),
    lead("l4", "supplier", "2024-02-01"),
    lead("l5", "buyer", "2024-01-02"),
    lead("l6", "buyer", "2024-06-20"),
]
STAGES = [
    stage("l1", "lead", "2024-01-01"),  # where it stands already: no move
    stage("l1", "mql", "2024-01-03"),
    stage("l1", "sales_qualified", "2024-01-10"),
    stage("l1", "opportunity", "2024-01-20"),
    stage("l1", "closed_won", "2024-01-31"),
    stage("l2", "mql", "2024-01-06"),
    stage("l2", "closed_lost", "2024-02-01"),
    stage("l2", "mql", "2024-02-10"),  # up again into a stage it had reached
    stage("l2", "sales_qualified", "2024-02-15"),  # and beyond it
    stage("l3", "closed_won", "2024-02-09"),  # skips three stages
    stage("l4", "sales_qualified", "2024-02-05"),  # skips one
    stage("l4", "mql", "2024-02-07"),  # back
    stage("l4", "sales_qualified", "2024-02-20"),  # again
    stage("l4", "recycled", "2024-03-01"),  # back to marketing
    stage("l5", "opportunity", "2024-05-01"),  # day 120
    stage("l6", "mql", "2024-06-21"),
]
SALES = world("2024-06-30", leads=LEADS, stage_changes=STAGES)
NO_MQL = SALES.but({"stage_changes": [s for s in STAGES if s["stage"] != "mql"]})

REPEATED = world(
    "2024-06-30",
    leads=[lead("l1", "buyer", "2024-01-01"), lead("l2", "buyer", "2024-01-01")],
    stage_changes=[
        stage("l1", "lead", "2024-01-01"),
        stage("l1", "mql", "2024-01-05"),
        stage("l1", "closed_lost", "2024-01-08"),
        stage("l1", "closed_lost", "2024-01-09"),  # saved again: lost already
        stage("l1", "recycled", "2024-01-10"),
        stage("l1", "recycled", "2024-01-11"),
        stage("l1", "mql", "2024-02-01"),
        # of which only the day is known: written once more as what it was, and lost
        stage("l2", "mql", "2024-01-05"),
        stage("l2", "mql", "2024-03-08"),
        stage("l2", "closed_lost", "2024-03-08"),
    ],
)

QUOTES = [
    request("q1", "b1", "2024-01-01", status="awarded", awarded_at="2024-01-11"),
    request("q2", "b1", "2024-01-05", status="closed"),
    request("q3", "b2", "2024-01-10", status="awarded", awarded_at="2024-01-12", order_id="o3"),
]
REPLIES = [reply("q1", "s1", datetime(2024, 1, 1, 6)), reply("q2", "s1", datetime(2024, 1, 6))]
RFQ = world(
    "2024-06-30",
    accounts=ACCOUNTS,
    quotes=[*QUOTES, *REPLIES],
    orders=[
        order("b1", "s1", "2024-01-15", 1_00, quote_id="q1"),
        order("b1", "s1", "2024-01-20", 1_00),  # of no request
        order("b2", "s1", "2024-01-25", 1_00, order_id="o3"),  # the request names the order
    ],
)

VISITED = world(
    "2024-06-30",
    accounts=[account("b1", "2024-01-10"), account("s1", "2024-01-05")],
    visits=[
        visit("2024-01-01", "w1", side="buyer"),
        visit("2024-01-10", "w1", side="buyer", account_id="b1"),
        visit("2024-01-02", "w2", side="buyer"),
        visit("2024-01-05", "w4", side="supplier", account_id="s1"),
    ],
    leads=[lead("l1", "buyer", "2024-01-08", account_id="b1"), lead("l2", "supplier", "2024-01-03", account_id="s1")],
    stage_changes=[
        stage("l1", "mql", "2024-01-09"),
        stage("l1", "closed_won", "2024-01-20"),
        stage("l2", "mql", "2024-01-04"),  # a lead before its first visit
    ],
)

LIFE = world(
    "2024-06-30",
    orders=[
        order("b0", "s1", "2023-12-01", 1_00),
        order("b1", "s1", "2024-01-08", 10_00),
        order("b1", "s1", "2024-02-20", 5_00),  # day 43: period 1
        order("b2", "s1", "2024-01-08", 10_00),
        order("b2", "s1", "2024-04-15", 5_00),  # day 98: period 3
        order("b3", "s1", "2024-05-25", 1_00),
    ],
)


def months(counts: str) -> str:
    """One count a month from January on."""
    return "; ".join(f"2024-{n:02} | {count} | {count} | ok" for n, count in enumerate(counts.split(), start=1))


JANUARY = {"start": "2024-01-01", "end": "2024-01-31"}
BUYERS = ("side=buyer",)

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
    # Four suppliers are old enough; s3 was verified after 109 days. Live and the sale fall on one day.
    case(
        "supplier_path_conversion",
        MARKET,
        "each step over the one before",
        "1 applied | 1 | 4 | small_n; 2 verified | 2/4 | 4 | small_n; 3 catalogue | 1 | 2 | small_n;"
        "4 live | 1/2 | 2 | small_n; 5 first_sale | 1 | 1 | small_n",
        by="step",
    ),
    case("supplier_path_reached", MARKET, "a first sale within 90 days", "1 | 1 | ok", span="2024-01-01..2024-04-01"),
    case(
        "supplier_path_reached",
        PATH,
        "steps never recorded are left out",
        "1 applied|1|1|ok; 5 first_sale|1|1|ok",
        by="step",
    ),
    case(
        "rfq_path_reached",
        RFQ,
        "each request on its own",
        "1 request|3|3|ok; 2 reply|2|2|ok; 3 award|1|1|ok; 4 order|1|1|ok",
        by="step",
    ),
    case("rfq_path_conversion", RFQ, "requests that became an order", "1/3 | 3 | small_n"),
    case(
        "rfq_path_reached",
        RFQ.but({"quotes": QUOTES}),
        "replies are not kept: the others keep their numbers",
        "1 request | 3 | 3 | ok; 3 award | 2 | 2 | ok; 4 order | 2 | 2 | ok",
        by="step",
    ),
    case(
        "sales_cohort_reached",
        SALES,
        "of the leads of a day, within 90 days; skipped stages count",
        "buyer | 1 lead | 3 | 3 | ok; buyer | 2 mql | 2 | 2 | ok; buyer | 3 sales_qualified | 2 | 2 | ok;"
        "buyer | 4 opportunity | 1 | 1 | ok; buyer | 5 closed_won | 1 | 1 | ok;"
        "supplier | 1 lead | 2 | 2 | ok; supplier | 2 mql | 2 | 2 | ok; supplier | 3 sales_qualified | 2 | 2 | ok;"
        "supplier | 4 opportunity | 1 | 1 | ok; supplier | 5 closed_won | 1 | 1 | ok",
        by="side,step",
    ),
    case("sales_cohort_conversion", SALES, "won of five", "2/5 | 5 | small_n", span="2024-01-01..2024-04-01"),
    case(
        "sales_cohort_conversion",
        SALES,
        "by channel",
        "- | 1/3 | 3 | small_n; ads | 1 | 1 | small_n; seo | 0 | 1 | small_n",
        by="channel",
    ),
    case(
        "sales_cohort_reached",
        NO_MQL,
        "a stage never recorded is left out",
        "1 lead | 5 | 5 | ok; 3 sales_qualified | 4 | 4 | ok; 4 opportunity | 2 | 2 | ok; 5 closed_won | 2 | 2 | ok",
        by="step",
    ),
    case("sales_cohort_reached", SALES.but({"stage_changes": None}), "no history", reason="needs stage_changes"),
    case(
        "visitor_cohort_reached",
        VISITED,
        "from the first visit to the lead of the account it became",
        "buyer | 1 visitor | 2 | 2 | ok; buyer | 2 lead | 1 | 1 | ok; buyer | 3 mql | 1 | 1 | ok;"
        "buyer | 6 closed_won | 1 | 1 | ok; supplier | 1 visitor | 1 | 1 | ok; supplier | 2 lead | 0 | 0 | ok;"
        "supplier | 3 mql | 0 | 0 | ok; supplier | 6 closed_won | 0 | 0 | ok",
        by="side,step",
    ),
    case("visitor_cohort_conversion", VISITED, "won of three visitors", "1/3 | 3 | small_n"),
    case("visitor_cohort_conversion", SALES, "no visits", reason="needs accounts, visits"),
    case(
        "sales_throughput_moves",
        SALES,
        "by the day of the move",
        "2024-01 | 1 lead | 4 | 4 | ok; 2024-01 | 2 mql | 2 | 2 | ok; 2024-01 | 3 sales_qualified | 1 | 1 | ok;"
        "2024-01 | 4 opportunity | 1 | 1 | ok; 2024-01 | 5 closed_won | 1 | 1 | ok;"
        "2024-02 | 1 lead | 1 | 1 | ok; 2024-02 | 2 mql | 2 | 2 | ok; 2024-02 | 3 sales_qualified | 3 | 3 | ok;"
        "2024-02 | 4 opportunity | 1 | 1 | ok; 2024-02 | 5 closed_won | 1 | 1 | ok",
        by="month,step",
        end="2024-02-29",
    ),
    case(
        "sales_throughput_moves",
        SALES,
        "won by month",
        "2024-01|1|1|ok; 2024-02|1|1|ok; 2024-03|0|0|ok",
        by="month",
        end="2024-03-31",
    ),
    case(
        "sales_throughput_ratio",
        SALES,
        "of one month's moves: no share, it passes 1",
        "1 lead | 1 | 1 | small_n; 2 mql | 2 | 1 | small_n; 3 sales_qualified | 3/2 | 2 | small_n;"
        "4 opportunity | 1/3 | 3 | small_n; 5 closed_won | 1 | 1 | small_n",
        by="step",
        start="2024-02-01",
        end="2024-02-29",
    ),
    case("sales_throughput_backward", SALES, "one back to MQL, one to marketing", "2 | 2 | ok"),
    case(
        "sales_throughput_backward",
        SALES,
        "by month and side",
        "2024-02 | buyer | 0 | 0 | ok; 2024-02 | supplier | 1 | 1 | ok; 2024-03 | buyer | 0 | 0 | ok;"
        "2024-03 | supplier | 1 | 1 | ok",
        by="month,side",
        start="2024-02-01",
        end="2024-03-31",
    ),
    case(
        "sales_throughput_reentries",
        SALES,
        "into MQL and sales-qualified",
        "1 lead|0|0|ok; 2 mql|1|1|ok; 3 sales_qualified|1|1|ok; 4 opportunity|0|0|ok; 5 closed_won|0|0|ok",
        by="step",
    ),
    case("sales_throughput_losses", SALES, "one", "1 | 1 | ok"),
    case(
        "sales_throughput_losses",
        REPEATED,
        "a stage written twice in a row is one move",
        "2024-01 | 1 | 1 | ok; 2024-02 | 0 | 0 | ok; 2024-03 | 1 | 1 | ok",
        by="month",
        end="2024-03-31",
    ),
    case("sales_throughput_backward", REPEATED, "back to marketing once", "1 | 1 | ok"),
    case(
        "sales_throughput_reentries",
        REPEATED,
        "l1 in February; on one day the loss comes last, so l2 did not come back",
        "2024-01 | 0 | 0 | ok; 2024-02 | 1 | 1 | ok; 2024-03 | 0 | 0 | ok",
        by="month",
        end="2024-03-31",
    ),
    # Period 3 above period 2: retention is no funnel.
    case(
        "gmv_cohort_retention",
        LIFE,
        "GMV by period of age over period 0",
        "buyer | 0 | 1 | 2 | small_n; buyer | 1 | 1/4 | 2 | small_n; buyer | 2 | 0 | 2 | small_n;"
        "buyer | 3 | 1/4 | 2 | small_n",
        by="side,age",
        where=(*BUYERS, "age=0,1,2,3"),
        **JANUARY,
    ),
    case("gmv_cohort_retention", LIFE, "nobody is a year old", "- | 0 | immature", where=BUYERS),
    case("gmv_cohort_retention", LIFE, "per side only", reason="exists per side only"),
    case(
        "account_retention",
        LIFE,
        "exactly in the period",
        "0 | 1 | 2 | small_n; 1 | 1/2 | 2 | small_n; 2 | 0 | 2 | small_n; 3 | 1/2 | 2 | small_n",
        by="age",
        where=(*BUYERS, "age=0,1,2,3"),
        basis="wilson",
        **JANUARY,
    ),
    case(
        "account_retention",
        LIFE,
        "b3 has not lived through period 1",
        "2024-05 | 1 | - | 0 | immature",
        by="month,age",
        where=(*BUYERS, "age=1"),
        start="2024-05-01",
    ),
    case("account_retention", LIFE, "an unknown age", where=(*BUYERS, "age=13"), reason="has no age '13'"),
    case(
        "account_retention_or_later",
        LIFE,
        "in the period or later",
        "0 | 1 | 2 | small_n; 1 | 1 | 2 | small_n; 2 | 1/2 | 2 | small_n; 3 | 1/2 | 2 | small_n; 4 | 0 | 2 | small_n",
        by="age",
        where=(*BUYERS, "age=0,1,2,3,4"),
        **JANUARY,
    ),
    case(
        "recurring_account_retention",
        LIFE,
        "of the accounts of each month, in the next",
        "2024-01 | 1 | 1/2 | 2 | small_n; 2024-02 | 1 | 0 | 1 | small_n; 2024-04 | 1 | 0 | 1 | small_n",
        by="month,age",
        where=(*BUYERS, "age=1"),
        start="2024-01-01",
        end="2024-04-30",
    ),
    case(
        "lifecycle_new_accounts",
        LIFE,
        "by month",
        months("2 0 0 0 1 0"),
        by="month",
        where=BUYERS,
        start="2024-01-01",
    ),
    case(
        "lifecycle_returning_accounts",
        LIFE,
        "by month",
        months("0 1 0 0 0 0"),
        by="month",
        where=BUYERS,
        start="2024-01-01",
    ),
    case(
        "lifecycle_resurrected_accounts",
        LIFE,
        "by month",
        months("0 0 0 1 0 0"),
        by="month",
        where=BUYERS,
        start="2024-01-01",
    ),
    case(
        "lifecycle_dormant_accounts",
        LIFE,
        "by month",
        months("1 1 1 0 1 1"),
        by="month",
        where=BUYERS,
        start="2024-01-01",
    ),
    case(
        "lifecycle_dormant_accounts",
        LIFE,
        "each side on its own; the first month has none before it",
        "2023-12 | buyer | - | 0 | unavailable; 2023-12 | supplier | - | 0 | unavailable;"
        "2024-01 | buyer | 1 | 1 | ok; 2024-01 | supplier | 0 | 0 | ok;"
        "2024-02 | buyer | 1 | 1 | ok; 2024-02 | supplier | 0 | 0 | ok;"
        "2024-03 | buyer | 1 | 1 | ok; 2024-03 | supplier | 1 | 1 | ok",
        by="month,side",
        end="2024-03-31",
    ),
    case("lifecycle_new_accounts", LIFE, "needs periods", "- | 0 | unavailable", reason="split by one, --by month"),
)
