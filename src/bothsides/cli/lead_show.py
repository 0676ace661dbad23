"""`bothsides leads show`: one lead whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from bothsides.cli.at_the_desk import AsOf
from bothsides.cli.lead_words import (
    AsJson,
    Lead,
    Reading,
    cut,
    hint,
    iso,
    priced,
    print_record,
    reading,
    rough,
    show_table,
    when,
)
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.desk.standing import LeadNow
    from bothsides.logbook import Written


def show(lead: Lead, *, at: AsOf = None, json: AsJson = False, workspace: WorkspaceFolder = Path()) -> None:
    """One lead whole: what is known of it, what its score is the sum of, whom it went to and why, what is owed to it by
    when, and all that happened, in words. Example:

    bothsides leads show 3f2a91

    bothsides leads show "Harland Pumps"
    """
    from bothsides.leads.desk.listing import meant
    from bothsides.leads.desk.standing import leads_by_id

    with reading(workspace, at) as desk:
        lead_id = meant(desk.book, lead).lead_id
        whole = leads_by_id(desk.book, [lead_id], locked=False)[lead_id]
        record = as_record(desk, whole)
    if json:
        print_record(record)
    else:
        _print(screen(), desk, record)


def as_record(desk: Reading, lead: LeadNow) -> dict[str, Any]:
    """The lead for scripts: moments in UTC, priority in minor units, seconds until a clock is due."""
    from bothsides.logbook.in_words import in_words, is_routine

    history = desk.book.history(lead.lead_id)
    told = [(line, in_words(line, lambda at: when(at, desk.zone))) for line in history if not is_routine(line)]
    override = lead.override
    return {
        "lead_id": lead.lead_id,
        "side": lead.side.value,
        "source": lead.source,
        "created_at": iso(lead.created_at),
        "received_at": iso(lead.received_at),
        "stage": lead.stage.value,
        "is_open": lead.is_open,
        "merged_into": lead.merged_into,
        "fields": lead.fields,
        "match": _match(history),
        "score": score_record(lead, history),
        "override": None
        if override is None
        else {
            "band": override.band.value,
            "who": override.who,
            "why": override.why,
            "until": iso(override.until),
            "holds": override.since <= desk.now < override.until,
        },
        "priority": lead.priority,
        "worth": _worth(history),
        "currency": desk.currency,
        "owner": lead.owner,
        "pool": lead.pool,
        "queue": lead.queue,
        "route": route_record(desk, history),
        "events": [{"event": name, "occurred_at": iso(at), "amount": amount} for name, at, amount in lead.events],
        "attempts": lead.attempts,
        "first_touch_at": iso(lead.first_touch_at),
        "last_touch_at": iso(lead.last_touch_at),
        "disposition": lead.disposition,
        "clocks": clock_records(desk, "subject = ?", lead.lead_id),
        "agenda": [
            {"item": item, "kind": kind, "opened_at": iso(opened)}
            for item, kind, opened in desk.book.all(
                "SELECT item_id, kind, opened_at FROM agenda WHERE subject = ? AND state = 'open' ORDER BY opened_at",
                lead.lead_id,
            )
        ],
        "history": [
            {
                "seq": line.seq,
                "at": iso(line.at),
                "kind": line.kind.value,
                "says": said,
                "actor": line.actor,
                "reason": line.reason,
                "key": line.key,
            }
            for line, said in told
        ],
    }


def score_record(lead: LeadNow, history: Sequence[Written]) -> dict[str, Any] | None:
    """The score that stands, with the reasons whose points sum to it; None for a lead that was never scored."""
    from bothsides.leads.desk.telling import last
    from bothsides.logbook import Kind

    line = last(history, Kind.SCORED)
    if line is None:
        return None
    data = line.data
    return {
        "points": data["score"],
        "band": data["band"],
        "by_the_card": data.get("machine"),
        "grade": data.get("grade"),
        "win_chance": lead.win_chance,
        "card": data["card"],
        "scored_at": iso(line.at),
        "reasons": [{"code": code, "points": points, "text": text} for code, points, text in data["reasons"]],
        "hot": data.get("hot", []),
    }


def route_record(desk: Reading, history: Sequence[Written]) -> dict[str, Any] | None:
    """The last decision on where the lead goes, its steps in words; None where none was taken."""
    from bothsides.leads.desk.telling import routed, trace_words
    from bothsides.logbook.in_words import in_words

    line = routed(history)
    if line is None:
        return None
    data = line.data
    return {
        "at": iso(line.at),
        "says": in_words(line, lambda at: when(at, desk.zone)),
        "owner": data.get("owner"),
        "queue": data.get("queue"),
        "pool": data.get("pool"),
        "rule": data.get("rule"),
        "known_by": data.get("known_by"),
        "at_random": bool(data.get("holdout")),
        "candidates": data.get("candidates"),
        "policy": line.policy,
        "trace": list(trace_words(line, history)),
    }


def clock_records(desk: Reading, test: str, *values: object) -> list[dict[str, Any]]:
    """Clocks for scripts, those due first at the top; `test` is a condition of ours on the table of clocks."""
    rows = desk.book.all(
        "SELECT clock_id, subject, clause, kind, status, owner, started_at, due_at FROM clocks"
        f" WHERE {test} ORDER BY coalesce(due_at, {2**60}), clock_id",
        *values,
    )
    broken = sorted({row[1] for row in rows if row[4] == BREACHED})
    missed_by, has = _missed_by(desk, broken), _owners(desk, broken)
    return [
        {
            "clock_id": clock,
            "lead_id": subject,
            "clause": clause,
            "waits_for": kind,
            "status": _stands(status, due, desk.now),
            "owner": owner,
            **({"missed_by": missed_by.get(clock), "now_with": has.get(subject)} if status == BREACHED else {}),
            "started_at": iso(started),
            "due_at": iso(due),
            "left_seconds": due - desk.now if due is not None and status in OPEN_CLOCKS else None,
        }
        for clock, subject, clause, kind, status, owner, started, due in rows
    ]


def _owners(desk: Reading, leads: Sequence[str]) -> dict[str, str | None]:
    """Who has each lead now."""
    return dict(desk.book.all("SELECT lead_id, owner FROM leads WHERE lead_id {any}", leads))


def _missed_by(desk: Reading, leads: Sequence[str]) -> dict[str, str | None]:
    """Who had the lead when a clock's last breach was written, by clock."""
    import orjson

    from bothsides.logbook import Kind

    told = desk.book.all(
        "SELECT data FROM entries WHERE kind = ? AND subject {any} ORDER BY seq",
        Kind.BREACHED.value,
        leads,
    )
    lines = [orjson.loads(data) for (data,) in told]
    return {line["clock"]: line.get("owner") for line in lines}


