"""What may be a step of a funnel, and which tables must be fed for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bothsides.metrics.metric import Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing that happens: its number in the stream, whose streams have it, the fact that says how far it is known.

    `needs` are a table's columns or values without which it was never recorded. `carries` are the properties that its
    rows have beside category and region, which all have.
    """

    name: str
    meaning: str
    walkers: tuple[str, ...]
    read: Read
    needs: tuple[str, ...] = ()
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What one kind of walker needs besides."""
    carries: tuple[str, ...] = ()


_LEAD_TO_ACCOUNT = {"account": ("leads.account_id",), "visitor": ("leads.account_id",)}


def _stage(name: str, meaning: str) -> Source:
    return Source(
        name=name,
        meaning=meaning,
        walkers=("account", "lead", "visitor"),
        read=("leads", "created_on"),
        needs=(f"stage_changes.stage={name}",) if name != "lead" else ("leads",),
        also=_LEAD_TO_ACCOUNT,
    )


def _milestone(name: str, column: str, meaning: str) -> Source:
    return Source(
        name=name,
        meaning=meaning,
        walkers=("account", "visitor") if name == "signup" else ("account",),
        read=("accounts", "signed_up_on"),
        needs=(f"accounts.{column}",),
    )


def _event(name: str, meaning: str) -> Source:
    return Source(
        name=name,
        meaning=meaning,
        walkers=("account",),
        read=("events", "occurred_on"),
        needs=(f"events.name={name}",),
        carries=("session", "results"),
    )


def _quote(name: str, need: str, meaning: str) -> Source:
    return Source(
        name=name,
        meaning=meaning,
        walkers=("account",),
        read=("requests", "requested_on"),
        needs=(need,),
        carries=("quote",),
    )


_OF_ORDERS = ("quote", "counterparty", "completed", "amount")

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        _stage("lead", "the lead is first known"),
        _stage("mql", "the lead reaches marketing-qualified, or a stage after it"),
        _stage("sales_qualified", "the lead reaches sales-qualified, or a stage after it"),
        _stage("opportunity", "the lead reaches opportunity, or is won"),
        _stage("closed_won", "the lead is won"),
        _milestone("signup", "signed_up_at", "the account is created; a supplier's application"),
        _milestone("verified", "verified_at", "the supplier's documents are verified"),
        _milestone("catalogue", "catalogue_at", "the supplier has uploaded a catalogue"),
        _milestone("live", "live_at", "the supplier's first listing is purchasable"),
        Source(
            name="listing",
            meaning="a supplier lists something",
            walkers=("account",),
            read=("listings", "listed_on"),
            needs=("listings",),
        ),
        _event("visit", "a visit among the events"),
        _event("search", "a search"),
        _event("supplier_view", "a look at a supplier"),
        _event("cart_add", "something put into a cart"),
        _event("checkout", "a checkout begun"),
        _event("cart_abandon", "a cart given up"),
        _event("other", "any other event"),
        _quote("request", "quotes.kind=request", "the buyer asks for quotations"),
        _quote("reply", "quotes.kind=reply", "the buyer gets a reply"),
        _quote("award", "quotes.awarded_at", "the buyer awards the request"),
        _quote("bid", "quotes.kind=reply", "the supplier sends a reply"),
        Source(
            name="order",
            meaning="the buyer places an order that is not cancelled",
            walkers=("account", "lead", "visitor"),
            read=("bookings", "placed_on"),
            needs=("orders",),
            carries=_OF_ORDERS,
        ),
        Source(
            name="sale",
            meaning="the supplier is given an order that is not cancelled",
            walkers=("account", "lead", "visitor"),
            read=("bookings", "placed_on"),
            needs=("orders",),
            carries=_OF_ORDERS,
        ),
        Source(
            name="site_visit",
            meaning="a visitor's visit, as web analytics knows it",
            walkers=("visitor",),
            read=("visitors", "first_visit_on"),
            needs=("visits",),
        ),
    )
}


def needs_of(name: str, walker: str) -> tuple[str, ...]:
    """What must be fed for the source in a walker's stream."""
    source = SOURCES[name]
    return source.needs + source.also.get(walker, ())


def carriers(prop: str, walker: str) -> list[str]:
    """The sources of a walker's stream whose rows have the property."""
    there = [source for source in SOURCES.values() if walker in source.walkers]
    return [source.name for source in there if prop in ("category", "region", *source.carries)]
