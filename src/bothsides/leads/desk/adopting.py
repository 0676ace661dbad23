"""Takes over leads that another system already closed, so that the desk knows whom it meets again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bothsides.identity import normalise
from bothsides.leads.desk.candidates import identity_keys
from bothsides.leads.desk.standing import party_of
from bothsides.leads.desk.taking import event_line
from bothsides.leads.intake import Lead
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedLead:
    """A lead with its end."""

    lead: Lead
    closed_at: Instant
    won: bool
    reason: str = ""
    owner: str | None = None


def adopt(book: Book, closed: Sequence[ClosedLead], *, now: Instant) -> int:
    """Writes the leads down with what became of them; how many were not known before. Nothing is decided about them."""
    known = {
        name for (name,) in book.all("SELECT lead_id FROM leads WHERE lead_id {any}", [c.lead.lead_id for c in closed])
    }
    entries: list[Entry] = []
    count = 0
    for one in closed:
        lead = one.lead
        if lead.lead_id in known:
            continue
        known.add(lead.lead_id)
        count += 1
        normal = normalise(party_of(lead.lead_id, lead.side, lead.fields, lead.created_at))
        data = {
            "side": lead.side.value,
            "source": lead.source,
            "fields": dict(lead.fields),
            "received_at": now,
            "keys": identity_keys(normal),
            "adopted": True,
        }
        did = [
            replace(event_line(lead.lead_id, event.event, event.occurred_at, event.amount), actor="adopted")
            for event in lead.events
        ]
        stage = LeadStage.CLOSED_WON if one.won else LeadStage.CLOSED_LOST
        entries += [
            Entry(
                kind=Kind.LEAD_RECEIVED,
                subject=lead.lead_id,
                at=lead.created_at,
                data=data,
                key=f"{lead.lead_id}:received",
                actor="adopted",
            ),
            *did,
            Entry(
                kind=Kind.STAGE_CHANGED,
                subject=lead.lead_id,
                at=one.closed_at,
                data={"stage": stage.value, "from": LeadStage.LEAD.value, "owner": one.owner},
                actor="adopted",
                reason=one.reason,
            ),
        ]
    book.post(entries, now=now)
    return count
