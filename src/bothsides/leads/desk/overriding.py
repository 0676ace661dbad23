"""A person's band beside the scorecard's: set with a reason and an end, lifted, and over by itself when it ends."""

from collections.abc import Sequence

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.clockwork import move, read_clocks
from bothsides.leads.desk.considering import consider
from bothsides.leads.desk.happenings import UnknownLead
from bothsides.leads.desk.standing import LeadNow, leads_by_id, with_merged
from bothsides.leads.desk.turns import read_turns
from bothsides.leads.desk.worth import ready_worth
from bothsides.leads.score import Band, Override
from bothsides.leads.sla.evidence import Event, EventKind
from bothsides.logbook import Book, Entry, Kind, set_timer, unset_named
from bothsides.logbook.plain import sorted_text
from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage

OVERRIDE = "override"
"""The purpose of the timer that ends it."""


def override(
    book: Book,
    agreed: Agreed,
    lead_id: str,
    band: Band,
    *,
    who: str,
    why: str,
    until: Instant,
    now: Instant,
    snapshot: int | None = None,
) -> LeadNow:
    """The lead with the person's band, and all that follows from it: into sales' hands, say, where nobody has it.

    A lead that has an owner stays with them; one that waits for sales waits no more where the band is not sales'.
    Raises UnknownLead, and ValueError for a closed lead, a side without a live card, an end that is not later, or a
    missing name or reason.
    """
    lead = _open_lead(book, lead_id)
    if lead.side not in agreed.cards:
        raise ValueError(f"no card of scoring.toml is live for {lead.side}s, so there is no band to set another beside")
    holds = Override(band=band, who=who, why=why, since=now, until=until)
    told = {"band": band.value, "who": who, "why": why, "since": now, "until": until}
    line = Entry(
        kind=Kind.OVERRIDDEN,
        subject=lead.lead_id,
        at=now,
        data={"band": sorted_text(told), "to": band.value, "until": until, "machine": _machine(lead)},
        actor=who,
        reason=why,
        policy=agreed.versions["scoring"],
    )
    ends = set_timer(OVERRIDE, lead.lead_id, until, now=now)
    return _considered(book, agreed, lead, holds, [line, ends], now, snapshot)


def lift(
    book: Book, agreed: Agreed, lead_id: str, *, who: str, why: str, now: Instant, snapshot: int | None = None
) -> LeadNow:
    """The lead under the scorecard's band again. Raises UnknownLead, and ValueError where no override holds."""
    lead = _open_lead(book, lead_id)
    if lead.override is None or lead.override.until <= now:
        raise ValueError(f"lead {lead.lead_id}: no override holds, its band is the scorecard's")
    if not who.strip() or not why.strip():
        raise ValueError(f"lead {lead.lead_id}: who = {who!r}, why = {why!r}: both must be given")
    line = Entry(
        kind=Kind.OVERRIDDEN,
        subject=lead.lead_id,
        at=now,
        data={"band": None, "to": None, "was": lead.override.band.value},
        actor=who,
        reason=why,
        policy=agreed.versions["scoring"],
    )
    return _considered(book, agreed, lead, None, [line, unset_named(OVERRIDE, lead.lead_id, now=now)], now, snapshot)


def _open_lead(book: Book, lead_id: str) -> LeadNow:
    leads = with_merged(book, leads_by_id(book, [lead_id]))
    lead = leads.get(lead_id)
    while lead is not None and lead.merged_into is not None:
        lead = leads[lead.merged_into]
    if lead is None:
        raise UnknownLead(f"lead {lead_id!r} never came in; bothsides leads lists those that did")
    if not lead.is_open:
        raise ValueError(f"lead {lead.lead_id} is closed ({lead.stage}): a band changes nothing about it any more")
    return lead


def _considered(
    book: Book,
    agreed: Agreed,
    lead: LeadNow,
    holds: Override | None,
    lines: Sequence[Entry],
    now: Instant,
    snapshot: int | None,
) -> LeadNow:
    lead.override = holds
    ready_worth(book, agreed, snapshot)
    turns = read_turns(book, agreed, now)
    entries = [*lines, *consider(agreed, lead, turns, now, snapshot=snapshot).entries]
    if lead.owner is None and lead.stage in _WAITS and lead.band not in (None, Band.SALES):
        entries += _out_of_the_queue(book, agreed, lead, lines[0], now)
        entries += consider(agreed, lead, turns, now, snapshot=snapshot).entries
    book.post(entries, now=now)
    return lead


_WAITS = frozenset({LeadStage.MQL, LeadStage.SALES_QUALIFIED})
"""Stages of leads that sales was asked to take."""


def _out_of_the_queue(book: Book, agreed: Agreed, lead: LeadNow, word: Entry, now: Instant) -> list[Entry]:
    """Sales is asked no more: the lead stands where its band sends it, and what was owed to it is called off."""
    data = {"stage": LeadStage.LEAD.value, "from": lead.stage.value, "owner": None}
    found = [
        Entry(
            kind=Kind.STAGE_CHANGED, subject=lead.lead_id, at=now, data=data, actor=word.actor, reason=word.reason,
            policy=word.policy,
        )
    ]  # fmt: skip
    lead.stage, lead.pool, lead.round_at = LeadStage.LEAD, None, None
    key = f"{lead.lead_id}:{now}:out_of_the_queue"
    ended = Event(event_id=key, kind=EventKind.RETURNED, occurred_at=now, known_at=now, detail=word.reason)
    for clock in read_clocks(book, agreed, [lead.lead_id]).get(lead.lead_id, ()):
        found += move(agreed, clock, [ended])[1]
    return found


def _machine(lead: LeadNow) -> str | None:
    return None if lead.earned is None else lead.earned.value
