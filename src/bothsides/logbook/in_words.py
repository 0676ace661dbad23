"""A line of the journal as a sentence, for people who ask what happened to a lead."""

from collections.abc import Callable, Mapping
from typing import Any

from bothsides.logbook.entry import MEANINGS, Kind, Written
from bothsides.schema.instant import Instant

When = Callable[[Instant], str]
"""A moment as it is told, in the zone of whoever reads it."""


def in_words(line: Written, when: When) -> str:
    """What the line says: who, what, why. A line of a shape that is not known here says its kind's meaning."""
    tell = _TOLD.get(line.kind)
    try:
        said = MEANINGS[line.kind] if tell is None else tell(line.data, when)
    except (KeyError, TypeError, ValueError):
        said = MEANINGS[line.kind]
    by = "" if line.actor == "desk" or line.actor in said else f", by {line.actor}"
    why = f": {_plain(line.reason)}" if _plain(line.reason) not in said else ""
    return f"{said}{by}{_of_another(line)}{why}"


def _of_another(line: Written) -> str:
    """Whose lead a verdict was said of, where it was not the lead's own owner who said it."""
    owner = line.data.get("owner")
    if line.kind is not Kind.FEEDBACK or owner in (None, line.actor) or line.data.get("late"):
        return ""
    return "" if line.data.get("verdict") in ("won", "lost") else f", of a lead that {owner} had"


def is_routine(line: Written) -> bool:
    """Whether the line only says when the desk looks again, or that it looked and nothing came of it."""
    return line.kind is Kind.TIMER_SET or (line.kind is Kind.CLOCK_CHANGED and line.data.get("what") == "looked")


def _plain(word: object) -> str:
    return str(word).replace("_", " ")


def _received(data: Mapping[str, Any], _: When) -> str:
    fields = data["fields"]
    who = [str(fields[name]) for name in ("name", "company", "email") if fields.get(name)]
    return f"came in as a {data['side']} from {_plain(data['source'])}" + (f": {', '.join(who)}" if who else "")


def _changed(data: Mapping[str, Any], _: When) -> str:
    return f"its fields became: {', '.join(f'{_plain(name)} {value}' for name, value in data['fields'].items())}"


def _matched(data: Mapping[str, Any], _: When) -> str:
    if data.get("account") is None:
        return "was found to belong to no known account"
    rivals = len(data.get("rivals") or ())
    beside = f" before {rivals} other{'s' if rivals > 1 else ''}, {_plain(data['decided_by'])}" if rivals else ""
    return f"was found to belong to account {data['account']} ({_plain(data['rule'])}{beside})"


def _stands_as(data: Mapping[str, Any], _: When) -> str:
    if data.get("left") is not None:
        return f"stands for itself again: it was taken out of lead {data['left']}"
    return f"went into lead {data['lead']}, which stands for it now"


def _event(data: Mapping[str, Any], _: When) -> str:
    amount = float(data.get("amount", 1))
    return _plain(data["event"]) + ("" if amount == 1 else f" ({amount:g})")


def _touched(data: Mapping[str, Any], _: When) -> str:
    by = "itself" if data.get("automated") else data.get("by") or "somebody of ours"
    return f"the lead answered by {data['kind']}" if data["direction"] == "in" else f"{data['kind']} from {by}"


def _scored(data: Mapping[str, Any], _: When) -> str:
    summed = " ".join(f"{'+' if points >= 0 else '-'} {abs(points)} {text}" for _, points, text in data["reasons"])
    chance = "" if data.get("win_chance") is None else f", {data['win_chance']:.0%} likely to be won"
    reasons = f" = {summed.removeprefix('+ ')}" if summed else ""
    return f"scored {data['score']} points{reasons}; band {_plain(data['band'])}{chance}"


def _overridden(data: Mapping[str, Any], when: When) -> str:
    if data.get("to") is None:
        return "the band set by a person was lifted"
    until = f" until {when(data['until'])}" if data.get("until") else ""
    return f"its band was set to {_plain(data['to'])}{until} beside the score"


def _staged(data: Mapping[str, Any], _: When) -> str:
    if data.get("late"):
        how = "told again" if data.get("again") else "told late, which moved it nowhere"
        return f"was in stage {_plain(data['stage'])} ({how})"
    before = f" from {_plain(data['from'])}" if data.get("from") else ""
    return f"went{before} to stage {_plain(data['stage'])}"


def _assigned(data: Mapping[str, Any], _: When) -> str:
    of = f" of {data['candidates']} in pool {data['pool']}" if data.get("pool") else ""
    rule = data.get("rule") or (_plain(data["known_by"]) if data.get("known_by") else "")
    by = f" (rule: {rule})" if rule else ""
    before = f", from {data['from']}" if data.get("from") else ""
    return f"given to {data['owner']}{of}{by}{before}{', at random' if data.get('holdout') else ''}"


