"""What the logbook knows of past leads, each as it stood when it was first decided about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from bothsides.leads.models.seen import event_columns
from bothsides.leads.score import CompiledCard, Event, score
from bothsides.logbook import Book, Kind
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools
from bothsides.predict.scorecard.columns import Leads, leads
from bothsides.predict.scorecard.fitting import History
from bothsides.schema import Side
from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage

BEFORE_THE_DESK = "before the desk"
"""The treatment of leads that were closed elsewhere and taken over."""

NAMES = frozenset(
    (
        "account_id", "company", "email", "given_name", "lead_id", "name", "notes", "organization_id", "owner",
        "phone", "postcode", "registration_number", "street", "surname", "tax_id", "website",
    )
)  # fmt: skip
"""Fields that say who a lead is: a card that knew them would know the leads by heart."""

DECIDED = frozenset(("stage", "band", "grade", "score", "points", "priority", "probability", "win_chance"))
"""Fields that say what was decided."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gathered:
    """A side's leads, one entry each in all columns, in the order of their decisions.

    `history.won` is whether it was won so far; when it was is in `won_at` (NaN where it was not). `treatment` is the
    band that it was given first, `in_holdout` whether its owner was drawn at random. `scored_by` are the fitted cards
    that scored it as it came.
    """

    side: Side
    ids: tuple[str, ...]
    history: History
    won_at: Floats
    is_open: Bools
    treatment: tuple[str, ...]
    in_holdout: Bools
    scored_by: tuple[frozenset[str], ...]

    @property
    def still_open(self) -> Leads | None:
        """The fields of the leads that are not closed yet; None where all are."""
        return self.history.leads.at(self.is_open) if self.is_open.any() else None


@dataclass(slots=True, kw_only=True)
class _Past:
    """One lead as it stood."""

    lead_id: str
    side: str
    source: str
    created_at: Instant
    is_open: bool
    won_at: float
    closed_at: Instant | None
    fields: dict[str, Any]
    decided_at: Instant
    decided_seq: int | None = None
    treatment: str = BEFORE_THE_DESK
    scored_by: frozenset[str] = frozenset()
    events: list[Event]


_OF_SIDE = "JOIN leads l ON l.lead_id = e.subject WHERE l.side = ? AND l.merged_into IS NULL"


def gather(book: Book, side: Side, agreed: CompiledCard, *, left_out: Iterable[str] = ()) -> Gathered:
    """The side's leads as they stood at their first band: the fields they came with, the events seen before it.

    A lead that was closed before the desk decided about it is taken as it stood when it was made. `agreed` are the
    points both teams signed, given to each lead at its moment.
    """
    found = _leads(book, side)
    _decisions(book, side, found)
    _events(book, side, found)
    past = sorted(found.values(), key=lambda one: (one.decided_at, one.lead_id))
    holdout = {name for (name,) in book.all("SELECT DISTINCT lead_id FROM assignments WHERE holdout = 1")}
    out = {*NAMES, *DECIDED, *left_out}
    names = sorted({name for one in past for name in one.fields} - out)
    columns: dict[str, Any] = {name: [one.fields.get(name) for one in past] for name in names}
    columns |= {n: column for n, column in event_columns(one.events for one in past).items() if n not in out}
    won_at = np.array([one.won_at for one in past], dtype=np.float64)
    points = [score(agreed, _facts(one), one.events, one.decided_at).points for one in past]
    return Gathered(
        side=side,
        ids=tuple(one.lead_id for one in past),
        history=History(
            leads=leads(columns),
            won=~np.isnan(won_at),
            decided_at=np.array([one.decided_at for one in past], dtype=np.int64),
            agreed=np.array(points, dtype=np.float64),
        )
        if columns
        else _nothing(),
        won_at=won_at,
        is_open=np.array([one.is_open for one in past], dtype=bool),
        treatment=tuple(one.treatment for one in past),
        in_holdout=np.array([one.lead_id in holdout for one in past], dtype=bool),
        scored_by=tuple(one.scored_by for one in past),
    )


def _nothing() -> History:
    none = np.array([], dtype=np.int64)
    return History(leads=Leads(n=0, columns={}), won=none.astype(bool), decided_at=none, agreed=none.astype(np.float64))


def _leads(book: Book, side: Side) -> dict[str, _Past]:
    rows = book.all(
        "SELECT l.lead_id, l.source, l.created_at, l.is_open, l.stage, l.closed_at, e.data"
        f" FROM entries e {_OF_SIDE} AND e.kind = ?",
        side.value,
        Kind.LEAD_RECEIVED.value,
    )
    found = {}
    for lead_id, source, created_at, is_open, stage, closed_at, data in rows:
        won = stage == LeadStage.CLOSED_WON and closed_at is not None
        found[lead_id] = _Past(
            lead_id=lead_id,
            side=side.value,
            source=source,
            created_at=created_at,
            is_open=bool(is_open),
            won_at=float(closed_at) if won else float("nan"),
            closed_at=closed_at,
            fields={**orjson.loads(data)["fields"], "source": source},
            decided_at=created_at,
            events=[],
        )
    return found


def _decisions(book: Book, side: Side, found: Mapping[str, _Past]) -> None:
    """The first band of each lead, unless it was closed before."""
    rows = book.all(
        "SELECT f.subject, f.seq, f.at, f.data FROM entries f WHERE f.seq IN"
        f" (SELECT min(e.seq) FROM entries e {_OF_SIDE} AND e.kind = ? GROUP BY e.subject)",
        side.value,
        Kind.SCORED.value,
    )
    for subject, seq, at, data in rows:
        past = found.get(subject)
        if past is not None and (past.closed_at is None or past.closed_at > at):
            told = orjson.loads(data)
            past.decided_at, past.decided_seq = at, seq
            past.treatment = told["band"]
            past.scored_by = frozenset(one["model"] for one in told.get("shadow", ()) if one["model"])


def _events(book: Book, side: Side, found: Mapping[str, _Past]) -> None:
    """What was seen before the decision: told later, it was not known then."""
    rows = book.all(
        f"SELECT e.subject, e.seq, e.at, e.written_at, e.data FROM entries e {_OF_SIDE} AND e.kind = ? ORDER BY e.seq",
        side.value,
        Kind.EVENT_SEEN.value,
    )
    for subject, seq, told_at, written_at, data in rows:
        at = min(told_at, written_at)  # by the desk's clock: the teller's may have been ahead
        past = found.get(subject)
        if past is None or at > past.decided_at or (past.decided_seq is not None and seq > past.decided_seq):
            continue
        told = orjson.loads(data)
        # What others told of it first and its own source told too stands twice in its history, and counts once.
        if all((told["event"], at) != event[:2] for event in past.events):
            past.events.append((told["event"], at, float(told.get("amount", 1))))


def _facts(past: _Past) -> dict[str, Any]:
    """The lead's fields as conditions of the signed card test them."""
    return {**past.fields, "side": past.side, "source": past.source}
