"""One number for the board, never without its parts."""

from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.shapes import HealthScore
from bothsides.metrics.shapes.health import Part
from bothsides.metrics.value import Unit
from bothsides.schema import Side

HEALTH = (
    Metric(
        id="marketplace_health_score",
        row=74,
        family="health",
        label="Marketplace health score",
        unit=Unit.INDEX,
        formula=HealthScore(
            parts=(
                Part(metric="matching_efficiency"),
                Part(metric="search_to_order"),
                Part(metric="fill_rate"),
                Part(metric="supplier_utilisation"),
                Part(metric="time_to_fill_days"),
                Part(metric="buyer_activation_rate"),
                Part(metric="supplier_activation_rate"),
                Part(metric="first_purchase_rate"),
                Part(metric="time_to_first_transaction_days", side=Side.BUYER),
                Part(metric="time_to_first_transaction_days", side=Side.SUPPLIER),
                Part(metric="gmv_cohort_retention", side=Side.BUYER, age="1"),
                Part(metric="gmv_cohort_retention", side=Side.SUPPLIER, age="1"),
                Part(metric="top_10_share", side=Side.BUYER),
                Part(metric="top_10_share", side=Side.SUPPLIER),
            )
        ),
        meaning="Mean over its parts of where each stands among its own twelve periods before, 0 worst to 100 best.",
        side=SideRule.MARKET,
        tier=Tier.HEALTH,
        better=Better.UP,
        window="the period against the twelve before",
        dimensions=("category",),
        source="bothsides dictionary; every part weighs the same",
        caveat="Against the market's own past, never against other markets. The reason beside it names every part with "
        "its score and the parts left out. Ratios without a good direction take no part.",
    ),
)
