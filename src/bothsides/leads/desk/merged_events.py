"""Events of a lead that goes its own way again: each is given to the lead that it was told of.

What is told of a lead that was taken into another stands with both, so that nothing is lost when they are parted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bothsides.leads.desk.standing import LeadNow
from bothsides.leads.score import Event
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import Instant

Named = tuple[str, Instant]
"""An event's name and moment, by which it is known of a lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """What parting two leads means for their events."""

    given: list[list[Any]]
    """Events that the absorbed lead must be given: told of others that had gone into it."""
    gone: list[list[Any]]
    """Events that the kept lead has no more."""
    told: frozenset[str]
    """Names of the events that the absorbed lead was told of since."""


def absorbed_by(book: Book, lead_id: str) -> list[str]:
    """The lead and all that went into it, over any number of steps."""
    return [lead_id, *_below(book, [lead_id])]


def parted_events(book: Book, kept_id: str, parting: Sequence[str], *, seq: int) -> Parted:
    """Whose the events are from now on.

    `parting` is the absorbed lead and those that went into it, `seq` the number of the merge. An event stays with the
    kept lead where it was told of itself, or of another lead that went into it.
    """
    staying = [lead for lead in _below(book, [kept_id]) if lead not in parting]
    own = _events(book, parting[:1])
    brought = {name: amount for name, amount in _events(book, parting).items() if name not in own}
    return Parted(
        given=[[*name, amount] for name, amount in sorted(brought.items())],
        gone=[list(name) for name in sorted(_gained(book, kept_id) - _events(book, staying).keys())],
        told=_told_since(book, kept_id, parting, seq),
    )


def absorbing(book: Book, ids: Sequence[str]) -> set[str]:
    """Those of the leads that others have ever gone into: they may have events and values that were told of others."""
    took = "SELECT DISTINCT subject FROM entries WHERE subject {any} AND kind = ?"
    return {lead for (lead,) in book.all(took, list(ids), Kind.LEADS_MERGED.value)} if ids else set()


def told_of(book: Book, lead_id: str, coming: Iterable[Entry] = ()) -> set[Named]:
    """The events that the lead was told of itself; `coming` are lines that are not written down yet."""
    lines = book.all(
        "SELECT subject, at, data FROM entries WHERE subject {any} AND kind = ?",
        _stood_for(book, lead_id),
        Kind.EVENT_SEEN.value,
    )
    told = [(subject, at, orjson.loads(data)) for subject, at, data in lines]
    told += [(line.subject, line.at, line.data) for line in coming if line.kind is Kind.EVENT_SEEN]
    return {(data["event"], at) for subject, at, data in told if data.get("of", subject) == lead_id}


def brought(book: Book, lead: LeadNow, coming: Iterable[Entry], *, now: Instant) -> set[Named]:
    """The events that records of the lead brought as of their own moment: when it was created or a telling of it came.

    `coming` are lines that are written down now.
    """
    rows = book.all(
        "SELECT subject, at, written_at, data FROM entries WHERE subject {any} AND kind = ? AND key IS NULL",
        _stood_for(book, lead.lead_id),
        Kind.EVENT_SEEN.value,
    )
    told = [(subject, at, written, orjson.loads(data)) for subject, at, written, data in rows]
    told += [(line.subject, line.at, now, line.data) for line in coming if line.kind is Kind.EVENT_SEEN]
    return {
        (data["event"], at)
        for subject, at, written, data in told
        if data.get("of", subject) == lead.lead_id and at in (written, lead.created_at)
    }


def shared(book: Book, lead: LeadNow, told: Sequence[Event], coming: Iterable[Entry]) -> list[Event]:
    """Of events that the lead that stands for it has, those that it was not told of itself until now.

    They are its own too from then on: it has them still when it is parted from whoever was told of them first.
    """
    has = {(name, at): amount for name, at, amount in lead.events}
    own = told_of(book, lead.lead_id, coming)
    return [(name, at, has.get((name, at), amount)) for name, at, amount in told if (name, at) not in own]


def _below(book: Book, ids: Sequence[str]) -> list[str]:
    found: list[str] = []
    while ids:
        rows = book.all("SELECT lead_id FROM leads WHERE merged_into {any} ORDER BY lead_id", list(ids))
        ids = [lead for (lead,) in rows]
        found += ids
    return found


def _events(book: Book, ids: Sequence[str]) -> dict[Named, float]:
    rows = book.all("SELECT event, occurred_at, amount FROM events WHERE lead_id {any}", list(ids)) if ids else []
    return {(name, at): amount for name, at, amount in rows}


def _stood_for(book: Book, lead_id: str) -> list[str]:
    """The lead and those that have ever stood for it, over any number of steps."""
    found, ids = {lead_id}, [lead_id]
    while ids:
        rows = book.all("SELECT data FROM entries WHERE subject {any} AND kind = ?", ids, Kind.STANDS_AS.value)
        ids = sorted({orjson.loads(data)["lead"] for (data,) in rows} - found)
        found.update(ids)
    return sorted(found)


def _gained(book: Book, lead_id: str) -> set[Named]:
    """The events that the lead has only by leads that went into it."""
    own: set[Named] = set()
    gained: set[Named] = set()
    for subject, kind, at, told in book.all(
        "SELECT subject, kind, at, data FROM entries WHERE subject {any} AND kind {any} ORDER BY seq",
        _stood_for(book, lead_id),
        [Kind.EVENT_SEEN.value, Kind.LEADS_MERGED.value, Kind.MERGE_UNDONE.value],
    ):
        data = orjson.loads(told)
        if kind == Kind.EVENT_SEEN.value:
            of_itself = data.get("of", subject) == lead_id
            (own if of_itself else gained).add((data["event"], at))
        elif subject == lead_id:
            gained |= {(name, moment) for name, moment, _ in data["events"]} if "fields_before" in data else set()
            gained -= {(name, moment) for name, moment in data.get("events_gone", ())}
    return gained - own


def _told_since(book: Book, kept_id: str, parting: Sequence[str], seq: int) -> frozenset[str]:
    """Names of what was told of the parting leads since, wherever it was written down meanwhile."""
    rows = book.all(
        "SELECT subject, data FROM entries WHERE subject {any} AND seq > ? AND kind = ?",
        sorted({*_stood_for(book, kept_id), *parting}),
        seq,
        Kind.EVENT_SEEN.value,
    )
    told = [(subject, orjson.loads(data)) for subject, data in rows]
    return frozenset(said["event"] for subject, said in told if said.get("of", subject) in parting)
