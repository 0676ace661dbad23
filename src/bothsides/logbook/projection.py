"""What the journal amounts to: each line's part in the tables that say how things stand now."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bothsides.logbook.entry import Entry, Kind
from bothsides.logbook.plain import sorted_text
from bothsides.schema.stage import BEFORE_SALES, CLOSED, LeadStage

Key = tuple[Any, ...]
Row = dict[str, Any]

_NO_MORE: Row = {}
"""Of a row that is its key alone."""


@dataclass(slots=True)
class Changes:
    """Rows to put (new or whole), to change and to drop, by table and key; later lines win, counters add up."""

    puts: dict[str, dict[Key, Row]] = field(default_factory=dict)
    sets: dict[str, dict[Key, Row]] = field(default_factory=dict)
    adds: dict[str, dict[Key, Row]] = field(default_factory=dict)
    drops: dict[str, dict[Key, None]] = field(default_factory=dict)

    def put(self, table: str, key: Key, row: Row) -> None:
        """The row as it stands now, whether there was one or not."""
        self.puts.setdefault(table, {})[key] = row
        if table in self.drops:
            self.drops[table].pop(key, None)
        if table in self.sets:
            self.sets[table].pop(key, None)

    def hold(self, lead: str, identity_keys: Iterable[str]) -> None:
        """The lead stands under these identity keys; most of the rows that a lead brings are of this kind."""
        rows, gone = self.puts.setdefault("lead_keys", {}), self.drops.get("lead_keys")
        for identity_key in identity_keys:
            key = (identity_key, lead)
            rows[key] = _NO_MORE
            if gone:
                gone.pop(key, None)

    def set(self, table: str, key: Key, row: Row) -> None:
        """Columns of a row that exists."""
        whole = self.puts.get(table, {}).get(key)
        if whole is not None:
            whole.update(row)
        elif (part := self.sets.setdefault(table, {}).get(key)) is not None:
            part.update(row)
        else:
            self.sets[table][key] = dict(row)

    def add(self, table: str, key: Key, column: str, n: int) -> None:
        """To a counter; the row is made where it is missing and may be made."""
        row = self.adds.setdefault(table, {}).setdefault(key, {})
        row[column] = row.get(column, 0) + n

    def drop(self, table: str, key: Key) -> None:
        """The row goes, if it is there."""
        self.puts.get(table, {}).pop(key, None)
        self.sets.get(table, {}).pop(key, None)
        self.drops.setdefault(table, {})[key] = None


def project(entries: Iterable[Entry]) -> Changes:
    """The changes that the lines bring, folded in their order."""
    changes = Changes()
    for entry in entries:
        fold = _FOLDS.get(entry.kind)
        if fold is not None:
            fold(changes, entry)
    return changes


def _received(changes: Changes, entry: Entry) -> None:
    data = entry.data
    lead = entry.subject
    changes.put(
        "leads",
        (lead,),
        {
            "side": data["side"],
            "source": data["source"],
            "created_at": entry.at,
            "received_at": data.get("received_at", entry.at),
            "fields": sorted_text(data["fields"]),
            "stage": LeadStage.LEAD.value,
            "is_open": 1,
        },
    )
    changes.hold(lead, data.get("keys", ()))


def _changed(changes: Changes, entry: Entry) -> None:
    """`fields` are all fields as they stand after it; `keys` and `keys_gone` the identity keys it moved."""
    data = entry.data
    changes.set("leads", (entry.subject,), {"fields": sorted_text(data["fields"])})
    for key in data.get("keys_gone", ()):
        changes.drop("lead_keys", (key, entry.subject))
    changes.hold(entry.subject, data.get("keys", ()))


def _matched(changes: Changes, entry: Entry) -> None:
    data = entry.data
    changes.set("leads", (entry.subject,), {"account_id": data["account"], "known": sorted_text(data["known"])})


def _merged(changes: Changes, entry: Entry) -> None:
    """`events` are those that the kept lead gained, `touches` its first and last touch after it."""
    data, kept = entry.data, entry.subject
    changes.set("leads", (data["absorbed"],), {"merged_into": kept, "is_open": 0, "queue": None})
    changes.set("leads", (kept,), {"fields": sorted_text(data["fields"]), **data.get("touches", {})})
    changes.hold(kept, data.get("keys", ()))
    for event, at, amount in data.get("events", ()):
        changes.put("events", (kept, event, at), {"amount": float(amount)})
    if data.get("attempts"):
        changes.add("leads", (kept,), "attempts", data["attempts"])


def _unmerged(changes: Changes, entry: Entry) -> None:
    """`gave` is who the absorbed lead belonged to, with the assignment where that had been taken back; `events` are
    those that the absorbed lead is given, `events_gone` those that the kept one has no more. The kept lead is found by
    `keys_again` and by `keys_gone` no more, the absorbed one by `keys` and by `keys_lost` no more.
    """
    data, kept, absorbed = entry.data, entry.subject, entry.data["absorbed"]
    given = data.get("gave")
    row = {} if given is None else {name: given[name] for name in ("owner", "pool", "lane")}
    queue = {"queue": data.get("queue")}
    changes.set("leads", (absorbed,), {"merged_into": None, "is_open": int(data["absorbed_open"]), **queue, **row})
    changes.set("leads", (kept,), {"fields": sorted_text(data["fields"]), **data.get("touches", {})})
    for key in data.get("keys_gone", ()):
        changes.drop("lead_keys", (key, kept))
    changes.hold(kept, data.get("keys_again", ()))
    for key in data.get("keys_lost", ()):
        changes.drop("lead_keys", (key, absorbed))
    changes.hold(absorbed, data.get("keys", ()))
    for event, at in data.get("events_gone", ()):
        changes.drop("events", (kept, event, at))
    for event, at, amount in data.get("events", ()):
        changes.put("events", (absorbed, event, at), {"amount": float(amount)})
    if data.get("attempts"):
        changes.add("leads", (kept,), "attempts", -data["attempts"])
    if given is not None:
        changes.add("members", (given["owner"],), "open_leads", 1)
        if given.get("assignment") is not None:
            changes.put("assignments", (absorbed, given["given_at"]), given["assignment"])
        if given.get("day") is not None:
            changes.add("member_days", (given["owner"], given["day"]), "taken", 1)
    _places(changes, data)


def _linked(changes: Changes, entry: Entry) -> None:
    """The organisation of each account; None where it is again what the warehouse says."""
    for account, organization in entry.data["links"]:
        if organization is None:
            changes.drop("account_links", (account,))
        else:
            changes.put("account_links", (account,), {"organization_id": organization})


def _event(changes: Changes, entry: Entry) -> None:
    """`of` is the lead that it was told of, where that one had gone into the subject: both have it."""
    data = entry.data
    for lead in filter(None, (entry.subject, data.get("of"))):
        changes.put("events", (lead, data["event"], entry.at), {"amount": float(data.get("amount", 1))})


def _touched(changes: Changes, entry: Entry) -> None:
    """`first_touch_at` and `last_touch_at` are told by whoever writes it, who has read how they stood."""
    data = entry.data
    changed: Row = {name: data[name] for name in ("first_touch_at", "last_touch_at") if name in data}
    if changed:
        changes.set("leads", (entry.subject,), changed)
    if data["direction"] == "out" and "last_touch_at" in data:
        changes.add("leads", (entry.subject,), "attempts", 1)


def _scored(changes: Changes, entry: Entry) -> None:
    data = entry.data
    changes.set(
        "leads",
        (entry.subject,),
        {name: data[name] for name in ("score", "band", "earned", "grade", "win_chance", "priority") if name in data},
    )


def _overridden(changes: Changes, entry: Entry) -> None:
    data = entry.data
    changes.set("leads", (entry.subject,), {"override": data["band"]})


def _staged(changes: Changes, entry: Entry) -> None:
    data = entry.data
    if data.get("late"):
        return
    stage = data["stage"]
    closed = stage in CLOSED
    changes.set(
        "leads",
        (entry.subject,),
        {"stage": stage, "is_open": 0 if closed else 1, "closed_at": entry.at if closed else None},
    )
    if data.get("reopens"):
        changes.set("leads", (entry.subject,), {"owner": None, "pool": None, "lane": None, "round_at": None})
    if stage in BEFORE_SALES:
        # The next owner begins a round of their own.
        changes.set("leads", (entry.subject,), {"round_at": None})
    if stage == LeadStage.RECYCLED:
        changes.set("leads", (entry.subject,), {"recycled_at": entry.at})
        changes.add("leads", (entry.subject,), "recycles", 1)


def _assigned(changes: Changes, entry: Entry) -> None:
    """Places in the pools' turns stand in it as they are after it, loads as what it adds."""
    data, owner = entry.data, entry.data["owner"]
    changes.set(
        "leads",
        (entry.subject,),
        {
            "owner": owner,
            "pool": data.get("pool"),
            "lane": data.get("lane"),
            "queue": None,
            "assigned_at": entry.at,
            "round_at": data["round_at"],
            "reassignments": data.get("reassignments", 0),
        },
    )
    changes.put(
        "assignments",
        (entry.subject, entry.at),
        {
            "member": owner,
            "pool": data.get("pool"),
            "rule": data.get("rule"),
            "holdout": int(data.get("holdout", False)),
            "band": data.get("band"),
        },
    )
    changes.add("members", (owner,), "open_leads", 1)
    changes.add("member_days", (owner, data["day"]), "taken", 1)
    if (before := data.get("from")) is not None:
        changes.add("members", (before,), "open_leads", -1)
    _places(changes, data)


