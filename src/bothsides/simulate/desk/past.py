"""Closed leads of the year before the quarter, from which scores can be fitted."""

from dataclasses import dataclass
from datetime import date, timedelta

from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.schema.side import Side
from bothsides.simulate.desk.arrivals import WEEKS, arrivals
from bothsides.simulate.desk.chance import happens, share, skewed, weighted
from bothsides.simulate.desk.companies import company
from bothsides.simulate.desk.lead import Known, QuarterLead, draw_lead
from bothsides.simulate.desk.odds import win_probability
from bothsides.simulate.desk.quarter import START
from bothsides.simulate.desk.reasons import REJECTED, WON, lost_reasons

_FIRST_COMPANY = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLead:
    """A lead that is closed, with the hours it waited for its first contact; nobody told hot from cold then."""

    lead: QuarterLead
    contacted_after_hours: float
    closed_at: Instant
    won: bool
    reason: str


def past_leads(seed: int, before: date = START, leads_per_week: int = 30, quarters: int = 4) -> tuple[PastLead, ...]:
    """The closed leads of so many quarters before that Monday, in the order in which they came."""
    found: list[PastLead] = []
    for back in range(quarters, 0, -1):
        start = before - timedelta(weeks=WEEKS * back)
        for arrival in arrivals(seed + back, start, leads_per_week):
            number = _FIRST_COMPANY + len(found)
            side = Side.BUYER if happens(0.6, seed, "past side", number) else Side.SUPPLIER
            known = Known(company=company(seed, number), side=side, person=0)
            found.append(_closed(seed, draw_lead(seed, number, arrival, known)))
    return tuple(found)


def _closed(seed: int, lead: QuarterLead) -> PastLead:
    waited = 0.5 + skewed(6.0, 1.2, seed, "waited", lead.lead)
    won = happens(win_probability(lead.side, lead.traits, hours_to_contact=waited), seed, "won", lead.lead)
    reasons = WON[lead.side] if won else lost_reasons(lead.side, lead.company.category, lead.company.region)
    if not won and share(seed, "rejected", lead.lead) < 0.5:
        reasons = REJECTED
    days = skewed(14.0, 0.6, seed, "closed after", lead.lead)
    return PastLead(
        lead=lead,
        contacted_after_hours=round(waited, 2),
        closed_at=lead.arrived_at + int(waited * HOUR + days * DAY),
        won=won,
        reason=weighted(reasons, seed, "past reason", lead.lead),
    )
