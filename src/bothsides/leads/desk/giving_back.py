"""A lead leaves its owner: back to marketing, to a queue, to another owner, or closed; the turn may be given back."""

from typing import Any, Literal

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.standing import LeadNow
from bothsides.leads.desk.turns import moved_places
from bothsides.leads.route import RoutingState, credit, release
from bothsides.logbook import Entry, Kind, unset_named
from bothsides.schema.instant import Instant


def released(
    agreed: Agreed,
    lead: LeadNow,
    turns: RoutingState,
    now: Instant,
    *,
    reason: str,
    queue: str | None,
    credit_for: Literal["no_show", "duplicate", "rejected"] | None = None,
    closes: bool = False,
    waits_in: str | None = None,
    silent: bool = False,
    actor: str = "desk",
    key: str | None = None,
) -> list[Entry]:
    """The lines that take the lead from its owner.

    With `credit_for` the owner gets the turn back where that is agreed. `waits_in` is the pool in whose queue the lead
    waits; `silent` says that its owner never touched it, which counts towards the reassignments of its round. A lead
    that `closes` keeps its owner's name, but no longer counts as open with them.

    Raises ValueError for a lead that nobody has.
    """
    owner, pool, lane, given_at = lead.owner, lead.pool, lead.lane, lead.assigned_at
    if owner is None:
        raise ValueError(f"lead {lead.lead_id} has no owner to be taken from")
    data: dict[str, Any] = {"owner": owner, "pool": pool, "queue": queue, "waits_in": waits_in}
    credited = False
    if credit_for is not None and owner in agreed.routing.members and given_at is not None:
        credited = credit(agreed.routing, turns, lane, owner, credit_for, given_at, now)
        if credited:
            data["given_at"] = given_at
            today = agreed.routing.days.start(now)
            if given_at >= today:
                data["day"] = today
            if lane is not None and owner in turns.places_of(lane):
                data["places"] = moved_places([("place", owner, lane)], turns)
    if not credited:
        release(turns, owner)
    data |= {"credited": credited, "closes": closes}
    if silent:
        lead.reassignments += 1
        data["reassignments"] = lead.reassignments
    if not closes:
        lead.owner, lead.pool, lead.lane, lead.queue = None, waits_in, None, queue
    return [
        Entry(
            kind=Kind.RELEASED,
            subject=lead.lead_id,
            at=now,
            data=data,
            reason=reason,
            actor=actor,
            key=key,
            policy=agreed.versions["routing"],
        ),
        unset_named("decay", lead.lead_id, now=now),
    ]
