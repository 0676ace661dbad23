"""When to try again: full jitter, the receiver's Retry-After, an end. Pure, and the same at every replay."""

import hashlib
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Annotated

from bothsides.agreement import checked
from bothsides.agreement.numbers import above_zero
from bothsides.delivery.message import Outcome
from bothsides.schema.instant import HOUR, Instant, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Set under `[retry]` of `agreement/delivery.toml`, or per sink. The defaults try for about three days."""

    first_wait_seconds: Annotated[int, checked(above_zero)] = 30
    """The longest first wait; it doubles with every attempt."""
    longest_wait_hours: Annotated[float, checked(above_zero)] = 8
    longest_retry_after_hours: Annotated[float, checked(above_zero)] = 24
    """A receiver that asks for more is asked again after this."""
    most_attempts: Annotated[int, checked(above_zero)] = 16
    oldest_hours: Annotated[float, checked(above_zero)] = 72
    """A message older than this is given up,"""
    least_attempts: Annotated[int, checked(above_zero)] = 3
    """but not before so many attempts: it may have waited for hours or limits first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The next attempt, or why there is none."""

    at: Instant | None
    reason: str = ""


def next_attempt(
    policy: RetryPolicy, outcome: Outcome, attempt: int, key: str, now: Instant, *, created_at: Instant
) -> Next:
    """When the message is sent again after its `attempt`-th send (1 = first), or why it is given up.

    Full jitter: anywhere between one second and the doubled wait, so that a crowd spreads out (AWS Architecture Blog,
    Exponential Backoff and Jitter, 2015). A Retry-After is waited for first, the jitter comes on top.

    >>> from bothsides.delivery.message import retry
    >>> next_attempt(RetryPolicy(), retry("429", after=600), 1, "k", 0, created_at=0).at in range(601, 631)
    True
    """
    if attempt >= policy.most_attempts:
        return Next(at=None, reason=f"given up after {attempt} attempts: {outcome.reason}")
    at = now + asked_wait(policy, outcome) + jitter(key, attempt, longest_wait(policy, attempt))
    if attempt >= policy.least_attempts and at > created_at + int(policy.oldest_hours * HOUR):
        return Next(at=None, reason=f"given up after {policy.oldest_hours:g} hours: {outcome.reason}")
    return Next(at=at)


def asked_wait(policy: RetryPolicy, outcome: Outcome) -> int:
    """Seconds that the receiver asks for, within our bound."""
    return min(max(outcome.after or 0, 0), int(policy.longest_retry_after_hours * HOUR))


def longest_wait(policy: RetryPolicy, attempt: int) -> int:
    """The longest wait after that attempt, in seconds: 30, 60, 120 ... up to the cap.

    >>> [longest_wait(RetryPolicy(), attempt) for attempt in (1, 2, 3, 30)]
    [30, 60, 120, 28800]
    """
    cap = max(1, int(policy.longest_wait_hours * HOUR))
    return min(cap, policy.first_wait_seconds << min(max(attempt, 1) - 1, 40))


def jitter(key: str, attempt: int, longest: int) -> int:
    """A whole number of seconds in 1..longest, spread evenly over keys and attempts, always the same for the same."""
    digest = hashlib.sha256(f"{key}\x1f{attempt}".encode()).digest()
    return 1 + int.from_bytes(digest[:8], "big") * max(longest, 1) // 2**64


def retry_after(header: str | None, now: Instant) -> int | None:
    """Seconds to wait by a Retry-After header, in seconds or as an HTTP date; None where it says nothing.

    >>> retry_after("120", 0), retry_after("Thu, 01 Jan 1970 00:02:00 GMT", 60), retry_after("soon", 0)
    (120, 60, None)
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        return None
    return max(0, instant(moment) - now)