def _places(changes: Changes, data: Mapping[str, Any]) -> None:
    for pool, member, pointer, away, owed in data.get("places", ()):
        changes.put("pool_members", (pool, member), {"pointer": pointer, "away": int(away), "owed": owed})


def _released(changes: Changes, entry: Entry) -> None:
    """`given_at` is when the lead was given, where that assignment no longer counts; `day` where it was on that day."""
    data, owner = entry.data, entry.data["owner"]
    if not data.get("closes"):
        gone = {"owner": None, "pool": data.get("waits_in"), "lane": None, "queue": data.get("queue")}
        changes.set("leads", (entry.subject,), gone)
    if "reassignments" in data:
        changes.set("leads", (entry.subject,), {"reassignments": data["reassignments"]})
    changes.add("members", (owner,), "open_leads", -1)
    if data.get("given_at") is not None:
        changes.drop("assignments", (entry.subject, data["given_at"]))
    if data.get("day") is not None:
        changes.add("member_days", (owner, data["day"]), "taken", -1)
    _places(changes, data)


def _absent(changes: Changes, entry: Entry) -> None:
    changes.put("members", (entry.subject,), {"absent": int(entry.data["absent"])})


def _queued(changes: Changes, entry: Entry) -> None:
    data = entry.data
    changes.set("leads", (entry.subject,), {"queue": data["queue"], "pool": data.get("pool")})


