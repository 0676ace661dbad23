"""What suppliers offer, how much of it sells and whether it stands where buyers look."""

from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, Quotient, SideRule, Tier
from bothsides.metrics.shapes import Depth, Holding, Utilised
from bothsides.metrics.value import Unit
from bothsides.schema import Side

IMPORTED_TOGETHER = 50
"""So many listings of one supplier on one day were imported, not written."""

VIEW_MATURITY = 7
LISTER_WINDOW = 90

_LISTED = Measure(fact="listings", on="listed_on", aggregate="count")


def _views(*tests: Test) -> Measure:
    return Measure(fact="views", on="viewed_on", aggregate="count", where=tests, maturity_days=VIEW_MATURITY)


def _supplier_leads(*tests: Test) -> Measure:
    return Measure(
        fact="leads",
        on="created_on",
        aggregate="count",
        side=Side.SUPPLIER,
        where=tests,
        maturity_days=LISTER_WINDOW,
    )


SUPPLY = (
    Metric(
        id="listing_sell_through",
        needs=("order_lines.listing_id", "orders"),
        row=17,
        family="supply",
        label="Listing sell-through",
        unit=Unit.RATE,
        formula=Utilised(of="listings"),
        meaning="Share of the listings that could be bought in the period with a sale in it.",
        side=SideRule.SUPPLIER,
        tier=Tier.HEALTH,
        better=Better.UP,
        dimensions=("category", "region"),
        caveat="The longer the period, the higher: compare equal periods. Listings paused or out of stock since before "
        "the period are left out.",
    ),
    Metric(
        id="supplier_utilisation",
        needs=("orders",),
        row=17,
        family="supply",
        label="Supplier utilisation",
        unit=Unit.RATE,
        formula=Utilised(of="suppliers"),
        meaning="Share of the suppliers with a live listing in the period that sold in it.",
        side=SideRule.SUPPLIER,
        tier=Tier.HEALTH,
        better=Better.UP,
        dimensions=("category",),
        caveat="The longer the period, the higher: compare equal periods.",
    ),
    Metric(
        id="listings_per_active_supplier",
        row=23,
        family="supply",
        label="Listings per active supplier",
        unit=Unit.RATIO,
        formula=Quotient("active_listings", "active_suppliers", (("listings", "listed_on"), ("orders", "placed_on"))),
        meaning="Listings live at the end of the period per supplier that sold in it.",
        side=SideRule.SUPPLIER,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
        dimensions=("category",),
        caveat="Bulk importers carry the mean: read it with the median.",
    ),
    Metric(
        id="median_listings_per_supplier",
        row=23,
        family="supply",
        label="Median supplier's listings",
        unit=Unit.RATIO,
        formula=Holding(),
        meaning="Median over suppliers with a live listing of how many they have at the end of the period.",
        side=SideRule.SUPPLIER,
        tier=Tier.HEALTH,
        better=Better.UP,
    ),
    Metric(
        id="imported_listing_share",
        row=24,
        family="supply",
        label="Imported listings",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=Measure(
                fact="listings",
                on="listed_on",
                aggregate="count",
                where=(Test("listed_together", ">=", IMPORTED_TOGETHER),),
            ),
            denominator=_LISTED,
            share=True,
        ),
        meaning="Share of new listings that one supplier put up with at least 49 others on the same day.",
        side=SideRule.SUPPLIER,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
    ),
    Metric(
        id="view_to_order_rate",
        needs=("orders", "events.supplier_id"),
        row=25,
        family="supply",
        label="View-to-order",
        unit=Unit.RATE,
        formula=Ratio(numerator=_views(Test("converted", "=", True)), denominator=_views(), share=True),
        meaning="Share of views of a supplier by known accounts that were the last before an order there in 7 days.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
        window="7 days",
        maturity_days=VIEW_MATURITY,
        caveat="Views name the supplier, not the listing.",
    ),
    Metric(
        id="lead_to_lister_rate",
        needs=("leads.account_id", "listings"),
        row=25,
        family="supply",
        label="Lead to lister",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_supplier_leads(Test("days_to_listing", "<=", LISTER_WINDOW)),
            denominator=_supplier_leads(),
            share=True,
        ),
        meaning="Share of supplier leads whose account has a live listing within 90 days: the other meaning of listing "
        "conversion.",
        side=SideRule.SUPPLIER,
        tier=Tier.LEADING,
        better=Better.UP,
        window="90 days",
        maturity_days=LISTER_WINDOW,
    ),
    Metric(
        id="unmet_searches",
        needs=("events.results",),
        row=27,
        family="supply",
        label="Unmet searches",
        unit=Unit.COUNT,
        formula=Measure(
            fact="events",
            on="occurred_on",
            aggregate="count",
            where=(Test("name", "=", "search"), Test("results", "=", 0)),
        ),
        meaning="Searches that found nothing: split by category, where supply is missing.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
    ),
    Metric(
        id="inventory_depth",
        needs=("events.category",),
        row=27,
        family="supply",
        label="Listings per searched category",
        unit=Unit.RATIO,
        formula=Depth(of="listings"),
        meaning="Listings live at the end of the period per category that was searched in it.",
        side=SideRule.MARKET,
        tier=Tier.HEALTH,
        better=Better.UP,
        dimensions=("category",),
    ),
    Metric(
        id="supplier_depth",
        needs=("events.category",),
        row=27,
        family="supply",
        label="Suppliers per searched category",
        unit=Unit.RATIO,
        formula=Depth(of="suppliers"),
        meaning="Suppliers with a live listing at the end of the period per category that was searched in it.",
        side=SideRule.MARKET,
        tier=Tier.HEALTH,
        better=Better.UP,
        dimensions=("category",),
        caveat="A supplier in two categories stands behind both.",
    ),
    Metric(
        id="coverage_gap",
        needs=("events.category",),
        row=27,
        family="supply",
        label="Searched categories without supply",
        unit=Unit.RATE,
        formula=Depth(of="gap"),
        meaning="Share of the categories searched in the period that had no live listing at its end.",
        side=SideRule.MARKET,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        dimensions=("category",),
        caveat="Categories with one poor listing count as covered: read it with the depth.",
    ),
)
