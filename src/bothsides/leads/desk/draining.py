"""Gives leads that wait in the queue of a pool to its members, as soon as there is room or they are at work again."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.clockwork import move, read_clocks, still_to_keep
from bothsides.leads.desk.considering import assigned
from bothsides.leads.desk.standing import LeadNow, Place, place_of, waiting_leads
from bothsides.leads.desk.turns import read_pool_turns, read_turns
from bothsides.leads.route import Decision, Destination, RoutingState, Waiting, claim, drain
from bothsides.leads.route.compiled import CompiledPool, Seat
from bothsides.leads.route.seats import DAY_CAP, WINDOW_CAP, away, free_seats, full
from bothsides.leads.route.state import Load
from bothsides.leads.sla.clocks import Clock
from bothsides.leads.sla.evidence import Event, EventKind
from bothsides.logbook import Book, Entry, set_timer
from bothsides.schema.instant import DAY, Instant
from bothsides.schema.working_time import NeverOpenError

QUEUE = "queue"
"""The purpose of the timer that says when somebody of a pool can take a lead again; its subject is the pool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What one batch of one pool came to."""

    pool: str
    given: int
    seen: int
    """Leads that were looked at; fewer than asked for where no more wait."""
    next_at: Instant | None = None
    """When somebody can take a lead again, where the leads wait on and that can be foreseen."""
    last: Place | None = None
    """The place of the last lead that was looked at: the next batch goes on behind it."""


def waiting_pools(book: Book, agreed: Agreed) -> tuple[str, ...]:
    """The pools in whose queues leads wait, by name."""
    found = []
    for name, pool in sorted(agreed.routing.pools.items()):
        if any(waiting_leads(book, queue, name, limit=1) for queue in _queues(pool)):
            found.append(name)
    return tuple(found)


def drain_pool(
    book: Book,
    agreed: Agreed,
    name: str,
    *,
    now: Instant,
    limit: int = 50,
    after: Place | None = None,
    snapshot: int | None = None,
) -> Drained:
    """Gives up to `limit` leads that wait for the pool to its members, the most worth first, and posts that.

    Many workers may call it at the same moment: each lead is given once, and turns stay even. `after` leaves out the
    leads up to that place, which nobody who is free may take. Raises KeyError for a pool that is not agreed.
    """
    pool = agreed.routing.pools[name]
    turns = read_turns(book, agreed, now) if pool.by_territory else read_pool_turns(book, agreed, pool, now)
    if not _somebody(agreed, pool, turns, now):
        return Drained(pool=name, given=0, seen=0, next_at=frees_at(agreed, pool, turns, now))
    queued = [waiting_leads(book, queue, name, limit=limit, after=after) for queue in _queues(pool)]
    leads = list(islice(merge(*queued, key=place_of), limit))
    entries: list[Entry] = []
    by_id = {lead.lead_id: lead for lead in leads}
    clocks = read_clocks(book, agreed, again) if (again := [one.lead_id for one in leads if one.round_at]) else {}
    for decision in _decisions(book, agreed, pool, leads, turns, now):
        lead = by_id[decision.lead_id]
        own = clocks.get(lead.lead_id, [])
        entries += assigned(agreed, lead, lead.facts, decision, turns, now, snapshot=snapshot, clocks=own)
        entries += _passed_on(agreed, lead, own, now)
    book.post(entries, now=now)
    given = sum(lead.owner is not None for lead in leads)
    last = place_of(leads[-1]) if leads else after
    later = frees_at(agreed, pool, turns, now) if given < len(leads) else None
    return Drained(pool=name, given=given, seen=len(leads), next_at=later, last=last)


def _passed_on(agreed: Agreed, lead: LeadNow, clocks: Sequence[Clock], now: Instant) -> list[Entry]:
    """The lines by which promises of the round that are not due yet are the new owner's."""
    # Facts of one second are read by their names: this one behind the loss of the owner before.
    key = f"~{lead.lead_id}:{now}:drained"
    event = Event(
        event_id=key, kind=EventKind.REASSIGNED, occurred_at=now, known_at=now, detail=lead.owner or ""
    )  # fmt: skip
    return [line for clock in still_to_keep(clocks, now) for line in move(agreed, clock, [event])[1]]


