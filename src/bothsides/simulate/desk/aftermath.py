"""What happens after a win: the handover to customer success, the welcome, the first order or the first listing."""

from dataclasses import dataclass

from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.schema.side import Side
from bothsides.simulate.desk.chance import happens, pick, share, skewed
from bothsides.simulate.desk.lead import QuarterLead
from bothsides.simulate.desk.quarter import Quarter

_HANDED_OVER = 0.93
_FIRST = {Side.BUYER: ("first_order", 0.62, 17.0), Side.SUPPLIER: ("first_listing", 0.7, 24.0)}
"""What follows, how often, and the median days from the handover."""
CHECKLIST = {
    Side.BUYER: ("contact", "category", "expected_spend", "payment_terms"),
    Side.SUPPLIER: ("contact", "verification", "range_and_prices", "content"),
}
"""What a complete handover says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """A won lead on its way to its first trade; None where something never happened.

    `missing` is what the handover left out of the CHECKLIST. `first` is first_order or first_listing.
    """

    lead: str
    handed_over_at: Instant | None = None
    missing: tuple[str, ...] = ()
    success_owner: str | None = None
    welcomed_at: Instant | None = None
    first: str
    first_at: Instant | None = None


def aftermath(quarter: Quarter, lead: QuarterLead, owner: str, won_at: Instant) -> Aftermath:
    """What sales and customer success make of a win; the same question is always answered alike.

    An incomplete handover costs a week until the first trade, and so does every day without a welcome after the second.
    """
    seed, rep = quarter.seed, quarter.reps[owner]
    first, how_often, days = _FIRST[lead.side]
    delay = skewed(5.0 * rep.median_hours**0.5, 0.8, seed, "handover after", lead.lead) * HOUR
    handed_over = rep.hours.after(won_at, delay) if happens(_HANDED_OVER, seed, "handed over", lead.lead) else None
    if handed_over is None:
        return Aftermath(lead=lead.lead, first=first)
    missing = tuple(
        one for one in CHECKLIST[lead.side] if happens(0.25 * (1 - rep.discipline), seed, "missing", one, lead.lead)
    )
    people = [one for one in quarter.reps.values() if one.team == "customer_success"]
    success = pick(people, seed, "success owner", lead.lead)
    welcomed = None
    if not happens(success.neglect, seed, "not welcomed", lead.lead):
        welcomed = success.hours.after(
            handed_over, skewed(success.median_hours, 0.7, seed, "welcome", lead.lead) * HOUR
        )
    waited = (welcomed - handed_over) / DAY if welcomed is not None else 7.0
    days_to_first = skewed(days, 0.5, seed, "first after", lead.lead) + 7 * bool(missing) + max(0.0, waited - 2)
    happened = share(seed, "first", lead.lead) < how_often
    return Aftermath(
        lead=lead.lead,
        handed_over_at=handed_over,
        missing=missing,
        success_owner=success.rep_id,
        welcomed_at=welcomed,
        first=first,
        first_at=handed_over + int(days_to_first * DAY) if happened else None,
    )
