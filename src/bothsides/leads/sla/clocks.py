"""The clocks of the SLA as pure functions: start one, tell it what happened, ask when to look at it next.

At its due time a clock is at risk and says so. A breach is written once, when the sources of touches are complete past
the due time or the grace for late evidence is over; proof that comes later takes it back. What is written never depends
on how often one looks: after an outage every moment that passed is caught up with, each once, in order.
"""

import hashlib
import json
import math
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from bothsides.agreement.conditions import Fields
from bothsides.leads.sla.evidence import (
    Effect,
    Event,
    EventKind,
    Fact,
    Reading,
    allowed_seconds,
    fact_of,
    read,
    span,
    warn_seconds,
    with_fact,
)
from bothsides.leads.sla.evidence import after as counted_after
from bothsides.leads.sla.ladder import act_of, postponed, step_due, step_moments
from bothsides.leads.sla.policy import Act, Clause, ClockKind
from bothsides.schema.instant import HOUR, Instant
from bothsides.schema.working_time import WorkingTime

_NO_FIELDS: Fields = MappingProxyType({})


class ClockState(StrEnum):
    """Where a clock stands. `met` and `cancelled` may still change when evidence comes late."""

    RUNNING = "running"
    PAUSED = "paused"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    MET = "met"
    CANCELLED = "cancelled"


class ChangeKind(StrEnum):
    """What is told of a clock, one line of history each."""

    STARTED = "started"
    WARNED = "warned"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    REVERSED = "reversed"
    MET = "met"
    DONE_LATE = "done_late"
    CANCELLED = "cancelled"
    ENDED_LATE = "ended_late"
    PAUSED = "paused"
    RESUMED = "resumed"
    OWNER_CHANGED = "owner_changed"
    STEP = "step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One promise on one subject, under the clause and the version of the agreement with which it began."""

    clock_id: str
    clause: Clause
    policy: str
    policy_version: str
    subject: str
    key: str = ""
    """What tells clocks of one clause and subject apart: the message answered, the assignment, the request."""
    acted_at: Instant
    """The subject's own action: the lead's form, the buyer's message. Proof counts from here on."""
    started_at: Instant
    """When the debt began: the assignment."""
    allowed_seconds: int
    """The time allowed, counted as the clause counts, holds left out."""
    first_owner: str | None = None
    owner: str | None = None
    state: ClockState = ClockState.RUNNING
    warn_at: Instant | None = None
    due_at: Instant | None = None
    """None while it is on hold."""
    hold_since: Instant | None = None
    held_seconds: int = 0
    """Over all holds that ended, counted as the clause counts."""
    attempts: int = 0
    done_at: Instant | None = None
    ended_at: Instant | None = None
    failed_by: int | None = None
    """Seconds after the due time at which it was done or called off, counted as the clause counts; None while open."""
    breached_at: Instant | None = None
    """When the last breach was written, not when it was due."""
    breach_due: Instant | None = None
    """The due time that was missed; None where no breach stands."""
    reversed_at: Instant | None = None
    breaches: int = 0
    risk_due: Instant | None = None
    """The due time for which it last said that it is at risk."""
    warned: bool = False
    steps_done: int = 0
    step_at: tuple[Instant, ...] = ()
    """When each step of the ladder is due, known from the due time on."""
    watermark: Instant | None = None
    seen_until: Instant
    written: int = 1
    """Lines of history so far; the next one has this number."""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of a clock's history. Its key is the clock and a number: written twice, it is one line."""

    key: str
    kind: ChangeKind
    clock_id: str
    subject: str
    occurred_at: Instant
    """When it happened by the clause: for a breach the due time."""
    noticed_at: Instant
    """When it came to light, which is when it is written."""
    owner: str | None
    due_at: Instant | None = None
    seconds: int | None = None
    """Done or ended late: by how much. Resumed: how long all holds lasted."""
    act: Act | None = None
    reason: str = ""


