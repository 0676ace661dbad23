"""A clock of the SLA as a row: when it was due, when it was met, whether a miss stands."""

from collections.abc import Mapping
from typing import Any

import orjson

from bothsides.ingest.desk.telling import Row, moment
from bothsides.logbook import Book
from bothsides.schema import Side

Owing = Mapping[tuple[str, str, str], tuple[str | None, str | None]]
"""By version of the SLA, its policy and its clause: who owes, and to whom."""

_SIDES = frozenset(side.value for side in Side)


def owing(book: Book) -> Owing:
    """Who owes what to whom in every version that was ever adopted."""
    found: dict[tuple[str, str, str], tuple[str | None, str | None]] = {}
    for version, plain in book.all("SELECT version, content FROM policy_versions WHERE section = ?", "sla"):
        for policy in orjson.loads(plain).get("policy", ()):
            for clause in policy.get("clause", ()):
                found[version, policy["name"], clause["name"]] = clause.get("owed_by"), clause.get("owed_to")
    return found


def clock_row(
    clock: str,
    subject: str,
    clause: str,
    kind: str,
    state: Mapping[str, Any],
    owed: Owing,
    *,
    lead: tuple[Any, ...] | None,
    final: str | None,
) -> Row:
    """The row of a clock. `lead` is the lead it is about, `final` the one that stands for it."""
    get = state.get
    by, to = owed.get((get("policy_version", ""), get("policy", ""), clause), (None, None))
    fields = {} if lead is None else orjson.loads(lead[4])
    due = get("breach_due") if get("breach_due") is not None else get("due_at")
    called_off = state["state"] == "cancelled"
    return {
        "clock_id": clock,
        "lead_id": final,
        "subject": final or subject,
        "side": _side(by, to, None if lead is None else lead[1]),
        "clause": clause,
        "kind": kind,
        "owed_by": by,
        "owner": get("owner"),
        "category": fields.get("category"),
        "region": fields.get("region"),
        "channel": fields.get("channel") or (None if lead is None else lead[2]),
        "policy_version": get("policy_version"),
        "started_at": moment(state["started_at"]),
        "due_at": moment(due),
        "met_at": moment(get("done_at")),
        "breached_at": moment(get("breached_at")),
        "reversed_at": moment(get("reversed_at")),
        "cancelled_at": moment(get("ended_at")) if called_off else None,
        "held_seconds": get("held_seconds", 0),
        "failed_by_seconds": get("failed_by"),
        "state": state["state"],
    }


def _side(owed_by: str | None, owed_to: str | None, of_lead: str | None) -> str | None:
    """A supplier who owes an answer is judged as a supplier, whoever's lead it is about."""
    if owed_by in _SIDES:
        return owed_by
    return of_lead or (owed_to if owed_to in _SIDES else None)
