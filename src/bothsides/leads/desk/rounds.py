"""One round of the desk: everything that is due is looked at, and leads that wait are given to whoever is free."""

from dataclasses import dataclass

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.draining import QUEUE, drain_pool, waiting_pools, wake_at
from bothsides.leads.desk.looking import look, proven
from bothsides.logbook import Book, Timer, claim, settle
from bothsides.schema.instant import Instant

BATCH = 200
"""Timers that are taken at once."""
DRAINED = 50
"""Leads of a queue that are given at once."""

_WAKES = frozenset({QUEUE, "job"})
"""Timers that ask nothing of the desk itself: every round gives out what waits, and jobs are their keeper's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round came to."""

    timers: tuple[Timer, ...] = ()
    """Those that were due, in the order in which they were looked at."""
    given: int = 0
    """Leads that had waited in the queue of a pool."""


def go_round(book: Book, agreed: Agreed, *, now: Instant, snapshot: int | None = None) -> Round:
    """Looks at all that is due and gives out what waits, in the caller's transaction, until nothing is left to do."""
    done: list[Timer] = []
    while timers := claim(book, now=now, limit=BATCH):
        settle(book, [timer for timer in timers if timer.purpose in _WAKES], now=now)
        look(book, agreed, [timer for timer in timers if timer.purpose not in _WAKES], now=now, snapshot=snapshot)
        done += timers
    seen: set[str] = set()
    while timers := [one for one in proven(book, limit=BATCH + len(seen)) if one.subject not in seen]:
        look(book, agreed, timers, now=now, snapshot=snapshot)
        seen |= {timer.subject for timer in timers}
    given = sum(_drained(book, agreed, pool, now, snapshot) for pool in waiting_pools(book, agreed))
    return Round(timers=tuple(done), given=given)


def _drained(book: Book, agreed: Agreed, pool: str, now: Instant, snapshot: int | None) -> int:
    given, last = 0, None
    while True:
        batch = drain_pool(book, agreed, pool, now=now, limit=DRAINED, after=last, snapshot=snapshot)
        given, last = given + batch.given, batch.last
        if batch.seen < DRAINED:
            book.post(wake_at(book, batch, now=now), now=now)
            return given