def start(
    clause: Clause,
    subject: str,
    moment: Instant,
    calendar: WorkingTime,
    *,
    policy: str = "",
    version: str = "",
    key: str = "",
    acted_at: Instant | None = None,
    owner: str | None = None,
    fields: Fields = _NO_FIELDS,
) -> Clock:
    """A clock that begins at the moment. One subject has one clock per clause and key, whoever owns it.

    `acted_at` is the subject's own action where it came before, as the lead's request before its assignment; `fields`
    are asked for the subject's own hours where the clause names a field. Raises ValueError where the action is after
    the start.
    """
    if acted_at is not None and acted_at > moment:
        raise ValueError(f"clock {clause.name!r} of {subject}: acted_at {acted_at} is after its start at {moment}")
    allowed = allowed_seconds(clause, fields)
    warning = warn_seconds(clause, allowed)
    return Clock(
        clock_id=clock_id(clause.name, subject, key),
        clause=clause,
        policy=policy,
        policy_version=version,
        subject=subject,
        key=key,
        acted_at=moment if acted_at is None else acted_at,
        started_at=moment,
        allowed_seconds=allowed,
        first_owner=owner,
        owner=owner,
        warn_at=None if warning is None else counted_after(clause, moment, warning, calendar),
        due_at=counted_after(clause, moment, allowed, calendar),
        seen_until=moment,
    )


def clock_id(clause: str, subject: str, key: str) -> str:
    """128 bits in hex, equal for the same clause, subject and key."""
    return hashlib.blake2b(json.dumps([clause, subject, key]).encode(), digest_size=16).hexdigest()


def started(clock: Clock) -> Change:
    """The first line of the clock's history."""
    return Change(
        key=f"{clock.clock_id}:0",
        kind=ChangeKind.STARTED,
        clock_id=clock.clock_id,
        subject=clock.subject,
        occurred_at=clock.started_at,
        noticed_at=clock.started_at,
        owner=clock.first_owner,
        due_at=clock.due_at,
    )


def timers(clock: Clock) -> tuple[tuple[str, Instant], ...]:
    """Every moment at which the clock has something to say, earliest first; nothing where it is met or cancelled.

    The moments after the due time (the end of the grace, the ladder) stand here once it is at risk. A tick at or after
    the earliest of them writes what is due and all that follows from it.
    """
    clause, found = clock.clause, []
    open_still = clock.done_at is None and clock.ended_at is None
    if (
        open_still
        and not clock.warned
        and clock.warn_at is not None
        and clock.warn_at <= (clock.hold_since or math.inf)
    ):
        found.append(("warn", clock.warn_at))
    if clock.state is ClockState.RUNNING and clock.due_at is not None:
        found.append(("due", clock.due_at))
    if clock.state in (ClockState.AT_RISK, ClockState.BREACHED) and clock.due_at is not None:
        grace_ends = clock.due_at + round(clause.grace_hours * HOUR)
        breached = clock.state is ClockState.BREACHED
        if not breached:
            found.append(("breach", grace_ends))
        if open_still:
            at = clock.due_at
            for number in range(clock.steps_done, len(clock.step_at)):
                at = max(at, step_due(clause, number, clock.step_at[number], breached, grace_ends))
                found.append((f"step {number + 1}", at))
    return tuple(sorted(found, key=lambda timer: timer[1]))  # stable: warn, due, breach, then the ladder from the top


def next_look(clock: Clock) -> Instant | None:
    """The earliest of its timers: the one moment to store."""
    found = timers(clock)
    return found[0][1] if found else None


def apply(clock: Clock, event: Event, calendar: WorkingTime) -> tuple[Clock, tuple[Change, ...]]:
    """The clock after the event, and what is to be written; told twice, an event changes nothing.

    Time only goes forward: an event known earlier than the last one is read as known with it.
    """
    history = _History(clock, calendar, max(event.known_at, clock.seen_until))
    if event.kind is EventKind.WATERMARK:
        until = min(event.occurred_at, event.known_at)
        if clock.watermark is None or until > clock.watermark:
            history.clock = replace(clock, watermark=until)
    elif event.kind is not EventKind.TICK and (fact := fact_of(clock.clause, event)) is not None:
        facts = clock.facts if _too_late_to_matter(clock, fact) else with_fact(clock.facts, fact)
        if facts is not clock.facts:
            history.reread(facts)
    history.catch_up()
    return history.clock, tuple(history.changes)


def owner_before(clock: Clock, moment: Instant) -> str | None:
    """Who had it until that moment: a breach that is written later is theirs, whoever has it by then."""
    owner = clock.first_owner
    for fact in clock.facts:
        if fact.effect is Effect.OWNER and clock.started_at <= fact.occurred_at < moment:
            owner = fact.detail or None
    return owner


