"""How much hangs on few accounts or pairs, by hand."""

from tests.metrics.cases import case, order, world
from tests.metrics.cases_volume import LEDGER, SAMPLE

FOUR = world(
    "2024-01-31",
    orders=[
        order("b1", "s1", "2024-01-01", 30_00, category="x"),
        order("b1", "s1", "2024-01-02", 10_00, category="y"),
        order("b1", "s2", "2024-01-01", 30_00, category="x"),
        order("b1", "s3", "2024-01-01", 20_00, category="x"),
        order("b1", "s4", "2024-01-01", 10_00, category="x"),
    ],
)
"""Suppliers with 40, 30, 20 and 10 %; one buyer."""
TWELVE = world("2024-01-31", orders=[order("b1", f"s{i}", "2024-01-01", 10_00) for i in range(12)])
"""Twelve suppliers of equal weight."""
CREDITED = FOUR.but({"orders": [*FOUR.tables["orders"], order("b1", "s5", "2024-01-03", -20_00)]})
"""A fifth supplier with nothing but a credit: shares of 80."""
OWING = world("2024-01-31", orders=[order("b1", "s1", "2024-01-01", -1_00), order("b1", "s2", "2024-01-02", 1_00)])
CREDITS = world("2024-01-31", orders=[order("b1", "s1", "2024-01-01", -5_00)])

SELLERS = ("side=supplier",)
STRANDED = world(
    "2024-01-31",
    orders=[order("b0", f"s{i}", "2024-01-01", 100_00) for i in range(1, 11)]
    + [
        order("b1", "s11", "2024-01-02", 1_00),
        order("b2", "s11", "2024-01-02", 3_00),
        order("b2", "s1", "2024-01-02", 2_00),
        order("b3", "s11", "2024-01-02", 1_00),
        order("b3", "s1", "2024-01-02", 2_00),
    ],
)
PARTED = world(
    "2024-06-30",
    orders=[order(f"b{i}", f"s{i}", f"2024-01-0{on}", 1_00) for i in (1, 2, 3) for on in (1, 2, 3)]
    + [
        order("b1", "s2", "2024-02-01", 1_00),
        order("b2", "s1", "2024-02-01", 1_00),
        order("b2", "s2", "2024-03-01", 1_00),
    ],
)

