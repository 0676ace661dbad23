"""What the marketplace earns of what is traded."""

from bothsides.metrics.catalogue.volume import GMV
from bothsides.metrics.measure import Combination, Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.value import Unit

ALL_FEES = Measure(fact="fees", on="charged_on", aggregate="sum", column="amount")
SUBSCRIPTIONS = Measure(
    fact="fees", on="charged_on", aggregate="sum", column="amount", where=(Test("kind", "=", "subscription"),)
)
ORDER_FEES = Measure(fact="orders", on="placed_on", aggregate="sum", column="fee")
FEES_RETURNED = Measure(fact="refunds", on="refunded_on", aggregate="sum", column="fee_amount")

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
        caveat="By side, a fee on an order is credited half to its buyer and half to its supplier.",
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
        caveat="By side, a fee on an order is credited half to its buyer and half to its supplier.",
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
)
