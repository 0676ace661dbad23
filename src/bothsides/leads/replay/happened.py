"""What happened to the desk from outside, read from the journal: what came in, what people did, when it went round."""

import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bothsides.leads.desk.happenings import Did, Happening, Judged, Moved, Reached, Touched
from bothsides.leads.intake import Event, Lead
from bothsides.logbook import Book, Kind, Written
from bothsides.schema import Side
from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage

_CHUNK = 10_000
_LAST = 1 << 62

_KINDS = (
    Kind.LEAD_RECEIVED, Kind.LEAD_CHANGED, Kind.LEADS_MERGED, Kind.MERGE_UNDONE, Kind.EVENT_SEEN, Kind.TOUCHED,
    Kind.OVERRIDDEN, Kind.STAGE_CHANGED, Kind.MEMBER_ABSENT, Kind.REACHED, Kind.FEEDBACK, Kind.FACTS_PUBLISHED,
    Kind.FIX_APPLIED, Kind.FIX_UNDONE, Kind.MODEL_MOVED,
)  # fmt: skip
"""All lines that may tell something from outside; the others are what the desk made of it."""

_CLOSES = {"won": LeadStage.CLOSED_WON, "lost": LeadStage.CLOSED_LOST}


@dataclass(frozen=True, slots=True)
class Round:
    """The desk went round."""


@dataclass(frozen=True, slots=True)
class Overridden:
    """A person set a lead's band, or lifted what was set."""

    lead_id: str
    told: Mapping[str, Any]
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A person took one lead into another, or took that back."""

    kept: str
    absorbed: str
    undone: str | None
    """The key of the merge that was taken back."""
    who: str
    why: str


What = Lead | Happening | Written | Round | Overridden | Merged
"""A lead that came in or came again, a happening, a line that is written down as it was, a round, a person's word."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something from outside, with when the desk learnt of it and its place among all that it learnt then."""

    moment: Instant
    order: int
    what: What


@dataclass(slots=True, kw_only=True)
class Happened:
    """Everything from outside in a span, in the order in which the desk learnt of it."""

    steps: list[Step]
    rounds: list[Instant]
    leads: int
    """That came in for the first time."""

    def next_round(self, moment: Instant) -> Instant | None:
        """The first recorded round at or after the moment."""
        place = bisect.bisect_left(self.rounds, moment)
        return self.rounds[place] if place < len(self.rounds) else None


def read_happened(book: Book, first_seq: int, last_seq: int) -> Happened:
    """Everything from outside in the lines after `first_seq` up to `last_seq`."""
    reader = _Reader(origin=_origins(book, first_seq))
    for line in _lines(book, first_seq, last_seq):
        reader.take(line)
    reader.flush()
    rounds = book.all(
        "SELECT sealed_at, last_seq FROM seals WHERE last_seq > ? AND last_seq <= ? ORDER BY last_seq",
        first_seq,
        last_seq,
    )
    steps = reader.steps + [Step(at, 2 * seq + 1, Round()) for at, seq in rounds]
    steps.sort(key=lambda step: (step.moment, step.order))
    moments = sorted({at for at, _ in rounds})
    return Happened(steps=steps, rounds=moments, leads=reader.leads)


def _lines(book: Book, first_seq: int, last_seq: int) -> Iterator[Written]:
    seq = first_seq
    while lines := book.since(seq, limit=_CHUNK, kinds=_KINDS):
        for line in lines:
            if line.seq > last_seq:
                return
            yield line
        seq = lines[-1].seq


def _origins(book: Book, first_seq: int) -> dict[str, tuple[Side, str, Instant]]:
    """Side, source and time of the leads that were there before."""
    rows = book.all(
        "SELECT l.lead_id, l.side, l.source, l.created_at FROM leads l"
        " JOIN entries e ON e.key = l.lead_id || ':received' WHERE e.seq <= ?",
        first_seq,
    )
    return {lead: (Side(side), source, created) for lead, side, source, created in rows}


