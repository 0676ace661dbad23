"""Lines about one lead, in their order, as rows: the stages it entered, touches, verdicts, scores, owners."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bothsides.logbook import Kind

Row = dict[str, Any]

_UNTOUCHED = frozenset({"not_contacted", "no_follow_up"})
_SILENT = "owner_silent"
_MARKETING = "marketing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the journal, as far as rows are made of it."""

    seq: int
    kind: str
    at: int
    data: dict[str, Any]
    actor: str
    reason: str


def moment(at: int | None) -> str | None:
    """A moment as text, in UTC.

    >>> moment(0)
    '1970-01-01 00:00:00'
    """
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def rows_of(lead: str, lines: Sequence[Line], after: int) -> Iterator[tuple[str, Row]]:
    """Each row with its table: of the lines after that number, and every assignment, for later lines end it."""
    for line in lines:
        if line.seq <= after:
            continue
        match line.kind:
            case Kind.STAGE_CHANGED if not line.data.get("again"):
                yield "stage_changes", _stage(lead, line)
            case Kind.TOUCHED:
                yield "touches", _touch(lead, line)
            case Kind.FEEDBACK:
                yield "lead_feedback", _verdict(lead, line)
            case Kind.SCORED:
                yield "lead_scores", _score(lead, line)
    for row in _assignments(lead, lines):
        yield "assignments", row


def _stage(lead: str, line: Line) -> Row:
    return {
        "change_id": line.seq,
        "lead_id": lead,
        "stage": line.data["stage"],
        "changed_at": moment(line.at),
        "reason": line.reason,
        "owner": line.data.get("owner") or line.actor,
    }


def _touch(lead: str, line: Line) -> Row:
    return {
        "touch_id": line.seq,
        "lead_id": lead,
        "kind": line.data["kind"],
        "direction": line.data["direction"],
        "occurred_at": moment(line.at),
        "owner": line.data.get("by"),
        "automated": str(bool(line.data.get("automated"))).lower(),
    }


def _verdict(lead: str, line: Line) -> Row:
    return {
        "feedback_id": line.seq,
        "lead_id": lead,
        "verdict": line.data["verdict"],
        "reason": line.reason,
        "objections": "; ".join(line.data.get("objections", ())),
        "owner": line.data.get("owner"),
        "said_by": line.actor,
        "score": line.data.get("score"),
        "band": line.data.get("band"),
        "given_at": moment(line.at),
    }


def _score(lead: str, line: Line) -> Row:
    return {
        "score_id": line.seq,
        "lead_id": lead,
        "score": line.data.get("score"),
        "band": line.data.get("band"),
        "win_chance": line.data.get("win_chance"),
        "priority": line.data.get("priority"),
        "card": line.data.get("card"),
        "scored_at": moment(line.at),
    }


def _assignments(lead: str, lines: Sequence[Line]) -> list[Row]:
    rows: list[Row] = []
    silent, verdict = 0, ""
    for line in lines:
        if line.kind == Kind.FEEDBACK and not line.data.get("late"):
            verdict = line.data["verdict"]
        elif line.kind == Kind.ASSIGNED:
            before = silent
            silent = line.data.get("reassignments", 0)
            _end(rows, line, "owner_silent" if silent > before else "reassigned")
            rows.append(_assignment(lead, line))
        elif line.kind == Kind.RELEASED:
            _end(rows, line, _why(line, verdict))
    return rows


def _assignment(lead: str, line: Line) -> Row:
    data = line.data
    return {
        "assignment_id": line.seq,
        "lead_id": lead,
        "owner": data["owner"],
        "pool": data.get("pool"),
        "rule": data.get("rule"),
        "band": data.get("band"),
        "is_holdout": str(bool(data.get("holdout"))).lower(),
        "is_new_round": str(data.get("round_at") == line.at).lower(),
        "assigned_at": moment(line.at),
    }


def _end(rows: list[Row], line: Line, why: str) -> None:
    if rows and "ended_at" not in rows[-1]:
        rows[-1]["ended_at"] = moment(line.at)
        rows[-1]["ended_by"] = why


def _why(line: Line, verdict: str) -> str:
    """Why it was taken from its owner."""
    if line.data.get("closes"):
        return "won" if line.reason == "closed_won" else "lost"
    if line.reason in _UNTOUCHED:
        return "decayed"
    if line.reason == _SILENT:
        return _SILENT
    if line.actor == "desk" and line.data.get("queue") == _MARKETING and line.reason.endswith(" breached"):
        return "breached"
    if line.actor != "desk" and verdict in ("rejected", "recycled"):
        return verdict
    return "released"
