"""Makes the folded tables anew from the journal, which alone says what happened."""

from typing import Any

from bothsides.logbook.applying import apply
from bothsides.logbook.projection import project
from bothsides.logbook.store import Book
from bothsides.logbook.tables import FOLDED

_CHUNK = 10_000

_LEASES = frozenset({("outbox", "claimed_until")})
"""Columns that are no history: who holds a row at this moment."""


def rebuild(book: Book) -> int:
    """Empties the folded tables and folds every line again; how many lines there were."""
    book.shut_out()
    for table in FOLDED:
        book.run(f"DELETE FROM {table.name}")
    last = count = 0
    while lines := book.since(last, limit=_CHUNK):
        apply(book.cursor, book.dialect, project(lines))
        count, last = count + len(lines), lines[-1].seq
    return count


def standing(book: Book) -> dict[str, list[tuple[Any, ...]]]:
    """Every folded row by table, in the order of its key: two logbooks of one history are equal here."""
    found = {}
    for table in FOLDED:
        names = [column.name for column in table.columns if (table.name, column.name) not in _LEASES]
        keys = ", ".join(column.name for column in table.primary_key)
        found[table.name] = book.all(f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {keys}")
    return found
