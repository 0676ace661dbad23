"""One worker at a time where several would stand in each other's way at every transaction."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from bothsides.logbook.giving_way import driver_errors
from bothsides.logbook.store import Logbook

LOOK_AGAIN = 0.1
"""Seconds until a worker that waits asks again: as many as wait, each wakes for a question alone."""
_MOST_LOCKS = 2**31
_TAKEN = sa.text("SELECT pg_try_advisory_lock(:what, hashtext(current_schema()))")
_LEFT = sa.text("SELECT pg_advisory_unlock(:what, hashtext(current_schema()))")


def lock_number(name: str) -> int:
    """The number under which what is called so is held."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big") % _MOST_LOCKS


@contextmanager
def alone(
    logbook: Logbook, what: str, *, stop: Callable[[], bool] = lambda: False, patience: float = 30.0
) -> Iterator[None]:
    """Waits until no other worker is at it, and keeps others from it until the end; no longer than until `stop` says
    so, and than `patience` in seconds.

    It guards nothing: each transaction holds what it reads, so who has waited enough goes on. It spares the convoy, in
    which every commit wakes another worker whose pages and plans have gone cold. SQLite has one writer anyway.
    """
    if logbook.dialect == "sqlite":
        yield
        return
    number = lock_number(what)
    # A transaction that stays open would keep the database from clearing away what each batch replaced.
    with logbook.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as con:
        until = time.monotonic() + patience
        while not (came := con.scalar(_TAKEN, {"what": number})) and not stop() and time.monotonic() < until:
            time.sleep(LOOK_AGAIN)
        try:
            yield
        finally:
            if came:
                _leave(con, number, driver_errors(logbook))


def _leave(con: sa.Connection, number: int, lost: tuple[type[Exception], ...]) -> None:
    try:
        con.execute(_LEFT, {"what": number})
    except lost:
        # With the connection the place was given up; one that only seems lost is closed, which gives it up too.
        con.invalidate()