@dataclass(slots=True, kw_only=True)
class _Reader:
    origin: dict[str, tuple[Side, str, Instant]]
    steps: list[Step] = field(default_factory=list)
    leads: int = 0
    coming: Written | None = None
    """A line that brings a lead, whose events may follow it."""
    events: list[Event] = field(default_factory=list)

    def take(self, line: Written) -> None:
        """One line, in order."""
        if line.kind is Kind.EVENT_SEEN and line.key is None and line.actor != "adopted":
            self._event(line)
            return
        if line.kind is Kind.LEADS_MERGED and line.actor == "desk":
            return  # What the desk merged by itself it merges again.
        if line.kind is Kind.LEAD_CHANGED and "absorbed" in line.data:
            # What a correction of a merged lead changed in the one that stands for it follows from the correction.
            return
        if line.kind is Kind.STAGE_CHANGED and line.actor != "adopted" and not _moved(line):
            return
        self.flush()
        if line.kind is Kind.LEAD_RECEIVED and not line.data.get("adopted"):
            side, source = Side(line.data["side"]), line.data["source"]
            self.origin[line.subject] = side, source, line.at
            self.leads += 1
            self.coming = line
        elif line.kind is Kind.LEAD_CHANGED and "changed" in line.data:
            self.coming = line
        else:
            self.steps.append(Step(line.written_at, 2 * line.seq, _what(line)))

    def _event(self, line: Written) -> None:
        before = self.coming
        if before is None or _told_of(line) != _told_of(before) or before.written_at != line.written_at:
            self.flush()
            self.coming = line
        self.events.append(Event(event=line.data["event"], occurred_at=line.at, amount=line.data["amount"]))

    def flush(self) -> None:
        """The lead that came, with the events that followed it."""
        line = self.coming
        if line is None:
            return
        lead_id = _told_of(line)
        side, source, created = self.origin[lead_id]
        fields = line.data.get("fields", {}) if line.kind is Kind.LEAD_RECEIVED else line.data.get("changed", {})
        lead = Lead(
            lead_id=lead_id,
            side=side,
            source=source,
            created_at=created,
            fields=fields,
            events=tuple(self.events),
        )
        self.steps.append(Step(line.written_at, 2 * line.seq, lead))
        self.coming, self.events = None, []


def _told_of(line: Written) -> str:
    """The lead that came or did something; the line stands under the one it went into."""
    return str(line.data.get("of") or line.subject)


def _moved(line: Written) -> bool:
    """Whether a person moved the lead to this stage; wins and losses are read from what was said of them, but for those
    told of a lead that was closed already."""
    key = line.key or ""
    return key.startswith("stage:") and not key.endswith(":stage")


def _what(line: Written) -> What:
    data, lead = line.data, line.subject
    if line.kind is Kind.TOUCHED:
        # Told of a lead that was merged, it stands under the one it went into; its key names whom it was told of.
        _, told_of, name = str(line.key).split(":", 2)
        return Touched(
            touch_id=name,
            lead_id=told_of,
            kind=data["kind"],
            direction=data["direction"],
            occurred_at=line.at,
            by=data["by"],
            automated=data["automated"],
        )
    if line.kind is Kind.EVENT_SEEN and line.actor != "adopted":
        return Did(lead_id=_told_of(line), event=data["event"], occurred_at=line.at, amount=data["amount"])
    if line.kind is Kind.REACHED:
        said, at = _by_key(line)
        return Reached(
            subject=said.removesuffix(f":{data['what']}:{data['detail']}"),
            what=data["what"],
            occurred_at=at,
            detail=data["detail"],
            by=line.actor,
            fields=data["fields"],
            owner=data["owner"],
        )
    if line.kind is Kind.FEEDBACK:
        return _said(line)
    if line.kind is Kind.STAGE_CHANGED and line.actor != "adopted":
        stage, (said, at) = LeadStage(data["stage"]), _by_key(line)
        told_of = said.removesuffix(f":{stage.value}")
        return Moved(
            lead_id=told_of,
            stage=stage,
            occurred_at=at,
            by=line.actor,
            reason=line.reason,
            objections=tuple(data.get("objections", ())),
            questions=tuple(data.get("questions", ())),
            note=data.get("note", ""),
            amount=data.get("amount"),
        )
    if line.kind is Kind.OVERRIDDEN:
        return Overridden(lead, data, line.actor, line.reason)
    if line.kind in (Kind.LEADS_MERGED, Kind.MERGE_UNDONE):
        return Merged(lead, data["absorbed"], line.reverses, line.actor, line.reason)
    return line


def _by_key(line: Written) -> tuple[str, Instant]:
    """Of whom and what it was told, and of which moment: it stands under the lead that one went into, and not later
    than it was written down."""
    _, _, named = str(line.key).partition(":")
    said, _, moment = named.rpartition(":")
    return said, int(moment)


def _said(line: Written) -> Happening:
    data, verdict, (said, at) = line.data, line.data["verdict"], _by_key(line)
    if verdict in _CLOSES:
        return Moved(
            lead_id=said.removesuffix(f":{_CLOSES[verdict].value}"),
            stage=_CLOSES[verdict],
            occurred_at=at,
            by=line.actor,
            reason=line.reason,
            objections=tuple(data["objections"]),
            amount=data["amount"],
        )
    return Judged(
        lead_id=said.removesuffix(f":{verdict}"),
        verdict=verdict,
        reason=line.reason,
        by=line.actor,
        occurred_at=at,
        note=data["note"],
    )


def subject_of(what: Happening) -> str:
    """Whom it is about."""
    return what.subject if isinstance(what, Reached) else what.lead_id
