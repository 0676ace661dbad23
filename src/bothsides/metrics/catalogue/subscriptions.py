"""Monthly recurring revenue of plans, its movements and its retention."""

from bothsides.metrics.measure import Measure, Test
from bothsides.metrics.metric import Better, Metric, Quotient, SideRule, Tier
from bothsides.metrics.shapes import RecurringRetained, Stock
from bothsides.metrics.value import Unit

_HOW = (
    "A year's price counts a twelfth a month from its first day, a plan at rest nothing; trials and free plans are not "
    "in it."
)


def _changes(*tests: Test) -> Measure:
    return Measure(fact="mrr_changes", on="changed_on", aggregate="sum", column="amount", where=tests)


def _movement(metric_id: str, label: str, meaning: str, kind: str, better: Better) -> Metric:
    return Metric(
        id=metric_id,
        row=4,
        family="subscriptions",
        label=label,
        unit=Unit.MONEY,
        formula=_changes(Test("kind", "=", kind)),
        meaning=meaning,
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=better,
        caveat="With the four other movements it adds up to the change of MRR. Judged per account and day.",
    )


def _retained(
    metric_id: str, label: str, meaning: str, shape: RecurringRetained, row: int, better: Better = Better.UP
) -> Metric:
    return Metric(
        id=metric_id,
        row=row,
        family="subscriptions",
        label=label,
        unit=Unit.RATE,
        formula=shape,
        meaning=meaning,
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=better,
        window="the period" if shape.months is None else "12 months",
        source="metric dictionary rows 42 and 44; cloud benchmarks carry over only with care",
        caveat="An account at rest on the base day is outside the base, one at rest on the last day has left.",
    )


SUBSCRIPTIONS = (
    Metric(
        id="mrr",
        row=4,
        family="subscriptions",
        label="MRR",
        unit=Unit.MONEY,
        formula=Stock(fact="subscriptions", opened="opened_on", closed="closed_on", total="sum(amount)"),
        meaning="Monthly recurring revenue of the plans in force on the last day of the period.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat=f"A stock: not additive over time. {_HOW}",
    ),
    Metric(
        id="mrr_change",
        row=4,
        family="subscriptions",
        label="Change of MRR",
        unit=Unit.MONEY,
        formula=_changes(),
        meaning="What plans begun, changed, rested and ended in the period add to MRR.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat="In constant currency: each plan at the rate of its first day.",
    ),
    _movement("mrr_new", "New MRR", "MRR of accounts that pay for the first time.", "new", Better.UP),
    _movement("mrr_expansion", "Expansion MRR", "What paying accounts pay more.", "expansion", Better.UP),
    _movement(
        "mrr_contraction",
        "Contraction MRR",
        "What paying accounts pay less and still pay something; negative.",
        "contraction",
        Better.UP,
    ),
    _movement(
        "mrr_churned",
        "Churned MRR",
        "MRR of accounts that stop paying or let their plan rest; negative.",
        "churned",
        Better.UP,
    ),
    _movement(
        "mrr_reactivated",
        "Reactivated MRR",
        "MRR of accounts that pay again after a time without.",
        "reactivated",
        Better.UP,
    ),
    Metric(
        id="subscribed_accounts",
        row=4,
        family="subscriptions",
        label="Subscribed accounts",
        unit=Unit.COUNT,
        formula=Stock(fact="subscriptions", opened="opened_on", closed="closed_on", total="count(DISTINCT account)"),
        meaning="Accounts with a paid plan in force on the last day of the period.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        caveat="A stock: not additive over time.",
    ),
    Metric(
        id="mrr_per_subscriber",
        row=4,
        family="subscriptions",
        label="MRR per subscribed account",
        unit=Unit.MONEY,
        formula=Quotient("mrr", "subscribed_accounts", (("subscriptions", "opened_on"),)),
        meaning="MRR over the accounts that pay it, on the last day of the period.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
    ),
    _retained(
        "ndr_mrr",
        "NDR, MRR",
        "MRR now of the accounts that paid 12 months ago, over their MRR then; new payers outside.",
        RecurringRetained(kind="net"),
        42,
    ),
    _retained(
        "grr_mrr",
        "GRR, MRR",
        "As NDR on MRR, each account capped at what it paid then; at most 100 %.",
        RecurringRetained(kind="gross"),
        44,
    ),
    _retained(
        "subscriber_retention",
        "Subscriber retention",
        "Share of the accounts that paid 12 months ago and still pay.",
        RecurringRetained(kind="kept"),
        45,
    ),
    _retained(
        "subscription_churn_rate",
        "Subscription churn rate",
        "Share of the accounts that paid the day before the period and do not on its last day.",
        RecurringRetained(kind="lost", months=None),
        45,
        Better.DOWN,
    ),
)
