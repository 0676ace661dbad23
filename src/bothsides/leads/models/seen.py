"""What a fitted card sees of a lead: its fields, and how often it did what."""

from collections.abc import Iterable, Mapping
from typing import Any

from bothsides.leads.score import CompiledCard, Event
from bothsides.schema.instant import Instant

TIMES, AMOUNT = "times:", "amount:"
"""How often an event happened, and how much of it in all, as fields: `times:demo_requested`."""


def add_events(card: CompiledCard, facts: dict[str, Any], events: Iterable[Event], now: Instant) -> None:
    """Puts the events that the card's fitted fields count among the lead's facts; what did not happen counts 0."""
    for term in card.fitted:
        name = term.name
        if name.startswith(TIMES):
            facts[name] = counted(events, name.removeprefix(TIMES), now)
        elif name.startswith(AMOUNT):
            facts[name] = summed(events, name.removeprefix(AMOUNT), now)


def counted(events: Iterable[Event], wanted: str, now: Instant) -> int:
    """How often it happened until then."""
    return sum(name == wanted and at <= now for name, at, _ in events)


def summed(events: Iterable[Event], wanted: str, now: Instant) -> float:
    """How much of it until then."""
    return float(sum(amount for name, at, amount in events if name == wanted and at <= now))


def in_words(name: str) -> str:
    """A field as people read it.

    >>> in_words("times:demo_requested"), in_words("amount:listing_added"), in_words("deal_size")
    ('demo requested, times', 'listing added, how much', 'deal size')
    """
    if name.startswith(TIMES):
        return f"{name.removeprefix(TIMES).replace('_', ' ')}, times"
    if name.startswith(AMOUNT):
        return f"{name.removeprefix(AMOUNT).replace('_', ' ')}, how much"
    return name.replace("_", " ")


def event_columns(events: Iterable[Iterable[Event]]) -> Mapping[str, list[float]]:
    """A column an event that any of the leads did, and one for its amount where that varies; an entry a lead."""
    listed = [list(of_lead) for of_lead in events]
    names = sorted({name for of_lead in listed for name, _, _ in of_lead})
    vary = {name for of_lead in listed for name, _, amount in of_lead if amount != 1}
    columns: dict[str, list[float]] = {}
    for name in names:
        columns[f"{TIMES}{name}"] = [float(sum(one == name for one, _, _ in of_lead)) for of_lead in listed]
        if name in vary:
            columns[f"{AMOUNT}{name}"] = [
                float(sum(amount for one, _, amount in of_lead if one == name)) for of_lead in listed
            ]
    return columns
