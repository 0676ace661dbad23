"""Reads where the turns of the pools stand, and tells what a decision changed in them."""

from collections.abc import Collection, Sequence
from typing import Any

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.route import Changed, Load, Place, RoutingState
from bothsides.leads.route.compiled import CompiledPool
from bothsides.logbook import Book, lock_number
from bothsides.schema.instant import Instant

_TURNS = 6243672


def read_turns(book: Book, agreed: Agreed, now: Instant) -> RoutingState:
    """The turns as they stand, held until the transaction ends: two workers never give from the same place.

    Everything that moves a turn reads it through here. SQLite has one writer anyway.
    """
    # Rows cannot be held before they exist, so the turns as a whole are.
    book.hold(_TURNS)
    today = agreed.routing.days.start(now)
    state = RoutingState()
    for member, open_leads, absent in book.all("SELECT member, open_leads, absent FROM members"):
        state.loads[member] = Load(open=open_leads, day=today, absent=bool(absent))
    for member, taken in book.all("SELECT member, taken FROM member_days WHERE day = ?", today):
        load = state.load_of(member)
        load.day, load.today = today, taken
    _read_windows(book, agreed, list(agreed.routing.members), state, now)
    for pool, member, pointer, away, owed in book.all("SELECT pool, member, pointer, away, owed FROM pool_members"):
        state.places_of(pool)[member] = Place(pointer=pointer, away=bool(away), owed=owed)
    return state


def read_pool_turns(book: Book, agreed: Agreed, pool: CompiledPool, now: Instant) -> RoutingState:
    """The turns of one pool and the loads of its members, held until the transaction ends.

    Pools that share no member can be given from at the same time; who reads all turns waits for them, and they for it.
    """
    members = sorted({seat.id for seat in pool.seats} | ({pool.manager} if pool.manager else set()))
    book.hold(_TURNS, shared=True)
    book.hold(*(lock_number(f"member {member}") for member in members), lock_number(f"pool {pool.name}"))
    today = agreed.routing.days.start(now)
    state = RoutingState()
    places = state.places_of(pool.name)
    for what, member, first, second, third in book.all(
        "SELECT 'load', member, open_leads, absent, 0 FROM members WHERE member {any}"
        " UNION ALL SELECT 'day', member, taken, 0, 0 FROM member_days WHERE day = ? AND member {any}"
        " UNION ALL SELECT 'place', member, pointer, away, owed FROM pool_members WHERE pool = ?",
        members,
        today,
        members,
        pool.name,
    ):
        if what == "place":
            places[member] = Place(pointer=first, away=bool(second), owed=third)
            continue
        load = state.load_of(member)
        if what == "load":
            load.open, load.absent = first, bool(second)
        else:
            load.day, load.today = today, first
    _read_windows(book, agreed, members, state, now)
    return state


def _read_windows(book: Book, agreed: Agreed, ids: Sequence[str], state: RoutingState, now: Instant) -> None:
    """When leads were given to those who have a cap per window."""
    known = agreed.routing.members
    windowed = [name for name in ids if name in known and known[name].window_cap is not None]
    if not windowed:
        return
    longest = max(known[name].window for name in windowed)
    for member, at in book.all(
        "SELECT member, assigned_at FROM assignments WHERE member {any} AND assigned_at > ?"
        " ORDER BY member, assigned_at",
        windowed,
        now - longest,
    ):
        state.load_of(member).recent.append(at)


def moved_places(changed: Collection[Changed], state: RoutingState) -> list[list[Any]]:
    """The places that a decision moved, as they stand after it, for the line of the journal."""
    found = []
    for what, member, pool in changed:
        if what == "place":
            place = state.places_of(pool)[member]
            found.append([pool, member, place.pointer, place.away, place.owed])
    return found
