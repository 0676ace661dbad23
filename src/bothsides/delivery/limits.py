"""How much a sink may send and when it rests: budgets per hour and day, and a breaker that opens after failures."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from bothsides.agreement import checked
from bothsides.agreement.numbers import above_zero
from bothsides.schema.instant import DAY, HOUR, MINUTE, Instant


class Sends(Protocol):
    """What was sent to whom: `who` is `sink:NAME` or `to:HASH`. One entry per who and key, however many attempts."""

    def newest(self, who: str, rank: int, *, but: str) -> Instant | None:
        """When the rank-th newest send began (1 = newest), that of the key `but` left out; None where fewer began."""
        ...

    def note(self, who: str, *, key: str, at: Instant) -> None:
        """Write that a send begins; before the send, so that a limit is never exceeded by a crash."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPolicy:
    """The most a sink sends in any hour and any day; none: no limit. Rolling windows."""

    per_hour: Annotated[int, checked(above_zero)] | None = None
    per_day: Annotated[int, checked(above_zero)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """Set under `[breaker]`: a sink that fails so often in a row rests, then one message probes it."""

    failures: Annotated[int, checked(above_zero)] = 5
    rest_minutes: Annotated[float, checked(above_zero)] = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """One sink's failures in a row, and until when it rests."""

    failures: int = 0
    rests_until: Instant = 0


def budget_wait(budget: BudgetPolicy, sends: Sends, sink: str, key: str, now: Instant) -> Instant | None:
    """When the sink has room again, None where it has room now."""
    waits = [
        free
        for most, window in ((budget.per_hour, HOUR), (budget.per_day, DAY))
        if most is not None and (free := window_free(sends, f"sink:{sink}", most, window, key)) > now
    ]
    return max(waits, default=None)


def window_free(sends: Sends, who: str, most: int, window: int, key: str) -> Instant:
    """From when `most` sends in any `window` seconds leave room for one more."""
    newest = sends.newest(who, most, but=key)
    return 0 if newest is None else newest + window


def after_send(breaker: Breaker, policy: BreakerPolicy, *, failed: bool, now: Instant) -> Breaker:
    """The breaker after a send: a success closes it, a failure too many lets the sink rest.

    >>> after_send(Breaker(failures=4), BreakerPolicy(), failed=True, now=1000)
    Breaker(failures=5, rests_until=1300)
    """
    if not failed:
        return Breaker()
    failures = breaker.failures + 1
    if failures < policy.failures:
        return Breaker(failures=failures)
    return Breaker(failures=failures, rests_until=now + int(policy.rest_minutes * MINUTE))
