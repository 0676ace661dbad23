"""Routes one lead: known owners, then ordered rules, then turns in a pool, then queues. Pure, but for the state given.

The same lead, state, moment and policy always give the same owner.
"""

from collections.abc import Collection, Mapping
from typing import Literal

from bothsides.leads.route.compiled import CompiledPool, CompiledRouting, CompiledRule, Seat
from bothsides.leads.route.decision import Decision, Destination, Trail
from bothsides.leads.route.policy import To
from bothsides.leads.route.seats import ABSENT, LEFT_OUT, NOT_ACTIVE, OFF_HOURS, Free, free_seats, full, missed, take
from bothsides.leads.route.state import Changed, RoutingState
from bothsides.leads.route.turns import counted, draw, give_back, next_turn, seated
from bothsides.schema.instant import Instant

_AUTOMATED = {
    To.SELF_SERVE: Destination.SELF_SERVE,
    To.NURTURE: Destination.NURTURE,
    To.SUPPLY_RECRUIT: Destination.SUPPLY_RECRUIT,
}


def route(
    compiled: CompiledRouting,
    fields: Mapping[str, object],
    lead_id: str,
    state: RoutingState,
    now: Instant,
    *,
    left_out: Collection[str] = (),
) -> Decision:
    """Where the lead goes; `state` is changed accordingly.

    `left_out` are members who must not get it: partners who declined, or an owner who stayed silent.
    """
    trail = Trail()
    rule = _first_rule(compiled, fields, now, trail)
    if rule is None or rule.owner_first:
        known = _known_owner(compiled, fields, state, now, left_out, trail)
        if known is not None:
            return _to_owner(compiled, lead_id, known, rule, fields, state, now, trail)
    if rule is None:
        return _no_person(lead_id, Destination.QUEUE, trail, queue=compiled.otherwise_queue)
    if rule.to in _AUTOMATED:
        return _no_person(lead_id, _AUTOMATED[rule.to], trail, rule=rule.name)
    if rule.to is To.QUEUE:
        return _no_person(lead_id, Destination.QUEUE, trail, rule=rule.name, queue=rule.target)
    pool_name, member, territory = _target(compiled, rule, fields, trail)
    if member and not (why := _unfit(compiled, member, state, now, left_out)):
        return _given(compiled, lead_id, member, rule.name, state, now, trail)
    if member:
        trail.steps.append(("skipped", member, why))
    if not pool_name:
        return _no_person(lead_id, Destination.QUEUE, trail, rule=rule.name, queue=compiled.otherwise_queue)
    return route_in_pool(
        compiled, compiled.pools[pool_name], lead_id, state, now,
        rule=rule.name, left_out=left_out, territory=territory, trail=trail,
    )  # fmt: skip


def route_in_pool(
    compiled: CompiledRouting,
    pool: CompiledPool,
    lead_id: str,
    state: RoutingState,
    now: Instant,
    *,
    rule: str | None = None,
    left_out: Collection[str] = (),
    territory: str | None = None,
    trail: Trail | None = None,
) -> Decision:
    """A lead that belongs to the pool: to whose turn it is, or where the pool sends it when nobody is free."""
    trail = trail or Trail()
    free = free_seats(compiled, pool, state, now, left_out=left_out, territory=territory)
    trail.steps += free.skipped
    if not free.seats:
        way = _nobody(pool, free, trail)
        if way == "route_anyway":
            free = free_seats(
                compiled, pool, state, now, left_out=left_out, territory=territory,
                even_away=not free.full, even_full=bool(free.full),
            )  # fmt: skip
        elif way == "manager" and not (why := _unfit(compiled, pool.manager, state, now, left_out)):
            return _given(compiled, lead_id, pool.manager, rule, state, now, trail, pool=pool.name)
        elif way == "manager":
            trail.steps.append(("skipped", pool.manager, why))
        if not free.seats:
            return _no_person(lead_id, Destination.QUEUE, trail, rule=rule, queue=pool.queue, pool=pool.name)
    lane = _lane(pool, territory)
    seat, held, changed = turn(compiled, pool, free, lead_id, state, now, lane)
    return Decision(
        lead_id=lead_id,
        to=Destination.PARTNER if seat.member.partner else Destination.OWNER,
        owner=seat.id,
        pool=pool.name,
        lane=lane,
        rule=rule,
        holdout=held,
        candidates=len(free.seats),
        trace=tuple(trail.steps),
        saw=tuple(trail.saw),
        changed=changed,
    )


