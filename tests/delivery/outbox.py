"""An outbox, a ledger of sends and a sink in memory, as the logbook and the world would be."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bothsides.delivery import DeliveryPolicy, Effect, Message, Outcome, Post, Recipient, Sink
from bothsides.delivery.message import DELIVERED
from bothsides.delivery.templates import Template, parse_template
from bothsides.schema.instant import Instant


class Died(BaseException):
    """The worker's process ended here."""


@dataclass
class Row:
    effect: Effect
    state: str = "waiting"
    begun: bool = False
    error: str = ""


@dataclass
class MemoryOutbox:
    """`dies_at` is the number of the durable step before which (or, with half a step more, after which) it dies."""

    rows: dict[str, Row] = field(default_factory=dict)
    steps: int = 0
    dies_at: float = -1

    def post(self, *effects: Effect) -> None:
        for effect in effects:
            assert effect.key not in {row.effect.key for row in self.rows.values()}
            self.rows[effect.effect_id] = Row(effect=effect)

    def states(self) -> dict[str, str]:
        return {effect_id: row.state for effect_id, row in self.rows.items()}

    def claim(self, most: int, *, now: Instant, until: Instant) -> Sequence[Effect]:
        def take() -> list[Effect]:
            taken = []
            for row in sorted(self.rows.values(), key=lambda row: (row.effect.not_before, row.effect.effect_id)):
                due = row.state == "waiting" and row.effect.not_before <= now
                expired = row.state == "claimed" and row.effect.claimed_until <= now
                if (due or expired) and len(taken) < most:
                    row.state = "claimed"
                    row.effect = dataclasses.replace(row.effect, claimed_until=until, interrupted=row.begun)
                    taken.append(row.effect)
            return taken

        return self._step(take)

    def begin(self, effect: Effect, *, now: Instant) -> bool:
        def change(row: Row) -> None:
            row.begun = True
            row.effect = dataclasses.replace(row.effect, attempts=row.effect.attempts + 1)

        return self._mine(effect, change)

    def split(self, effect: Effect, parts: Sequence[Effect], *, now: Instant) -> bool:
        def change(row: Row) -> None:
            row.state = "done"
            self.post(*parts)

        return self._mine(effect, change)

    def done(self, effect: Effect, *, now: Instant) -> bool:
        return self._ended(effect, "done", "")

    def retry(self, effect: Effect, *, now: Instant, at: Instant, error: str) -> bool:
        def change(row: Row) -> None:
            row.state, row.begun, row.error = "waiting", False, error
            row.effect = dataclasses.replace(row.effect, not_before=at)

        return self._mine(effect, change)

    def hold(self, effect: Effect, *, now: Instant, error: str) -> bool:
        return self._ended(effect, "held", error)

    def dead(self, effect: Effect, *, now: Instant, error: str) -> bool:
        return self._ended(effect, "dead", error)

    def drop(self, effect: Effect, *, now: Instant, reason: str) -> bool:
        return self._ended(effect, "dropped", reason)

    def _ended(self, effect: Effect, state: str, error: str) -> bool:
        def change(row: Row) -> None:
            row.state, row.begun, row.error = state, False, error

        return self._mine(effect, change)

    def _mine(self, effect: Effect, change: Callable[[Row], None]) -> bool:
        def attempt() -> bool:
            row = self.rows[effect.effect_id]
            if row.state != "claimed" or row.effect.claimed_until != effect.claimed_until:
                return False
            change(row)
            return True

        return self._step(attempt)

    def _step(self, work):
        self.steps += 1
        if self.dies_at == self.steps:
            raise Died
        result = work()
        if self.dies_at == self.steps + 0.5:
            raise Died
        return result


@dataclass
class MemorySends:
    rows: dict[str, dict[str, Instant]] = field(default_factory=dict)

    def newest(self, who: str, rank: int, *, but: str) -> Instant | None:
        moments = sorted((at for key, at in self.rows.get(who, {}).items() if key != but), reverse=True)
        return moments[rank - 1] if len(moments) >= rank else None

    def note(self, who: str, *, key: str, at: Instant) -> None:
        self.rows.setdefault(who, {})[key] = at


@dataclass
class MemorySink:
    """`answers` in turn, then delivered; `effects` counts what an idempotent receiver did, `sent` every arrival."""

    idempotent: bool = True
    answers: list[Outcome] = field(default_factory=list)
    sent: list[tuple[str, Message, Instant]] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)

    def send(self, message: Message, *, key: str, now: Instant, timeout: float) -> Outcome:
        self.sent.append((key, message, now))
        answer = self.answers.pop(0) if self.answers else DELIVERED
        if answer.verdict in ("delivered", "uncertain"):
            self.effects[key] = 1 if self.idempotent else self.effects[key] + 1
        return answer


@dataclass
class Clock:
    now: Instant = 1_000_000

    def __call__(self) -> Instant:
        return self.now


def an_effect(number: int = 1, **changes: object) -> Effect:
    plain = Effect(
        effect_id=f"e{number}",
        key=f"key-{number}",
        action="sla_breach",
        subject=f"lead-{number}",
        sink="hook",
        created_at=1_000_000,
        not_before=1_000_000,
        payload={"data": {"n": number}},
    )
    return dataclasses.replace(plain, **changes)


def a_template(name: str) -> Template:
    return parse_template(name, "Subject: Missed: {company}\n\nCall {company}.\n")


def a_post(
    sinks: Mapping[str, Sink],
    policy: DeliveryPolicy | None = None,
    people: Callable[[str], Recipient] = lambda address: Recipient(address=address),
    sends: MemorySends | None = None,
) -> Post:
    return Post(
        policy=policy or DeliveryPolicy(),
        sinks=sinks,
        sends=sends or MemorySends(),
        people=people,
        template=a_template,
    )
