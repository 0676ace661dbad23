"""Clocks of two leads that become one, and of one that becomes two again.

Lines of a clock that follow from a merge carry no number of its history, so that the clock goes on where it was when
the merge is taken back.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.clockwork import clocks_by_id, move, read_clocks, stands
from bothsides.leads.desk.standing import LeadNow
from bothsides.leads.sla.clocks import Clock, ClockState, apply, next_look
from bothsides.leads.sla.evidence import Event, EventKind
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
    missed on. What is due for a look already is moved as it is.
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
        elif (next_look(clock) or _FAR_OFF) <= now or rival is None:
            changed.append((clock, _moved(agreed, clock, kept, key, now), "moved"))
        elif rival.state in _GOING and (clock.due_at or _FAR_OFF) < (rival.due_at or _FAR_OFF):
            changed.append((clock, _moved(agreed, clock, kept, key, now), "moved"))
            if (next_look(rival) or _FAR_OFF) > now:
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

    One that has moved on since goes back as it stands now. The kept lead's own clocks hear what happened meanwhile.
    """
    current = clocks_by_id(book, agreed, [name for name, _, _ in changed])
    since = _since(book, agreed, kept.lead_id, seq)
    lines: list[Entry] = []
    for name, before, after in changed:
        clock = current[name]
        if as_state(clock) == after:
            clock = _as_it_was(agreed, before)
        elif clock.subject != before["subject"]:
            clock = replace(clock, subject=before["subject"])
        else:
            continue
        lines.append(_line(clock, "given back", now, "", who))
        if clock.subject == kept.lead_id:
            lines += move(agreed, clock, since)[1]
    return lines


_CANCELLED = ClockState.CANCELLED


def _open(clock: Clock) -> bool:
    return clock.done_at is None and clock.ended_at is None


def _moved(agreed: Agreed, clock: Clock, kept: LeadNow, key: str, now: Instant) -> Clock:
    due = (next_look(clock) or _FAR_OFF) <= now
    if not due and kept.owner is not None and clock.owner != kept.owner:
        clock = _told(agreed, clock, EventKind.REASSIGNED, f"{key}:owner", kept.owner, now)
    return replace(clock, subject=kept.lead_id)


def _ended(agreed: Agreed, clock: Clock, key: str, now: Instant) -> Clock:
    return _told(agreed, clock, EventKind.RETURNED, f"{key}:ended", "merged", now)


def _told(agreed: Agreed, clock: Clock, kind: EventKind, name: str, detail: str, now: Instant) -> Clock:
    event = Event(event_id=name, kind=kind, occurred_at=now, known_at=now, detail=detail)
    after, _ = apply(clock, event, agreed.hours(clock.clause.calendar))
    return replace(after, written=clock.written)


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


def _since(book: Book, agreed: Agreed, lead_id: str, seq: int) -> list[Event]:
    """Touches that count and verdicts of the lead after that line."""
    found = []
    for line in book.history(lead_id):
        if line.seq <= seq or line.key is None:
            continue
        if line.kind is Kind.TOUCHED:
            if line.data["kind"] not in agreed.decay.real_touches:
                continue
            way = EventKind.TOUCH_OUT if line.data["direction"] == "out" else EventKind.TOUCH_IN
            automated = bool(line.data.get("automated"))
            found.append(_event(line.key, way, line.at, line.written_at, automated=automated))
        elif line.kind is Kind.FEEDBACK:
            found.append(_event(line.key, EventKind.DISPOSITION, line.at, line.written_at, detail=line.data["verdict"]))
    return found


def _event(
    name: str, kind: EventKind, at: Instant, known_at: Instant, *, detail: str = "", automated: bool = False
) -> Event:
    return Event(
        event_id=name, kind=kind, occurred_at=at, known_at=known_at, detail=detail, automated=automated
    )  # fmt: skip
