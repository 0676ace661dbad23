"""Who wrote each field of a lead: the source it came with, a person, a fix, or a provider; read from its history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import orjson

from bothsides.logbook import Book, Kind
from bothsides.schema.instant import Instant

OriginKind: TypeAlias = Literal["form", "import", "person", "fixed", "enriched"]
"""`form`: as it was sent in; `import`: taken over from another system; `person`: entered or corrected by one of ours;
`fixed`: put right by the audit; `enriched`: bought."""

_SENT = frozenset(("desk", "api"))
"""Who carries in what a source sends; any other name is a person's."""

_KINDS = (
    Kind.LEAD_RECEIVED,
    Kind.LEAD_CHANGED,
    Kind.LEADS_MERGED,
    Kind.MERGE_UNDONE,
    Kind.FIX_APPLIED,
    Kind.FIX_UNDONE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a field's value comes from. `by` is the source, the person or the provider."""

    kind: OriginKind
    by: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """What a line of the journal says of fields."""

    at: Instant
    actor: str
    key: str
    reverses: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class _Writing:
    """Origins while the history is read."""

    origins: dict[str, dict[str, Origin]] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    before: dict[str, dict[str, Origin]] = field(default_factory=dict)
    """By key of a line that may be taken back, the origins of its lead before it."""
    sources: dict[str, str] = field(default_factory=dict)


def origins(book: Book, lead_ids: Sequence[str]) -> dict[str, dict[str, Origin]]:
    """By lead and field, who wrote the value that stands. Leads that were taken into one of these are read with it."""
    wanted = list(lead_ids)
    absorbed = book.all("SELECT lead_id FROM leads WHERE merged_into {any}", wanted)
    while fresh := [name for (name,) in absorbed if name not in wanted]:
        wanted += fresh
        absorbed = book.all("SELECT lead_id FROM leads WHERE merged_into {any}", fresh)
    rows = book.all(
        "SELECT kind, subject, at, actor, key, reverses, data FROM entries WHERE subject {any} AND kind {any}"
        " ORDER BY seq",
        wanted,
        [kind.value for kind in _KINDS],
    )
    state = _Writing()
    for kind, subject, at, actor, key, reverses, text in rows:
        line = _Line(at=at, actor=actor, key=key or "", reverses=reverses or "", data=orjson.loads(text))
        _WRITES[Kind(kind)](state, subject, line)
    return {name: state.origins.get(name, {}) for name in lead_ids}


def providers(found: Mapping[str, Origin]) -> dict[str, str]:
    """By field, the provider that wrote it; all others were written by people."""
    return {name: origin.by for name, origin in found.items() if origin.kind == "enriched"}


def _received(state: _Writing, lead: str, line: _Line) -> None:
    kind: OriginKind = "import" if line.data.get("adopted") else "form"
    state.sources[lead] = line.data["source"]
    state.values[lead] = dict(line.data["fields"])
    state.origins[lead] = {name: Origin(kind=kind, by=line.data["source"], at=line.at) for name in line.data["fields"]}


def _changed(state: _Writing, lead: str, line: _Line) -> None:
    sent = line.actor in _SENT
    origin = Origin(
        kind="form" if sent else "person", by=state.sources.get(lead, "") if sent else line.actor, at=line.at
    )
    if (absorbed := line.data.get("absorbed")) is not None:
        # A correction of a lead that had gone into this one: whoever wrote it there.
        given = state.origins.get(absorbed, {})
        wrote = {name: given.get(name, origin) for name in line.data["before"]}
    else:
        wrote = dict.fromkeys(line.data["changed"], origin)
    held = {**state.origins.get(lead, {}), **wrote}
    _stands(state, lead, held, line.data["fields"])


def _merged(state: _Writing, lead: str, line: _Line) -> None:
    held = dict(state.origins.get(lead, {}))
    state.before[line.key] = dict(held)
    given, values = state.origins.get(line.data["absorbed"], {}), state.values.get(line.data["absorbed"], {})
    for name, value in line.data["fields"].items():
        if name in given and values.get(name) == value and state.values.get(lead, {}).get(name) != value:
            held[name] = given[name]
    _stands(state, lead, held, line.data["fields"])


def _applied(state: _Writing, lead: str, line: _Line) -> None:
    held = dict(state.origins.get(lead, {}))
    state.before[line.key] = dict(held)
    held[line.data["field"]] = Origin(kind=line.data["origin"], by=line.data["by"], at=line.at)
    _stands(state, lead, held, line.data["fields"])


def _undone(state: _Writing, lead: str, line: _Line) -> None:
    """A fix gives back the one field's origin, a merge that of every value that is another one without it."""
    held = dict(state.origins.get(lead, {}))
    before, values = state.before.get(line.reverses, {}), state.values.get(lead, {})
    moved = [name for name, value in line.data["fields"].items() if values.get(name) != value]
    names = [line.data["field"]] if "field" in line.data else moved
    held |= {name: before[name] for name in names if name in before}
    _stands(state, lead, held, line.data["fields"])


def _stands(state: _Writing, lead: str, held: dict[str, Origin], fields: Mapping[str, Any]) -> None:
    state.values[lead] = dict(fields)
    state.origins[lead] = {name: origin for name, origin in held.items() if name in fields}


_WRITES: dict[Kind, Callable[[_Writing, str, _Line], None]] = {
    Kind.LEAD_RECEIVED: _received,
    Kind.LEAD_CHANGED: _changed,
    Kind.LEADS_MERGED: _merged,
    Kind.MERGE_UNDONE: _undone,
    Kind.FIX_APPLIED: _applied,
    Kind.FIX_UNDONE: _undone,
}
