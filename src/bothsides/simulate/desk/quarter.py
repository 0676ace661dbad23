"""A quarter of leads of both sides with known truth: what arrives, when, from whom, and what was planted in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bothsides.schema.instant import DAY, Instant
from bothsides.schema.side import Side
from bothsides.simulate.desk.arrivals import WEEKS, Arrival, arrivals
from bothsides.simulate.desk.chance import happens, pick, share
from bothsides.simulate.desk.companies import Account, accounts, company
from bothsides.simulate.desk.hours import local_moment, public_holidays
from bothsides.simulate.desk.lead import Known, QuarterLead, draw_lead
from bothsides.simulate.desk.odds import Engagement
from bothsides.simulate.desk.roster import Rep, roster
from bothsides.simulate.desk.sending import Delivery, deliveries

START = date(2026, 3, 30)
"""The Monday on which the demo's quarter begins; it has Easter and two bank holidays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """A person no longer wants mail; `lead` is the lead that shows the wish."""

    lead: str
    email: str
    occurred_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """Thirteen weeks of leads. `deliveries` is all that the desk would see; the rest says what is true.

    `leads` and `engagements` are in time order, `reps` by id, `accounts` stand in the books before the first day.
    """

    seed: int
    start: date
    reps: Mapping[str, Rep]
    accounts: tuple[Account, ...]
    leads: tuple[QuarterLead, ...]
    deliveries: tuple[Delivery, ...]
    engagements: tuple[Engagement, ...]
    unsubscribes: tuple[Unsubscribe, ...]

    @property
    def opens_at(self) -> Instant:
        """Midnight UTC of the first day."""
        return local_moment(self.start, 0, "UTC")

    @property
    def closes_at(self) -> Instant:
        """Midnight UTC after the last day."""
        return self.opens_at + WEEKS * 7 * DAY

    @property
    def holidays(self) -> Mapping[date, str]:
        """The public holidays of the quarter on which nobody works."""
        days = {**public_holidays(self.start.year), **public_holidays(self.start.year + 1)}
        return {day: name for day, name in days.items() if 0 <= (day - self.start).days < WEEKS * 7}

    def lead(self, lead: str) -> QuarterLead:
        """The lead of this id. Raises ValueError for one that is not of this quarter."""
        for one in self.leads:
            if one.lead == lead:
                return one
        raise ValueError(f"lead {lead!r} is none of the {len(self.leads)} leads of this quarter")


def quarter(seed: int, start: date = START, leads_per_week: int = 60, *, companies_on_the_books: int = 240) -> Quarter:
    """Draw the quarter. The same arguments give the same quarter, to the byte.

    Raises ValueError for fewer than 10 leads a week or a start that is not a Monday.
    """
    if leads_per_week < 10:
        raise ValueError(f"leads_per_week = {leads_per_week}: below 10 a week nothing planted shows; give 10 or more")
    if start.weekday() != 0:
        raise ValueError(f"start = {start}: must be a Monday, as {START}")
    if companies_on_the_books < 1:
        raise ValueError(f"companies_on_the_books = {companies_on_the_books}: must be 1 or more")
    reps = roster(start, WEEKS)
    owners = tuple(reps)
    books = accounts(seed, companies_on_the_books, owners)
    leads = _leads(seed, arrivals(seed, start, leads_per_week), books, companies_on_the_books)
    events = sorted((event for lead in leads for event in lead.events), key=lambda one: (one.occurred_at, one.lead))
    return Quarter(
        seed=seed,
        start=start,
        reps=reps,
        accounts=books,
        leads=leads,
        deliveries=deliveries(seed, leads),
        engagements=tuple(events),
        unsubscribes=_unsubscribes(seed, leads),
    )


def _leads(seed: int, coming: list[Arrival], books: tuple[Account, ...], known: int) -> tuple[QuarterLead, ...]:
    account_of = {(row.company, row.side): row.account_id for row in books}
    first_of: dict[tuple[int, Side], str] = {}
    leads: list[QuarterLead] = []
    for number, arrival in enumerate(coming):
        place, side, who = _who(seed, number, leads, known)
        there = (place, side)
        opposite = (place, side.other)
        behind = Known(
            company=company(seed, place),
            side=side,
            person=who,
            duplicate_of=first_of.get(there),
            account_id=account_of.get(there),
            other_side=account_of.get(opposite) or first_of.get(opposite),
        )
        lead = draw_lead(seed, number, arrival, behind)
        first_of.setdefault(there, lead.lead)
        leads.append(lead)
    return tuple(leads)


def _who(seed: int, number: int, earlier: list[QuarterLead], known: int) -> tuple[int, Side, int]:
    """Company, side and person: of an earlier lead again, its other side, one of the books, or somebody new."""
    drawn = share(seed, "who", number)
    side = Side.BUYER if happens(0.6, seed, "side", number) else Side.SUPPLIER
    if earlier and drawn < 0.16:
        before = earlier[-1 - int(share(seed, "which", number) * min(len(earlier), 150))]
        if drawn < 0.11:
            return before.company.number, before.side, int(happens(0.5, seed, "colleague", number))
        return before.company.number, before.side.other, 2
    if drawn < 0.3:
        return pick(range(known), seed, "of the books", number), side, 0
    return known + number, side, 0


def _unsubscribes(seed: int, leads: tuple[QuarterLead, ...]) -> tuple[Unsubscribe, ...]:
    """One lead in twenty-five wants no more mail some days after it came."""
    found = [
        Unsubscribe(
            lead=lead.lead,
            email=lead.person,
            occurred_at=lead.arrived_at + int((0.5 + share(seed, "unsubscribed", lead.lead) * 20) * DAY),
        )
        for lead in leads
        if happens(0.04, seed, "unsubscribes", lead.lead)
    ]
    return tuple(sorted(found, key=lambda one: (one.occurred_at, one.lead)))
