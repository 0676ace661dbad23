"""Values of a lead that goes its own way again: as if the merge that is taken back had never been made.

Its history is read anew without that merge, so that it does not matter which of several is taken back first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from bothsides.identity.policy import SurvivorshipPolicy
from bothsides.identity.survivorship import Held, Profile, merge
from bothsides.logbook import Book, Kind
from bothsides.schema.instant import Instant

_KINDS = (
    Kind.LEAD_RECEIVED, Kind.LEAD_CHANGED, Kind.LEADS_MERGED, Kind.MERGE_UNDONE, Kind.FIX_APPLIED, Kind.FIX_UNDONE,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a line of the journal says of a lead's values."""

    lead_id: str
    kind: Kind
    key: str
    reverses: str
    data: Mapping[str, Any]


def lines_of_fields(book: Book, lead_id: str) -> list[Line]:
    """The lines about the values of the lead and of all that ever went into it, in their order."""
    found: dict[int, Line] = {}
    known, ids = {lead_id}, [lead_id]
    while ids:
        rows = book.all(
            "SELECT seq, subject, kind, key, reverses, data FROM entries WHERE subject {any} AND kind {any}",
            ids,
            [kind.value for kind in _KINDS],
        )
        fresh = {
            seq: Line(lead_id=subject, kind=Kind(kind), key=key or "", reverses=reverses or "", data=orjson.loads(data))
            for seq, subject, kind, key, reverses, data in rows
        }
        found |= fresh
        ids = sorted({line.data["absorbed"] for line in fresh.values() if line.kind is Kind.LEADS_MERGED} - known)
        known.update(ids)
    return [found[seq] for seq in sorted(found)]


def own_fields(lines: Sequence[Line], lead_id: str, policy: SurvivorshipPolicy) -> dict[str, Any]:
    """What the lead would be by itself: by what its own source told and people put right."""
    merges = {line.key for line in lines if line.lead_id == lead_id and line.kind is Kind.LEADS_MERGED}
    return _folded(lines, lead_id, merges, policy)


def fields_without(lines: Sequence[Line], lead_id: str, key: str, policy: SurvivorshipPolicy) -> dict[str, Any]:
    """What the lead would be without the merge of that key and those that were taken back before.

    A merge that stands brings what it brought; where the value that it met is another one now, the two are weighed by
    the agreed survivorship.
    """
    undone = {line.reverses for line in lines if line.lead_id == lead_id and line.kind is Kind.MERGE_UNDONE}
    return _folded(lines, lead_id, {*undone, key}, policy)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """The history as far as it was read."""

    lead_id: str
    gone: Collection[str]
    """Merges of the lead that are left out."""
    policy: SurvivorshipPolicy
    fields: dict[str, Any] = field(default_factory=dict)
    stood: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The values that each lead really had."""
    received: dict[str, Instant] = field(default_factory=dict)
    into: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The lead that each one has gone into, and the merge by which it did."""


def _folded(lines: Iterable[Line], lead_id: str, gone: Collection[str], policy: SurvivorshipPolicy) -> dict[str, Any]:
    read = _Reading(lead_id=lead_id, gone=gone, policy=policy)
    for line in lines:
        if line.lead_id == lead_id:
            _add(read, line)
        if line.kind is Kind.LEAD_RECEIVED:
            read.received[line.lead_id] = line.data["received_at"]
        elif line.kind is Kind.LEADS_MERGED:
            read.into[line.data["absorbed"]] = line.lead_id, line.key
        elif line.kind is Kind.MERGE_UNDONE:
            read.into.pop(line.data["absorbed"], None)
        read.stood[line.lead_id] = line.data["fields"]
    return read.fields


def _add(read: _Reading, line: Line) -> None:
    """One more line of the lead's own."""
    data = line.data
    if line.kind is Kind.LEAD_RECEIVED:
        read.fields = dict(data["fields"])
    elif line.kind is Kind.LEADS_MERGED:
        if line.key not in read.gone:
            read.fields = _joined(read, data)
    elif line.kind in (Kind.FIX_APPLIED, Kind.FIX_UNDONE):
        _take_over(read, [data["field"]], data["fields"])
    elif line.kind is Kind.LEAD_CHANGED:
        if "absorbed" not in data:
            _take_over(read, data["changed"], data["fields"])
        elif _came_by(read, data["absorbed"]) not in read.gone:
            _take_over(read, data["before"], data["fields"])


def _take_over(read: _Reading, names: Iterable[str], values: Mapping[str, Any]) -> None:
    for name in names:
        if name in values:
            read.fields[name] = values[name]
        else:
            read.fields.pop(name, None)


def _came_by(read: _Reading, lead_id: str) -> str | None:
    """The merge by which the lead, or whoever it had gone into before, went into the one that is read."""
    key = None
    while lead_id != read.lead_id and lead_id in read.into:
        lead_id, key = read.into[lead_id]
    return key


def _joined(read: _Reading, data: Mapping[str, Any]) -> dict[str, Any]:
    before, absorbed = data["fields_before"], data["absorbed"]
    other = {name for name in {*before, *read.fields} if before.get(name) != read.fields.get(name)}
    mine = _profile(read, read.lead_id, read.fields, other)
    theirs = _profile(read, absorbed, read.stood.get(absorbed, {}), other)
    anew = {name: held.value for name, held in merge(mine, theirs, read.policy).result.fields.items()}
    return {name: value for name, value in data["fields"].items() if name not in other} | anew


def _profile(read: _Reading, lead_id: str, values: Mapping[str, Any], names: Collection[str]) -> Profile:
    at = read.received.get(lead_id)
    return Profile(
        party_id=lead_id, fields={name: Held(value=value, at=at) for name, value in values.items() if name in names}
    )
