"""Who gets which lead, as the teams signed it in `agreement/routing.toml`."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from bothsides.agreement import checked
from bothsides.agreement.conditions import When
from bothsides.agreement.numbers import Length, Share
from bothsides.schema.mail_address import known_mail_address
from bothsides.schema.working_time.calendar import known_zone

HEAVIEST = 20
"""The largest weight: shares up to 20 to 1, and every step of a turn stays a whole number."""


def weight(number: int) -> int:
    """A whole number from 1 to 20: who has 2 gets twice as many leads as who has 1. Raises ValueError for others."""
    if not 1 <= number <= HEAVIEST:
        raise ValueError(f"must be a whole number from 1 to {HEAVIEST}; write shares such as 50:30:20 as 5, 3, 2")
    return number


def at_least_one(number: int) -> int:
    """A whole number of 1 or more. Raises ValueError for any other."""
    if number < 1:
        raise ValueError("must be a whole number of 1 or more; leave the key out for no limit")
    return number


Weight = Annotated[int, checked(weight)]
Limit = Annotated[int, checked(at_least_one)]


class To(StrEnum):
    """Where a rule sends a lead."""

    OWNER = "owner"
    POOL = "pool"
    TERRITORY = "territory"
    PARTNER = "partner"
    QUEUE = "queue"
    SELF_SERVE = "self_serve"
    NURTURE = "nurture"
    SUPPLY_RECRUIT = "supply_recruit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person, or a partner company, that leads can be given to. A limit that is left out does not limit."""

    id: str
    name: str = ""
    mail: Annotated[str, checked(known_mail_address)] | None = None
    """Where messages of the desk go; the id at the first of the company's own domains where it is left out."""
    team: str = ""
    role: str = "rep"
    skills: tuple[str, ...] = ()
    calendar: str = ""
    """The working hours of `agreement/calendar.toml` by name; without one always at work."""
    weight: Weight = 1
    open_cap: Limit | None = None
    """Leads that may be open with the member at the same time."""
    day_cap: Limit | None = None
    """Leads in one local day of the policy's time zone."""
    window_cap: Limit | None = None
    """Leads in any `window_hours` hours."""
    window_hours: Length = 1.0
    manager: str = ""
    active_from: date | None = None
    active_until: date | None = None
    """The last day on which leads are given."""
    partner: bool = False
    grade: str = ""
    """A partner's grade, which gives its weight where the policy has `grade_weights`."""
    territories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Members who take turns. Either named in `members`, or all who have the team, role and skills asked for."""

    name: str
    members: tuple[str, ...] = ()
    team: str = ""
    role: str = ""
    skills: tuple[str, ...] = ()
    weights: dict[str, Weight] = field(default_factory=dict)
    """Weights in this pool, in place of the members' own."""
    schedule: Literal["working_hours", "always"] = "working_hours"
    """`always` gives leads out of hours too, but not to who stays away longer than `away_after_hours`."""
    away_after_hours: Length = 96.0
    after_absence: Literal["keep_place", "catch_up"] = "keep_place"
    """`keep_place`: who comes back goes on where the pool is. `catch_up`: gets the turns that were missed."""
    when_all_away: Literal["queue", "route_anyway", "manager"] = "queue"
    when_all_full: Literal["queue", "route_anyway", "manager"] = "queue"
    manager: str = ""
    queue: str = ""
    """The queue in which leads wait; the pool's own name where none is named."""
    holdout_share: Share | None = None
    """Share of leads given at random, in place of the policy's."""
    by_territory: bool = False
    """Only members who have the lead's territory take turns, and each territory has its own turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """A part of the world and who looks after it. The narrowest wins: postcode, then region, then country."""

    name: str
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    """Beginnings of postcodes; they count within `countries` where these are named, and anywhere otherwise."""
    pool: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Leads that pass every test of `when` go there; the first rule that a lead passes wins."""

    name: str
    when: When = field(default_factory=dict)
    to: To
    target: str = ""
    """The pool, member or queue; self_serve, nurture, supply_recruit and territory have none."""
    owner_first: bool = True
    """Whether a known owner goes before this rule."""
    effective_from: date | None = None
    effective_until: date | None = None
    """The last day on which the rule holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerFirst:
    """Who already knows the company gets its leads, before any turn."""

    fields: tuple[str, ...] = ("open_deal_owner", "account_owner", "other_side_owner", "company_lead_owner")
    """Fields of a lead that may hold a member's id, in this order."""
    away_after_hours: Length = 96.0
    """An owner who stays away longer than this is passed over."""
    respect_caps: bool = False
    moves_turn: bool = False
    """Whether such a lead counts as the owner's turn in the pool that the lead would have gone to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPolicy:
    """`agreement/routing.toml`."""

    seed: str
    """Any text. It settles ties and the random holdout; the same seed gives the same owners."""
    time_zone: Annotated[str, checked(known_zone)] = "UTC"
    holdout_share: Share = 0.05
    """Share of a pool's leads given at random, so that effects of reps and rules can be measured without bias."""
    otherwise_queue: str = "unrouted"
    """Where a lead waits that no rule takes."""
    credit_back: tuple[Literal["no_show", "duplicate", "rejected"], ...] = ("no_show", "duplicate", "rejected")
    """Why a member gets the turn back."""
    grade_weights: dict[str, Weight] = field(default_factory=dict)
    owner_first: OwnerFirst = field(default_factory=OwnerFirst)
    member: tuple[Member, ...] = ()
    pool: tuple[Pool, ...] = ()
    territory: tuple[Territory, ...] = ()
    rule: tuple[Rule, ...] = ()
