"""One lead of the quarter: what it says of itself, and what is true of it."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from bothsides.schema.instant import Instant
from bothsides.schema.side import Side
from bothsides.simulate.desk.arrivals import CAMPAIGN, Arrival
from bothsides.simulate.desk.chance import happens, identity, pick, share, skewed, weighted
from bothsides.simulate.desk.companies import LANGUAGES, Company, spelled
from bothsides.simulate.desk.engagement import engagements
from bothsides.simulate.desk.layouts import CHANNEL_WORDS, carried
from bothsides.simulate.desk.odds import Engagement, traits, win_probability

FREE_MAIL = ("gmail.com", "outlook.com", "gmx.de", "yahoo.co.uk", "wp.pl", "libero.it")
NO_VALUE = ("n/a", "-", "unknown", "keine Angabe", "TBC", "xxx", "none")
"""What people type where they have nothing to say: disguised nulls."""

_FIRST = (
    "Alex Sam Charlie Robin Maria Jan Anna Luca Claire Piotr Eva Martin Julia Oliver Nadia Henrik Laura Peter "
    "Katarzyna Matteo Chloé Dirk Aoife José"
).split()
_LAST = (
    "Baker Murphy Schmidt Janssen Rossi Dubois Zieliński Carter Hughes Fischer Vries Bianchi Moreau Kamiński "
    "Walsh Bennett Koch Visser Greco Laurent García Ellis Turner Novák"
).split()
_TITLES = {
    "Procurement Manager": 0.2,
    "Head of Purchasing": 0.12,
    "Supply Chain Director": 0.06,
    "Operations Manager": 0.16,
    "Managing Director": 0.14,
    "Sales Manager": 0.12,
    "Engineer": 0.1,
    "Office Manager": 0.07,
    "Student": 0.03,
}
_PRIZE_DRAW_TITLES = {"Engineer": 0.3, "Office Manager": 0.3, "Operations Manager": 0.2, "Student": 0.12, "Owner": 0.08}
_SPEND = {"long_tail": 3_500.0, "mid_market": 22_000.0, "enterprise": 130_000.0}
_MISSING = {"phone": 0.22, "website": 0.35, "employees": 0.4, "deal_size": 0.3, "job_title": 0.1, "category": 0.08}
_DISGUISED = 0.06
_UNKNOWN_SIDE = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterLead:
    """A lead as the simulation knows it.

    `fields` is what the lead says under standard names: spellings, free mail and disguised nulls as typed; what was
    left empty or is not asked by its source is absent. Everything else is true: the company behind it, the side it
    really is on, yearly spend in pounds, its engagement, its traits, and the chance that an average rep wins it
    within the hour. `duplicate_of` is the first lead of the same company and side; `account_id` the account it
    belongs to; `other_side` the account or lead of the same company on the other side.
    """

    lead: str
    number: int
    arrived_at: Instant
    source: str
    campaign: str | None
    side: Side
    company: Company
    person: str
    deal_size: int
    fields: Mapping[str, object]
    events: tuple[Engagement, ...]
    traits: frozenset[str]
    win_probability: float
    reachable: float
    duplicate_of: str | None = None
    account_id: str | None = None
    other_side: str | None = None

    @property
    def key(self) -> str:
        """The key under which its source sends it; a list of a trade fair has none."""
        return f"{self.source}-{self.lead[:16]}" if self.source != "trade_fair" else ""

    @property
    def happened(self) -> tuple[tuple[str, Instant, float], ...]:
        """Its engagement as deciding code reads it: event, moment, amount."""
        return tuple((one.event, one.occurred_at, one.amount) for one in self.events)

    @property
    def prize_draw(self) -> bool:
        """Whether the lead came by the campaign that brought people who buy nothing."""
        return self.campaign == CAMPAIGN


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who is behind a lead, as decided before the lead is drawn."""

    company: Company
    side: Side
    person: int
    duplicate_of: str | None = None
    account_id: str | None = None
    other_side: str | None = None


