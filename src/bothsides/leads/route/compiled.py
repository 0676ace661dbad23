"""A routing policy made ready: every name looked up, every date an instant, so that a decision only compares."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bothsides.agreement.conditions import read_tests
from bothsides.leads.route.decision import Traced
from bothsides.leads.route.policy import HEAVIEST, Member, OwnerFirst, Pool, RoutingPolicy, Rule, To
from bothsides.leads.route.problems import pool_members, problems, squeezed, territory_keys
from bothsides.leads.route.state import Changed
from bothsides.schema.instant import HOUR, Instant, in_utc, instant
from bothsides.schema.working_time import NeverOpenError

STRIDE = 232_792_560
"""The step of weight 1: the least number that every weight up to 20 divides, so that all steps are whole and a place
in the turns means the same after weights change. 4e10 leads fit into 63 bits."""

_BEGINNING, _END = -(2**62), 2**62


class OpenHours(Protocol):
    """When somebody is at work."""

    def is_open(self, moment: Instant, /) -> bool:
        """Whether the moment lies in working hours."""

    def next_open(self, moment: Instant, /) -> Instant:
        """The moment itself where it is open, else the next opening. Raises NeverOpenError where there is none."""


@dataclass(slots=True, kw_only=True, eq=False)
class CompiledMember:
    """A member with instants for dates; `seen` remembers what the calendar last said."""

    id: str
    start: Instant
    end: Instant
    hours: OpenHours | None
    open_cap: int | None
    day_cap: int | None
    window_cap: int | None
    window: int
    partner: bool
    territories: frozenset[str]
    changed: tuple[Changed, ...]
    """What a lead given without a turn changes."""
    seen: tuple[Instant, bool] = (_BEGINNING, False)

    def at_work(self, now: Instant) -> bool:
        """Whether the calendar has the member at work."""
        moment, answer = self.seen
        if moment != now:
            answer = self.hours is None or self.hours.is_open(now)
            self.seen = (now, answer)
        return answer

    def back_within(self, now: Instant, seconds: int) -> bool:
        """Whether the calendar has the member at work now or within the seconds."""
        if self.hours is None or self.at_work(now):
            return True
        try:
            return self.hours.next_open(now) - now <= seconds
        except NeverOpenError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seat:
    """A member's seat in one pool: a heavier weight has a smaller step. `salt` settles ties, `changed` is what a turn
    changes.
    """

    id: str
    member: CompiledMember
    weight: int
    step: int
    salt: int
    changed: tuple[Changed, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledPool:
    """A pool with its seats; `holdout_below` is the share of holdout as a bound on a 64-bit draw."""

    name: str
    seats: tuple[Seat, ...]
    always: bool
    away_seconds: int
    keep_place: bool
    when_all_away: str
    when_all_full: str
    manager: str
    queue: str
    holdout_below: int
    by_territory: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledRule:
    """A rule with its tests as (field, check, step of the trace where it fails)."""

    name: str
    checks: tuple[tuple[str, Callable[[object], bool], Traced], ...]
    idle: Traced
    """The step of the trace on days when the rule is not in effect."""
    to: To
    target: str
    owner_first: bool
    start: Instant
    end: Instant


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """Territories by what they answer to."""

    postcodes: Mapping[str, Mapping[str, str]]
    """By country in lower case ('' for any), then beginning of the postcode."""
    lengths: tuple[int, ...]
    """Lengths of these beginnings, longest first."""
    regions: Mapping[str, str]
    countries: Mapping[str, str]
    holders: Mapping[str, tuple[str, str]]
    """Pool and member of each territory, empty where it has none."""

    def territory(self, fields: Mapping[str, object]) -> str | None:
        """The narrowest territory of a lead: by postcode, region, then country; None where none has it."""
        country = _lowered(fields.get("country"))
        if self.lengths:
            postcode = squeezed(str(fields.get("postcode") or ""))
            for of_country in (self.postcodes.get(country), self.postcodes.get("") if country else None):
                for length in self.lengths if of_country and postcode else ():
                    if of_country and (name := of_country.get(postcode[:length])):
                        return name
        return self.regions.get(_lowered(fields.get("region"))) or self.countries.get(country)


@dataclass(slots=True, kw_only=True, eq=False)
class LocalDays:
    """Starts of local days; the last day asked for is remembered."""

    zone: ZoneInfo
    span: tuple[Instant, Instant] = (0, 0)

    def start(self, now: Instant) -> Instant:
        """When the local day of the moment began."""
        begin, end = self.span
        if not begin <= now < end:
            day = in_utc(now).astimezone(self.zone).date()
            begin, end = _midnight(day, self.zone), _midnight(day + timedelta(days=1), self.zone)
            self.span = (begin, end)
        return begin


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledRouting:
    """A policy and calendars, made ready by `compile_routing`."""

    members: Mapping[str, CompiledMember]
    pools: Mapping[str, CompiledPool]
    rules: tuple[CompiledRule, ...]
    world: World
    owner_first: OwnerFirst
    owner_away: int
    otherwise_queue: str
    credit_back: frozenset[str]
    days: LocalDays
    draw_key: bytes = field(repr=False)


def compile_routing(policy: RoutingPolicy, calendars: Mapping[str, OpenHours]) -> CompiledRouting:
    """The policy made ready. `calendars` holds working hours by name; hours under a member's own id (with leave taken
    out, say) go before those of the calendar the member names.

    Raises ValueError naming what cannot stand together, or a calendar that a member names and nobody declared.
    """
    wrong = [
        *problems(policy),
        *(
            f"member {member.id!r}: calendar {member.calendar!r} is not one of {', '.join(sorted(calendars)) or 'none'}"
            for member in policy.member
            if member.calendar and not {member.calendar, member.id} & calendars.keys()
        ),
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
    zone = ZoneInfo(policy.time_zone)
    members = {member.id: _member(member, calendars, zone) for member in policy.member}
    return CompiledRouting(
        members=members,
        pools={pool.name: _pool(pool, policy, members) for pool in policy.pool},
        rules=tuple(_rule(rule, zone) for rule in policy.rule),
        world=_world(policy),
        owner_first=policy.owner_first,
        owner_away=round(policy.owner_first.away_after_hours * HOUR),
        otherwise_queue=policy.otherwise_queue,
        credit_back=frozenset(policy.credit_back),
        days=LocalDays(zone=zone),
        draw_key=hashlib.sha256(policy.seed.encode()).digest(),
    )


def _member(member: Member, calendars: Mapping[str, OpenHours], zone: ZoneInfo) -> CompiledMember:
    start, end = _span(member.active_from, member.active_until, zone)
    return CompiledMember(
        id=member.id,
        start=start,
        end=end,
        hours=calendars.get(member.id) or (calendars[member.calendar] if member.calendar else None),
        open_cap=member.open_cap,
        day_cap=member.day_cap,
        window_cap=member.window_cap,
        window=round(member.window_hours * HOUR),
        partner=member.partner,
        territories=frozenset(member.territories),
        changed=(("load", member.id, ""),),
    )


def _pool(pool: Pool, policy: RoutingPolicy, members: Mapping[str, CompiledMember]) -> CompiledPool:
    held = policy.holdout_share if pool.holdout_share is None else pool.holdout_share
    seats = []
    for member in pool_members(pool, policy.member):
        own = policy.grade_weights.get(member.grade, member.weight) if member.weight == 1 else member.weight
        weight = pool.weights.get(member.id, own)
        digest = hashlib.sha256("\x1f".join((policy.seed, pool.name, member.id)).encode()).digest()
        salt = int.from_bytes(digest[:8], "big")
        seats.append(
            Seat(
                id=member.id,
                member=members[member.id],
                weight=weight,
                step=STRIDE // weight,
                salt=salt,
                changed=(("load", member.id, ""), ("place", member.id, pool.name)),
            )
        )
    return CompiledPool(
        name=pool.name,
        seats=tuple(seats),
        always=pool.schedule == "always",
        away_seconds=round(pool.away_after_hours * HOUR),
        keep_place=pool.after_absence == "keep_place",
        when_all_away=pool.when_all_away,
        when_all_full=pool.when_all_full,
        manager=pool.manager,
        queue=pool.queue or pool.name,
        holdout_below=round(held * 2**64),
        by_territory=pool.by_territory,
    )


def _rule(rule: Rule, zone: ZoneInfo) -> CompiledRule:
    start, end = _span(rule.effective_from, rule.effective_until, zone)
    return CompiledRule(
        name=rule.name,
        checks=tuple(
            (name, check, ("rule", rule.name, name, wanted)) for name, check, wanted in read_tests(rule.when).checks
        ),
        idle=("rule", rule.name, "not in effect"),
        to=rule.to,
        target=rule.target,
        owner_first=rule.owner_first,
        start=start,
        end=end,
    )


def _world(policy: RoutingPolicy) -> World:
    postcodes: dict[str, dict[str, str]] = {}
    narrow: dict[str, dict[str, str]] = {"region": {}, "country": {}}
    for territory in policy.territory:
        for kind, key in territory_keys(territory):
            if kind.startswith("postcode"):
                postcodes.setdefault(kind.removeprefix("postcode "), {})[key] = territory.name
            else:
                narrow[kind][key] = territory.name
    lengths = {len(key) for keys in postcodes.values() for key in keys}
    return World(
        postcodes=postcodes,
        lengths=tuple(sorted(lengths, reverse=True)),
        regions=narrow["region"],
        countries=narrow["country"],
        holders={territory.name: (territory.pool, territory.member) for territory in policy.territory},
    )


def _span(first: date | None, last: date | None, zone: ZoneInfo) -> tuple[Instant, Instant]:
    start = _midnight(first, zone) if first else _BEGINNING
    end = _midnight(last + timedelta(days=1), zone) if last else _END
    return start, end


def _midnight(day: date, zone: ZoneInfo) -> Instant:
    return instant(datetime.combine(day, time(), zone).astimezone(UTC))


def _lowered(value: object) -> str:
    return str(value).strip().casefold() if value is not None else ""


assert all(STRIDE % weight == 0 for weight in range(1, HEAVIEST + 1))