BREACHED = "breached"
OPEN_CLOCKS = ("running", "paused", "at_risk")
"""States in which a clock may still be met."""


def _stands(status: str, due: int | None, now: int) -> str:
    """What ran when the desk last went round is past due all the same once its time is over."""
    return "at_risk" if status == "running" and due is not None and due <= now else status


def state_word(clock: dict[str, Any]) -> str:
    """How a clock stands, as every table says it."""
    return "past due" if clock["status"] == "at_risk" else str(clock["status"])


def _worth(history: Sequence[Written]) -> dict[str, Any] | None:
    """What the priority is the sum of, in minor units, and the words of how it came about."""
    from bothsides.leads.desk.telling import last
    from bothsides.logbook import Kind

    line = last(history, Kind.SCORED)
    worth = None if line is None else line.data.get("worth")
    if worth is None:
        return None
    return {**worth, "lines": [{"says": says, "money": minor} for says, minor in worth["lines"]]}


def _match(history: Sequence[Written]) -> dict[str, Any] | None:
    from bothsides.leads.desk.telling import last
    from bothsides.logbook import Kind

    line = last(history, Kind.LEAD_MATCHED)
    if line is None:
        return None
    data = line.data
    return {
        "account": data.get("account"),
        "organization": data.get("organization"),
        "rule": data.get("rule"),
        "decided_by": data.get("decided_by"),
        "rivals": data.get("rivals", []),
        "known": data.get("known", {}),
    }


