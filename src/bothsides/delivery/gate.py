"""The last gate: whether this person may get this message now. Nothing is sent to a person past it."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from bothsides.agreement import checked
from bothsides.agreement.numbers import above_zero
from bothsides.delivery.hours import OpenHours
from bothsides.delivery.limits import Sends, window_free
from bothsides.schema.instant import DAY, Instant, in_utc
from bothsides.schema.working_time import NeverOpenError

Kind = Literal["marketing", "service", "internal"]
Decided = Literal["send", "wait", "drop", "hold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposePolicy:
    """Set under `[purpose.NAME]` of `agreement/delivery.toml`: why a person is written to."""

    kind: Kind
    """marketing: only with consent; service: what a contract or request brings with it; internal: own staff only."""
    hours: Literal["any", "waking", "working"] = "waking"
    most: Annotated[int, checked(above_zero)] | None = None
    """The most messages of this purpose a person gets in any `every_days` days."""
    every_days: Annotated[int, checked(above_zero)] = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A person's word on one purpose."""

    given_at: Instant
    withdrawn_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """What is known of the person at an address."""

    address: str
    staff: bool = False
    """Belongs to the own company."""
    consents: Mapping[str, Consent] = field(default_factory=dict)
    """By purpose."""
    unsubscribed: frozenset[str] = frozenset()
    """Purposes, or "all"."""
    suppressed: Literal["no", "marketing", "all"] = "no"
    """By the suppression list: bounced, complained, erased."""
    hours: Mapping[str, OpenHours] = field(default_factory=dict)
    """`waking` in the person's zone, `working` for staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What the gate says: send, wait until `at`, drop for `reason`, or hold where it cannot know."""

    decided: Decided
    at: Instant = 0
    reason: str = ""


def address_hash(address: str, key: bytes = b"") -> str:
    """The address as suppression lists and counters keep it: keyed SHA-256, whatever its case and outer spaces.

    >>> address_hash("Ana@Example.com ") == address_hash("ana@example.com")
    True
    """
    return hmac.digest(key, address.strip().casefold().encode(), hashlib.sha256).hex()


def may_pass(
    recipient: Recipient,
    purpose: str,
    policy: PurposePolicy,
    *,
    sends: Sends,
    who: str,
    key: str,
    now: Instant,
    not_after: Instant | None = None,
) -> Passage:
    """Whether the message may go. Prohibitions first, then hours and frequency, which only make it wait.

    `who` is the recipient's hash in `sends`; `not_after` is when the message becomes pointless.
    """
    if reason := _prohibited(recipient, purpose, policy, now):
        return Passage(decided="drop", reason=reason)
    at, why = now, ""
    if policy.most is not None:
        free = window_free(sends, f"to:{who}:{purpose}", policy.most, policy.every_days * DAY, key)
        if free > at:
            at, why = free, f"at most {policy.most} of {purpose} in {policy.every_days} days"
    if policy.hours != "any":
        hours = recipient.hours.get(policy.hours)
        if hours is None:
            return Passage(decided="hold", reason=f"{policy.hours} hours of the recipient are unknown")
        opening = _opening(hours, at)
        if opening is None:
            return Passage(decided="hold", reason=f"{policy.hours} hours of the recipient never come")
        if opening > at:
            at, why = opening, why or f"outside {policy.hours} hours"
    if not_after is not None and at > not_after:
        return Passage(decided="drop", reason=f"too late: pointless after {in_utc(not_after):%Y-%m-%dT%H:%M:%SZ}")
    return Passage(decided="wait", at=at, reason=why) if at > now else Passage(decided="send", at=now)


def _opening(hours: OpenHours, at: Instant) -> Instant | None:
    try:
        return hours.next_open(at)
    except NeverOpenError:
        return None


def _prohibited(recipient: Recipient, purpose: str, policy: PurposePolicy, now: Instant) -> str | None:
    if recipient.suppressed == "all":
        return "address is suppressed"
    if policy.kind == "internal":
        return None if recipient.staff else f"{purpose} is for own staff only"
    if policy.kind == "service":
        return None
    if recipient.suppressed == "marketing":
        return "address is suppressed for marketing"
    if recipient.unsubscribed & {purpose, "all"}:
        return f"unsubscribed from {purpose}"
    consent = recipient.consents.get(purpose)
    if consent is None or consent.given_at > now:
        return f"no consent to {purpose}"
    if consent.withdrawn_at is not None and consent.given_at <= consent.withdrawn_at <= now:
        return f"consent to {purpose} was withdrawn"
    return None
