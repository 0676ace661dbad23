"""One round of the desk: everything that is due is looked at, and leads that wait are given to whoever is free."""

from dataclasses import dataclass

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.draining import QUEUE, drain_pool, waiting_pools, wake_at
from bothsides.leads.desk.looking import look, proven
from bothsides.logbook import Book, Timer, claim, settle
from bothsides.schema.instant import Instant

BATCH = 200
"""Timers, and leads of a queue, that are taken at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round came to."""

    timers: tuple[Timer, ...] = ()
    """Those that were due, in the order in which they were looked at."""
    given: int = 0
    """Leads that had waited in the queue of a pool."""


def go_round(book: Book, agreed: Agreed, *, now: Instant, snapshot: int | None = None) -> Round:
    """Looks at all that is due and gives out what waits, in the caller's one transaction, until nothing is left to do.

    A timer that the round itself sets for this moment is looked at in it too.
    """
    done: list[Timer] = []
    while timers := claim(book, now=now, limit=BATCH) or proven(book, limit=BATCH):
        settle(book, [timer for timer in timers if timer.purpose == QUEUE], now=now)
        look(book, agreed, [timer for timer in timers if timer.purpose != QUEUE], now=now, snapshot=snapshot)
        done += timers
    given = sum(_drained(book, agreed, pool, now, snapshot) for pool in waiting_pools(book, agreed))
    return Round(timers=tuple(done), given=given)


def _drained(book: Book, agreed: Agreed, pool: str, now: Instant, snapshot: int | None) -> int:
    given = skip = 0
    while True:
        batch = drain_pool(book, agreed, pool, now=now, limit=BATCH, skip=skip, snapshot=snapshot)
        given, skip = given + batch.given, skip + batch.seen - batch.given
        if batch.seen < BATCH:
            book.post(wake_at(book, batch, now=now), now=now)
            return given
