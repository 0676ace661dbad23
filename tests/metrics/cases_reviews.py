"""Reviews and ratings by hand."""

from tests.metrics.cases import account, case, dated, order, world
from tests.metrics.cases_volume import LEDGER


def review(on: str, **more: object) -> dict[str, object]:
    return dated({"reviewed_at": on, **more})


ACCOUNTS = [
    account("b1"),
    account("b2"),
    account("b3", organization_id="g"),
    account("b9", is_internal=True),
    account("s1", category="x"),
    account("s2"),
    account("s3", organization_id="g"),
]
ORDERS = [
    order("b1", "s1", "2024-01-01", 100, order_id="o1", category="x"),
    order("b1", "s1", "2024-01-02", 100, order_id="o2", category="x"),
    order("b2", "s2", "2024-01-03", 100, order_id="o3", category="y"),
    order("b2", "s1", "2024-03-20", 100, order_id="young", category="x"),
    order("b1", "s1", "2024-01-04", 100, order_id="test", is_test=True),
]
REVIEWS = [
    review("2024-01-01", order_id="o1", reviewer_id="b1", reviewee_id="s1", rating=5, recommends=True),
    review("2024-01-20", order_id="o2", rating=2, recommends=False),  # of the order's supplier by its buyer
    review("2024-03-10", order_id="o3", reviewer_id="b2", reviewee_id="s2", rating=8, best_rating=10),  # day 67
    review("2024-01-15", order_id="o3", reviewer_id="s2", reviewee_id="b2", rating=4),
    review("2024-02-01", reviewer_id="b2", reviewee_id="s1", rating=5, recommends=True, is_incentivised=True),
    review("2024-02-05", reviewer_id="b1", reviewee_id="s2"),  # words only
    review("2024-02-06", reviewer_id="b9", reviewee_id="s1", rating=1),  # staff
    review("2024-02-07", reviewer_id="b3", reviewee_id="s3", rating=5),  # itself
    review("2024-02-08", order_id="test", rating=1),
]
RATED = world("2024-03-31", accounts=ACCOUNTS, orders=ORDERS, reviews=REVIEWS)
UNRATED = RATED.but({"reviews": [review("2024-02-05", reviewer_id="b1", reviewee_id="s2")]})

CASES = (
    case(
        "reviews",
        RATED,
        "neither staff nor one's own company nor tests",
        "2024-01 | 3 | 3 | ok; 2024-02 | 2 | 2 | ok; 2024-03 | 1 | 1 | ok",
        by="month",
    ),
    case("reviews", RATED, "on the side that is rated", "buyer | 1 | 1 | ok; supplier | 5 | 5 | ok", by="side"),
    case(
        "reviews",
        RATED,
        "by category, the account's where no order is named",
        "-|1|1|ok; x|3|3|ok; y|2|2|ok",
        by="category",
    ),
    case("reviews", LEDGER, "never loaded", reason="needs reviews"),
    case("reviews_per_order", RATED, "six for four orders", "6/4 | 4 | small_n"),
    case(
        "reviews_per_order", RATED, "who is rated", "buyer | 1/4 | 4 | small_n; supplier | 5/4 | 4 | small_n", by="side"
    ),
    case("reviews_per_order", RATED.but({"orders": None}), "no orders loaded", reason="needs orders"),
    case(
        "reviews_per_order",
        RATED,
        "no order, no ratio",
        "2024-02 | - | 0 | no_denominator",
        by="month",
        start="2024-02-01",
        end="2024-02-29",
    ),
    case(
        "review_rate",
        RATED,
        "two of the three old enough; the third came on day 67",
        "2/3 | 3 | small_n",
        span="2024-01-01..2024-01-31",
        basis="wilson",
    ),
    case("review_rate", RATED, "too young to judge", "2024-03 | - | 0 | immature", by="month", start="2024-03-01"),
    case("average_rating", RATED, "5, 2, 8 of 10 and 4; none for a reward", "15/4 | 4 | small_n"),
    case("average_rating", RATED, "who is rated", "buyer | 4 | 1 | small_n; supplier | 11/3 | 3 | small_n", by="side"),
    case(
        "average_rating",
        RATED,
        "a month with words and rewards only",
        "2024-01 | 11/3 | 3 | small_n; 2024-02 | - | 0 | no_denominator; 2024-03 | 4 | 1 | small_n",
        by="month",
    ),
    case("average_rating", UNRATED, "nobody gives ratings", reason="needs reviews.rating: no row has it"),
    case("median_rating", RATED, "2 4 4 5", "4 | 4 | small_n"),
    case("low_rating_share", RATED, "the two stars", "1/4 | 4 | small_n", basis="wilson"),
    case("top_rating_share", RATED, "the five stars", "1/4 | 4 | small_n"),
    case("recommendation_rate", RATED, "one yes, one no, the rewarded yes left out", "1/2 | 2 | small_n"),
    case("recommendation_rate", UNRATED, "nobody is asked", reason="needs reviews.recommends"),
    case("incentivised_review_share", RATED, "one of six", "1/6 | 6 | small_n"),
)
