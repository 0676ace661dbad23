"""What the marketplace earns of what is traded."""

from bothsides.metrics.catalogue.volume import GMV, KEPT
from bothsides.metrics.measure import Combination, Measure, Product, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.value import Unit

ALL_FEES = Measure(fact="fees", on="charged_on", aggregate="sum", column="amount")
SUBSCRIPTIONS = Measure(
    fact="fees", on="charged_on", aggregate="sum", column="amount", where=(Test("kind", "=", "subscription"),)
)
ORDER_FEES = Measure(fact="orders", on="placed_on", aggregate="sum", column="fee")
FEES_RETURNED = Measure(fact="refunds", on="refunded_on", aggregate="sum", column="fee_amount")
FEE_CREDITS = Measure(fact="fees", on="charged_on", aggregate="sum", column="amount", where=(Test("amount", "<", 0),))
INCENTIVES = Measure(
    fact="spend", on="spent_on", aggregate="sum", column="amount", where=(Test("kind", "=", "incentive"),)
)
_CHARGED = Test("fee", "!=", 0)
CHARGED_GMV = Measure(fact="orders", on="placed_on", aggregate="sum", column="value", where=(_CHARGED,))
UNCHARGED_GMV = Measure(fact="orders", on="placed_on", aggregate="sum", column="value", where=(Test("fee", "=", 0),))

_HALVES = "By side, a fee on an order is credited half to its buyer and half to its supplier."


def _kind(kind: str, label: str, meaning: str) -> Metric:
    """The fees of one kind."""
    return Metric(
        id=f"{kind}_fees",
        row=3,
        family="take rate",
        label=label,
        unit=Unit.MONEY,
        formula=Measure(
            fact="fees", on="charged_on", aggregate="sum", column="amount", where=(Test("kind", "=", kind),)
        ),
        meaning=meaning,
        needs=(f"fees.kind={kind}",),
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat=_HALVES,
    )


TAKE_RATE = (
    Metric(
        id="fees",
        row=3,
        family="take rate",
        label="Gross fees",
        unit=Unit.MONEY,
        formula=ALL_FEES,
        meaning="All fees charged: commission, transaction, subscription, advertising, listing.",
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat=_HALVES,
    ),
    Metric(
        id="net_revenue",
        row=3,
        family="take rate",
        label="Net revenue",
        unit=Unit.MONEY,
        formula=Combination(((1, ALL_FEES), (-1, FEES_RETURNED))),
        meaning="Fees of every kind less fees returned with refunds, both by their own date.",
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat=_HALVES,
    ),
    Metric(
        id="take_rate",
        needs=("fees",),
        row=2,
        family="take rate",
        label="Take rate",
        unit=Unit.RATE,
        formula=Ratio(numerator=ORDER_FEES, denominator=GMV, cluster="account"),
        meaning="Commission and transaction fees on completed orders over their value, same orders, same date.",
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.NEITHER,
        source="metric dictionary row 2; numerator and denominator on one base",
    ),
    Metric(
        id="effective_take_rate",
        needs=("orders",),
        row=2,
        family="take rate",
        label="Effective take rate",
        unit=Unit.RATE,
        formula=Ratio(numerator=Combination(((1, ALL_FEES), (-1, FEES_RETURNED))), denominator=GMV),
        meaning="Net revenue of every kind, subscriptions and advertising included, over GMV.",
        side=SideRule.MARKET,
        tier=Tier.LAGGING,
        better=Better.NEITHER,
    ),
    Metric(
        id="subscription_revenue",
        row=4,
        family="take rate",
        label="Supplier subscription revenue",
        unit=Unit.MONEY,
        formula=SUBSCRIPTIONS,
        meaning="Subscription fees charged in the period.",
        needs=("fees.kind=subscription",),
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.UP,
    ),
    _kind("commission", "Commission", "Commission charged in the period."),
    _kind("transaction", "Transaction fees", "Payment and other fees charged per transaction."),
    _kind("advertising", "Advertising fees", "Fees for sponsored places and other advertising."),
    _kind("listing", "Listing fees", "Fees for putting up listings."),
    Metric(
        id="fee_credits",
        row=3,
        family="take rate",
        label="Fee credits",
        unit=Unit.MONEY,
        formula=Combination(((-1, FEE_CREDITS),)),
        meaning="Fee discounts and credits, booked as fees below zero: already taken off the gross fees.",
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        caveat=_HALVES,
    ),
    Metric(
        id="fees_returned",
        row=3,
        family="take rate",
        label="Fees returned",
        unit=Unit.MONEY,
        formula=FEES_RETURNED,
        meaning="Fees given back with refunds, by the date of the refund.",
        needs=("refunds.fee_amount",),
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        caveat="By side, half is credited to the buyer and half to the supplier.",
    ),
    Metric(
        id="net_revenue_after_incentives",
        row=3,
        family="take rate",
        label="Net revenue after incentives",
        unit=Unit.MONEY,
        formula=Combination(((1, ALL_FEES), (-1, FEES_RETURNED), (-1, INCENTIVES))),
        meaning="Net revenue less vouchers, referral credits and other incentives of the period.",
        needs=("spend.kind=incentive",),
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat="Incentives are in the acquisition cost too: set this beside CAC, never against it. Incentives that "
        "name no side are in the total only.",
    ),
    Metric(
        id="net_take_rate",
        row=2,
        family="take rate",
        label="Net take rate",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=Measure(fact="orders", on="placed_on", aggregate="sum", column="(fee - fee_returned)"),
            denominator=KEPT,
            cluster="account",
        ),
        meaning="Commission and transaction fees kept over value kept: both less what refunds of the same orders took.",
        needs=("fees", "refunds"),
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.NEITHER,
        caveat="Cohort view: it moves while the orders are still being refunded.",
    ),
    Metric(
        id="charged_take_rate",
        row=2,
        family="take rate",
        label="Take rate where charged",
        unit=Unit.RATE,
        formula=Ratio(numerator=ORDER_FEES, denominator=CHARGED_GMV, cluster="account"),
        meaning="Commission and transaction fees over the value of the orders that carried one: the nominal rate as it "
        "was billed.",
        needs=("fees",),
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.NEITHER,
        caveat="Rates of the contracts are not known here, only what was billed.",
    ),
    Metric(
        id="take_rate_leakage",
        row=48,
        family="take rate",
        label="Take rate lost to uncharged orders",
        unit=Unit.RATE,
        formula=Ratio(numerator=Product((ORDER_FEES, UNCHARGED_GMV)), denominator=Product((CHARGED_GMV, GMV))),
        meaning="Take rate where charged less take rate over all GMV: what orders without a fee cost.",
        needs=("fees",),
        side=SideRule.EACH,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        caveat="A reason to look, not an accusation: fee holidays and free categories look the same.",
    ),
)
