"""What is sent and how it went: an effect of the outbox, the message made of it, the sink's answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One row of the outbox: something that must happen outside, once per key.

    `payload` may hold: `to` (an address), `purpose`, `template`, `fields` (for the template), `data` (for machines),
    `not_after` (an Instant after which the message would be pointless).
    """

    effect_id: str
    key: str
    """Idempotency key, the same at every attempt."""
    action: str
    subject: str
    """Whom it is about, such as a lead id."""
    sink: str
    created_at: Instant
    not_before: Instant
    payload: Mapping[str, object] = field(default_factory=dict)
    attempts: int = 0
    """Sends that were begun, this claim's not counted."""
    claimed_until: Instant = 0
    interrupted: bool = False
    """An earlier send was begun and nobody wrote how it ended: its worker died."""

    def text(self, name: str) -> str:
        """The payload's text of that name, empty where there is none."""
        value = self.payload.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a sink sends: for people `to`, `title` and `text`, for machines `data`."""

    action: str
    subject: str
    created_at: Instant
    data: Mapping[str, object] = field(default_factory=dict)
    to: str = ""
    title: str = ""
    text: str = ""
    unsubscribe: str = ""
    """Address of a one-click unsubscription, empty where the message needs none."""


class Verdict(StrEnum):
    """How a send went."""

    DELIVERED = "delivered"
    RETRY = "retry"
    """It was not taken, another attempt may work."""
    REFUSED = "refused"
    """It was not taken and never will be."""
    UNCERTAIN = "uncertain"
    """It may have been taken: the answer never came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A sink's answer."""

    verdict: Verdict
    reason: str = ""
    after: int | None = None
    """Seconds that the receiver asks us to wait."""


DELIVERED = Outcome(verdict=Verdict.DELIVERED)


def retry(reason: str, *, after: int | None = None) -> Outcome:
    """Not taken; another attempt may work."""
    return Outcome(verdict=Verdict.RETRY, reason=reason, after=after)


def refused(reason: str) -> Outcome:
    """Not taken, for good."""
    return Outcome(verdict=Verdict.REFUSED, reason=reason)


def uncertain(reason: str, *, after: int | None = None) -> Outcome:
    """Perhaps taken."""
    return Outcome(verdict=Verdict.UNCERTAIN, reason=reason, after=after)


class Sink(Protocol):
    """A way out: webhook, e-mail, file, or an outside system's connector."""

    @property
    def idempotent(self) -> bool:
        """Whether the receiver takes each key once, so that sending again does no harm."""
        ...

    def send(self, message: Message, *, key: str, now: Instant, timeout: float) -> Outcome:
        """Try once, for at most `timeout` seconds; expected failures are outcomes, not exceptions."""
        ...
