"""What the teams owe each other, from the lead desk's record: contact, follow-up, verdicts, and what decays."""

from bothsides.metrics.facts.desk import CONTACT_DAYS, RECOVERY_DAYS
from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.shapes import Median
from bothsides.metrics.value import Unit

DECAY_DAYS = 14
VERDICT_DAYS = 21
"""Fifteen working days."""


def _due(*tests: Test) -> Measure:
    return Measure(fact="clocks", on="due_on", aggregate="count", where=(Test("decided_on", "reached"), *tests))


def _attainment(metric_id: str, row: int, label: str, meaning: str, kind: str | None, side: SideRule) -> Metric:
    of = (Test("kind", "=", kind),) if kind else ()
    return Metric(
        id=metric_id,
        needs=(f"sla_clocks.kind={kind}",) if kind else (),
        row=row,
        family="desk",
        label=label,
        unit=Unit.RATE,
        formula=Ratio(numerator=_due(*of, Test("kept_on", "reached")), denominator=_due(*of), share=True),
        meaning=meaning,
        side=side,
        tier=Tier.HEALTH,
        better=Better.UP,
        caveat="By the agreement's own hours, holidays and holds. A miss counts once no proof can come any more, not"
        " where proof came later; what is due but undecided, on hold or called off is left out.",
    )


def _rounds(*tests: Test, on: str = "assigned_on", days: int = 0) -> Measure:
    return Measure(fact="rounds", on=on, aggregate="count", where=tests, maturity_days=days)


def _hours(metric_id: str, label: str, meaning: str, column: str, done: str, quantile: float, caveat: str) -> Metric:
    return Metric(
        id=metric_id,
        needs=("touches",) if column == "response_hours" else (),
        row=58,
        family="desk",
        label=label,
        unit=Unit.HOURS,
        formula=Median(fact="rounds", on="assigned_on", column=column, done=done, quantile=quantile),
        meaning=meaning,
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        caveat=caveat,
    )


_MQLS = Measure(fact="contacts", on="mql_on", aggregate="count", maturity_days=CONTACT_DAYS)
_VERDICTS = Measure(fact="verdicts", on="given_on", aggregate="count")
_SENSES = (
    "Round-the-clock hours. `first_touch_hours` runs from the lead's own action; it is made of the routing delay and"
    " of this."
)

DESK = (
    Metric(
        id="mql_contact_rate",
        row=57,
        family="desk",
        label="MQL contact rate",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=Measure(
                fact="contacts",
                on="mql_on",
                aggregate="count",
                maturity_days=CONTACT_DAYS,
                where=(Test("contacted_on", "reached"),),
            ),
            denominator=_MQLS,
            share=True,
        ),
        meaning=f"Share of MQLs that answered, or met somebody of ours, within {CONTACT_DAYS} days of becoming one.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        window=f"{CONTACT_DAYS} days",
        maturity_days=CONTACT_DAYS,
        caveat="A touch of ours alone is an attempt, not a contact: `mql_attempts` counts them. A lead nobody tried to"
        " reach counts as not reached.",
    ),
    Metric(
        id="mql_attempts",
        row=57,
        family="desk",
        label="Attempts per MQL",
        unit=Unit.RATIO,
        formula=Ratio(
            numerator=Measure(
                fact="contacts", on="mql_on", aggregate="sum", column="attempts", maturity_days=CONTACT_DAYS
            ),
            denominator=_MQLS,
        ),
        meaning=f"Calls, mails, meetings and chats by people per MQL within {CONTACT_DAYS} days, up to its contact.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
        window=f"{CONTACT_DAYS} days",
        maturity_days=CONTACT_DAYS,
        caveat="Mails that a machine sent are not attempts. Who answers early needs few.",
    ),
    _attainment(
        "follow_up_sla_attainment",
        58,
        "Follow-up SLA attainment",
        "Share of first touches owed to leads in the period that came in time.",
        "first_touch",
        SideRule.OWN,
    ),
    _attainment(
        "sla_attainment",
        58,
        "SLA attainment, all clauses",
        "Share of everything that the agreement made due in the period that was done in time; split it by clause.",
        None,
        SideRule.OWN,
    ),
    _attainment(
        "inquiry_response_sla_attainment",
        36,
        "Inquiry response SLA attainment",
        "Share of requests for quotation due for an answer in the period that suppliers answered in time.",
        "rfq_reply",
        SideRule.SUPPLIER,
    ),
    _hours(
        "sla_response_hours",
        "Hours from assignment to first touch",
        "Median hours from the assignment to sales' first touch, whoever of sales made it, among touched leads.",
        "response_hours",
        "touched_on",
        0.5,
        _SENSES,
    ),
    _hours(
        "sla_response_hours_p90",
        "90th percentile of hours from assignment to first touch",
        "Hours from the assignment within which nine of ten touched leads got sales' first touch.",
        "response_hours",
        "touched_on",
        0.9,
        _SENSES,
    ),
    _hours(
        "routing_delay_hours",
        "Routing delay",
        "Median hours from a lead's arrival to its first assignment to a person, by the day of that.",
        "routing_hours",
        "assigned_on",
        0.5,
        "Among assigned leads. A lead that had to earn its score first waits for that too.",
    ),
    Metric(
        id="lead_decay_rate",
        row=59,
        family="desk",
        label="Lead decay rate",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_rounds(Test("returned_on", "reached"), days=DECAY_DAYS),
            denominator=_rounds(days=DECAY_DAYS),
            share=True,
        ),
        meaning="Share of leads given to sales in the period that went back to marketing because nobody followed up.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        window=f"leads given at least {DECAY_DAYS} days ago",
        maturity_days=DECAY_DAYS,
        caveat="A lead that sales was given twice counts twice. What sales sent back is in `lead_acceptance_rate`.",
    ),
    Metric(
        id="decayed_lead_recovery_rate",
        row=59,
        family="desk",
        label="Recovered share of decayed leads",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_rounds(Test("recovered_on", "reached"), on="returned_on", days=RECOVERY_DAYS),
            denominator=_rounds(on="returned_on", days=RECOVERY_DAYS),
            share=True,
        ),
        meaning=f"Share of leads that went back to marketing untouched and were MQLs again in {RECOVERY_DAYS} days.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
        window=f"{RECOVERY_DAYS} days",
        maturity_days=RECOVERY_DAYS,
    ),
    Metric(
        id="sales_feedback_rate",
        needs=("lead_feedback",),
        row=60,
        family="desk",
        label="Sales feedback rate",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_rounds(Test("answered_on", "reached"), days=VERDICT_DAYS),
            denominator=_rounds(days=VERDICT_DAYS),
            share=True,
        ),
        meaning="Share of leads given to sales in the period that it accepted, or sent back or closed with a reason.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
        window=f"leads given at least {VERDICT_DAYS} days ago",
        maturity_days=VERDICT_DAYS,
        caveat="A rejection without a reason is no feedback. Verdicts that came late count.",
    ),
    Metric(
        id="lead_acceptance_rate",
        row=60,
        family="desk",
        label="Lead acceptance rate",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=Measure(
                fact="verdicts", on="given_on", aggregate="count", where=(Test("verdict", "=", "accepted"),)
            ),
            denominator=_VERDICTS,
            share=True,
        ),
        meaning="Share of sales' verdicts in the period that accepted the lead.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
        dimensions=("channel", "category", "region", "segment", "owner"),
        caveat="Leads without a verdict are in `sales_feedback_rate`.",
    ),
)
