"""What was told and probably meant otherwise: names that are nearly known ones, and what the agreement is deaf to."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.told import Did, Happening, Reached
from bothsides.leads.sla.policy import STARTED_BY
from bothsides.logbook import Book

USUAL_EVENTS = (
    "demo_requested", "email_opened", "listing_added", "logistics_viewed", "pricing_viewed", "quote_requested",
    "supplier_profile_viewed", "verification_viewed",
)  # fmt: skip
"""Events that the house's own cards listen to."""


def mistyped_person(agreed: Agreed, name: str) -> str | None:
    """Why the name of somebody of ours is probably wrong; None for those of routing.toml and for real strangers.

    People who take no turns of their own touch leads too: customer success, a manager, a system.
    """
    people = {one.id for one in agreed.routing_policy.member}
    people |= {one.manager for one in agreed.routing_policy.member if one.manager}
    return _near(name, people, "is nobody of routing.toml")


def mistyped_event(agreed: Agreed, event: str) -> str | None:
    """Why the name of an event is probably wrong; None for those that the agreement listens to, and for others that are
    like none of them. That one was told before says nothing: machines misspell for years."""
    return _near(event, events_heard(agreed), "is no event that the agreement listens to")


def meant_otherwise(heard: Collection[str], events: Collection[str]) -> list[str]:
    """Of these events those whose names are probably wrong, each with what may be meant; `heard` are the events that
    the agreement listens to.

    >>> meant_otherwise({"demo_requested"}, ["demo_reqested", "demo_requested", "fair_visited"])
    ['demo_reqested: did you mean demo_requested?']
    """
    near = {name: _nearest(name, heard) for name in events if name not in heard}
    return [f"{name}: did you mean {meant}?" for name, meant in sorted(near.items()) if meant]


def waits_in_vain(agreed: Agreed, told: Collection[str]) -> tuple[str, ...]:
    """Events that the agreement listens to and that are probably misspelt there, each as a sentence; `told` are those
    that were ever told."""
    known = {*USUAL_EVENTS, *told}
    return tuple(
        f"the agreement waits for the event {said}"
        for event in sorted(events_heard(agreed))
        if (said := _near(event, known, "that nobody tells"))
    )


def events_heard(agreed: Agreed) -> frozenset[str]:
    """The events that earn points under some card, or by which a lead asks for somebody."""
    cards = (*agreed.cards.values(), *(card for beside in agreed.shadows.values() for card in beside))
    return frozenset(name for card in cards for name in card.listened) | agreed.decay.asks_back


def without_effect(book: Book, agreed: Agreed, told: Sequence[Happening]) -> list[str]:
    """What was taken down and moves nothing by this agreement, each as a sentence; asked after it was told."""
    heard = events_heard(agreed)
    strange = {one.event for one in told if isinstance(one, Did) and one.event not in heard}
    found = [f"{name!r} earns no points and asks for nobody by this agreement" for name in sorted(strange)]
    for one in told:
        kinds = [kind for kind, trigger in STARTED_BY.items() if isinstance(one, Reached) and trigger == one.what]
        if not isinstance(one, Reached) or not kinds:
            continue
        row = book.one("SELECT merged_into FROM leads WHERE lead_id = ?", one.subject)
        if row is not None and row[0] is not None:
            continue  # Its clocks stand under the lead that it went into.
        begun = dict(book.all("SELECT kind, subject FROM clocks WHERE subject = ?", one.subject))
        if not begun.keys() & set(kinds):
            found.append(f"no clause of sla.toml begins a clock for {one.subject!r} with {one.what} and these fields")
    return found


def _near(name: str, known: Collection[str], what: str) -> str | None:
    if name in known:
        return None
    near = _nearest(name, known)
    return f"{name!r} {what}; did you mean {near}?" if near else None


def _nearest(name: str, known: Collection[str]) -> str:
    return " or ".join(get_close_matches(name, sorted(known), n=2, cutoff=0.8))
