"""What is known to have happened to a clock's subject, and what it says, whatever the order in which it came to light.

A clock keeps its facts sorted by the time at which they occurred. Reading them afresh after each new one makes the
verdict depend on what happened alone: a proof, a hold or a return that comes to light late is read in its place.
"""

import bisect
import math
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from bothsides.agreement.conditions import Fields
from bothsides.leads.sla.policy import Clause, ClockKind, Counted
from bothsides.schema.instant import HOUR, Instant
from bothsides.schema.working_time import WorkingTime


class EventKind(StrEnum):
    """What a clock can be told."""

    TOUCH_OUT = "touch_out"
    TOUCH_IN = "touch_in"
    ATTEMPT = "attempt"
    DISPOSITION = "disposition"
    REPLY = "reply"
    PAUSE = "pause"
    RESUME = "resume"
    REASSIGNED = "reassigned"
    OWNER_LOST = "owner_lost"
    RETURNED = "returned"
    STAGE_REACHED = "stage_reached"
    WATERMARK = "watermark"
    TICK = "tick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that occurred at one moment and came to be known at another."""

    event_id: str
    """One id is one event, however often it is told; empty for watermarks and ticks, which may be told again."""
    kind: EventKind
    occurred_at: Instant
    known_at: Instant
    detail: str = ""
    """The stage reached, the hold reason, the new owner, the reason of the return."""
    automated: bool = False
    """A message that no person wrote."""


def tick(now: Instant) -> Event:
    """Time has come this far."""
    return Event(event_id="", kind=EventKind.TICK, occurred_at=now, known_at=now)


def watermark(until: Instant, now: Instant) -> Event:
    """Every source of touches is known to be complete up to a moment; one that lies in the future counts as now."""
    return Event(event_id="", kind=EventKind.WATERMARK, occurred_at=min(until, now), known_at=now)


class Effect(IntEnum):
    """What a fact does to a clock, in the order in which facts of the same second are read."""

    OWNER = 1
    PROOF = 2
    COUNT = 3
    HOLD = 4
    RELEASE = 5
    END = 6


class Fact(NamedTuple):
    """One thing that happened; sorts by when it did."""

    occurred_at: Instant
    effect: Effect
    event_id: str
    detail: str


_PROOFS: dict[ClockKind, dict[EventKind, Effect]] = {
    ClockKind.FIRST_TOUCH: {EventKind.TOUCH_OUT: Effect.PROOF, EventKind.ATTEMPT: Effect.PROOF},
    ClockKind.ATTEMPTS: {
        EventKind.TOUCH_OUT: Effect.COUNT,
        EventKind.ATTEMPT: Effect.COUNT,
        EventKind.TOUCH_IN: Effect.PROOF,
    },
    ClockKind.ROLLING_RESPONSE: {EventKind.TOUCH_OUT: Effect.PROOF, EventKind.REPLY: Effect.PROOF},
    ClockKind.DISPOSITION: {EventKind.DISPOSITION: Effect.PROOF},
    ClockKind.WELCOME_TOUCH: {EventKind.TOUCH_OUT: Effect.PROOF},
    ClockKind.RFQ_REPLY: {EventKind.REPLY: Effect.PROOF},
    ClockKind.HANDOVER: {EventKind.STAGE_REACHED: Effect.PROOF},
    ClockKind.TIME_TO_FIRST: {EventKind.STAGE_REACHED: Effect.PROOF},
    ClockKind.LISTING_APPROVAL: {EventKind.STAGE_REACHED: Effect.PROOF},
    ClockKind.FULFILMENT: {EventKind.STAGE_REACHED: Effect.PROOF},
}
_ALWAYS = {
    EventKind.REASSIGNED: Effect.OWNER,
    EventKind.OWNER_LOST: Effect.OWNER,
    EventKind.PAUSE: Effect.HOLD,
    EventKind.RESUME: Effect.RELEASE,
    EventKind.RETURNED: Effect.END,
}


def fact_of(clause: Clause, event: Event) -> Fact | None:
    """What the event is to a clock of the clause; None where it is nothing to it.

    What a fast clock of another system dates after it was known, happened when it was known. Raises ValueError for an
    event without an id, which could not be told from another.
    """
    effect = _ALWAYS.get(event.kind) or _PROOFS[clause.clock].get(event.kind)
    if effect is None or (effect is Effect.HOLD and event.detail not in clause.pause_when):
        return None
    if effect in (Effect.PROOF, Effect.COUNT) and event.automated and not clause.automated_counts:
        return None
    if event.kind is EventKind.STAGE_REACHED and event.detail not in clause.stages:
        return None
    if not event.event_id:
        raise ValueError(f"event {event.kind.value!r} at {event.occurred_at} has no event_id; give it one of its own")
    detail = "" if event.kind is EventKind.OWNER_LOST else event.detail
    return Fact(min(event.occurred_at, event.known_at), effect, event.event_id, detail)