def turn(
    compiled: CompiledRouting,
    pool: CompiledPool,
    free: Free,
    lead_id: str,
    state: RoutingState,
    now: Instant,
    lane: str,
) -> tuple[Seat, bool, tuple[Changed, ...]]:
    """One turn among the free seats: who gets the lead, whether it is a holdout, and what changed.

    A held-out lead goes to each free member with the same chance, whatever the weights, and counts as a turn: the
    others catch up with the leads that follow, so that numbers stay even.
    """
    places = state.places_of(lane)
    spots, lifted = seated(pool, free.seats, places)
    below, pick = draw(compiled.draw_key, lead_id)
    held = below < pool.holdout_below
    if held:
        position = pick * len(spots) >> 64
    else:
        pointers = [spot.pointer or 0 for spot in spots]
        position = next_turn(free.seats, pointers, *counted(free.seats, pointers))
    seat, spot = free.seats[position], spots[position]
    spot.pointer = (spot.pointer or 0) + seat.step
    take(compiled, state, seat.id, now)
    changed = (("load", seat.id, ""), ("place", seat.id, lane)) if pool.by_territory else seat.changed
    if lifted:
        changed += tuple(("place", other.id, lane) for other in free.seats if other is not seat)
    if pool.keep_place and free.missing:
        changed += missed(lane, free, places)
    return seat, held, changed


def credit(
    compiled: CompiledRouting,
    state: RoutingState,
    lane: str | None,
    member: str,
    reason: Literal["no_show", "duplicate", "rejected"],
    given_at: Instant,
    now: Instant,
) -> bool:
    """Give a member the turn of a lead back that came to nothing; False where the policy does not for this reason.

    `lane` is the decision's, None for a lead that was given without a turn.
    The lead no longer counts as open, nor as one of today if it was given today, nor in the window. Call it once per
    lead. Raises ValueError for an unknown member.
    """
    if member not in compiled.members:
        raise ValueError(f"member {member!r} must be one of {', '.join(sorted(compiled.members))}")
    if reason not in compiled.credit_back:
        return False
    release(state, member)
    load = state.load_of(member)
    today = compiled.days.start(now)
    if load.day == today and given_at >= today:
        load.today = max(load.today - 1, 0)
    if given_at in load.recent:
        load.recent.remove(given_at)
    pool = compiled.pools.get(lane.partition("/")[0]) if lane is not None else None
    if pool is not None and lane is not None:
        give_back(pool, member, state.places_of(lane))
    return True


def release(state: RoutingState, member: str) -> None:
    """A lead left the member, closed or taken away: there is room for one more. The turn and the day stay counted."""
    load = state.load_of(member)
    load.open = max(load.open - 1, 0)


def _first_rule(
    compiled: CompiledRouting, fields: Mapping[str, object], now: Instant, trail: Trail
) -> CompiledRule | None:
    get = fields.get
    for rule in compiled.rules:
        if not rule.start <= now < rule.end:
            trail.steps.append(rule.idle)
            continue
        for name, check, failed in rule.checks:
            value = get(name)
            if not check(value):
                trail.steps.append(failed)
                trail.saw.append(value)
                break
        else:
            return rule
    return None


def _known_owner(
    compiled: CompiledRouting,
    fields: Mapping[str, object],
    state: RoutingState,
    now: Instant,
    left_out: Collection[str],
    trail: Trail,
) -> tuple[str, str] | None:
    """The first owner who can take the lead, with the field that names them."""
    for name in compiled.owner_first.fields:
        owner = fields.get(name)
        if owner is None or owner == "":
            continue
        why = _unfit(compiled, str(owner), state, now, left_out)
        if why is None:
            return str(owner), name
        trail.steps.append(("owner", name, owner, why))
    return None


