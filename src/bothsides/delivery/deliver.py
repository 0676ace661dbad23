"""Takes due effects from the outbox and sends them: at least once, and once per key where the receiver knows keys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from bothsides.delivery.compose import composed, parts_of
from bothsides.delivery.gate import Recipient, address_hash, may_pass
from bothsides.delivery.limits import Breaker, Sends, after_send, budget_wait
from bothsides.delivery.message import Effect, Message, Outcome, Sink, Verdict, uncertain
from bothsides.delivery.policy import DeliveryPolicy, FilePolicy
from bothsides.delivery.retry import jitter, next_attempt
from bothsides.delivery.templates import Template, TemplateError
from bothsides.delivery.ways import Routes
from bothsides.schema.instant import IN_UTC, Instant

Result = Literal["sent", "routed", "retry", "wait", "held", "dead", "dropped", "lost"]
_SPREAD = 60
"""Seconds over which effects that waited for the same moment are spread."""
_BROKEN = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
"""What one message's own values can raise where it is made or handed over; what a database raises is none of it."""


class Outbox(Protocol):
    """The effects to send. Every method is one durable step; those that say how an effect went return False where
    the claim has run out and another worker has it, and then change nothing.
    """

    def claim(self, most: int, *, now: Instant, until: Instant) -> Sequence[Effect]:
        """Take due effects, oldest first, so that nobody else has them before `until`: waiting ones whose
        `not_before` has come, and claimed ones whose claim ran out (`interrupted` where their send was begun).
        """
        ...

    def begin(self, effect: Effect, *, now: Instant) -> bool:
        """A send begins: attempts + 1, and interrupted unless one of the following is written."""
        ...

    def split(self, effect: Effect, parts: Sequence[Effect], *, now: Instant) -> bool:
        """It is done by its parts, which wait from now on, each under its own key."""
        ...

    def done(self, effect: Effect, *, now: Instant) -> bool:
        """It was delivered."""
        ...

    def retry(self, effect: Effect, *, now: Instant, at: Instant, error: str) -> bool:
        """It waits again until `at`."""
        ...

    def hold(self, effect: Effect, *, now: Instant, error: str) -> bool:
        """A person has to decide: it may have been delivered, or it cannot be written."""
        ...

    def dead(self, effect: Effect, *, now: Instant, error: str) -> bool:
        """It was given up, and stands in the list of dead letters."""
        ...

    def drop(self, effect: Effect, *, now: Instant, reason: str) -> bool:
        """It must not be sent, or need not be any more; nothing is wrong."""
        ...


def _nothing(_: Effect) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What sending needs besides the outbox."""

    policy: DeliveryPolicy
    sinks: Mapping[str, Sink]
    sends: Sends
    people: Callable[[str], Recipient]
    """What is known of the person at an address."""
    template: Callable[[str], Template]
    """The template of that name. Raises TemplateError."""
    routes: Routes = field(default_factory=Routes)
    """For effects that name no sink."""
    address: Callable[[str], str] = str
    """The address of whom a payload names in `to`, such as a member; empty where there is none."""
    facts: Callable[[Effect], Mapping[str, object]] = _nothing
    """What is known of an effect's subject, for conditions and letters."""
    address_key: bytes = b""
    zone: ZoneInfo = IN_UTC
    """In which letters tell moments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would happen with an effect now. `what`: send, wait (until `at`), drop or hold."""

    effect: Effect
    what: Literal["send", "wait", "drop", "hold"]
    reason: str = ""
    at: Instant = 0
    message: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What happened to an effect. `lost`: another worker has it since, so that nothing was written."""

    effect_id: str
    key: str
    sink: str
    result: Result
    reason: str = ""
    at: Instant = 0
    """When it is tried again."""


@dataclass(slots=True, kw_only=True)
class Round:
    """One call's records and the sinks' breakers after it, to be given to the next call."""

    handled: list[Handled] = field(default_factory=list)
    breakers: dict[str, Breaker] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many effects had each result."""
        results = [record.result for record in self.handled]
        return {result: results.count(result) for result in sorted(set(results))}


def deliver_due(
    outbox: Outbox,
    post: Post,
    *,
    clock: Callable[[], Instant],
    breakers: Mapping[str, Breaker] | None = None,
    most: int = 50,
    lease_seconds: int = 300,
) -> Round:
    """Claim up to `most` due effects and bring each to an end or to its next attempt.

    `clock` is asked before each send, since sends take time: one that could outlast its claim is not begun.
    """
    done = Round(breakers=dict(breakers or {}))
    start = clock()
    for effect in outbox.claim(most, now=start, until=start + lease_seconds):
        done.handled.append(_handle(outbox, post, effect, done.breakers, clock))
    return done