class _History:
    """Writes the lines that one event brings, the clock changing with each."""

    __slots__ = ("calendar", "changes", "clock", "now")

    def __init__(self, clock: Clock, calendar: WorkingTime, now: Instant) -> None:
        self.clock, self.calendar, self.now = clock, calendar, now
        self.changes: list[Change] = []

    def reread(self, facts: tuple[Fact, ...]) -> None:
        """Take in a new fact: what the facts say now, beside what was said before."""
        before, clause = self.clock, self.clock.clause
        found = read(
            clause,
            facts,
            allowed=before.allowed_seconds,
            since=before.acted_at,
            started_at=before.started_at,
            first_owner=before.first_owner,
            calendar=self.calendar,
        )
        excused = found.in_time or found.ended_in_time or found.on_hold
        reversing = before.breach_due is not None and (excused or found.due_at > before.breach_due)
        late = _late_end(found)
        state = _state(found, before.risk_due, None if reversing else before.breach_due)
        moved = state in (ClockState.AT_RISK, ClockState.BREACHED) and found.due_at != before.due_at
        self.clock = replace(
            before,
            facts=facts,
            owner=found.owner,
            warn_at=found.warn_at,
            due_at=None if found.on_hold else found.due_at,
            hold_since=found.hold_since if found.on_hold else None,
            held_seconds=found.held_seconds,
            attempts=found.attempts,
            done_at=found.done_at,
            ended_at=found.ended_at,
            failed_by=None if late is None else span(clause, found.due_at, late, self.calendar),
            breach_due=None if reversing else before.breach_due,
            reversed_at=self.now if reversing else before.reversed_at,
            step_at=step_moments(clause, found.due_at, self.calendar) if moved else before.step_at,
            state=state,
        )
        self._tell(before, found, reversing)

    def _tell(self, before: Clock, found: Reading, reversing: bool) -> None:
        clock = self.clock
        if clock.owner != before.owner:
            self._write(ChangeKind.OWNER_CHANGED, self.now, reason=f"was {before.owner or 'nobody'}")
        if reversing:
            self._write(ChangeKind.REVERSED, before.breach_due or self.now, reason=_excuse(found))
        if clock.state is ClockState.PAUSED and clock.hold_since != before.hold_since:
            self._write(ChangeKind.PAUSED, clock.hold_since or self.now, reason=found.reason)
        going = clock.state in (ClockState.RUNNING, ClockState.AT_RISK, ClockState.BREACHED)
        if clock.held_seconds != before.held_seconds or (before.state is ClockState.PAUSED and going):
            self._write(ChangeKind.RESUMED, self.now, seconds=clock.held_seconds)
        if clock.state is ClockState.MET and (clock.state, clock.done_at) != (before.state, before.done_at):
            self._write(ChangeKind.MET, clock.done_at or self.now)
        elif clock.state is ClockState.CANCELLED and before.state is not ClockState.CANCELLED:
            self._write(ChangeKind.CANCELLED, clock.ended_at or self.now, reason=found.reason)
        elif clock.failed_by is not None and clock.failed_by != before.failed_by:
            kind = ChangeKind.DONE_LATE if clock.done_at is not None else ChangeKind.ENDED_LATE
            self._write(kind, _late_end(found) or self.now, seconds=clock.failed_by, reason=found.reason)

    def catch_up(self) -> None:
        """Write everything that was due by now, earliest first, and the breach as soon as no proof can come."""
        if self.clock.seen_until != self.now:
            self.clock = replace(self.clock, seen_until=self.now)
        self._breach_if_known()
        while (due := timers(self.clock)) and due[0][1] <= self.now:
            name, moment = due[0]
            if name == "warn":
                self.clock = replace(self.clock, warned=True)
                self._write(ChangeKind.WARNED, moment)
            elif name == "due":
                steps = step_moments(self.clock.clause, moment, self.calendar)
                self.clock = replace(self.clock, state=ClockState.AT_RISK, risk_due=moment, step_at=steps)
                self._write(ChangeKind.AT_RISK, moment)
                self._breach_if_known()
            elif name == "breach":
                self._breach("the grace for late evidence is over")
            else:
                self._step(moment)

    def _breach_if_known(self) -> None:
        clock = self.clock
        if clock.state is not ClockState.AT_RISK or clock.due_at is None or clock.watermark is None:
            return
        if clock.watermark > clock.due_at:
            self._breach("the sources of touches are complete past the due time")

    def _breach(self, reason: str) -> None:
        due = self.clock.due_at
        self.clock = replace(
            self.clock,
            state=ClockState.BREACHED,
            breach_due=due,
            breached_at=self.now,
            reversed_at=None,
            breaches=self.clock.breaches + 1,
        )
        missed_by = self.clock.owner if due is None else owner_before(self.clock, due)
        self._write(
            ChangeKind.BREACHED, due or self.now, seconds=self.clock.failed_by, reason=reason, owner=missed_by
        )  # fmt: skip

    def _step(self, moment: Instant) -> None:
        clock, number = self.clock, self.clock.steps_done
        if clock.clause.ladder[number].in_working_hours_only and not self.calendar.is_open(self.now):
            until = self.calendar.next_open(self.now)
            self.clock = replace(clock, step_at=postponed(clock.step_at, number, until))
            return
        self.clock = replace(clock, steps_done=number + 1)
        self._write(ChangeKind.STEP, moment, act=act_of(clock.clause, number, clock.owner), reason=f"step {number + 1}")

    def _write(
        self,
        kind: ChangeKind,
        moment: Instant,
        *,
        seconds: int | None = None,
        act: Act | None = None,
        reason: str = "",
        owner: str | None = None,
    ) -> None:
        clock = self.clock
        self.changes.append(
            Change(
                key=f"{clock.clock_id}:{clock.written}",
                kind=kind,
                clock_id=clock.clock_id,
                subject=clock.subject,
                occurred_at=moment,
                noticed_at=self.now,
                owner=clock.owner if owner is None else owner,
                due_at=clock.due_at,
                seconds=seconds,
                act=act,
                reason=reason,
            )
        )
        self.clock = replace(clock, written=clock.written + 1)