def with_fact(facts: tuple[Fact, ...], fact: Fact) -> tuple[Fact, ...]:
    """The facts with one more in its place; the same ones where its event is among them."""
    if any(known.event_id == fact.event_id for known in facts):
        return facts
    at = bisect.bisect_left(facts, fact)
    return (*facts[:at], fact, *facts[at:])


def span(clause: Clause, start: Instant, end: Instant, calendar: WorkingTime) -> int:
    """Seconds from start to end as the clause counts them; 0 where the end is not after the start."""
    if end <= start:
        return 0
    return end - start if clause.counted is Counted.WALL_CLOCK else calendar.elapsed(start, end)


def after(clause: Clause, start: Instant, seconds: int, calendar: WorkingTime) -> Instant:
    """The moment so many seconds later, as the clause counts them."""
    return start + seconds if clause.counted is Counted.WALL_CLOCK else calendar.deadline(start, seconds)


def allowed_seconds(clause: Clause, fields: Fields) -> int:
    """The time allowed, in whole seconds, at least one: the subject's own terms where the clause asks for them."""
    own, hours = fields.get(clause.hours_from) if clause.hours_from else None, clause.hours
    if isinstance(own, int | float) and not isinstance(own, bool) and 0 < own < math.inf:
        hours = own
    return max(round(hours * HOUR), 1)


def warn_seconds(clause: Clause, allowed: int) -> int | None:
    """The time until it warns; None where it does not."""
    return round(allowed * clause.warn_at) or None


@dataclass(slots=True)
class Reading:
    """What the facts say: when it is due, and whether and when it was done, held or ended."""

    due_at: Instant
    """When it is or was due, a hold under way left out of account."""
    warn_at: Instant | None
    owner: str | None
    hold_since: Instant | None = None
    held_seconds: int = 0
    attempts: int = 0
    done_at: Instant | None = None
    ended_at: Instant | None = None
    reason: str = ""
    """Of the hold under way, or of the end."""

    @property
    def in_time(self) -> bool:
        """Done by the due time, the due second included, or while on hold."""
        return self.done_at is not None and (self.hold_since is not None or self.done_at <= self.due_at)

    @property
    def ended_in_time(self) -> bool:
        """Returned before it was due, so that nobody owes it any more."""
        return self.ended_at is not None and (self.hold_since is not None or self.ended_at <= self.due_at)

    @property
    def on_hold(self) -> bool:
        """Held, with the work neither done nor called off."""
        return self.hold_since is not None and self.done_at is None and self.ended_at is None


def read(
    clause: Clause,
    facts: tuple[Fact, ...],
    *,
    allowed: int,
    since: Instant,
    started_at: Instant,
    first_owner: str | None,
    calendar: WorkingTime,
) -> Reading:
    """Read the facts from the subject's own action (`since`) on; the time allowed runs from the start.

    A hold stops the time as long as it lasts, counted as the clause counts; one that begins at or after the due time
    comes too late. Proof and returns that follow the first of either say nothing more.
    """
    warning = warn_seconds(clause, allowed)
    found = Reading(
        due_at=after(clause, started_at, allowed, calendar),
        warn_at=None if warning is None else after(clause, started_at, warning, calendar),
        owner=first_owner,
    )
    for fact in facts:
        moment = fact.occurred_at
        if fact.effect is Effect.OWNER:
            if moment >= started_at:
                found.owner = fact.detail or None
            continue
        if moment < since or found.done_at is not None or found.ended_at is not None:
            continue
        if fact.effect is Effect.HOLD:
            if found.hold_since is None and moment < found.due_at:
                found.hold_since, found.reason = max(moment, started_at), fact.detail
        elif fact.effect is Effect.RELEASE:
            if found.hold_since is not None:
                _release(found, clause, moment, started_at, allowed, warning, calendar)
        elif fact.effect is Effect.END:
            found.ended_at, found.reason = moment, fact.detail
        else:
            found.attempts += fact.effect is Effect.COUNT
            if fact.effect is Effect.PROOF or found.attempts == clause.attempts:
                found.done_at = moment
    return found


def _release(
    found: Reading,
    clause: Clause,
    moment: Instant,
    started_at: Instant,
    allowed: int,
    warning: int | None,
    calendar: WorkingTime,
) -> None:
    assert found.hold_since is not None
    warned = found.warn_at is not None and found.warn_at <= found.hold_since
    found.held_seconds += span(clause, found.hold_since, moment, calendar)
    found.hold_since, found.reason = None, ""
    found.due_at = after(clause, started_at, allowed + found.held_seconds, calendar)
    if warning is not None and not warned:
        found.warn_at = after(clause, started_at, warning + found.held_seconds, calendar)
