"""The health score, by hand: one buyer and one supplier with 1, 2, 3, 2, 4 and 1 orders a month."""

from tests.metrics.cases import case, order, world
from tests.metrics.cases_volume import SAMPLE

MONTHLY = world(
    "2024-06-30",
    orders=[
        order("b1", "s1", f"2024-{month:02}-{1 + i:02}", 1_00, category="x")
        for month, count in enumerate((1, 2, 3, 2, 4, 1), start=1)
        for i in range(count)
    ],
)

ABROAD = MONTHLY.but(
    {"orders": [*MONTHLY.tables["orders"], order("b1", "s1", "2024-02-20", 9_00, category="x", currency="USD")]}
)

CASES = (
    # Shares of the largest ten are 100 % in every month: 50 each. Matching: 4 beats 1, 2, 3 and 2; then 1 beats none
    # of five and ties with one.
    case(
        "marketplace_health_score",
        MONTHLY,
        "the mean of three parts",
        "2024-04 | - | 0 | no_denominator; 2024-05 | 200/3 | 3 | ok; 2024-06 | 110/3 | 3 | ok",
        by="month",
        start="2024-04-01",
        reason="parts: matching_efficiency 10, buyer top_10_share 50, supplier top_10_share 50; without search_to",
    ),
    case(
        "marketplace_health_score",
        MONTHLY,
        "does not depend on the days asked for; a month that is cut has none",
        "2024-05 | 200/3 | 3 | ok; 2024-06 | - | 0 | no_denominator",
        by="month",
        start="2024-05-01",
        end="2024-06-15",
    ),
    case(
        "marketplace_health_score",
        MONTHLY,
        "by category",
        "2024-06 | x | 110/3 | 3 | ok",
        by="month,category",
        start="2024-06-01",
    ),
    case(
        "marketplace_health_score",
        MONTHLY,
        "needs a period",
        "- | 0 | no_denominator",
        reason="split by week, month or quarter",
    ),
    # Of orders alone: 1, 3, 3, 2, 4 and 1; June ties with January below the four others.
    case(
        "marketplace_health_score",
        ABROAD,
        "what cannot be answered for want of a rate takes no part",
        "2024-06 | - | 1 | no_denominator",
        by="month",
        start="2024-06-01",
        reason="fewer than 3 parts can be scored; parts: matching_efficiency 10; without search_to_order",
    ),
    case("marketplace_health_score", MONTHLY, "of the market", by="month,side", reason="describes both sides at once"),
    case("marketplace_health_score", SAMPLE, "not from a sample", by="month", reason="declared sample"),
)