def dry_run(
    effects: Sequence[Effect], post: Post, *, now: Instant, breakers: Mapping[str, Breaker] | None = None
) -> tuple[Plan, ...]:
    """What would happen with each effect at that moment; nothing is sent and nothing written.

    Each is judged by what was sent before: limits that this round's own sends would reach are not foreseen.
    """
    plans: list[Plan] = []
    for effect in effects:
        try:
            parts = (effect,) if effect.sink else parts_of(effect, post.routes, post.facts(effect)) or (effect,)
        except _BROKEN as error:
            plans.append(Plan(effect=effect, what="hold", reason=_cannot_be_made(error)))
            continue
        plans += [planned(one, post, now=now, breaker=(breakers or {}).get(one.sink, Breaker())) for one in parts]
    return tuple(plans)


def planned(effect: Effect, post: Post, *, now: Instant, breaker: Breaker) -> Plan:
    """What to do with the effect now: the sink's state, the letter, the gate, the limits, in this order.

    Whatever making one message raises holds that message with the reason: the others go on.
    """
    try:
        return _planned(effect, post, now=now, breaker=breaker)
    except TemplateError as error:
        return Plan(effect=effect, what="hold", reason=str(error))
    except _BROKEN as error:
        return Plan(effect=effect, what="hold", reason=_cannot_be_made(error))


def _cannot_be_made(error: Exception) -> str:
    return f"it cannot be made: {type(error).__name__}: {error}"


def _planned(effect: Effect, post: Post, *, now: Instant, breaker: Breaker) -> Plan:
    if not effect.sink:
        return Plan(effect=effect, what="drop", reason=f"no route for {effect.action}")
    sink = post.sinks.get(effect.sink)
    if sink is None:
        known = ", ".join(sorted(post.sinks)) or "none"
        return Plan(effect=effect, what="hold", reason=f"no sink is called {effect.sink!r}; known: {known}")
    if effect.interrupted and not sink.idempotent and _holds(post.policy, effect.sink):
        return Plan(effect=effect, what="hold", reason="in doubt: its worker died while it was being sent")
    message = composed(
        effect,
        policy=post.policy,
        template=post.template,
        address=post.address,
        facts=post.facts(effect),
        address_key=post.address_key,
        zone=post.zone,
    )
    stopped = _gate(effect, message, post, now)
    if stopped is not None:
        return stopped
    if breaker.rests_until > now:
        at = breaker.rests_until + jitter(effect.key, effect.attempts, _SPREAD)
        return Plan(effect=effect, what="wait", reason=f"{effect.sink} rests after failures", at=at, message=message)
    named = post.policy.sinks.get(effect.sink)
    free = budget_wait(named.budget, post.sends, effect.sink, effect.key, now) if named else None
    if free is not None:
        at = free + jitter(effect.key, effect.attempts, _SPREAD)
        return Plan(effect=effect, what="wait", reason=f"budget of {effect.sink} is spent", at=at, message=message)
    return Plan(effect=effect, what="send", at=now, message=message)


def _gate(effect: Effect, message: Message, post: Post, now: Instant) -> Plan | None:
    """Why the message must not go now; None where it may. What is no mail and has no purpose is for machines."""
    not_after = effect.payload.get("not_after")
    limit = not_after if isinstance(not_after, int) else None
    if effect.sink not in post.policy.email and not effect.text("purpose"):
        late = limit is not None and now > limit
        return Plan(effect=effect, what="drop", reason="too late: pointless by now", message=message) if late else None
    name = effect.text("purpose")
    purpose = post.policy.purpose.get(name)
    if purpose is None or not message.to:
        known = ", ".join(sorted(post.policy.purpose)) or "none"
        why = "nobody to send it to: no address" if purpose else f"purpose {name!r} is not agreed; known: {known}"
        return Plan(effect=effect, what="hold", reason=why, message=message)
    if purpose.kind == "marketing" and effect.sink in post.policy.email and not message.unsubscribe:
        return Plan(effect=effect, what="hold", reason="a marketing mail must offer to unsubscribe", message=message)
    passage = may_pass(
        post.people(message.to),
        name,
        purpose,
        sends=post.sends,
        who=address_hash(message.to, post.address_key),
        key=effect.key,
        now=now,
        not_after=limit,
    )
    if passage.decided == "send":
        return None
    return Plan(effect=effect, what=passage.decided, reason=passage.reason, at=passage.at, message=message)