def _clock(changes: Changes, entry: Entry) -> None:
    """A clock as it stands after the line, and the one moment at which it is to be looked at next.

    Where one event brings several lines, only the last says how the clock stands.
    """
    data = entry.data
    if "state" not in data:
        return
    clock = data["clock"]
    changes.put(
        "clocks",
        (clock,),
        {
            "subject": entry.subject,
            "clause": data["clause"],
            "kind": data["of"],
            "status": data["status"],
            "owner": data.get("owner"),
            "started_at": data["started_at"],
            "due_at": data.get("due_at"),
            "state": sorted_text(data["state"]),
        },
    )
    _look_again(changes, f"clock:{clock}", "clock", clock, data.get("next_at"))


def _look_again(changes: Changes, timer: str, purpose: str, subject: str, due_at: int | None) -> None:
    if due_at is None:
        changes.drop("timers", (timer,))
    else:
        changes.put("timers", (timer,), {"purpose": purpose, "subject": subject, "due_at": due_at})


def _feedback(changes: Changes, entry: Entry) -> None:
    data = entry.data
    if not data.get("late"):
        changes.set("leads", (entry.subject,), {"disposition": data["verdict"]})


def _agenda_opened(changes: Changes, entry: Entry) -> None:
    data = entry.data
    changes.put(
        "agenda",
        (data["item"],),
        {
            "kind": data["kind"],
            "subject": entry.subject,
            "state": "open",
            "opened_at": entry.at,
            "due_at": data.get("due_at"),
            "owner": data.get("owner"),
            "data": sorted_text(data["content"]),
        },
    )