def draw_lead(seed: int, number: int, arrival: Arrival, known: Known) -> QuarterLead:
    """The lead of this number: what it says, what it does and how good it truly is."""
    lead = identity(seed, "lead", number)
    prize_draw = arrival.campaign == CAMPAIGN
    free_mail = happens(0.3 if prize_draw else 0.09, seed, "free mail", known.company.number, known.person)
    titles = _PRIZE_DRAW_TITLES if prize_draw else _TITLES
    title = weighted(titles, seed, "title", known.company.number, known.person)
    spend = int(round(skewed(_SPEND[known.company.segment], 0.5, seed, "spend", lead), -2))
    events = engagements(seed, lead, known.side, arrival.at, prize_draw)
    of_lead = traits(
        segment=known.company.segment,
        job_title=title,
        free_mail=free_mail,
        source=arrival.source,
        prize_draw=prize_draw,
        events=events,
    )
    name, email = person(seed, known.company, known.person, free_mail)
    return QuarterLead(
        lead=lead,
        number=number,
        arrived_at=arrival.at,
        source=arrival.source,
        campaign=arrival.campaign,
        side=known.side,
        company=known.company,
        person=email,
        deal_size=spend,
        fields=_fields(seed, lead, arrival, known, {"name": name, "email": email, "job_title": title}, spend, events),
        events=events,
        traits=of_lead,
        win_probability=win_probability(known.side, of_lead),
        reachable=0.7 if prize_draw else 0.85,
        duplicate_of=known.duplicate_of,
        account_id=known.account_id,
        other_side=known.other_side,
    )


def person(seed: int, company: Company, number: int, free_mail: bool) -> tuple[str, str]:
    """Name and e-mail address of the company's person of this number."""
    first, last = (pick(names, seed, "name", company.number, number, len(names[0])) for names in (_FIRST, _LAST))
    flat = unicodedata.normalize("NFKD", f"{first}.{last}".lower())
    local = "".join(letter for letter in flat if letter.isascii())
    domain = pick(FREE_MAIL, seed, "mailbox", company.number, number) if free_mail else company.domain
    return f"{first} {last}", f"{local}{company.number if free_mail else ''}@{domain}"


def _fields(
    seed: int,
    lead: str,
    arrival: Arrival,
    known: Known,
    who: dict[str, str],
    spend: int,
    events: tuple[Engagement, ...],
) -> Mapping[str, object]:
    company = known.company
    skus = sum(int(one.amount) for one in events if one.event == "listing_added" and one.occurred_at <= arrival.at)
    prize_draw = arrival.campaign == CAMPAIGN
    said: dict[str, object] = {
        "side": known.side.value,
        "source": arrival.source,
        "channel": _channel(seed, lead, arrival.channel),
        "campaign": arrival.campaign,
        "company": company.name if known.duplicate_of is None else spelled(company.name, seed, lead),
        **who,
        "email_domain": who["email"].partition("@")[2],
        "phone": company.phone,
        "website": f"https://www.{company.domain}/",
        "country": company.country,
        "region": company.region,
        "category": company.category,
        "segment": company.segment,
        "deal_size": spend,
        "employees": company.employees,
        "language": LANGUAGES[company.country],
        "sku_count": skus or None,
        "marketing_consent": happens(0.6, seed, "consents", lead),
    }
    for field, missing in _MISSING.items():
        drawn = share(seed, "said", field, lead)
        if drawn < missing:
            said[field] = None
        elif drawn < missing + _DISGUISED and isinstance(said[field], str):
            said[field] = pick(NO_VALUE, seed, "no value", field, lead)
    if happens(_UNKNOWN_SIDE, seed, "unknown side", lead):
        said["side"] = None
    if prize_draw and happens(0.15, seed, "no company", lead):
        said["company"] = pick(NO_VALUE, seed, "no company name", lead)
        said["website"] = None
    known_there = carried(arrival.source)
    return {field: value for field, value in said.items() if value is not None and field in known_there}


def _channel(seed: int, lead: str, channel: str) -> str:
    """The channel as the system writes it: in one of four leads not by the standard word."""
    return pick(CHANNEL_WORDS[channel], seed, "channel word", lead) if happens(0.25, seed, "word", lead) else channel
