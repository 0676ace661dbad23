"""A transaction that had to give way to another is made again: nothing of it was kept, so nothing is done twice."""

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from bothsides.logbook.store import AlreadyWritten, Book, Logbook

CONFLICTS = frozenset({"40001", "40P01", "55P03"})
"""States of PostgreSQL in which a transaction gave way to another: serialisation, deadlock, a lock not to be had."""

ATTEMPTS = 4

T = TypeVar("T")


def driver_errors(logbook: Logbook) -> tuple[type[Exception], ...]:
    """What the driver raises where the logbook cannot be read or written at the moment."""
    driver: type[Exception] = logbook.engine.dialect.loaded_dbapi.OperationalError
    return driver, sa.exc.OperationalError


def gave_way(error: BaseException) -> bool:
    """Whether the transaction had to give way, so that it may succeed when it is made again."""
    inner = getattr(error, "orig", None) or error
    return isinstance(error, AlreadyWritten) or getattr(inner, "sqlstate", None) in CONFLICTS


def in_turn(logbook: Logbook, attempt: Callable[[], T]) -> T:
    """What the attempt returns, which makes one transaction; made again where that had to give way, a few times.

    Another connection may have written a line of the same key in between: then the next attempt knows of it. Raises
    what the last attempt raised.
    """
    conflicts: tuple[type[Exception], ...] = (*driver_errors(logbook), AlreadyWritten)
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except conflicts as error:
            if not gave_way(error):
                raise
    return attempt()


def kept(logbook: Logbook, work: Callable[[Book], T]) -> T:
    """Does the work in a transaction of its own, again where that had to give way to another; what the work returns."""

    def attempt() -> T:
        with logbook.writing() as book:
            return work(book)

    return in_turn(logbook, attempt)
