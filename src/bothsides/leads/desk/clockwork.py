"""Clocks in the logbook: how one is kept as plain values, started with a lead's turn, and moved by what happens."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson

from bothsides.agreement.conditions import Fields
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.sla.clocks import (
    Change,
    ChangeKind,
    Clock,
    ClockState,
    apply,
    next_look,
    start,
)
from bothsides.leads.sla.evidence import Event
from bothsides.leads.sla.policy import ClockKind
from bothsides.leads.sla.stored import as_state, from_state
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import Instant

_KINDS = {
    ChangeKind.STARTED: Kind.CLOCK_STARTED,
    ChangeKind.BREACHED: Kind.BREACHED,
    ChangeKind.REVERSED: Kind.BREACH_REVERSED,
}


def start_clocks(
    agreed: Agreed,
    trigger: str,
    subject: str,
    facts: Fields,
    moment: Instant,
    *,
    key: str,
    acted_at: Instant | None = None,
    owner: str | None = None,
    kinds: Collection[ClockKind] = frozenset(ClockKind),
    left_out: Collection[str] = (),
) -> list[Entry]:
    """The lines with which the clauses of the subject's policy begin that wait for this trigger, of those kinds.

    Clauses whose names are `left_out` do not begin.
    """
    policy, clauses = agreed.sla.started_by(trigger, facts, moment)
    if policy is None:
        return []
    version = agreed.versions["sla"]
    found = []
    for clause in clauses:
        if clause.clock not in kinds or clause.name in left_out:
            continue
        clock = start(
            clause,
            subject,
            moment,
            agreed.hours(clause.calendar),
            policy=policy.name,
            version=version,
            key=key,
            acted_at=acted_at,
            owner=owner,
            fields=facts,
        )
        data = {**stands(clock), "what": ChangeKind.STARTED.value}
        found.append(
            Entry(
                kind=Kind.CLOCK_STARTED,
                subject=subject,
                at=moment,
                data=data,
                key=f"{clock.clock_id}:0",
                policy=version,
            )
        )
    return found


def still_to_keep(clocks: Iterable[Clock], now: Instant) -> list[Clock]:
    """Those that run or are on hold: their due time is to come, by the time itself and not by who looked last."""
    going = (ClockState.RUNNING, ClockState.PAUSED)
    return [clock for clock in clocks if clock.state in going and (clock.due_at is None or clock.due_at > now)]


def begun(agreed: Agreed, line: Entry) -> Clock:
    """The clock that a line of this kind starts."""
    state = line.data["state"]
    return from_state(state, agreed.clause(state["policy_version"], state["policy"], state["clause"]))


def move(agreed: Agreed, clock: Clock, events: Iterable[Event]) -> tuple[Clock, list[Entry], list[Change]]:
    """The clock after these events, the lines that tell it, and the changes, steps of the ladder among them."""
    calendar = agreed.hours(clock.clause.calendar)
    before, after = clock, clock
    changes: list[Change] = []
    for event in events:
        after, told = apply(after, event, calendar)
        changes += told
    return after, _lines(before, after, changes), changes


def _lines(before: Clock, after: Clock, changes: Sequence[Change]) -> list[Entry]:
    """One line for each change; the last also says how the clock stands. A breach is named by its number."""
    if not changes:
        if before.facts == after.facts and next_look(before) == next_look(after):
            return []
        data = {**stands(after), "what": "looked"}
        version = after.policy_version
        return [Entry(kind=Kind.CLOCK_CHANGED, subject=after.subject, at=after.seen_until, data=data, policy=version)]
    found = []
    for change in changes:
        data = {"clock": change.clock_id, "clause": after.clause.name, "owner": change.owner, "due_at": change.due_at}
        data |= {"what": change.kind.value, "occurred_at": change.occurred_at, "seconds": change.seconds}
        if change.act is not None:
            data["act"] = change.act.value
        if change is changes[-1]:
            data |= stands(after)
        breached = change.kind is ChangeKind.BREACHED
        found.append(
            Entry(
                kind=_KINDS.get(change.kind, Kind.CLOCK_CHANGED),
                subject=after.subject,
                at=change.noticed_at,
                data=data,
                key=_breach(after) if breached else change.key,
                reason=change.reason,
                policy=after.policy_version,
                reverses=_breach(before) if change.kind is ChangeKind.REVERSED else None,
            )
        )
    return found


def _breach(clock: Clock) -> str:
    return f"{clock.clock_id}:breach:{clock.breaches}"


def stands(clock: Clock) -> dict[str, Any]:
    """How the clock stands, for a line of the journal."""
    return {
        "clock": clock.clock_id,
        "clause": clock.clause.name,
        "of": clock.clause.clock.value,
        "status": clock.state.value,
        "owner": clock.owner,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "next_at": next_look(clock),
        "state": as_state(clock),
    }


def read_clocks(book: Book, agreed: Agreed, subjects: Sequence[str]) -> dict[str, list[Clock]]:
    """Every clock of these subjects, those that are over too: late evidence may still change them."""
    rows = book.all("SELECT subject, state FROM clocks WHERE subject {any} ORDER BY subject, clock_id", list(subjects))
    found: dict[str, list[Clock]] = {}
    for subject, state in rows:
        found.setdefault(subject, []).append(_read(agreed, state))
    return found


def clocks_by_id(book: Book, agreed: Agreed, ids: Sequence[str]) -> dict[str, Clock]:
    """Clocks by their own id."""
    rows = book.all("SELECT clock_id, state FROM clocks WHERE clock_id {any}", list(ids))
    return {name: _read(agreed, state) for name, state in rows}


def _read(agreed: Agreed, state: str) -> Clock:
    told = orjson.loads(state)
    return from_state(told, agreed.clause(told["policy_version"], told["policy"], told["clause"]))
