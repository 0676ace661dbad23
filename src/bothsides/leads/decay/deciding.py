"""Decides what happens to leads that nobody touches: to another owner, to the queue, back to marketing. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bothsides.agreement.conditions import Fields, Tests, read_tests
from bothsides.leads.decay.policy import DecayPolicy, DecayRule, problems
from bothsides.leads.decay.record import (
    DecayAction,
    DecayKind,
    DecayReason,
    LeadRound,
    LeadTouch,
    Reentry,
    StageStep,
)
from bothsides.leads.wording import plural
from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.schema.stage import LeadStage

_USUAL = DecayRule(name="every lead")


class OpenTime(Protocol):
    """Working hours in which a clock can be counted."""

    def deadline(self, start: Instant, seconds: int, /) -> Instant:
        """The first moment by which so many open seconds have passed since the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledDecay:
    """A policy made ready by `compile_decay`."""

    policy: DecayPolicy
    rules: tuple[tuple[Tests, DecayRule], ...]
    stages: frozenset[LeadStage]
    real_touches: frozenset[str]
    asks_back: frozenset[str]
    """Events by which a lead that left sales asks for somebody again."""
    asks_for: frozenset[str]
    """Fields by which leads decay sooner, later or not at all."""

    def rule(self, fields: Fields) -> DecayRule:
        """The first rule that the lead passes; 48 hours by the wall clock where there is none."""
        return next((rule for tests, rule in self.rules if tests.hold(fields)), _USUAL)


def compile_decay(policy: DecayPolicy) -> CompiledDecay:
    """The policy made ready. Raises ValueError naming what cannot stand together."""
    if wrong := problems(policy):
        raise ValueError("; ".join(wrong))
    return CompiledDecay(
        policy=policy,
        rules=tuple((read_tests(rule.when), rule) for rule in policy.rule),
        stages=frozenset(policy.stages),
        real_touches=frozenset(policy.real_touches),
        asks_back=frozenset(policy.re_enter_at_once),
        asks_for=frozenset(name for rule in policy.rule for name in rule.when),
    )


def last_real_touch(
    compiled: CompiledDecay, touches: Iterable[LeadTouch], *, since: Instant, until: Instant
) -> Instant | None:
    """When somebody last talked with the lead, or the lead with us, from `since` to `until`, both included.

    An outgoing call, mail, meeting or chat of a person counts, and an incoming one of the lead; what a machine sent
    does not, on either side.
    """
    real = compiled.real_touches
    return max(
        (
            touch.occurred_at
            for touch in touches
            if touch.kind in real and not touch.automated and since <= touch.occurred_at <= until
        ),
        default=None,
    )


def decay_due(lead: LeadRound, compiled: CompiledDecay, calendar: OpenTime | None = None) -> Instant | None:
    """When something happens to the lead unless somebody touches it before; None for one that does not decay.

    The earlier of its decay and its owner's silence. Raises ValueError where the rule counts working hours and there
    is no calendar.

    >>> lead = LeadRound(lead_id="a", stage=LeadStage.MQL, assigned_at=1_000_000, owner="ana", owner_since=1_000_000)
    >>> (decay_due(lead, compile_decay(DecayPolicy())) - 1_000_000) / 3600
    48.0
    """
    return min((due for due, _ in _clocks(lead, compiled, calendar)), default=None)


def decide_decay(
    lead: LeadRound,
    compiled: CompiledDecay,
    now: Instant,
    *,
    calendar: OpenTime | None = None,
    known_until: Instant | None = None,
) -> DecayAction | None:
    """What happens to the lead now; None where nothing is due, or its evidence is not complete.

    `known_until` is the moment up to which touches of all sources are known: before it passes the due time the lead
    waits, at most `grace_hours`. Without it all are taken as known. A lead is due in the second in which its hours are
    full. A touch in that second is in time, and one that came later, but before the lead was taken back, keeps the
    lead: that it was late is the SLA's matter.
    """
    due = [(moment, kind) for moment, kind in _clocks(lead, compiled, calendar) if moment <= now]
    if not due:
        return None
    # Back to marketing goes before a new owner: after an outage both may be due, and the lead is cold by then.
    moment, kind = max(due, key=lambda pair: pair[1] is DecayKind.RETURN_TO_MARKETING)
    if known_until is not None and known_until < moment and now < moment + compiled.policy.grace_hours * HOUR:
        return None
    return _action(lead, compiled, kind, moment, now)


def may_reenter(lead: LeadRound, compiled: CompiledDecay, now: Instant, *, event: str | None = None) -> Reentry:
    """Whether a lead that went back may return to sales: after its cool-down, or at once by an event that asks so.

    One that went back `most_recycles` times returns only by a person, even for such an event.
    """
    policy = compiled.policy
    if lead.recycled_at is None:
        return Reentry(allowed=True, reason="it never went back")
    ready = cool_down_ends(lead, compiled)
    if ready is None:
        return Reentry(
            allowed=False, reason=f"it went back {plural(lead.recycles, 'time')}; a person may bring it back"
        )
    if event is not None and event in policy.re_enter_at_once:
        return Reentry(allowed=True, reason=event)
    if now >= ready:
        return Reentry(allowed=True, reason="its cool-down has ended")
    return Reentry(allowed=False, reason="its cool-down runs", from_when=ready)


