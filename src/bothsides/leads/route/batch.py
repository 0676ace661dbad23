"""Routes many leads: in order of priority, out of the queues of pools, or a handful claimed by one worker."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bothsides.leads.route.compiled import STRIDE, CompiledPool, CompiledRouting
from bothsides.leads.route.deciding import route, route_in_pool
from bothsides.leads.route.decision import Decision
from bothsides.leads.route.seats import Free, free_seats, full, missed, take
from bothsides.leads.route.state import Changed, RoutingState
from bothsides.leads.route.turns import counted, draw, next_turn, seated
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A lead to be routed. Higher `priority` goes first, then who waits longer, then the lower lead id."""

    lead_id: str
    priority: float = 0.0
    since: Instant = 0
    fields: Mapping[str, object] = field(default_factory=dict)
    left_out: Collection[str] = ()
    pool: str | None = None
    """The pool in whose queue it waits; None for one that no rule took yet."""
    queue: str | None = None
    """The queue it waits in, None for one that is in none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Leads of one pool and who got them, position by position; None for a lead that waits on."""

    owners: tuple[str | None, ...]
    holdouts: tuple[bool, ...]
    candidates: tuple[int, ...]
    """Members who could have got each."""
    changed: tuple[Changed, ...]


def in_order(leads: Iterable[Waiting]) -> list[Waiting]:
    """The leads in the order in which they get their turns.

    >>> [lead.lead_id for lead in in_order([Waiting(lead_id="a", priority=1.0), Waiting(lead_id="b", priority=9.0)])]
    ['b', 'a']
    """
    return sorted(leads, key=lambda lead: (-lead.priority, lead.since, lead.lead_id))


def assign_batch(
    compiled: CompiledRouting, leads: Iterable[Waiting], state: RoutingState, now: Instant
) -> Iterator[Decision]:
    """A decision for each lead, in order of priority, made when it is asked for, so that none need be kept.

    Time grows with the number of leads, not with its square.
    """
    for lead in in_order(leads):
        yield route(compiled, lead.fields, lead.lead_id, state, now, left_out=lead.left_out)


def drain(compiled: CompiledRouting, waiting: Iterable[Waiting], state: RoutingState, now: Instant) -> list[Decision]:
    """Decisions on leads that wait in queues, as far as there is capacity again; the others wait on.

    A lead in a pool's queue takes a turn there; its rule is not asked again, but its territory is. One in no pool's
    queue is routed anew, and decided on where it leaves the queue it is in. A pool in which nobody is free is not tried
    again for leads that anybody could have got.
    """
    decided: list[Decision] = []
    shut: set[str] = set()
    for lead in in_order(waiting):
        if lead.pool in shut:
            continue
        if lead.pool is None:
            decision = route(compiled, lead.fields, lead.lead_id, state, now, left_out=lead.left_out)
            if decision.queue is None or decision.queue != lead.queue:
                decided.append(decision)
            continue
        pool = compiled.pools[lead.pool]
        territory = compiled.world.territory(lead.fields) if pool.by_territory else None
        decision = route_in_pool(compiled, pool, lead.lead_id, state, now, left_out=lead.left_out, territory=territory)
        if decision.owner is not None:
            decided.append(decision)
        elif not lead.left_out and not pool.by_territory:
            shut.add(pool.name)
    return decided


def claim(
    compiled: CompiledRouting, pool_name: str, lead_ids: Sequence[str], state: RoutingState, now: Instant
) -> Claimed:
    """Who gets each of the leads that wait in one pool: what `route_in_pool` would decide for one after another.

    Availability is asked once, and again only when somebody's cap is reached, so that a worker that holds the pool's
    places and its members' loads locked holds them briefly.
    Raises ValueError for an unknown pool, and for one by territory, whose turns depend on the lead.
    """
    pool = compiled.pools.get(pool_name)
    if pool is None or pool.by_territory:
        allowed = sorted(name for name, known in compiled.pools.items() if not known.by_territory)
        raise ValueError(f"pool {pool_name!r} must be one, not by territory, of {', '.join(allowed)}")
    run = _Run(compiled=compiled, pool=pool, state=state, now=now)
    for position, lead_id in enumerate(lead_ids):
        if run.free.seats:
            run.give(lead_id)
            continue
        decision = route_in_pool(compiled, pool, lead_id, state, now)
        run.note(decision.owner, decision.holdout, decision.candidates, decision.changed)
        if decision.owner is None:
            for _ in range(position + 1, len(lead_ids)):
                run.note(None, False, 0, ())
            break
    return Claimed(
        owners=tuple(run.owners),
        holdouts=tuple(run.holdouts),
        candidates=tuple(run.candidates),
        changed=tuple(dict.fromkeys(run.changed)),
    )


class _Run:
    """The turns of one claim: free seats, their pointers and the sums over them, kept from lead to lead."""

    def __init__(self, *, compiled: CompiledRouting, pool: CompiledPool, state: RoutingState, now: Instant) -> None:
        self.compiled, self.pool, self.state, self.now = compiled, pool, state, now
        self.places = state.places_of(pool.name)
        self.owners: list[str | None] = []
        self.holdouts: list[bool] = []
        self.candidates: list[int] = []
        self.changed: list[Changed] = []
        self.marked = False
        self.free = Free(seats=[], missing=[], skipped=[])
        self.look()

    def look(self) -> None:
        """Who is free now; nobody is lifted or marked before a turn is taken."""
        self.free = free_seats(self.compiled, self.pool, self.state, self.now)
        self.marked = False

    def begin(self) -> None:
        """Before the first turn with these seats."""
        seats = self.free.seats
        self.spots, lifted = seated(self.pool, seats, self.places)
        if lifted:
            self.changed += [("place", seat.id, self.pool.name) for seat in seats]
        if self.pool.keep_place and self.free.missing:
            self.changed += missed(self.pool.name, self.free, self.places)
        self.pointers = [spot.pointer or 0 for spot in self.spots]
        self.total, self.weights = counted(seats, self.pointers)
        self.marked = True

    def give(self, lead_id: str) -> None:
        """One turn, as `deciding.turn` takes it."""
        if not self.marked:
            self.begin()
        seats = self.free.seats
        below, pick = draw(self.compiled.draw_key, lead_id)
        held = below < self.pool.holdout_below
        position = pick * len(seats) >> 64 if held else next_turn(seats, self.pointers, self.total, self.weights)
        seat = seats[position]
        self.pointers[position] += seat.step
        self.spots[position].pointer = self.pointers[position]
        self.total += STRIDE
        take(self.compiled, self.state, seat.id, self.now)
        self.note(seat.id, held, len(seats), seat.changed)
        today = self.compiled.days.start(self.now)
        if full(seat.member, self.state.loads[seat.id], today, self.now) is not None:
            self.look()

    def note(self, owner: str | None, held: bool, candidates: int, changed: Iterable[Changed]) -> None:
        """Write down what one lead came to."""
        self.owners.append(owner)
        self.holdouts.append(held)
        self.candidates.append(candidates)
        self.changed += changed
