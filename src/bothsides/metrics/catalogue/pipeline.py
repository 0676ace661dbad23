"""From lead to won account, per side: throughput by the date of each stage, conversion by the date of the lead."""

from dataclasses import replace

from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.shapes import Median, Mix, Stock, SurvivalMedian, WeightedPipeline
from bothsides.metrics.shapes.weighted import STALE_DAYS
from bothsides.metrics.value import Unit

COHORT_MATURITY = 90
DEAL_MATURITY = 180


_LAST, _BETWEEN = "won", {"mql", "sales_qualified", "opportunity"}


def _recorded(*stages: str) -> tuple[str, ...]:
    """What must be fed: the history of stages, and in it every stage between that is spoken of."""
    between = tuple(f"stage_changes.stage={stage}" for stage in stages if stage in _BETWEEN)
    return between or (("stage_changes",) if _LAST in stages else ())


def _entered(on: str) -> Measure:
    return Measure(fact="leads", on=on, aggregate="count")


def _count(metric_id: str, label: str, meaning: str, on: str, tier: Tier = Tier.LEADING) -> Metric:
    return Metric(
        id=metric_id,
        row=55,
        family="pipeline",
        label=label,
        meaning=meaning,
        unit=Unit.COUNT,
        formula=_entered(on),
        needs=_recorded(on.removesuffix("_on")),
        side=SideRule.OWN,
        tier=tier,
        better=Better.UP,
    )


def _conversion(metric_id: str, label: str, reached: str, before: str | None, meaning: str) -> Metric:
    of = (Test(before, "reached"),) if before else ()
    return Metric(
        id=metric_id,
        row=55,
        family="pipeline",
        label=label,
        meaning=meaning,
        unit=Unit.RATE,
        formula=Ratio(
            numerator=Measure(
                fact="leads",
                on="created_on",
                aggregate="count",
                maturity_days=COHORT_MATURITY,
                where=(*of, Test(reached, "reached")),
            ),
            denominator=Measure(
                fact="leads", on="created_on", aggregate="count", maturity_days=COHORT_MATURITY, where=of
            ),
            share=True,
        ),
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
        needs=_recorded(*(name.removesuffix("_on") for name in (before, reached) if name)),
        window="cohort of leads at least 90 days old",
        maturity_days=COHORT_MATURITY,
        caveat="Counts a stage whenever it was reached, also after more than 90 days; `sales_cohort_conversion` counts"
        " it within 90 days of the lead only.",
    )


_WON = Measure(fact="opportunities", on="closed_on", aggregate="count", where=(Test("status", "=", "won"),))
_CLOSED = Measure(
    fact="opportunities", on="closed_on", aggregate="count", where=(Test("status", "in", ("won", "lost")),)
)

_LOST = Measure(fact="opportunities", on="closed_on", aggregate="count", where=(Test("status", "=", "lost"),))
WON_VALUE = Measure(
    fact="opportunities", on="closed_on", aggregate="sum", column="amount", where=(Test("status", "=", "won"),)
)
_CLOSED_VALUE = Measure(
    fact="opportunities",
    on="closed_on",
    aggregate="sum",
    column="amount",
    where=(Test("status", "in", ("won", "lost")),),
)
_WON_BY_NOW = (Test("status", "=", "won"), Test("closed_on", "reached"))
_DATED = Test("undated_close", "=", False)


def _opened(*tests: Test) -> Measure:
    return Measure(
        fact="opportunities", on="opened_on", aggregate="count", where=(_DATED, *tests), maturity_days=DEAL_MATURITY
    )


def _open(age: str) -> Stock:
    return Stock(
        fact="opportunities",
        opened="opened_on",
        closed="closed_on",
        total="sum(amount)",
        where=f"(status = 'open' OR closed_on IS NOT NULL) AND {age}",
    )


