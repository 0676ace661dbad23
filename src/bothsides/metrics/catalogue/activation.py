"""From signup to the first transaction, on both sides."""

from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.shapes import ReachedShare, SurvivalMedian
from bothsides.metrics.value import Unit
from bothsides.schema import Side

WINDOW = 30
ONBOARDING_WINDOW = 90
CATALOGUE_MINIMUM = 3
"""Listings a supplier must have within 30 days of signup to count as activated."""


def _signups(side: Side, *tests: Test, days: int = WINDOW) -> Measure:
    return Measure(fact="accounts", on="signed_up_on", aggregate="count", side=side, where=tests, maturity_days=days)


def _share(side: Side, *tests: Test, of: tuple[Test, ...] = (), days: int = WINDOW) -> Ratio:
    return Ratio(
        numerator=_signups(side, *of, *tests, days=days), denominator=_signups(side, *of, days=days), share=True
    )


def _carts(*tests: Test) -> Measure:
    return Measure(fact="carts", on="filled_on", aggregate="count", where=tests, maturity_days=2)


_QUICK = Test("early_reply_hours", "<=", 24.0)

_STEP_NEEDS = {
    "days_to_verified": ("accounts.verified_at",),
    "days_to_catalogue": ("accounts.catalogue_at",),
    "days_to_live": ("accounts.live_at",),
    "days_to_first_order": ("orders",),
    "first_search_on": ("events",),
    "first_view_on": ("events",),
    "first_cart_on": ("events",),
    "first_order_on": ("orders",),
}


def _step(metric_id: str, label: str, meaning: str, column: str, before: str | None) -> Metric:
    """One step of supplier onboarding: of those who took the step before, the share that took this one."""
    of = (Test(before, "<=", ONBOARDING_WINDOW),) if before else ()
    return Metric(
        id=metric_id,
        row=34,
        family="activation",
        label=label,
        meaning=meaning,
        unit=Unit.RATE,
        formula=_share(Side.SUPPLIER, Test(column, "<=", ONBOARDING_WINDOW), of=of, days=ONBOARDING_WINDOW),
        side=SideRule.SUPPLIER,
        tier=Tier.HEALTH,
        better=Better.UP,
        window="90 days from application",
        maturity_days=ONBOARDING_WINDOW,
        needs=(*_STEP_NEEDS[column], *_STEP_NEEDS.get(before or "", ())),
    )


def _buyer_step(metric_id: str, label: str, meaning: str, reached: str, before: str | None) -> Metric:
    """One step of a buyer's first transaction: of those who reached the step before, the share that went on."""
    of = (Test(before, "reached"),) if before else ()
    return Metric(
        id=metric_id,
        row=35,
        family="activation",
        label=label,
        meaning=meaning,
        unit=Unit.RATE,
        formula=_share(Side.BUYER, Test(reached, "reached"), of=of),
        side=SideRule.BUYER,
        tier=Tier.HEALTH,
        better=Better.UP,
        window="ever, signups at least 30 days old",
        maturity_days=WINDOW,
        needs=(*_STEP_NEEDS[reached], *_STEP_NEEDS.get(before or "", ())),
    )