def _released(data: Mapping[str, Any], _: When) -> str:
    if data.get("closes"):
        return f"closed with {data['owner']}"
    to = f" and went to {_plain(data['queue'])}" if data.get("queue") else ""
    turn = "; the turn was given back" if data.get("credited") else ""
    return f"taken from {data['owner']}{to}{turn}"


def _queued(data: Mapping[str, Any], _: When) -> str:
    by = f" (rule: {data['rule']})" if data.get("rule") else ""
    if data.get("to") == "queue":
        return f"waits in the queue {_plain(data['queue'])}{by}"
    return f"went to {_plain(data['queue'])}{by}"


def _clock_started(data: Mapping[str, Any], when: When) -> str:
    due = f", due {when(data['due_at'])}" if data.get("due_at") else ""
    return f"the clock {_clause(data)} began for {data.get('owner') or 'nobody yet'}{due}"


def _clock_changed(data: Mapping[str, Any], when: When) -> str:
    if data["what"] == "looked":
        return f"the clock {_clause(data)} was looked at: {_plain(data.get('status', 'as before'))}"
    said = _CLOCK_SAYS.get(data["what"], _plain(data["what"]))
    if data["what"] == "at_risk" and (data.get("state") or {}).get("done_at") is not None:
        said = "is past due, for what was done came late; proof that it came in time may still come"
    due = f", due {when(data['due_at'])}" if data["what"] in ("warned", "at_risk", "resumed") and data["due_at"] else ""
    return f"the clock {_clause(data)} {said}{due}"


_CLOCK_SAYS = {
    "warned": "will soon be due",
    "at_risk": "is due without proof, which may still come late",
    "met": "was met in time",
    "paused": "was paused",
    "resumed": "runs on",
    "cancelled": "no longer counts",
    "owner_changed": "has another owner",
    "step": "took a step of the ladder",
    "done_late": "was done, but late",
    "ended_late": "ended, but late",
}


def _breached(data: Mapping[str, Any], when: When) -> str:
    return f"the clock {_clause(data)} of {data.get('owner') or 'nobody'}, due {when(data['due_at'])}, was MISSED"


def _reversed(data: Mapping[str, Any], _: When) -> str:
    return f"the miss of the clock {_clause(data)} does not count"


def _clause(data: Mapping[str, Any]) -> str:
    return f'"{_plain(data["clause"])}"'


_TOLD: dict[Kind, Callable[[Mapping[str, Any], When], str]] = {
    Kind.LEAD_RECEIVED: _received,
    Kind.LEAD_CHANGED: _changed,
    Kind.LEAD_MATCHED: _matched,
    Kind.LEADS_MERGED: lambda data, _: f"took lead {data['absorbed']} into it",
    Kind.STANDS_AS: _stands_as,
    Kind.MERGE_UNDONE: lambda data, _: f"lead {data['absorbed']} was taken out of it again",
    Kind.EVENT_SEEN: _event,
    Kind.TOUCHED: _touched,
    Kind.SCORED: _scored,
    Kind.OVERRIDDEN: _overridden,
    Kind.STAGE_CHANGED: _staged,
    Kind.ASSIGNED: _assigned,
    Kind.RELEASED: _released,
    Kind.MEMBER_ABSENT: lambda data, _: "is away" if data["absent"] else "is back",
    Kind.QUEUED: _queued,
    Kind.CLOCK_STARTED: _clock_started,
    Kind.CLOCK_CHANGED: _clock_changed,
    Kind.BREACHED: _breached,
    Kind.BREACH_REVERSED: _reversed,
    Kind.ESCALATED: lambda data, _: f"escalated the clock {_clause(data)}: {_plain(data['act'])}",
    Kind.REACHED: lambda data, _: f"reached: {_plain(data['what'])}",
    Kind.FEEDBACK: lambda data, _: (
        f"{_plain(data['verdict'])}" + (f" for {_plain(data['reason'])}" if data.get("reason") else "")
    ),
    Kind.AGENDA_OPENED: lambda data, when: (
        f"waits for a decision: {_plain(data['kind'])}"
        + (f", until {when(data['due_at'])}" if data.get("due_at") else "")
    ),
    Kind.AGENDA_CLOSED: lambda data, _: f"decided: {_plain(data['decision'])}",
    Kind.EFFECT_REQUESTED: lambda data, _: f"to be sent: {_plain(data['action'])}",
    Kind.EFFECT_SETTLED: lambda data, _: f"sending it: {_plain(data['state'])}",
    Kind.POLICY_ADOPTED: lambda data, when: (
        f"version {data['version']} of the agreement holds"
        + (f" from {when(data['effective_from'])}" if data["effective_from"] else "")
    ),
    Kind.TIMER_SET: lambda data, when: (
        f"to be looked at for its {_plain(data['purpose'])}"
        + (f" at {when(data['due_at'])}" if data["due_at"] is not None else " no more")
    ),
}
