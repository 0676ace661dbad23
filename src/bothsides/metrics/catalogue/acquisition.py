"""What it costs to win accounts and what they return."""

from bothsides.metrics.measure import Combination, Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, Quotient, SideRule, Tier
from bothsides.metrics.shapes import LaggedCost, LifetimeValue, ObservedPayback
from bothsides.metrics.value import Unit

SIGNUPS = Measure(fact="accounts", on="signed_up_on", aggregate="count")
NEW_TRANSACTING = Measure(fact="accounts", on="first_order_on", aggregate="count")
SPEND = Measure(fact="spend", on="spent_on", aggregate="sum", column="amount")
FIRST_ORDERS = Measure(fact="orders", on="placed_on", aggregate="count", where=(Test("is_first", "=", True),))
RETURNS = Measure(fact="orders", on="placed_on", aggregate="count", where=(Test("is_return", "=", True),))
LAPSES = Measure(fact="orders", on="lapsed_on", aggregate="count")
ACCOUNT_MONTHS = Measure(fact="account_months", on="month", aggregate="count_distinct", column="account_month")
EARNED = Measure(fact="account_months", on="month", aggregate="sum", column="earned")

YEARLY_DISCOUNT = 0.1
KNOWN_NEW = (
    "Where accounts or spend may be older than the first known order, the first three months of orders are left out; "
    "of a history below half a year they are in it, as partial."
)
MAY_BE_OLDER = "Accounts that may be older than the first known order make its three months partial."
_PAID = Test("is_paid", "=", True)
_CHANNEL_KNOWN = Test("is_paid", "not null")


def _spent(*tests: Test) -> Measure:
    return Measure(fact="spend", on="spent_on", aggregate="sum", column="amount", where=tests)


def _first_orders(*tests: Test) -> Measure:
    return Measure(fact="accounts", on="first_order_on", aggregate="count", where=tests)


def _first_value(*tests: Test) -> Measure:
    return Measure(fact="accounts", on="first_order_on", aggregate="sum", column="first_order_value", where=tests)


def _signed_up(*tests: Test) -> Measure:
    return Measure(fact="accounts", on="signed_up_on", aggregate="count", where=tests)


PAID_SPEND = _spent(Test("kind", "=", "marketing"), Test("channel", "not null"))
PAID_ACCOUNTS = _first_orders(_PAID)


def _cost(kind: str, label: str) -> Metric:
    """One part of the acquisition cost per new account."""
    return Metric(
        id=f"{kind}_cost_per_new_account",
        needs=("orders", f"spend.kind={kind}"),
        row=38,
        family="acquisition",
        label=label,
        unit=Unit.MONEY,
        formula=Ratio(numerator=_spent(Test("kind", "=", kind)), denominator=NEW_TRANSACTING),
        meaning=f"The part of CAC that is {kind} cost: its spend of the period per new transacting account.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        dimensions=("channel", "category", "region", "campaign"),
        caveat="The four parts add up to CAC. Spend that names no side is in the total only.",
    )