def _agenda_closed(changes: Changes, entry: Entry) -> None:
    data = entry.data
    changes.set("agenda", (data["item"],), {"state": data["decision"]})


def _consent(changes: Changes, entry: Entry) -> None:
    """The subject is an address's hash; what was said before of the purpose stands in it too."""
    data = entry.data
    changes.put(
        "consents",
        (entry.subject, data["purpose"]),
        {"word": data["word"], "given_at": data.get("given_at"), "withdrawn_at": data.get("withdrawn_at")},
    )


def _effect(changes: Changes, entry: Entry) -> None:
    data = entry.data
    changes.put(
        "outbox",
        (data["effect"],),
        {
            "action": data["action"],
            "subject": entry.subject,
            "payload": sorted_text(data["payload"]),
            "sink": data.get("sink"),
            "state": "waiting",
            "requested_at": entry.at,
            "not_before": data.get("not_before", entry.at),
        },
    )


def _settled(changes: Changes, entry: Entry) -> None:
    data = entry.data
    changes.set(
        "outbox",
        (data["effect"],),
        {
            "state": data["state"],
            "not_before": data["not_before"],
            "attempts": data["attempts"],
            "claimed_until": 0,
            "last_error": data.get("error"),
            "settled_at": None if data["state"] == "waiting" else entry.at,
        },
    )


def _model(changes: Changes, entry: Entry) -> None:
    data = entry.data
    for retired in data.get("retires", ()):
        changes.set("models", (data["side"], retired), {"role": "retired"})
    changes.put("models", (data["side"], data["version"]), {"role": data["role"], "data": sorted_text(data["model"])})


def _adopted(changes: Changes, entry: Entry) -> None:
    data = entry.data
    changes.put(
        "policy_versions",
        (entry.subject, data["version"], data["effective_from"]),
        {"content": sorted_text(data["content"]), "recorded_at": entry.at},
    )


def _timer(changes: Changes, entry: Entry) -> None:
    data = entry.data
    _look_again(changes, data["timer"], data["purpose"], entry.subject, data["due_at"])


def _frozen(changes: Changes, entry: Entry) -> None:
    data = entry.data
    changes.put("statements", (entry.subject,), {"data": sorted_text(data), "frozen_at": entry.at})


HISTORY_ONLY = frozenset({Kind.ESCALATED, Kind.FACTS_PUBLISHED, Kind.REACHED, Kind.STANDS_AS})
"""Lines that change no table: they are read as history."""

_FOLDS: dict[Kind, Callable[[Changes, Entry], None]] = {
    Kind.LEAD_RECEIVED: _received,
    Kind.LEAD_CHANGED: _changed,
    Kind.LEAD_MATCHED: _matched,
    Kind.LEADS_MERGED: _merged,
    Kind.MERGE_UNDONE: _unmerged,
    Kind.ACCOUNTS_LINKED: _linked,
    Kind.EVENT_SEEN: _event,
    Kind.TOUCHED: _touched,
    Kind.SCORED: _scored,
    Kind.OVERRIDDEN: _overridden,
    Kind.STAGE_CHANGED: _staged,
    Kind.ASSIGNED: _assigned,
    Kind.RELEASED: _released,
    Kind.MEMBER_ABSENT: _absent,
    Kind.QUEUED: _queued,
    Kind.CLOCK_STARTED: _clock,
    Kind.CLOCK_CHANGED: _clock,
    Kind.BREACHED: _clock,
    Kind.BREACH_REVERSED: _clock,
    Kind.FEEDBACK: _feedback,
    Kind.AGENDA_OPENED: _agenda_opened,
    Kind.AGENDA_CLOSED: _agenda_closed,
    Kind.CONSENT_CHANGED: _consent,
    Kind.EFFECT_REQUESTED: _effect,
    Kind.EFFECT_SETTLED: _settled,
    Kind.MODEL_MOVED: _model,
    Kind.POLICY_ADOPTED: _adopted,
    Kind.TIMER_SET: _timer,
    Kind.FIX_APPLIED: _changed,
    Kind.FIX_UNDONE: _changed,
    Kind.STATEMENT_FROZEN: _frozen,
}