def _unfit(
    compiled: CompiledRouting, owner: str, state: RoutingState, now: Instant, left_out: Collection[str]
) -> str | None:
    """Why a named member cannot be given the lead; None for one who can. A night or weekend is no reason."""
    member = compiled.members.get(owner)
    if member is None:
        return "not in the roster"
    load = state.loads.get(owner)
    if not member.start <= now < member.end:
        return NOT_ACTIVE
    if owner in left_out:
        return LEFT_OUT
    if load is not None and load.absent:
        return ABSENT
    if not member.back_within(now, compiled.owner_away):
        return OFF_HOURS
    return full(member, load, compiled.days.start(now), now) if compiled.owner_first.respect_caps else None


def _to_owner(
    compiled: CompiledRouting,
    lead_id: str,
    known: tuple[str, str],
    rule: CompiledRule | None,
    fields: Mapping[str, object],
    state: RoutingState,
    now: Instant,
    trail: Trail,
) -> Decision:
    owner, by = known
    extra: tuple[Changed, ...] = ()
    if compiled.owner_first.moves_turn and rule is not None:
        pool_name, _, territory = _target(compiled, rule, fields, Trail())
        if pool := compiled.pools.get(pool_name):
            extra = _owner_turn(pool, _lane(pool, territory), owner, state)
    return _given(compiled, lead_id, owner, rule.name if rule else None, state, now, trail, known_by=by, extra=extra)


def _owner_turn(pool: CompiledPool, lane: str, owner: str, state: RoutingState) -> tuple[Changed, ...]:
    for seat in pool.seats:
        if seat.id == owner:
            (spot,), _ = seated(pool, [seat], state.places_of(lane))
            spot.pointer = (spot.pointer or 0) + seat.step
            return (("place", owner, lane),)
    return ()


def _lane(pool: CompiledPool, territory: str | None) -> str:
    return f"{pool.name}/{territory}" if pool.by_territory else pool.name


def _target(
    compiled: CompiledRouting, rule: CompiledRule, fields: Mapping[str, object], trail: Trail
) -> tuple[str, str, str | None]:
    """The pool, the member and the territory that the rule leads to; empty where it leads to none."""
    if rule.to is To.OWNER:
        return "", rule.target, None
    if rule.to is To.TERRITORY:
        territory = compiled.world.territory(fields)
        trail.steps.append(("territory", territory))
        return *compiled.world.holders.get(territory or "", ("", "")), territory
    if rule.to in (To.POOL, To.PARTNER):
        territory = None
        if compiled.pools[rule.target].by_territory:
            territory = compiled.world.territory(fields)
            trail.steps.append(("territory", territory))
        return rule.target, "", territory
    return "", "", None


def _nobody(pool: CompiledPool, free: Free, trail: Trail) -> str:
    """Where the pool sends leads now: some are there but full, all are away, or the lead leaves all out."""
    if free.full:
        trail.steps.append(("all", pool.name, "full"))
        return pool.when_all_full
    trail.steps.append(("all", pool.name, "away" if free.away else "left out"))
    return pool.when_all_away if free.away else "queue"


def _no_person(
    lead_id: str,
    to: Destination,
    trail: Trail,
    *,
    rule: str | None = None,
    queue: str | None = None,
    pool: str | None = None,
) -> Decision:
    return Decision(
        lead_id=lead_id,
        to=to,
        queue=queue,
        pool=pool,
        rule=rule,
        trace=tuple(trail.steps),
        saw=tuple(trail.saw),
    )


def _given(
    compiled: CompiledRouting,
    lead_id: str,
    owner: str,
    rule: str | None,
    state: RoutingState,
    now: Instant,
    trail: Trail,
    *,
    pool: str | None = None,
    known_by: str | None = None,
    extra: tuple[Changed, ...] = (),
) -> Decision:
    take(compiled, state, owner, now)
    return Decision(
        lead_id=lead_id,
        to=Destination.PARTNER if compiled.members[owner].partner else Destination.OWNER,
        owner=owner,
        pool=pool,
        rule=rule,
        known_by=known_by,
        trace=tuple(trail.steps),
        saw=tuple(trail.saw),
        changed=compiled.members[owner].changed + extra,
    )
