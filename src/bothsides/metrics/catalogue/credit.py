"""What the accounts that a rep won did afterwards: the ground of bonuses."""

from bothsides.metrics.catalogue.activation import CATALOGUE_MINIMUM, WINDOW
from bothsides.metrics.measure import Measure, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.value import Unit
from bothsides.schema import Side

_CREDITED = "Credited to the owner of the account's first lead; split by owner. Frozen statements come with incentives."
_NEEDS = ("leads.account_id", "leads.owner")

CREDIT = (
    Metric(
        id="activated_suppliers",
        needs=("listings", *_NEEDS),
        row=69,
        family="rep credit",
        label="Activated suppliers",
        unit=Unit.COUNT,
        formula=Measure(
            fact="accounts",
            on="signed_up_on",
            aggregate="count",
            side=Side.SUPPLIER,
            where=(Test("early_listings", ">=", CATALOGUE_MINIMUM), Test("owner", "not null")),
            maturity_days=WINDOW,
        ),
        meaning="Suppliers won by a rep with at least three listings live within 30 days of signup.",
        side=SideRule.SUPPLIER,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="30 days",
        maturity_days=WINDOW,
        caveat=_CREDITED,
    ),
    Metric(
        id="credited_orders",
        needs=_NEEDS,
        row=69,
        family="rep credit",
        label="Credited orders",
        unit=Unit.COUNT,
        formula=Measure(fact="credited_orders", on="placed_on", aggregate="count"),
        meaning="Completed orders of the accounts that a rep won.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat=_CREDITED,
    ),
    Metric(
        id="credited_gmv",
        needs=_NEEDS,
        row=69,
        family="rep credit",
        label="Credited GMV",
        unit=Unit.MONEY,
        formula=Measure(fact="credited_orders", on="placed_on", aggregate="sum", column="(value - refunded)"),
        meaning="Value of the completed orders of the accounts that a rep won, less what was refunded of them.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat=f"{_CREDITED} A later refund takes it back from the order's period.",
    ),
    Metric(
        id="repeat_orders_of_won_suppliers",
        needs=_NEEDS,
        row=69,
        family="rep credit",
        label="Repeat buyer orders of won suppliers",
        unit=Unit.COUNT,
        formula=Measure(
            fact="credited_orders",
            on="placed_on",
            aggregate="count",
            side=Side.SUPPLIER,
            where=(Test("is_repeat", "=", True),),
        ),
        meaning="Completed orders at suppliers that a rep won which were not their buyer's first.",
        side=SideRule.SUPPLIER,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat=_CREDITED,
    ),
)
