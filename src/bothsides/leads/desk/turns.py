"""Reads where the turns of the pools stand, and tells what a decision changed in them."""

from collections.abc import Collection
from typing import Any

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.route import Changed, Load, Place, RoutingState
from bothsides.logbook import Book
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
    windowed = [m.id for m in agreed.routing.members.values() if m.window_cap is not None]
    if windowed:
        longest = max(m.window for m in agreed.routing.members.values() if m.window_cap is not None)
        for member, at in book.all(
            "SELECT member, assigned_at FROM assignments WHERE member {any} AND assigned_at > ?"
            " ORDER BY member, assigned_at",
            windowed,
            now - longest,
        ):
            state.load_of(member).recent.append(at)
    for pool, member, pointer, away, owed in book.all("SELECT pool, member, pointer, away, owed FROM pool_members"):
        state.places_of(pool)[member] = Place(pointer=pointer, away=bool(away), owed=owed)
    return state


def moved_places(changed: Collection[Changed], state: RoutingState) -> list[list[Any]]:
    """The places that a decision moved, as they stand after it, for the line of the journal."""
    found = []
    for what, member, pool in changed:
        if what == "place":
            place = state.places_of(pool)[member]
            found.append([pool, member, place.pointer, place.away, place.owed])
    return found