ACQUISITION = (
    Metric(
        id="signups",
        row=29,
        family="acquisition",
        label="Signups",
        unit=Unit.COUNT,
        formula=SIGNUPS,
        meaning="Accounts created.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
    ),
    Metric(
        id="new_companies",
        row=29,
        family="acquisition",
        label="New companies",
        unit=Unit.COUNT,
        formula=Measure(
            fact="accounts", on="signed_up_on", aggregate="count", where=(Test("opens_company", "=", True),)
        ),
        meaning="Accounts created that are the first of their company on the side: branches and duplicates once.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        caveat="Merging duplicates restates it. A company with both roles is new once in each.",
    ),
    Metric(
        id="new_transacting_accounts",
        needs=("orders",),
        row=38,
        family="acquisition",
        label="New transacting accounts",
        unit=Unit.COUNT,
        formula=NEW_TRANSACTING,
        meaning="Accounts whose first completed order falls in the period.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        caveat=MAY_BE_OLDER,
    ),
    Metric(
        id="returned_accounts",
        row=28,
        family="acquisition",
        label="Returned accounts",
        unit=Unit.COUNT,
        formula=RETURNS,
        meaning="Accounts that ordered or sold again more than 90 days after their last order.",
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.UP,
    ),
    Metric(
        id="lapsed_accounts",
        row=28,
        family="acquisition",
        label="Lapsed accounts",
        unit=Unit.COUNT,
        formula=LAPSES,
        meaning="Accounts whose last order is 90 days old in the period.",
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.DOWN,
    ),
    Metric(
        id="net_new_accounts",
        row=28,
        family="acquisition",
        label="Net new accounts",
        unit=Unit.COUNT,
        formula=Combination(((1, FIRST_ORDERS), (1, RETURNS), (-1, LAPSES))),
        meaning="New plus returned less lapsed accounts; an account lapses 90 days after its last order.",
        side=SideRule.EACH,
        tier=Tier.LEADING,
        better=Better.UP,
        window="90 days to lapse",
    ),
    Metric(
        id="acquisition_spend",
        row=38,
        family="acquisition",
        label="Acquisition spend",
        unit=Unit.MONEY,
        formula=SPEND,
        meaning="Marketing, sales, onboarding and incentive cost; account management is not in it.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.NEITHER,
        source="Bessemer, Cloud Computing Law 6",
    ),
    Metric(
        id="cac",
        needs=("orders",),
        row=38,
        family="acquisition",
        label="CAC",
        unit=Unit.MONEY,
        formula=Ratio(numerator=SPEND, denominator=NEW_TRANSACTING),
        meaning="Acquisition spend of the period per new transacting account of the period (no lag).",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        dimensions=("channel", "category", "region", "campaign"),
        source="Bessemer, Cloud Computing Law 6",
        caveat="Blended: paid and unpaid accounts together. No lag between spend and first order. Spend that names no "
        f"side is in the total only. {KNOWN_NEW}",
    ),
    _cost("marketing", "Marketing cost per new account"),
    _cost("sales", "Sales cost per new account"),
    _cost("onboarding", "Onboarding cost per new account"),
    _cost("incentive", "Incentive cost per new account"),
    Metric(
        id="paid_cac",
        needs=("orders", "spend.kind=marketing", "spend.channel", "accounts.channel"),
        row=38,
        family="acquisition",
        label="Paid CAC",
        unit=Unit.MONEY,
        formula=Ratio(numerator=PAID_SPEND, denominator=PAID_ACCOUNTS),
        meaning="Marketing spend on channels per new transacting account that came through a channel with such spend.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        dimensions=("channel", "category", "region"),
        source="Bessemer, Cloud Computing Law 6",
        caveat="Brand spend without a channel is in the blended CAC only. No lag between spend and first order.",
    ),
    Metric(
        id="lagged_cac",
        needs=("orders", "accounts.signed_up_at"),
        row=38,
        family="acquisition",
        label="CAC with lag",
        unit=Unit.MONEY,
        formula=LaggedCost(),
        meaning="Acquisition spend of the days one median cycle earlier per new transacting account of the period.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        window="the period, spend earlier by the median days from signup to first order",
        dimensions=("channel", "category", "region", "campaign"),
        source="Bessemer, Cloud Computing Law 6",
        caveat="One lag for the whole answer, of the accounts that ordered: those still waiting would make it longer.",
    ),
    Metric(
        id="paid_dependency",
        needs=("orders", "spend.kind=marketing", "spend.channel", "accounts.channel"),
        row=54,
        family="acquisition",
        label="Paid dependency",
        unit=Unit.RATE,
        formula=Ratio(numerator=PAID_ACCOUNTS, denominator=_first_orders(_CHANNEL_KNOWN), share=True),
        meaning="Share of new transacting accounts that came through a channel with marketing spend, of those whose "
        "channel is known.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        dimensions=("category", "region", "segment"),
    ),
    Metric(
        id="paid_gmv_dependency",
        needs=("orders", "spend.kind=marketing", "spend.channel", "accounts.channel"),
        row=54,
        family="acquisition",
        label="Paid dependency, by GMV",
        unit=Unit.RATE,
        formula=Ratio(numerator=_first_value(_PAID), denominator=_first_value(_CHANNEL_KNOWN)),
        meaning="Share of the first orders' GMV that came through a channel with marketing spend.",
        side=SideRule.SPLIT,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        dimensions=("category", "region", "segment"),
    ),
    Metric(
        id="referral_share",
        needs=("accounts.channel",),
        row=51,
        family="acquisition",
        label="Referral share",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_signed_up(Test("is_referred", "=", True)), denominator=_signed_up(_CHANNEL_KNOWN), share=True
        ),
        meaning="Share of signups that others sent, of those whose channel is known.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        dimensions=("category", "region", "segment"),
        caveat="As the channel says; who sent whom is not known here.",
    ),
    Metric(
        id="incentive_cost_per_referral",
        needs=("spend.kind=incentive", "spend.channel", "accounts.channel"),
        row=51,
        family="acquisition",
        label="Incentive cost per referred account",
        unit=Unit.MONEY,
        formula=Ratio(
            numerator=_spent(Test("kind", "=", "incentive"), Test("is_referred", "=", True)),
            denominator=_signed_up(Test("is_referred", "=", True)),
        ),
        meaning="Incentives booked on referral channels per account that signed up through one.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        dimensions=("category", "region"),
        caveat="Incentives booked on no channel are not in it.",
    ),
    Metric(
        id="monthly_contribution",
        needs=("fees",),
        row=39,
        family="acquisition",
        label="Monthly contribution per active account",
        unit=Unit.MONEY,
        formula=Ratio(numerator=EARNED, denominator=ACCOUNT_MONTHS),
        meaning="Net revenue per account and month in which it traded or paid a fee, before variable cost.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.UP,
    ),
    Metric(
        id="ltv",
        needs=("fees",),
        row=40,
        family="acquisition",
        label="LTV, 24 months",
        unit=Unit.MONEY,
        formula=LifetimeValue(horizon=24),
        meaning="Mean net revenue of an account over its first 24 months of 30 days, credited half to each side.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="24 months of age",
        dimensions=("channel", "category", "region", "segment"),
        source="Fader and Hardie 2009; half credit per side so that no commission counts twice",
        caveat="Observed months only, nothing extrapolated; before variable cost, undiscounted.",
    ),
    Metric(
        id="ltv_full_credit",
        needs=("fees",),
        row=40,
        family="acquisition",
        label="LTV, 24 months, full credit",
        unit=Unit.MONEY,
        formula=LifetimeValue(horizon=24, credit="full"),
        meaning="As LTV, each order's net revenue credited whole to its buyer and whole to its supplier.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="24 months of age",
        dimensions=("channel", "category", "region", "segment", "campaign"),
        caveat="Never add the sides: one commission stands on both. Set against CAC it judges one side as if the other "
        "came by itself.",
    ),
    Metric(
        id="discounted_ltv",
        needs=("fees",),
        row=40,
        family="acquisition",
        label="LTV, 36 months, discounted",
        unit=Unit.MONEY,
        formula=LifetimeValue(horizon=36, discount=YEARLY_DISCOUNT),
        meaning="Mean net revenue of an account over its first 36 months of 30 days, discounted by 10 % a year, half "
        "to each side.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="36 months of age",
        dimensions=("channel", "category", "region", "segment", "campaign"),
        source="Fader and Hardie 2009",
        caveat="Observed months only, nothing extrapolated; before variable cost.",
    ),
    Metric(
        id="ltv_to_cac",
        needs=("fees",),
        row=41,
        family="acquisition",
        label="LTV:CAC",
        unit=Unit.RATIO,
        formula=Quotient(
            "ltv", "cac", (("accounts", "first_order_on"), ("orders", "placed_on"), ("spend", "spent_on"))
        ),
        meaning="24-month LTV of the accounts first active in the period over their CAC.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.UP,
        dimensions=("channel", "category", "region"),
        source="Skok, via secondary: at least 3",
        caveat=KNOWN_NEW,
    ),
    Metric(
        id="cac_payback_months",
        needs=("fees",),
        row=39,
        family="acquisition",
        label="CAC payback",
        unit=Unit.MONTHS,
        formula=Quotient(
            "cac",
            "monthly_contribution",
            (("spend", "spent_on"), ("accounts", "first_order_on"), ("account_months", "month")),
        ),
        meaning="CAC over monthly contribution per active account: months of activity until it is earned back.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        dimensions=("category", "region"),
        source="Bessemer, Cloud Computing Law 6",
        caveat=f"Counts months in which the account is active; idle months come on top. {KNOWN_NEW}",
    ),
    Metric(
        id="observed_payback_months",
        needs=("fees",),
        row=39,
        family="acquisition",
        label="Observed payback",
        unit=Unit.MONTHS,
        formula=ObservedPayback(horizon=36),
        meaning="Month of age of 30 days by which the accounts first active in the period earned back their CAC.",
        side=SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.DOWN,
        window="36 months of age",
        dimensions=("channel", "category", "region", "campaign"),
        source="Bessemer, Cloud Computing Law 6",
        caveat="Idle months count. Net revenue half to each side, before variable cost; a cohort that has not paid "
        f"back in the months seen has no value and says how far it got. {KNOWN_NEW}",
    ),
)