def wake_at(book: Book, drained: Drained, *, now: Instant) -> list[Entry]:
    """The line that sets the pool's timer, none where it stands already or nothing can be foreseen."""
    if drained.next_at is None or drained.next_at <= now:
        return []
    row = book.one("SELECT due_at FROM timers WHERE timer_id = ?", f"{QUEUE}:{drained.pool}")
    if row is not None and row[0] == drained.next_at:
        return []
    return [set_timer(QUEUE, drained.pool, drained.next_at, now=now)]


def frees_at(agreed: Agreed, pool: CompiledPool, turns: RoutingState, now: Instant) -> Instant | None:
    """When a member of the pool can next take a lead by the calendar and the caps of days and windows.

    None where only an event can free somebody: a lead that closes, a member who reports back.
    """
    moments = [moment for seat in pool.seats if (moment := _free_again(agreed, pool, seat, turns, now)) is not None]
    return min(moments, default=None)


def _free_again(agreed: Agreed, pool: CompiledPool, seat: Seat, turns: RoutingState, now: Instant) -> Instant | None:
    member, load = seat.member, turns.loads.get(seat.id) or Load()
    at = max(now, member.start)
    if load.absent or at >= member.end:
        return None
    days = agreed.routing.days
    why = full(member, load, days.start(now), now)
    if why == DAY_CAP:
        # A local day may have 25 hours.
        at = max(at, days.start(days.start(now) + DAY + DAY // 2))
    elif why == WINDOW_CAP and member.window_cap is not None:
        at = max(at, load.recent[-member.window_cap] + member.window)
    elif why is not None:
        return None
    if member.hours is not None and (why is not None or away(member, load, pool, now) is not None):
        try:
            opens = member.hours.next_open(at)
        except NeverOpenError:
            return None
        at = max(at, opens - pool.away_seconds) if pool.always else opens
    return at if at < member.end else None


def _somebody(agreed: Agreed, pool: CompiledPool, turns: RoutingState, now: Instant) -> bool:
    """Whether the pool could give a lead to anybody now, by a turn or by what it does when nobody is free."""
    if pool.by_territory or "route_anyway" in (pool.when_all_away, pool.when_all_full) or pool.manager:
        return True
    return bool(free_seats(agreed.routing, pool, turns, now).seats)


def _queues(pool: CompiledPool) -> tuple[str, ...]:
    """Where leads of the pool may wait: its queue, and its name, under which decay gives leads back."""
    return tuple(dict.fromkeys((pool.queue, pool.name)))


def _decisions(
    book: Book, agreed: Agreed, pool: CompiledPool, leads: Sequence[LeadNow], turns: RoutingState, now: Instant
) -> list[Decision]:
    """Who gets which lead. Whoever stayed silent on a lead does not get it back."""
    if not leads:
        return []
    left_out = _owners_before(book, [lead.lead_id for lead in leads if lead.round_at is not None])
    if pool.by_territory or left_out:
        waiting = [
            Waiting(
                lead_id=lead.lead_id,
                priority=lead.priority or 0,
                since=lead.created_at,
                fields=lead.facts,
                left_out=left_out.get(lead.lead_id, ()),
                pool=pool.name,
                queue=lead.queue,
            )
            for lead in leads
        ]
        return drain(agreed.routing, waiting, turns, now)
    taken = claim(agreed.routing, pool.name, [lead.lead_id for lead in leads], turns, now)
    members = agreed.routing.members
    found = [
        Decision(
            lead_id=lead.lead_id,
            to=Destination.PARTNER if members[owner].partner else Destination.OWNER,
            owner=owner,
            pool=pool.name,
            # Who got it without a turn, as the manager, has none to be given back.
            lane=pool.name if candidates else None,
            holdout=held,
            candidates=candidates,
        )
        for lead, owner, held, candidates in zip(leads, taken.owners, taken.holdouts, taken.candidates, strict=True)
        if owner is not None
    ]
    if found:
        # The turns moved together: the last line of the batch says where they stand after it.
        last = found[-1]
        found[-1] = Decision(
            lead_id=last.lead_id, to=last.to, owner=last.owner, pool=last.pool, lane=last.lane, holdout=last.holdout,
            candidates=last.candidates, changed=taken.changed,
        )  # fmt: skip
    return found


def _owners_before(book: Book, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Who had each lead last in its present round."""
    if not ids:
        return {}
    rows = book.all("SELECT lead_id, member FROM assignments WHERE lead_id {any} ORDER BY lead_id, assigned_at", ids)
    return {lead: (member,) for lead, member in rows}