ACTIVATION = (
    Metric(
        id="buyer_activation_rate",
        needs=("orders",),
        row=30,
        family="activation",
        label="Buyer activation rate",
        unit=Unit.RATE,
        formula=_share(Side.BUYER, Test("days_to_first_order", "<=", WINDOW)),
        meaning="Share of buyer signups whose first completed purchase came within 30 days.",
        side=SideRule.BUYER,
        tier=Tier.LEADING,
        better=Better.UP,
        window="30 days",
        maturity_days=WINDOW,
    ),
    Metric(
        id="supplier_activation_rate",
        needs=("listings",),
        row=31,
        family="activation",
        label="Supplier activation rate",
        unit=Unit.RATE,
        formula=_share(Side.SUPPLIER, Test("early_listings", ">=", CATALOGUE_MINIMUM)),
        meaning="Share of supplier signups with at least three listings live within 30 days.",
        side=SideRule.SUPPLIER,
        tier=Tier.LEADING,
        better=Better.UP,
        window="30 days",
        maturity_days=WINDOW,
        caveat="The catalogue alone; `supplier_full_activation_rate` asks for quick replies as well.",
    ),
    Metric(
        id="supplier_reply_activation_rate",
        needs=("quotes.request_id",),
        row=31,
        family="activation",
        label="Suppliers that reply early",
        unit=Unit.RATE,
        formula=_share(Side.SUPPLIER, _QUICK),
        meaning="Share of supplier signups with replies in their first 30 days, half of them within 24 hours.",
        side=SideRule.SUPPLIER,
        tier=Tier.LEADING,
        better=Better.UP,
        window="30 days",
        maturity_days=WINDOW,
        caveat="A supplier that no request reached counts as not activated. Round-the-clock hours.",
    ),
    Metric(
        id="supplier_full_activation_rate",
        needs=("listings", "quotes.request_id"),
        row=31,
        family="activation",
        label="Supplier activation rate, catalogue and replies",
        unit=Unit.RATE,
        formula=_share(Side.SUPPLIER, Test("early_listings", ">=", CATALOGUE_MINIMUM), _QUICK),
        meaning="Share of supplier signups with at least three listings live and half of their replies within 24 hours "
        "in their first 30 days.",
        side=SideRule.SUPPLIER,
        tier=Tier.LEADING,
        better=Better.UP,
        window="30 days",
        maturity_days=WINDOW,
    ),
    Metric(
        id="buyer_activation_estimate",
        needs=("orders",),
        row=30,
        family="activation",
        label="Buyer activation rate, estimated",
        unit=Unit.RATE,
        formula=ReachedShare(fact="accounts", on="signed_up_on", days="days_to_first_order", within=WINDOW),
        meaning="Share of buyer signups that completed a purchase within 30 days, young ones censored, not left out.",
        side=SideRule.BUYER,
        tier=Tier.LEADING,
        better=Better.UP,
        window="30 days",
        source="Kaplan and Meier 1958",
        caveat="For cohorts too young for the counted rate; it takes their later days to go like those of the others.",
    ),
    Metric(
        id="cart_abandonment_rate",
        needs=("orders",),
        row=35,
        family="activation",
        label="Cart abandonment",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_carts(Test("ordered", "=", False), Test("asked", "=", False)), denominator=_carts(), share=True
        ),
        meaning="Share of carts of known buyers without an order or a request for quotation within 24 hours.",
        side=SideRule.BUYER,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        window="24 hours",
        maturity_days=2,
        caveat="A cart is a buyer's day with a cart or checkout event. Carts that became a request served as a quote.",
    ),
    Metric(
        id="cart_to_quote_rate",
        needs=("orders", "quotes"),
        row=35,
        family="activation",
        label="Cart to request",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_carts(Test("ordered", "=", False), Test("asked", "=", True)), denominator=_carts(), share=True
        ),
        meaning="Share of carts of known buyers that ended in a request for quotation instead of an order in 24 hours.",
        side=SideRule.BUYER,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
        window="24 hours",
        maturity_days=2,
    ),
    Metric(
        id="first_purchase_rate",
        needs=("orders",),
        row=32,
        family="activation",
        label="First purchase rate",
        unit=Unit.RATE,
        formula=_share(Side.BUYER, Test("days_to_first_order", "<=", 90), days=90),
        meaning="Share of buyer signups whose first completed purchase came within 90 days.",
        side=SideRule.BUYER,
        tier=Tier.LEADING,
        better=Better.UP,
        window="90 days",
        maturity_days=90,
    ),
    Metric(
        id="time_to_first_transaction_days",
        needs=("orders",),
        row=33,
        family="activation",
        label="Time to first transaction",
        unit=Unit.DAYS,
        formula=SurvivalMedian(fact="accounts", on="signed_up_on", days="days_to_first_order"),
        meaning="Median days from signup to first completed order, those still waiting censored.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        source="Kaplan and Meier 1958; the mean of converters is biased low",
    ),
    Metric(
        id="time_to_listing_days",
        needs=("listings",),
        row=24,
        family="activation",
        label="Time to first listing",
        unit=Unit.DAYS,
        formula=SurvivalMedian(fact="accounts", on="signed_up_on", days="days_to_listing"),
        meaning="Median days from signup to first live listing, those still waiting censored.",
        side=SideRule.SUPPLIER,
        tier=Tier.LEADING,
        better=Better.DOWN,
        source="Kaplan and Meier 1958",
    ),
    _step(
        "onboarding_verified_rate", "Applied to verified", "Share of applications verified.", "days_to_verified", None
    ),
    _step(
        "onboarding_catalogue_rate",
        "Verified to catalogue",
        "Share of verified suppliers that uploaded a catalogue.",
        "days_to_catalogue",
        "days_to_verified",
    ),
    _step(
        "onboarding_live_rate",
        "Catalogue to live",
        "Share of suppliers with a catalogue that went live.",
        "days_to_live",
        "days_to_catalogue",
    ),
    _step(
        "onboarding_first_sale_rate",
        "Live to first sale",
        "Share of live suppliers that made a first sale.",
        "days_to_first_order",
        "days_to_live",
    ),
    _step(
        "onboarding_rate",
        "Applied to first sale",
        "Share of applications that made a first sale.",
        "days_to_first_order",
        None,
    ),
    _buyer_step(
        "buyer_searched_rate", "Signup to search", "Share of buyer signups that searched.", "first_search_on", None
    ),
    _buyer_step(
        "buyer_viewed_rate",
        "Search to supplier view",
        "Share of buyers who searched that viewed a supplier.",
        "first_view_on",
        "first_search_on",
    ),
    _buyer_step(
        "buyer_carted_rate",
        "Supplier view to cart",
        "Share of buyers who viewed a supplier that filled a cart.",
        "first_cart_on",
        "first_view_on",
    ),
    _buyer_step(
        "buyer_ordered_rate",
        "Cart to first order",
        "Share of buyers who filled a cart that completed an order.",
        "first_order_on",
        "first_cart_on",
    ),
)
