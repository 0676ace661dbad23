"""Who comes to look, from where, and who of them signs up and trades."""

from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.value import Unit
from bothsides.schema import Side

SIGNUP_WINDOW = 30
"""A signup within this many days of the first visit is credited to it."""
FIRST_ORDER_WINDOW = 90
"""A first order within this many days of the first visit is credited to it."""
SEARCH_MATURITY = 7

_VISITS = Measure(fact="visits", on="started_on", aggregate="sum", column="sessions")
_VISITORS = Measure(fact="visits", on="started_on", aggregate="count_distinct", column="visitor")
_FIRST_TOUCH = "Credited to channel and campaign of the first visit. "


def _prospects(*tests: Test, days: int = 0) -> Measure:
    return Measure(fact="visitors", on="first_visit_on", aggregate="count", where=tests, maturity_days=days)


def _visits(*tests: Test, side: Side | None = None, days: int = 0) -> Measure:
    return Measure(
        fact="visits",
        on="started_on",
        aggregate="sum",
        column="sessions",
        where=tests,
        side=side,
        maturity_days=days,
    )


TRAFFIC = (
    Metric(
        id="visits",
        row=55,
        family="traffic",
        label="Visits",
        unit=Unit.COUNT,
        formula=_VISITS,
        meaning="Visits that began in the period.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        caveat="By side, a visit that names no side and no account is in the total only.",
    ),
    Metric(
        id="visitors",
        needs=("visits.visitor_id",),
        row=55,
        family="traffic",
        label="Visitors",
        unit=Unit.COUNT,
        formula=_VISITORS,
        meaning="Different visitors of the period; one that ever signed in counts once, whatever its devices.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        caveat="Never the sum of its parts. Browsers that forget their id count anew.",
    ),
    Metric(
        id="visits_per_visitor",
        needs=("visits.visitor_id",),
        row=55,
        family="traffic",
        label="Visits per visitor",
        unit=Unit.RATIO,
        formula=Ratio(numerator=_visits(Test("visitor", "not null")), denominator=_VISITORS),
        meaning="Visits of the period per different visitor.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.NEITHER,
    ),
    Metric(
        id="new_visitors",
        needs=("visits.visitor_id",),
        row=55,
        family="traffic",
        label="New visitors",
        unit=Unit.COUNT,
        formula=_prospects(),
        meaning="Visitors without an account whose first visit falls in the period.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
    ),
    Metric(
        id="visitor_to_signup_rate",
        needs=("visits.visitor_id", "visits.account_id", "accounts.signed_up_at"),
        row=32,
        family="traffic",
        label="Visitor-to-signup rate",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_prospects(Test("days_to_signup", "<=", SIGNUP_WINDOW), days=SIGNUP_WINDOW),
            denominator=_prospects(days=SIGNUP_WINDOW),
            share=True,
        ),
        meaning="Share of new visitors with an account within 30 days of their first visit.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        window="30 days",
        maturity_days=SIGNUP_WINDOW,
        caveat=_FIRST_TOUCH + "By side, of visitors to pages for that side.",
    ),
    Metric(
        id="visitor_to_first_order_rate",
        needs=("visits.visitor_id", "visits.account_id", "orders"),
        row=32,
        family="traffic",
        label="Visitor-to-first-order rate",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_prospects(Test("days_to_first_order", "<=", FIRST_ORDER_WINDOW), days=FIRST_ORDER_WINDOW),
            denominator=_prospects(days=FIRST_ORDER_WINDOW),
            share=True,
        ),
        meaning="Share of new visitors whose account completed a first order within 90 days of their first visit.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="90 days",
        maturity_days=FIRST_ORDER_WINDOW,
        caveat=_FIRST_TOUCH + "For visitors to supplier pages it is the first sale.",
    ),
    Metric(
        id="visitor_to_lead_ratio",
        needs=("visits.visitor_id",),
        row=55,
        family="traffic",
        label="Leads per visitor",
        unit=Unit.RATIO,
        formula=Ratio(numerator=Measure(fact="leads", on="created_on", aggregate="count"), denominator=_VISITORS),
        meaning="Leads created in the period per different visitor of the period.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        source="throughput view of metric dictionary row 55",
        caveat="Two flows of the same period, not one cohort: leads met offline never visited.",
    ),
    Metric(
        id="search_visit_share",
        needs=("visits.searches",),
        row=15,
        family="traffic",
        label="Visits with a search",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_visits(Test("searched", "=", True)),
            denominator=_visits(Test("searched", "not null")),
            share=True,
        ),
        meaning="Share of visits in which something was searched.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.NEITHER,
    ),
    Metric(
        id="search_visit_to_order_rate",
        needs=("visits.searches", "visits.account_id", "orders"),
        row=15,
        family="traffic",
        label="Search visit to order",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_visits(
                Test("searched", "=", True),
                Test("signed_in", "not null"),
                Test("converted", "=", True),
                side=Side.BUYER,
                days=SEARCH_MATURITY,
            ),
            denominator=_visits(
                Test("searched", "=", True), Test("signed_in", "not null"), side=Side.BUYER, days=SEARCH_MATURITY
            ),
            share=True,
        ),
        meaning="Share of signed-in buyers' visits with a search that were the last such visit before an order within "
        "7 days.",
        side=SideRule.BUYER,
        tier=Tier.HEALTH,
        better=Better.UP,
        window="7 days",
        maturity_days=SEARCH_MATURITY,
        caveat="Per visit, not per search: compare with search-to-order, which counts every search.",
    ),
)
