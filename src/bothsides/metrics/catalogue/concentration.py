"""How much of the market hangs on few accounts or few pairs."""

from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.shapes import Concentration, TrustedPairs
from bothsides.metrics.value import Unit


def _share(k: int) -> Metric:
    name = "largest account" if k == 1 else f"{k} largest accounts"
    return Metric(
        id=f"top_{k}_share",
        row=46,
        family="concentration",
        label=f"Top-{k} share",
        unit=Unit.RATE,
        formula=Concentration(kind="top", k=k),
        meaning=f"Share of GMV of the {name} of the side.",
        side=SideRule.SPLIT,
        tier=Tier.HEALTH,
        better=Better.DOWN,
    )


CONCENTRATION = (
    _share(1),
    _share(5),
    _share(10),
    Metric(
        id="hhi",
        row=46,
        family="concentration",
        label="HHI",
        unit=Unit.INDEX,
        formula=Concentration(kind="hhi"),
        meaning="Sum of squared GMV shares of the side's accounts, 0 to 1 (times 10,000 in antitrust).",
        side=SideRule.SPLIT,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        source="US DOJ/FTC Merger Guidelines",
    ),
    Metric(
        id="gini",
        row=8,
        family="concentration",
        label="Gini of GMV",
        unit=Unit.INDEX,
        formula=Concentration(kind="gini"),
        meaning="Inequality of GMV over the side's active accounts, 0 to 1.",
        side=SideRule.SPLIT,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
    ),
    Metric(
        id="trusted_pair_rate",
        row=47,
        family="concentration",
        label="Trusted pairs",
        unit=Unit.RATE,
        formula=TrustedPairs(of="pairs"),
        meaning="Share of buyer-supplier pairs with at least three completed orders.",
        side=SideRule.MARKET,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
        caveat="Loyalty, and the place where a pair can leave the marketplace.",
    ),
    Metric(
        id="trusted_pair_gmv_share",
        row=47,
        family="concentration",
        label="GMV of trusted pairs",
        unit=Unit.RATE,
        formula=TrustedPairs(of="gmv"),
        meaning="Share of GMV that runs through pairs with at least three completed orders.",
        side=SideRule.MARKET,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
    ),
)
