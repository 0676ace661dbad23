"""A lead as it stands: who has it and why, what its score is made of, what is owed to it by when, its history."""

from collections.abc import Sequence
from typing import Any

from bothsides.leads.desk.standing import leads_by_id
from bothsides.leads.desk.telling import trace_words
from bothsides.leads.intake.reading import utc_text
from bothsides.logbook import MEANINGS, Book, Kind, Written
from bothsides.schema.instant import Instant

_UNTOLD = frozenset({"state", "places", "keys", "keys_again", "keys_gone", "keys_lost", "content"})
"""Parts of a line that only the desk itself reads."""


def lead_page(book: Book, lead_id: str) -> dict[str, Any] | None:
    """The lead with its reasons, route, clocks and history; None where it never came in."""
    lead = leads_by_id(book, [lead_id], locked=False).get(lead_id)
    if lead is None:
        return None
    history = book.history(lead_id)
    return {
        "lead_id": lead_id,
        "side": lead.side.value,
        "source": lead.source,
        "created_at": utc_text(lead.created_at),
        "received_at": utc_text(lead.received_at),
        "stage": lead.stage.value,
        "is_open": lead.is_open,
        "merged_into": lead.merged_into,
        "account_id": lead.account_id,
        "score": lead.score,
        "band": None if lead.band is None else lead.band.value,
        "grade": lead.grade,
        "win_chance": lead.win_chance,
        "priority": lead.priority,
        "reasons": _reasons(history),
        "owner": lead.owner,
        "pool": lead.pool,
        "queue": lead.queue,
        "route": _route(history),
        "fields": lead.fields,
        "events": [{"event": name, "occurred_at": utc_text(at), "amount": n} for name, at, n in lead.events],
        "first_touch_at": _told(lead.first_touch_at),
        "last_touch_at": _told(lead.last_touch_at),
        "attempts": lead.attempts,
        "disposition": lead.disposition,
        "clocks": _clocks(book, lead_id),
        "history": [_line(line) for line in history],
    }


def _reasons(history: Sequence[Written]) -> list[dict[str, Any]]:
    """What the present score is the sum of."""
    line = _last(history, Kind.SCORED)
    told = [] if line is None else line.data["reasons"]
    return [{"code": code, "points": points, "text": text} for code, points, text in told]


def _route(history: Sequence[Written]) -> dict[str, Any] | None:
    line = _last(history, Kind.ASSIGNED, Kind.QUEUED, Kind.RELEASED)
    if line is None:
        return None
    data = line.data
    owner = data.get("owner") if line.kind is Kind.ASSIGNED else None
    return {
        "at": utc_text(line.at),
        "owner": owner,
        "queue": data.get("queue"),
        "pool": data.get("pool"),
        "rule": data.get("rule"),
        "known_by": data.get("known_by"),
        "at_random": bool(data.get("holdout", False)),
        "trace": list(trace_words(line, history)),
        "reason": line.reason,
        "policy": line.policy,
    }


def _clocks(book: Book, lead_id: str) -> list[dict[str, Any]]:
    rows = book.all(
        "SELECT clause, kind, status, owner, started_at, due_at FROM clocks WHERE subject = ? ORDER BY started_at,"
        " clock_id",
        lead_id,
    )
    return [
        {
            "clause": clause,
            "clock": kind,
            "status": status,
            "owner": owner,
            "started_at": utc_text(started),
            "due_at": _told(due),
        }
        for clause, kind, status, owner, started, due in rows
    ]


def _line(line: Written) -> dict[str, Any]:
    return {
        "seq": line.seq,
        "kind": line.kind.value,
        "meaning": MEANINGS[line.kind],
        "at": utc_text(line.at),
        "written_at": utc_text(line.written_at),
        "actor": line.actor,
        "reason": line.reason,
        "policy": line.policy,
        "data": {name: value for name, value in line.data.items() if name not in _UNTOLD},
    }


def _last(history: Sequence[Written], *kinds: Kind) -> Written | None:
    return next((line for line in reversed(history) if line.kind in kinds), None)


def _told(moment: Instant | None) -> str | None:
    return None if moment is None else utc_text(moment)
