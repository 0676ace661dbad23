"""Clocks of two leads that become one, and of one that becomes two again.

Lines of a clock that follow from a merge carry no number of its history, so that the clock goes on where it was when
the merge is taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.clockwork import clocks_by_id, move, read_clocks, stands, still_to_keep
from bothsides.leads.desk.heard_since import Heard, heard_since
from bothsides.leads.desk.standing import LeadNow
from bothsides.leads.sla.clocks import Clock, ClockState, apply, timers
from bothsides.leads.sla.evidence import Effect, Event, EventKind
from bothsides.leads.sla.policy import STARTED_BY
from bothsides.leads.sla.stored import as_state, from_state
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import Instant

_GOING = frozenset({ClockState.RUNNING, ClockState.PAUSED, ClockState.AT_RISK})
_FAR_OFF = 2**62


def join_clocks(
    book: Book, agreed: Agreed, kept: LeadNow, absorbed: LeadNow, *, key: str, now: Instant, who: str
) -> tuple[list[Entry], list[list[Any]]]:
    """The lines that bring the absorbed lead's clocks to the kept one, and each clock before and after.

    Of two for the same promise of a round the one that is due first runs on; a missed one stays with the lead it was
    missed on. What was missed and nobody looked at yet is moved as it is.
    """
    clocks = read_clocks(book, agreed, [kept.lead_id, absorbed.lead_id])
    # Of several for one promise, each owner's own, the one that runs is the rival.
    mine = sorted(clocks.get(kept.lead_id, ()), key=lambda clock: clock.state in _GOING)
    own = {clock.clause.name: clock for clock in mine if clock.state is not _CANCELLED}
    changed: list[tuple[Clock, Clock, str]] = []
    for clock in clocks.get(absorbed.lead_id, ()):
        if clock.state not in _GOING and not (clock.state is ClockState.BREACHED and _open(clock)):
            continue
        rival = own.get(clock.clause.name) if STARTED_BY[clock.clause.clock] == "assigned" else None
        if clock.state is ClockState.BREACHED:
            changed.append((clock, _ended(agreed, clock, key, now), "ended"))
        elif _is_missed(clock, now) or rival is None:
            changed.append((clock, _moved(agreed, clock, kept, key, now), "moved"))
        elif rival.state in _GOING and (clock.due_at or _FAR_OFF) < (rival.due_at or _FAR_OFF):
            changed.append((clock, _moved(agreed, clock, kept, key, now), "moved"))
            if not _is_missed(rival, now):
                changed.append((rival, _ended(agreed, rival, key, now), "ended"))
        else:
            changed.append((clock, _ended(agreed, clock, key, now), "ended"))
    lines = [_line(after, what, now, key, who) for _, after, what in changed]
    return lines, [[before.clock_id, as_state(before), as_state(after)] for before, after, _ in changed]


def give_clocks_back(
    book: Book,
    agreed: Agreed,
    kept: LeadNow,
    changed: Sequence[Sequence[Any]],
    *,
    seq: int,
    now: Instant,
    who: str,
) -> list[Entry]:
    """The lines that put each clock back as it was before the merge of that number.

    One that has moved on since, by more than its lead's owner, goes back as it stands now. The kept lead's own clocks
    hear what happened to it meanwhile: those of a round that is over end when it ended.
    """
    current = clocks_by_id(book, agreed, [name for name, _, _ in changed])
    since = heard_since(agreed, [line for line in book.history(kept.lead_id) if line.seq > seq])
    lines: list[Entry] = []
    for name, before, after in changed:
        clock = current[name]
        own = before["subject"] == kept.lead_id == clock.subject and clock.breaches == before.get("breaches", 0)
        if own or _stood_still(clock, after):
            # Its lines have numbers, and those that told of another owner have theirs.
            clock = replace(_as_it_was(agreed, before), written=clock.written)
        elif clock.subject != before["subject"]:
            clock = replace(clock, subject=before["subject"])
        else:
            continue
        lines.append(_line(clock, "given back", now, "", who))
        if clock.subject == kept.lead_id:
            lines += _hears(agreed, clock, since)
    return lines


_CANCELLED = ClockState.CANCELLED


def _open(clock: Clock) -> bool:
    return clock.done_at is None and clock.ended_at is None


def _is_missed(clock: Clock, now: Instant) -> bool:
    """Whether the next look at it has more to write than a warning."""
    return any(name != "warn" and moment <= now for name, moment in timers(clock))


def _moved(agreed: Agreed, clock: Clock, kept: LeadNow, key: str, now: Instant) -> Clock:
    if not _is_missed(clock, now) and kept.owner is not None and clock.owner != kept.owner:
        clock = _told(agreed, clock, EventKind.REASSIGNED, f"{key}:owner", kept.owner, now)
    return replace(clock, subject=kept.lead_id)


def _ended(agreed: Agreed, clock: Clock, key: str, now: Instant) -> Clock:
    return _told(agreed, clock, EventKind.RETURNED, f"{key}:ended", "merged", now)


def _told(agreed: Agreed, clock: Clock, kind: EventKind, name: str, detail: str, now: Instant) -> Clock:
    event = Event(event_id=name, kind=kind, occurred_at=now, known_at=now, detail=detail)
    after, _ = apply(clock, event, agreed.hours(clock.clause.calendar))
    # Whoever has it now is still to be warned.
    return replace(after, written=clock.written, warned=clock.warned)


def _line(clock: Clock, what: str, now: Instant, key: str, who: str) -> Entry:
    data = {**stands(clock), "what": what, "merge": key}
    return Entry(
        kind=Kind.CLOCK_CHANGED,
        subject=clock.subject,
        at=now,
        data=data,
        actor=who,
        reason="merged" if key else "merge taken back",
        policy=clock.policy_version,
    )


def _as_it_was(agreed: Agreed, told: dict[str, Any]) -> Clock:
    return from_state(told, agreed.clause(told["policy_version"], told["policy"], told["clause"]))


def _stood_still(clock: Clock, after: Mapping[str, Any]) -> bool:
    """Whether the clock is as the merge left it, but for who had its lead since."""
    return _but_for_owners(as_state(clock)) == _but_for_owners(after)


def _but_for_owners(state: Mapping[str, Any]) -> dict[str, Any]:
    facts = [fact for fact in state.get("facts", ()) if fact[1] != Effect.OWNER]
    return {name: value for name, value in state.items() if name not in _OF_OWNERS} | {"facts": facts}


_OF_OWNERS = frozenset({"facts", "owner", "written", "seen_until"})


def _hears(agreed: Agreed, clock: Clock, since: Sequence[Heard]) -> list[Entry]:
    """The lines by which the clock is told what its lead's other clocks heard while it stood still."""
    lines: list[Entry] = []
    for heard in since:
        if heard.clause is not None and (heard.clause != clock.clause.name or heard.clock == clock.clock_id):
            continue
        if heard.to_keep and not still_to_keep([clock], heard.event.occurred_at):
            continue
        event = heard.event
        if STARTED_BY[clock.clause.clock] in heard.owed and event.occurred_at < clock.acted_at:
            event = replace(event, occurred_at=clock.acted_at)
        clock, told, _ = move(agreed, clock, [event])
        lines += told
    return lines
