"""What the parties say of each other."""

from bothsides.metrics.catalogue.volume import ORDERS
from bothsides.metrics.facts.reviews import REVIEW_DAYS
from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.shapes import Median
from bothsides.metrics.value import Unit

LOW_RATING = 2
"""One or two stars of five."""

_SAID = "By side, the side that is rated. "
_FAIR = "Reviews written for a reward rate nobody; every scale is read as five stars. "


def _reviews(*tests: Test) -> Measure:
    return Measure(fact="reviews", on="reviewed_on", aggregate="count", where=tests)


def _reviewed(*tests: Test) -> Measure:
    return Measure(fact="reviewed_orders", on="placed_on", aggregate="count", where=tests, maturity_days=REVIEW_DAYS)


_RATED = Test("rating", "not null")


def _share(metric_id: str, label: str, meaning: str, part: Test, of: Test | None, better: Better) -> Metric:
    whole = (of,) if of else ()
    return Metric(
        id=metric_id,
        row=72,
        family="reviews",
        label=label,
        unit=Unit.RATE,
        formula=Ratio(numerator=_reviews(*whole, part), denominator=_reviews(*whole), share=True),
        meaning=meaning,
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=better,
        needs=() if of is None else (f"reviews.{of.column}",),
        caveat=_SAID + (_FAIR if of else ""),
    )


REVIEWS = (
    Metric(
        id="reviews",
        row=72,
        family="reviews",
        label="Reviews",
        unit=Unit.COUNT,
        formula=_reviews(),
        meaning="Reviews written in the period, those for a reward included.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        caveat=_SAID,
    ),
    Metric(
        id="reviews_per_order",
        needs=("orders",),
        row=72,
        family="reviews",
        label="Reviews per order",
        unit=Unit.RATIO,
        formula=Ratio(numerator=_reviews(), denominator=ORDERS),
        meaning="Reviews written in the period per order completed of those placed in it.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        dimensions=("category", "region"),
        caveat=_SAID + "Two flows of the same period; the review rate follows each order.",
    ),
    Metric(
        id="review_rate",
        needs=("reviews.order_id",),
        row=72,
        family="reviews",
        label="Review rate",
        unit=Unit.RATE,
        formula=Ratio(numerator=_reviewed(Test("is_reviewed", "=", True)), denominator=_reviewed(), share=True),
        meaning=f"Share of completed orders whose supplier was reviewed within {REVIEW_DAYS} days of the order.",
        side=SideRule.SUPPLIER,
        tier=Tier.LEADING,
        better=Better.UP,
        window=f"{REVIEW_DAYS} days",
        maturity_days=REVIEW_DAYS,
    ),
    Metric(
        id="average_rating",
        needs=("reviews.rating",),
        row=72,
        family="reviews",
        label="Average rating",
        unit=Unit.RATIO,
        formula=Ratio(
            numerator=Measure(fact="reviews", on="reviewed_on", aggregate="sum", column="rating"),
            denominator=_reviews(_RATED),
            cluster="account",
        ),
        meaning="Mean rating of the period's reviews, out of five.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
        caveat=_SAID + _FAIR + "Read the share of low ratings beside it: a mean hides two camps.",
    ),
    Metric(
        id="median_rating",
        needs=("reviews.rating",),
        row=72,
        family="reviews",
        label="Median rating",
        unit=Unit.RATIO,
        formula=Median(fact="reviews", on="reviewed_on", column="rating"),
        meaning="Median rating of the period's reviews, out of five.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
        caveat=_SAID + _FAIR,
    ),
    _share(
        "low_rating_share",
        "Low ratings",
        "Share of ratings of one or two stars of five.",
        Test("rating", "<=", LOW_RATING),
        _RATED,
        Better.DOWN,
    ),
    _share(
        "top_rating_share",
        "Top ratings",
        "Share of ratings with the best mark there is.",
        Test("rating", ">=", 5),
        _RATED,
        Better.UP,
    ),
    _share(
        "recommendation_rate",
        "Recommendation rate",
        "Share of reviewers asked who would recommend the other: word of mouth.",
        Test("recommends", "=", True),
        Test("recommends", "not null"),
        Better.UP,
    ),
    _share(
        "incentivised_review_share",
        "Reviews for a reward",
        "Share of reviews that were written for a reward.",
        Test("is_incentivised", "=", True),
        None,
        Better.DOWN,
    ),
)
