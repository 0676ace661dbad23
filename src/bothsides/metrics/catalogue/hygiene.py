"""Whether the records behind the numbers can be trusted."""

from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, Quotient, SideRule, Tier
from bothsides.metrics.shapes import Stock
from bothsides.metrics.value import Unit

FRESH_DAYS = 30
"""A lead to which nothing happened for longer than this is stale."""

_OBJECTS = {
    "account": ("account_records", "signed_up_on", "name, category, region, channel, segment and country", "name"),
    "lead": ("lead_records", "created_on", "name, channel, category, region, segment and owner", "name"),
    "contact": ("contact_records", "created_on", "name, e-mail, role and account", "e-mail"),
    "opportunity": ("opportunity_records", "opened_on", "name, amount, category, region, channel and owner", ""),
}


def _records(kind: str, *tests: Test) -> Measure:
    fact, on, *_ = _OBJECTS[kind]
    return Measure(fact=fact, on=on, aggregate="count", where=tests)


def _fields(kind: str, column: str) -> Measure:
    fact, on, *_ = _OBJECTS[kind]
    return Measure(fact=fact, on=on, aggregate="sum", column=column)


def _repeated(kind: str) -> Metric:
    label = _OBJECTS[kind][3]
    return Metric(
        id=f"duplicate_{kind}_rate",
        row=68,
        family="hygiene",
        label=f"Duplicate {kind}s",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_records(kind, Test("named", "=", True), Test("repeated", "=", True)),
            denominator=_records(kind, Test("named", "=", True)),
            share=True,
        ),
        meaning=f"Share of the {kind}s recorded in the period that repeat the {label} of an earlier one of their side.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        caveat=_REPEATED_CAVEAT[kind],
    )


_REPEATED_CAVEAT = {
    "account": "Accounts tied to one organization are known to be one and not counted; other spellings are not found.",
    "lead": "By name, letters and blanks around it aside; other spellings are not found.",
    "contact": "By e-mail, letters and blanks around it aside.",
}


def _complete(kind: str) -> Metric:
    return Metric(
        id=f"{kind}_completeness",
        row=68,
        family="hygiene",
        label=f"Completeness of {'opportunities' if kind == 'opportunity' else kind + 's'}",
        unit=Unit.RATE,
        formula=Ratio(numerator=_fields(kind, "filled"), denominator=_fields(kind, "fields")),
        meaning=f"Share of the fields {_OBJECTS[kind][2]} that have a value, over the records of the period.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
    )


HYGIENE = (
    _repeated("account"),
    _repeated("lead"),
    _repeated("contact"),
    _complete("account"),
    _complete("lead"),
    _complete("contact"),
    _complete("opportunity"),
    Metric(
        id="standard_source_rate",
        row=68,
        family="hygiene",
        label="Leads with a standard source",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_records("lead", Test("standard_source", "=", True)),
            denominator=_records("lead"),
            share=True,
        ),
        meaning="Share of the leads of the period whose channel is a word of the standard list of lead sources.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
        caveat="Leads without a channel count as not standard.",
    ),
    Metric(
        id="open_leads",
        row=68,
        family="hygiene",
        label="Open leads",
        unit=Unit.COUNT,
        formula=Stock(fact="lead_standing", opened="moved_on", closed="next_on"),
        meaning="Leads neither won, lost nor returned to marketing on the last day of the period.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.NEITHER,
        caveat="A stock: not additive over time.",
    ),
    Metric(
        id="fresh_leads",
        row=68,
        family="hygiene",
        label="Open leads moved in 30 days",
        unit=Unit.COUNT,
        formula=Stock(
            fact="lead_standing",
            opened="moved_on",
            closed="next_on",
            total=f"count(*) FILTER (WHERE e.last_day - s.moved_on <= {FRESH_DAYS})",
        ),
        meaning="Leads open on the last day of the period that were created, touched or moved in the 30 days before.",
        side=SideRule.OWN,
        tier=Tier.LEADING,
        better=Better.UP,
        caveat="A stock: not additive over time.",
    ),
    Metric(
        id="stage_freshness",
        row=68,
        family="hygiene",
        label="Freshness of open leads",
        unit=Unit.RATE,
        formula=Quotient("fresh_leads", "open_leads", (("lead_standing", "moved_on"),)),
        meaning="Share of the leads open on the last day of the period that were created, touched or moved in 30 days.",
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.UP,
    ),
)