def _print(console: Console, desk: Reading, record: dict[str, Any]) -> None:
    fields = record["fields"]
    parts = (fields.get("given_name"), fields.get("surname"))
    person = fields.get("name") or " ".join(str(part) for part in parts if part)
    name = ", ".join(str(one) for one in (fields.get("company"), person) if one) or fields.get("email") or ""
    console.print(plain(f"{cut(name, 60)}, {record['side']}, lead {record['lead_id']}", style="bold"))
    state = f"merged into {record['merged_into']}" if record["merged_into"] else record["stage"]
    has = f"with {record['owner']}" if record["owner"] else f"in {record['queue'] or 'no queue'}"
    worth = f", worth {priced(record['priority'], desk.currency)}" if record["priority"] is not None else ""
    console.print(plain(f"{state}, {has}{worth}; from {record['source']}, {_moment(desk, record['created_at'])}"))
    known = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in sorted(fields.items()) if name != "company"
    )
    console.print(plain(cut(known, 400), style="dim"))
    if match := record["match"]:
        says = match["account"] or ", ".join(f"{name} {value}" for name, value in match["known"].items())
        rule = f" by '{match['rule']}', decided by {match['decided_by']}" if match["rule"] else ""
        console.print(plain(f"known: {says}{rule}"))
    _print_score(console, desk, record)
    if worth := record["worth"]:
        console.print(plain(f"\nworth {priced(record['priority'], worth['currency'])}, {_step(worth)}", style="bold"))
        for one in worth["lines"]:
            console.print(plain(f"  {priced(one['money'], worth['currency']):>12}  {cut(one['says'], 84)}"))
    if route := record["route"]:
        console.print(plain(f"\n{_moment(desk, route['at'])}: {route['says']}", style="bold"))
        for step in route["trace"]:
            console.print(plain(f"  {cut(step, 96)}"))
    print_clocks(console, desk, record["clocks"])
    console.print()
    show_table(
        console,
        ("when", "what", "who"),
        [(_moment(desk, one["at"]), one["says"], cut(one["actor"], 14)) for one in record["history"]],
        wrapped=("what",),
    )
    for one in record["agenda"]:
        where = of_folder(desk.workspace.folder)
        hint(console, f"waits for a person: bothsides leads decide '{one['item']}' yes|no{where} --why ...")
    hint(console, f"Times in {desk.zone.key}.")


def _print_score(console: Console, desk: Reading, record: dict[str, Any]) -> None:
    from bothsides.leads.wording import plural

    score = record["score"]
    if score is None:
        console.print("\nnot scored: no card of scoring.toml is live for its side")
        return
    console.print(plain(f"\n{plural(score['points'], 'point')}, {score['band']}, by {score['card']}", style="bold"))
    rows = [(reason["points"], cut(reason["text"], 70), cut(reason["code"], 20)) for reason in score["reasons"]]
    show_table(console, ("points", "reason", "code"), [*rows, (score["points"], "together", "")], numbers=("points",))
    if (by := record["override"]) and by["holds"]:
        until = _moment(desk, by["until"])
        console.print(
            plain(f"{by['who']} set {by['band']} until {until}: {by['why']}; by the card {score['by_the_card']}")
        )


def print_clocks(console: Console, desk: Reading, clocks: Sequence[dict[str, Any]]) -> None:
    """Clocks with what is left of them."""
    if not clocks:
        return
    console.print()
    show_table(
        console,
        ("clock", "owed by", "state", "due", "left"),
        [
            (
                cut(one["clause"].replace("_", " "), 26),
                cut(one.get("missed_by") or one["owner"], 16),
                state_word(one),
                _moment(desk, one["due_at"]),
                "" if one["left_seconds"] is None else rough(one["left_seconds"]),
            )
            for one in clocks
        ],
    )


def _step(worth: dict[str, Any]) -> str:
    return str(worth["step"]).replace("_", " ")


def _moment(desk: Reading, text: str | None) -> str:
    from datetime import datetime

    return "" if text is None else when(int(datetime.fromisoformat(text).timestamp()), desk.zone)