def _too_late_to_matter(clock: Clock, fact: Fact) -> bool:
    """Whether it lies after the work was done or called off; only the owner still changes then."""
    over = clock.done_at if clock.done_at is not None else clock.ended_at
    return over is not None and fact.occurred_at > over and fact.effect is not Effect.OWNER


def _late_end(found: Reading) -> Instant | None:
    """When it was done or called off after its due time; None where it was not."""
    if found.in_time or found.ended_in_time:
        return None
    return found.done_at if found.done_at is not None else found.ended_at


def _state(found: Reading, risk_due: Instant | None, breach_due: Instant | None) -> ClockState:
    if found.in_time:
        return ClockState.MET
    if found.ended_in_time:
        return ClockState.CANCELLED
    if found.on_hold:
        return ClockState.PAUSED
    if breach_due is not None:
        return ClockState.BREACHED
    told = risk_due is not None and found.due_at <= risk_due
    return ClockState.AT_RISK if told else ClockState.RUNNING


def _excuse(found: Reading) -> str:
    if found.in_time:
        return "done in time, as came to light later"
    if found.ended_in_time:
        return "returned before it was due, as came to light later"
    return "on hold at the due time, as came to light later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How fast a lead was first touched, in seconds of the wall clock; the first is the sum of the other two."""

    speed_to_lead: int
    """From the lead's own action to the touch: systems and people."""
    routing_delay: int
    """From the action to the assignment: systems."""
    response: int
    """From the assignment to the touch: people. Below 0 where the touch came before the assignment."""
    counted_response: int
    """The same as the clause counts it, holds left out; 0 at least."""


def speed(clock: Clock, calendar: WorkingTime) -> Speed | None:
    """The two speeds of a first touch, kept apart; None for other clocks and before the touch."""
    if clock.clause.clock is not ClockKind.FIRST_TOUCH or clock.done_at is None:
        return None
    counted = span(clock.clause, clock.started_at, clock.done_at, calendar) - clock.held_seconds
    return Speed(
        speed_to_lead=clock.done_at - clock.acted_at,
        routing_delay=clock.started_at - clock.acted_at,
        response=clock.done_at - clock.started_at,
        counted_response=max(counted, 0),
    )
