"""Who of a pool can be given a lead now, and why the others cannot."""

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass

from bothsides.leads.route.compiled import CompiledMember, CompiledPool, CompiledRouting, Seat
from bothsides.leads.route.decision import Traced
from bothsides.leads.route.state import Changed, Load, Place, RoutingState
from bothsides.schema.instant import Instant

NOT_ACTIVE, ABSENT, OFF_HOURS = "not active", "absent", "outside working hours"
OPEN_CAP, DAY_CAP, WINDOW_CAP = "open cap reached", "day cap reached", "window cap reached"
LEFT_OUT, OTHER_TERRITORY = "left out for this lead", "has another territory"


@dataclass(slots=True, kw_only=True)
class Free:
    """The seats that can take a turn now, and the others with their reason."""

    seats: list[Seat]
    missing: list[Seat]
    """Those who miss a turn of theirs: away or full, not those whom this lead does not concern."""
    skipped: list[Traced]
    away: int = 0
    full: int = 0


def full(member: CompiledMember, load: Load | None, today: Instant, now: Instant) -> str | None:
    """The cap that the member has reached; None where there is room for one more."""
    if load is None:
        return None
    if member.open_cap is not None and load.open >= member.open_cap:
        return OPEN_CAP
    if member.day_cap is not None and load.day == today and load.today >= member.day_cap:
        return DAY_CAP
    if member.window_cap is not None:
        recent = load.recent
        if len(recent) - bisect_right(recent, now - member.window) >= member.window_cap:
            return WINDOW_CAP
    return None


def away(member: CompiledMember, load: Load | None, pool: CompiledPool, now: Instant) -> str | None:
    """Why the member is not there to take a turn of the pool; None for one who is."""
    if load is not None and load.absent:
        return ABSENT
    if pool.always:
        return None if member.back_within(now, pool.away_seconds) else OFF_HOURS
    return None if member.at_work(now) else OFF_HOURS


def free_seats(
    compiled: CompiledRouting,
    pool: CompiledPool,
    state: RoutingState,
    now: Instant,
    *,
    left_out: Collection[str] = (),
    territory: str | None = None,
    even_away: bool = False,
    even_full: bool = False,
) -> Free:
    """Who can take a turn of the pool. With `even_away` those who are away count as there, with `even_full` no cap
    counts.
    """
    found = Free(seats=[], missing=[], skipped=[])
    loads, today = state.loads, compiled.days.start(now)
    for seat in pool.seats:
        member = seat.member
        if not member.start <= now < member.end:
            found.skipped.append(("skipped", seat.id, NOT_ACTIVE))
            found.missing.append(seat)
            continue
        if pool.by_territory and territory not in member.territories:
            found.skipped.append(("skipped", seat.id, OTHER_TERRITORY))
            continue
        if left_out and seat.id in left_out:
            found.skipped.append(("skipped", seat.id, LEFT_OUT))
            continue
        load = loads.get(seat.id)
        why = None if even_away else away(member, load, pool, now)
        if why is not None:
            found.away += 1
        elif load is not None and not even_full and (why := full(member, load, today, now)) is not None:
            found.full += 1
        if why is None:
            found.seats.append(seat)
        else:
            found.skipped.append(("skipped", seat.id, why))
            found.missing.append(seat)
    return found


def take(compiled: CompiledRouting, state: RoutingState, member_id: str, now: Instant) -> None:
    """Count one more lead with the member: open, today and in the window."""
    load = state.load_of(member_id)
    today = compiled.days.start(now)
    load.open += 1
    if load.day != today:
        load.day, load.today = today, 0
    load.today += 1
    member = compiled.members.get(member_id)
    if member is not None and member.window_cap is not None:
        recent = load.recent
        if recent and recent[0] <= now - member.window:
            del recent[: bisect_right(recent, now - member.window)]
        recent.insert(bisect_right(recent, now), now)


def missed(lane: str, free: Free, places: dict[str, Place]) -> tuple[Changed, ...]:
    """Mark those who miss this turn, so that they come back to the level of the lane."""
    changed: list[Changed] = []
    for seat in free.missing:
        place = places.get(seat.id)
        if place is not None and place.pointer is not None and not place.away:
            place.away = True
            changed.append(("place", seat.id, lane))
    return tuple(changed)