PIPELINE = (
    _count("leads", "Leads", "Leads by the date they were first known.", "created_on"),
    _count("mqls", "MQLs", "Leads that entered marketing-qualified, by that date.", "mql_on"),
    _count(
        "sales_qualified",
        "Sales-qualified leads",
        "Leads that entered sales-qualified, by that date.",
        "sales_qualified_on",
    ),
    _count(
        "opportunities_opened",
        "Opportunities opened",
        "Leads that became an opportunity, by that date.",
        "opportunity_on",
    ),
    _count("closed_won", "Closed won", "Leads won, by the date won.", "won_on", Tier.LAGGING),
    _conversion("lead_to_mql_rate", "Lead to MQL", "mql_on", None, "Share of leads that became marketing-qualified."),
    _conversion(
        "mql_to_sales_qualified_rate",
        "MQL to sales-qualified",
        "sales_qualified_on",
        "mql_on",
        "Share of MQLs that became sales-qualified.",
    ),
    _conversion(
        "sales_qualified_to_won_rate",
        "Sales-qualified to won",
        "won_on",
        "sales_qualified_on",
        "Share of sales-qualified leads that were won.",
    ),
    _conversion("lead_to_won_rate", "Lead to won", "won_on", None, "Share of leads that were won."),
    Metric(
        id="lead_to_won_days",
        needs=("stage_changes",),
        row=65,
        family="pipeline",
        label="Days from lead to won",
        unit=Unit.DAYS,
        formula=Median(fact="leads", on="won_on", column="days_to_won"),
        meaning="Median days from first contact to won, among leads won in the period.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        caveat="Among won leads only; it says nothing of leads still open.",
    ),
    Metric(
        id="first_touch_hours",
        needs=("touches",),
        row=58,
        family="pipeline",
        label="Hours to first touch",
        unit=Unit.HOURS,
        formula=Median(fact="leads", on="created_on", column="first_touch_hours", done="first_touch_on"),
        meaning="Median hours from lead to first outbound call, mail, meeting or chat, among touched leads.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        caveat="Speed to lead: from the lead's own action, round the clock. Hot leads are called first: do not read"
        " speed as the cause of conversion. What sales owes from the assignment on is `sla_response_hours`.",
    ),
    Metric(
        id="first_touch_hours_p90",
        needs=("touches",),
        row=58,
        family="pipeline",
        label="90th percentile of hours to first touch",
        unit=Unit.HOURS,
        formula=Median(fact="leads", on="created_on", column="first_touch_hours", done="first_touch_on", quantile=0.9),
        meaning="Hours within which nine of ten touched leads got their first outbound call, mail, meeting or chat.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        caveat="Among touched leads; the untouched are in `first_touch_24h_rate`.",
    ),
    Metric(
        id="first_touch_24h_rate",
        needs=("touches",),
        row=58,
        family="pipeline",
        label="Touched within 24 hours",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=Measure(
                fact="leads",
                on="created_on",
                aggregate="count",
                maturity_days=1,
                where=(Test("first_touch_hours", "<=", 24.0),),
            ),
            denominator=Measure(fact="leads", on="created_on", aggregate="count", maturity_days=1),
            share=True,
        ),
        meaning="Share of leads touched within 24 hours, untouched ones counted as missed.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
        window="24 hours",
        maturity_days=1,
        caveat="Round-the-clock hours; `follow_up_sla_attainment` is by the agreement's calendar.",
    ),
    Metric(
        id="win_rate",
        row=64,
        family="pipeline",
        label="Win rate",
        unit=Unit.RATE,
        formula=Ratio(numerator=_WON, denominator=_CLOSED, share=True),
        meaning="Won over won and lost opportunities closed in the period; open ones are left out.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
    ),
    Metric(
        id="sales_cycle_days",
        row=65,
        family="pipeline",
        label="Sales cycle",
        unit=Unit.DAYS,
        formula=Median(fact="opportunities", on="closed_on", column="days_to_close"),
        meaning="Median days from opened to closed, among opportunities closed in the period.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
    ),
    Metric(
        id="open_pipeline",
        row=63,
        family="pipeline",
        label="Open pipeline",
        unit=Unit.MONEY,
        formula=Stock(
            fact="opportunities",
            opened="opened_on",
            closed="closed_on",
            total="sum(amount)",
            where="(status = 'open' OR closed_on IS NOT NULL)",
        ),
        meaning="Amount of opportunities open on the last day of the period, unweighted.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
    ),
    Metric(
        id="win_rate_by_value",
        row=64,
        family="pipeline",
        label="Win rate, by value",
        unit=Unit.RATE,
        formula=Ratio(numerator=WON_VALUE, denominator=_CLOSED_VALUE),
        meaning="Amount won over the amount of all opportunities won and lost in the period.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat="Below the win rate the large deals are lost, above it the small ones.",
    ),
    Metric(
        id="cohort_win_rate",
        row=64,
        family="pipeline",
        label="Win rate of a cohort",
        unit=Unit.RATE,
        formula=Ratio(numerator=_opened(*_WON_BY_NOW), denominator=_opened(), share=True),
        meaning="Share of the opportunities opened in the period that were won by now, open ones counted as not won.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="opportunities at least 180 days old",
        maturity_days=DEAL_MATURITY,
        caveat="Deals closed on an unknown day are left out.",
    ),
    Metric(
        id="won_value",
        row=66,
        family="pipeline",
        label="Won value",
        unit=Unit.MONEY,
        formula=WON_VALUE,
        meaning="Amount of the opportunities won in the period.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
        caveat="As the CRM says; a supplier's deal is worth the fees expected of it, a buyer's what it will order.",
    ),
    Metric(
        id="won_value_per_opportunity",
        row=66,
        family="pipeline",
        label="Won value per opportunity",
        unit=Unit.MONEY,
        formula=Ratio(
            numerator=Measure(
                fact="opportunities",
                on="opened_on",
                aggregate="sum",
                column="amount",
                where=_WON_BY_NOW,
                maturity_days=DEAL_MATURITY,
            ),
            denominator=_opened(),
        ),
        meaning="Amount won by now per opportunity opened in the period: by campaign, the quality of what it brings.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="opportunities at least 180 days old",
        maturity_days=DEAL_MATURITY,
        caveat="The campaign is that of the lead; deals without a lead have none.",
    ),
    Metric(
        id="lost_opportunities",
        row=66,
        family="pipeline",
        label="Lost opportunities",
        unit=Unit.COUNT,
        formula=_LOST,
        meaning="Opportunities lost in the period; split by reason to see why.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
    ),
    Metric(
        id="loss_reason_share",
        needs=("opportunities.reason",),
        row=66,
        family="pipeline",
        label="Loss reasons",
        unit=Unit.RATE,
        formula=Mix(fact="opportunities", on="closed_on", over="reason", where="status = 'lost'"),
        meaning="Share of the opportunities lost in the period that name the reason, the unnamed as one more.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
        caveat="Split it by reason. Free text counts as written.",
    ),
    Metric(
        id="win_reason_share",
        needs=("opportunities.reason",),
        row=66,
        family="pipeline",
        label="Win reasons",
        unit=Unit.RATE,
        formula=Mix(fact="opportunities", on="closed_on", over="reason", where="status = 'won'"),
        meaning="Share of the opportunities won in the period that name the reason, the unnamed as one more.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
        caveat="Split it by reason. Free text counts as written.",
    ),
    Metric(
        id="unknown_loss_reason_rate",
        row=66,
        family="pipeline",
        label="Losses without a reason",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=replace(_LOST, where=(*_LOST.where, Test("reason", "null"))), denominator=_LOST, share=True
        ),
        meaning="Share of the opportunities lost in the period for which nobody wrote why.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
    ),
    Metric(
        id="sales_cycle_all_days",
        row=65,
        family="pipeline",
        label="Sales cycle, open deals censored",
        unit=Unit.DAYS,
        formula=SurvivalMedian(fact="opportunities", on="opened_on", days="days_to_close", never="undated_close"),
        meaning="Median days from opened to closed of the opportunities opened in the period, open ones censored.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        source="Kaplan and Meier 1958",
        caveat="Longer than the median of closed deals wherever deals are left open. Won and lost alike.",
    ),
    Metric(
        id="qualified_pipeline",
        row=63,
        family="pipeline",
        label="Qualified pipeline",
        unit=Unit.MONEY,
        formula=_open(f"e.last_day - s.opened_on <= {STALE_DAYS}"),
        meaning="Amount of opportunities open on the last day of the period for at most 180 days, unweighted.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        caveat="A stock: not additive over time. A supplier's deal is worth the fees expected of it.",
    ),
    Metric(
        id="stale_pipeline",
        row=63,
        family="pipeline",
        label="Stale pipeline",
        unit=Unit.MONEY,
        formula=_open(f"e.last_day - s.opened_on > {STALE_DAYS}"),
        meaning="Amount of opportunities open on the last day of the period for more than 180 days.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        caveat="A stock: not additive over time.",
    ),
    Metric(
        id="weighted_pipeline",
        row=63,
        family="pipeline",
        label="Weighted pipeline",
        unit=Unit.MONEY,
        formula=WeightedPipeline(chance="history"),
        meaning="Qualified pipeline times the share won of all deals that its side has closed by then.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        caveat="One chance per side. A stock: not additive over time.",
    ),
    Metric(
        id="declared_weighted_pipeline",
        needs=("opportunities.probability",),
        row=63,
        family="pipeline",
        label="Weighted pipeline, chances of the CRM",
        unit=Unit.MONEY,
        formula=WeightedPipeline(chance="declared"),
        meaning="Qualified pipeline times the chance that each deal carries in the CRM.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        caveat="Chances as they are known now, also for days past; deals without one are left out.",
    ),
)
