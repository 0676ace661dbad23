"""Whether accounts stay, come back and grow."""

from bothsides.metrics.catalogue.volume import ORDERS
from bothsides.metrics.facts.orders import LAPSE_DAYS
from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.shapes import Churned, ReorderGap, Retained
from bothsides.metrics.value import Unit
from bothsides.schema import Side


def _ndr(metric_id: str, label: str, meaning: str, shape: Retained, row: int = 42, caveat: str = "") -> Metric:
    return Metric(
        id=metric_id,
        row=row,
        family="retention",
        label=label,
        meaning=meaning,
        unit=Unit.RATE,
        formula=shape,
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="12 months against the 12 before",
        source="metric dictionary row 42; cloud benchmarks carry over only with care",
        needs={"value": (), "earned": ("fees",), "subscription": ("fees.kind=subscription",)}[shape.column],
        caveat=caveat,
    )


def _repeat(metric_id: str, side: SideRule, of: Side, days: int, row: int) -> Metric:
    first = Measure(fact="accounts", on="first_order_on", aggregate="count", side=of, maturity_days=days)
    again = Measure(
        fact="accounts",
        on="first_order_on",
        aggregate="count",
        side=of,
        maturity_days=days,
        where=(Test("days_to_second_order", "<=", days),),
    )
    verb = "bought" if of is Side.BUYER else "sold"
    return Metric(
        id=metric_id,
        row=row,
        family="retention",
        label=f"{of.value.title()} repeat rate, {days} days",
        unit=Unit.RATE,
        formula=Ratio(numerator=again, denominator=first, share=True),
        meaning=f"Share of {of.value}s that {verb} on a second day within {days} days of their first order.",
        side=side,
        tier=Tier.LAGGING,
        better=Better.UP,
        window=f"{days} days",
        maturity_days=days,
        needs=("orders",),
        caveat="Orders of the same day count as one.",
    )


def _first_sales(*tests: Test) -> Measure:
    return Measure(
        fact="accounts", on="first_order_on", aggregate="count", side=Side.SUPPLIER, where=tests, maturity_days=90
    )


_REPEAT_ORDERS = Measure(fact="orders", on="placed_on", aggregate="count", where=(Test("is_first", "=", False),))

RETENTION = (
    _ndr(
        "ndr_gmv",
        "NDR, GMV",
        "GMV of the last 12 months of the accounts with an order in the 12 months before, over their GMV then.",
        Retained(column="value", kind="net"),
    ),
    _ndr(
        "ndr_net_revenue",
        "NDR, net revenue",
        "Net revenue of the last 12 months of the accounts that brought revenue in the 12 before, over that.",
        Retained(column="earned", kind="net"),
        caveat="Fees of an order credited half to each side.",
    ),
    _ndr(
        "ndr_subscription",
        "NDR, subscription",
        "Subscription revenue of the last 12 months of the accounts that subscribed in the 12 before, over that.",
        Retained(column="subscription", kind="net"),
    ),
    _ndr(
        "grr_gmv",
        "GRR, GMV",
        "As NDR on GMV, each account capped at what it brought before; at most 100 %.",
        Retained(column="value", kind="gross"),
        row=44,
    ),
    _ndr(
        "grr_net_revenue",
        "GRR, net revenue",
        "As NDR on net revenue, each account capped at what it brought before.",
        Retained(column="earned", kind="gross"),
        row=44,
    ),
    _ndr(
        "logo_retention",
        "Logo retention",
        "Share of the accounts with an order in the 12 months before that ordered or sold again in the last 12.",
        Retained(column="value", kind="logo"),
        row=49,
    ),
    _repeat("buyer_repeat_rate_30d", SideRule.BUYER, Side.BUYER, 30, 9),
    _repeat("buyer_repeat_rate_90d", SideRule.BUYER, Side.BUYER, 90, 9),
    _repeat("buyer_repeat_rate_180d", SideRule.BUYER, Side.BUYER, 180, 9),
    Metric(
        id="supplier_repeat_rate_90d",
        version=2,
        row=10,
        family="retention",
        label="Supplier repeat rate, 90 days",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_first_sales(Test("days_to_second_period", "<", 90)), denominator=_first_sales(), share=True
        ),
        meaning="Share of suppliers that sold in at least two periods of 30 days within 90 days from their first sale.",
        side=SideRule.SUPPLIER,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="90 days",
        maturity_days=90,
        needs=("orders",),
        caveat="A busy first month alone is not a return. Seasonal suppliers come back later than 90 days.",
    ),
    Metric(
        id="repeat_order_share",
        row=11,
        family="retention",
        label="Repeat order share",
        unit=Unit.RATE,
        formula=Ratio(numerator=_REPEAT_ORDERS, denominator=ORDERS, share=True),
        meaning="Share of completed orders that are not the account's first.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat="Not the repeat rate of accounts: few heavy accounts can carry it.",
    ),
    Metric(
        id="churn_rate",
        row=45,
        family="retention",
        label="Churn rate",
        unit=Unit.RATE,
        formula=Churned(quiet_days=LAPSE_DAYS),
        meaning="Share of the period's active accounts whose last order of it was followed by none for 90 days.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        window="90 days",
        maturity_days=LAPSE_DAYS,
    ),
    Metric(
        id="gmv_churn_rate",
        row=45,
        family="retention",
        label="Churn rate, by GMV",
        unit=Unit.RATE,
        formula=Churned(quiet_days=LAPSE_DAYS, of="gmv"),
        meaning="Share of the period's GMV that came from accounts whose last order of it was followed by none for 90 "
        "days.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        window="90 days",
        maturity_days=LAPSE_DAYS,
        caveat="Read it beside the churn rate: below it the small leave, above it the large.",
    ),
    Metric(
        id="reorder_days_p90",
        row=45,
        family="retention",
        label="90th percentile of days between orders",
        unit=Unit.DAYS,
        formula=ReorderGap(quantile=0.9),
        meaning="Days within which nine of ten repeat orders came after the account's order day before.",
        side=SideRule.SPLIT,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
        caveat="The churn rate waits 90 days; where this is longer, it calls slow accounts gone. Accounts that never "
        "came back have no gap.",
    ),
    Metric(
        id="seller_relisting_rate",
        needs=("listings",),
        row=26,
        family="retention",
        label="Supplier repeat listing rate",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=Measure(
                fact="accounts",
                on="first_listing_on",
                aggregate="count",
                maturity_days=90,
                where=(Test("days_to_relist", "<=", 90),),
            ),
            denominator=Measure(fact="accounts", on="first_listing_on", aggregate="count", maturity_days=90),
            share=True,
        ),
        meaning="Share of suppliers that listed again on another day within 90 days of their first listing.",
        side=SideRule.SUPPLIER,
        tier=Tier.LEADING,
        better=Better.UP,
        window="90 days",
        maturity_days=90,
    ),
)