def cool_down_ends(lead: LeadRound, compiled: CompiledDecay) -> Instant | None:
    """When a lead that went back may return by itself; None for one that never went back, or went back too often."""
    policy = compiled.policy
    if lead.recycled_at is None or (policy.most_recycles and lead.recycles >= policy.most_recycles):
        return None
    return lead.recycled_at + round(policy.cool_down_days * DAY)


def reentered(lead: LeadRound, now: Instant, stage: LeadStage, reason: str) -> StageStep:
    """The step by which a lead that went back is with sales again. Raises ValueError for one that did not go back."""
    if lead.stage is not LeadStage.RECYCLED:
        raise ValueError(f"lead {lead.lead_id} re-enters from stage {lead.stage.value!r}: must be 'recycled'")
    return StageStep(lead_id=lead.lead_id, at=now, before=lead.stage, after=stage, reason=reason)


def _clocks(lead: LeadRound, compiled: CompiledDecay, calendar: OpenTime | None) -> list[tuple[Instant, DecayKind]]:
    """The clocks that run on the lead, each with its due moment and what follows."""
    if lead.assigned_at is None or lead.stage not in compiled.stages:
        return []
    rule = compiled.rule(lead.fields)
    if not rule.decays:
        return []
    clocks = []
    touch, moment = _touch(lead), None
    if touch is None:
        moment = _after(lead.assigned_at, rule.untouched_hours, rule, calendar)
    elif (hours := rule.untouched_hours if rule.after_touch_hours is None else rule.after_touch_hours) > 0:
        moment = _after(touch, hours, rule, calendar)
    if moment is not None:
        clocks.append((max(moment, _owners_own(lead, rule, calendar)), DecayKind.RETURN_TO_MARKETING))
    since = lead.owner_since
    silent = lead.owner is not None and since is not None and (lead.last_touch is None or lead.last_touch < since)
    if silent and since is not None and rule.silent_hours > 0 and lead.reassignments < rule.most_reassignments:
        then = DecayKind.REASSIGN if rule.silent_then == "reassign" else DecayKind.RETURN_TO_QUEUE
        clocks.append((_after(since, rule.silent_hours, rule, calendar), then))
    return clocks


def _owners_own(lead: LeadRound, rule: DecayRule, calendar: OpenTime | None) -> Instant:
    """Until when a lead that was handed over is its new owner's to touch, however late the hand-over came."""
    since = lead.owner_since
    if since is None or lead.assigned_at is None or since <= lead.assigned_at:
        return 0
    seconds = round(rule.new_owner_hours * HOUR)
    return since + seconds if calendar is None else calendar.deadline(since, seconds)


def _touch(lead: LeadRound) -> Instant | None:
    """The last real touch of this round."""
    if lead.last_touch is None or lead.assigned_at is None or lead.last_touch < lead.assigned_at:
        return None
    return lead.last_touch


def _after(start: Instant, hours: float, rule: DecayRule, calendar: OpenTime | None) -> Instant:
    seconds = round(hours * HOUR)
    if rule.counted_in == "wall_clock":
        return start + seconds
    if calendar is None:
        raise ValueError(f"rule {rule.name!r} counts working hours: give the calendar of the lead's team")
    return calendar.deadline(start, seconds)


def _action(lead: LeadRound, compiled: CompiledDecay, kind: DecayKind, due_at: Instant, now: Instant) -> DecayAction:
    rule = compiled.rule(lead.fields).name
    key = f"{lead.lead_id}:{kind.value}:{lead.assigned_at}:{lead.recycles}:{lead.reassignments}"
    if kind is not DecayKind.RETURN_TO_MARKETING:
        return DecayAction(
            lead_id=lead.lead_id,
            kind=kind,
            reason=DecayReason.OWNER_SILENT,
            rule=rule,
            at=now,
            due_at=due_at,
            owner=lead.owner,
            key=key,
            recycles=lead.recycles,
        )
    reason = DecayReason.NOT_CONTACTED if _touch(lead) is None else DecayReason.NO_FOLLOW_UP
    policy, recycles = compiled.policy, lead.recycles + 1
    last = bool(policy.most_recycles) and recycles >= policy.most_recycles
    return DecayAction(
        lead_id=lead.lead_id,
        kind=kind,
        reason=reason,
        rule=rule,
        at=now,
        due_at=due_at,
        owner=lead.owner,
        key=key,
        step=StageStep(lead_id=lead.lead_id, at=now, before=lead.stage, after=LeadStage.RECYCLED, reason=reason.value),
        recycles=recycles,
        re_enters_from=None if last else now + round(policy.cool_down_days * DAY),
    )