def _handle(
    outbox: Outbox, post: Post, effect: Effect, breakers: dict[str, Breaker], clock: Callable[[], Instant]
) -> Handled:
    now = clock()
    if not effect.sink:
        return _routed(outbox, post, effect, now)
    if effect.interrupted and effect.attempts >= post.policy.retry_of(effect.sink).most_attempts:
        reason = f"given up: a worker died at its last of {effect.attempts} attempts"
        return _record(effect, "dead", outbox.dead(effect, now=now, error=reason), reason)
    plan = planned(effect, post, now=now, breaker=breakers.get(effect.sink, Breaker()))
    if plan.what == "drop":
        return _record(effect, "dropped", outbox.drop(effect, now=now, reason=plan.reason), plan.reason)
    if plan.what == "hold":
        return _record(effect, "held", outbox.hold(effect, now=now, error=plan.reason), plan.reason)
    timeout = _timeout(post.policy, effect.sink)
    if plan.what == "wait" or now + timeout > effect.claimed_until:
        at, reason = (plan.at, plan.reason) if plan.what == "wait" else (now, "this round's time is over")
        return _record(effect, "wait", outbox.retry(effect, now=now, at=at, error=reason), reason, at)
    if plan.message is None or not outbox.begin(effect, now=now):
        return _record(effect, "lost", True, "its claim ran out")
    post.sends.note(f"sink:{effect.sink}", key=effect.key, at=now)
    if plan.message.to and effect.text("purpose"):
        who = address_hash(plan.message.to, post.address_key)
        post.sends.note(f"to:{who}:{effect.text('purpose')}", key=effect.key, at=now)
    outcome = _sent(post.sinks[effect.sink], plan.message, effect.key, now, timeout)
    ended = clock()
    breakers[effect.sink] = _breaker_after(breakers.get(effect.sink, Breaker()), post, outcome, ended)
    return _settled(outbox, post, effect, outcome, ended)


def _sent(sink: Sink, message: Message, key: str, now: Instant, timeout: float) -> Outcome:
    """What the sink says. One that fails at this message is in doubt: nobody knows how far it came."""
    try:
        return sink.send(message, key=key, now=now, timeout=timeout)
    except _BROKEN as error:
        return uncertain(f"the sink failed: {type(error).__name__}: {error}")


def _routed(outbox: Outbox, post: Post, effect: Effect, now: Instant) -> Handled:
    try:
        parts = parts_of(effect, post.routes, post.facts(effect))
    except _BROKEN as error:
        reason = _cannot_be_made(error)
        return _record(effect, "held", outbox.hold(effect, now=now, error=reason), reason)
    if not parts:
        reason = f"no route for {effect.action}"
        return _record(effect, "dropped", outbox.drop(effect, now=now, reason=reason), reason)
    return _record(effect, "routed", outbox.split(effect, parts, now=now), ", ".join(part.sink for part in parts))


def _settled(outbox: Outbox, post: Post, effect: Effect, outcome: Outcome, now: Instant) -> Handled:
    if outcome.verdict is Verdict.DELIVERED:
        return _record(effect, "sent", outbox.done(effect, now=now))
    if outcome.verdict is Verdict.REFUSED:
        return _record(effect, "dead", outbox.dead(effect, now=now, error=outcome.reason), outcome.reason)
    in_doubt = outcome.verdict is Verdict.UNCERTAIN and not post.sinks[effect.sink].idempotent
    if in_doubt and _holds(post.policy, effect.sink):
        reason = f"in doubt: {outcome.reason}"
        return _record(effect, "held", outbox.hold(effect, now=now, error=reason), reason)
    policy = post.policy.retry_of(effect.sink)
    following = next_attempt(policy, outcome, effect.attempts + 1, effect.key, now, created_at=effect.created_at)
    if following.at is None:
        return _record(effect, "dead", outbox.dead(effect, now=now, error=following.reason), following.reason)
    kept = outbox.retry(effect, now=now, at=following.at, error=outcome.reason)
    return _record(effect, "retry", kept, outcome.reason, following.at)


def _breaker_after(breaker: Breaker, post: Post, outcome: Outcome, now: Instant) -> Breaker:
    """A refusal or a plea to wait shows a receiver that works; only silence and errors count against it."""
    failed = outcome.verdict in (Verdict.RETRY, Verdict.UNCERTAIN) and outcome.after is None
    return after_send(breaker, post.policy.breaker, failed=failed, now=now)


def _holds(policy: DeliveryPolicy, sink: str) -> bool:
    named = policy.sinks.get(sink)
    return named is None or isinstance(named, FilePolicy) or named.on_uncertain == "hold"


def _timeout(policy: DeliveryPolicy, sink: str) -> float:
    named = policy.sinks.get(sink)
    return 15.0 if named is None or isinstance(named, FilePolicy) else named.timeout_seconds


def _record(effect: Effect, result: Result, kept: bool, reason: str = "", at: Instant = 0) -> Handled:
    return Handled(
        effect_id=effect.effect_id,
        key=effect.key,
        sink=effect.sink,
        result=result if kept else "lost",
        reason=reason if kept else "its claim ran out",
        at=at,
    )
