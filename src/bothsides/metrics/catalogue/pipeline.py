"""From lead to won account, per side: throughput by the date of each stage, conversion by the date of the lead."""

from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.shapes import Median, Stock
from bothsides.metrics.value import Unit

COHORT_MATURITY = 90


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
    )


_WON = Measure(fact="opportunities", on="closed_on", aggregate="count", where=(Test("status", "=", "won"),))
_CLOSED = Measure(
    fact="opportunities", on="closed_on", aggregate="count", where=(Test("status", "in", ("won", "lost")),)
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
        caveat="Hot leads are called first: do not read speed as the cause of conversion.",
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
        caveat="Round-the-clock hours; business calendars are not applied.",
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
)