CASES = (
    case("top_1_share", FOUR, "the largest", "buyer | 1 | 1 | small_n; supplier | 2/5 | 4 | small_n", by="side"),
    case(
        "top_1_share",
        TWELVE,
        "of twelve equal ones, which no other twelve would change",
        "1/12 | 12 | small_n",
        where=SELLERS,
        bounds=(1 / 12, 1 / 12),
        basis="account bootstrap",
    ),
    case(
        "top_1_share", FOUR, "by category", "x | 1/3 | 4 | small_n; y | 1 | 1 | small_n", by="category", where=SELLERS
    ),
    case("top_1_share", OWING, "a total of zero", "- | 2 | no_denominator", where=SELLERS, reason="not positive"),
    case("top_1_share", CREDITS, "a negative total", "- | 1 | no_denominator", where=SELLERS, reason="not positive"),
    case("top_1_share", FOUR, "per side only", reason="exists per side only"),
    case("top_1_share", SAMPLE, "not from a sample", where=SELLERS, reason="declared sample"),
    case("top_5_share", FOUR, "fewer than five", "1 | 4 | small_n", where=SELLERS),
    case("top_5_share", TWELVE, "of twelve", "5/12 | 12 | small_n", where=SELLERS),
    case("top_10_share", TWELVE, "of twelve", "10/12 | 12 | small_n", where=SELLERS),
    case("top_10_share", CREDITED, "credits are in the total", "1 | 5 | small_n", where=SELLERS),
    case("hhi", FOUR, "0.16 + 0.09 + 0.04 + 0.01", "buyer | 1 | 1 | small_n; supplier | 3/10 | 4 | small_n", by="side"),
    case("hhi", TWELVE, "twelve equal", "1/12 | 12 | ok", where=SELLERS),
    # 40, 30, 20, 10 and -20 over 80: (1600 + 900 + 400 + 100 + 400) / 6400.
    case("hhi", CREDITED, "with a credit", "34/64 | 5 | small_n", where=SELLERS, basis="not computed"),
    case("hhi", LEDGER, "a month of zero", "2024-03|-|1|no_denominator", by="month", where=SELLERS, start="2024-03-01"),
    # (3 * 40 + 1 * 30 - 1 * 20 - 3 * 10) / (4 * 100).
    case("gini", FOUR, "by mean difference", "buyer | 0 | 1 | small_n; supplier | 1/4 | 4 | small_n", by="side"),
    case("gini", TWELVE, "equal is zero", "0 | 12 | ok", where=SELLERS),
    # b2 bought three times from s1; four other pairs once or twice.
    case("trusted_pair_rate", LEDGER, "three orders", "1/5 | 5 | small_n", basis="wilson"),
    case(
        "trusted_pair_rate",
        LEDGER,
        "within the month, even where its GMV is zero",
        "2024-01 | 0 | 2 | small_n; 2024-02 | 1/2 | 2 | small_n; 2024-03 | 0 | 1 | small_n",
        by="month",
    ),
    case("trusted_pair_rate", LEDGER, "of the market", by="side", reason="describes both sides at once"),
    case("trusted_pair_gmv_share", LEDGER, "500 of 840", "500/840 | 5 | small_n"),
    case(
        "trusted_pair_gmv_share", LEDGER, "by category", "x | 500/600 | 2 | small_n; y | 0 | 3 | small_n", by="category"
    ),
    case("trusted_pair_gmv_share", CREDITS, "of less than zero", "- | 1 | no_denominator"),
    case("trusted_pair_gmv_share", LEDGER, "of zero", "2024-03|-|1|no_denominator", by="month", start="2024-03-01"),
    case(
        "largest_partner_share",
        FOUR,
        "40 of 100; each supplier has one buyer",
        "buyer | 2/5 | 1 | small_n; supplier | 1 | 4 | small_n",
        by="side",
        basis="not computed",
    ),
    case(
        "largest_partner_share",
        CREDITED,
        "a partner below zero has no share and makes nobody's larger: 40 of 100, not of 80",
        "buyer | 2/5 | 1 | small_n; supplier | 1 | 4 | small_n",
        by="side",
    ),
    case(
        "largest_partner_share",
        world("2024-01-31", orders=[order("b1", "s1", "2024-01-01", 100), order("b1", "s2", "2024-01-02", -50)]),
        "100 less 50 is all with the first",
        "1 | 1 | small_n",
        where=("side=buyer",),
    ),
    case("largest_partner_share", CREDITS, "of less than nothing", "- | 0 | no_denominator", where=SELLERS),
    case("largest_partner_share", FOUR, "per side only", reason="exists per side only"),
    case(
        "single_partner_rate",
        FOUR,
        "of those with two orders: b1 has four partners, s1 one",
        "buyer | 0 | 1 | small_n; supplier | 1 | 1 | small_n",
        by="side",
        basis="wilson",
    ),
    case(
        "single_partner_rate",
        LEDGER,
        "by month",
        "2024-01 | 0 | 1 | small_n; 2024-02 | 1 | 1 | small_n; 2024-03 | 1 | 1 | small_n",
        by="month",
        where=("side=buyer",),
    ),
    # b0 buys from the ten largest only, b3 two of three; b1 nothing, b2 two of five.
    case("stranded_by_top_10_rate", STRANDED, "two of four buyers", "1/2 | 4 | small_n", where=("side=buyer",)),
    case("stranded_by_top_10_rate", FOUR, "one buyer is the ten largest", "1 | 4 | small_n", where=SELLERS),
    case("stranded_by_top_10_rate", SAMPLE, "not from a sample", where=SELLERS, reason="declared sample"),
    # b1 and s1 go on with others; b2 and s2 met again after 58 days; b3 and s3 both stopped.
    case("quiet_trusted_pair_rate", PARTED, "one of three", "1/3 | 3 | small_n", basis="wilson"),
    case(
        "quiet_trusted_pair_rate",
        PARTED,
        "by month",
        "2024-05 | - | 0 | immature; 2024-06 | - | 0 | immature",
        by="month",
        start="2024-05-01",
    ),
    case("quiet_trusted_pair_rate", PARTED, "of the market", by="side", reason="describes both sides at once"),
)
