"""Copies a logbook into a SQLite file while others write: the copy is the logbook as it was at one moment."""

import hashlib
import importlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bothsides.logbook.plain import sorted_text
from bothsides.logbook.store import Book, Logbook
from bothsides.logbook.tables import METADATA
from bothsides.logbook.verifying import unchanging

_CHUNK = 5_000
_ALL = 2**256


class CopyDiffers(OSError):  # noqa: N818 - reads as the fact
    """What was written is not what was read; nothing was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A copy that was made, and read again."""

    path: Path
    lines: int
    last_seq: int
    """The last line that is in it: later ones were written after its moment."""
    checksum: str
    """Over every row of every table: equal for equal logbooks, in either database."""


def copy(logbook: Logbook, to: Path) -> Copied:
    """Writes the logbook as it is now into a new SQLite file; nobody waits for it.

    The file appears under its name when it is whole, was read again and lies on the disk. Raises FileExistsError where
    there is one already, FileNotFoundError where its folder is missing, CopyDiffers where the disk gave back others.
    """
    _refuse(to)
    if not to.parent.is_dir():
        raise FileNotFoundError(f"{to.parent} is no folder; make it first")
    part = to.with_name(f".{to.name}.part")
    _gone(part)
    try:
        with unchanging(logbook) as book:
            if book.dialect == "sqlite":
                _backed_up(book, part)
            else:
                _exported(book, part)
            source = checksum(book)
            lines, last = (book.one("SELECT count(*), max(seq) FROM entries") or (0, None))[:2]
        found = _read_again(part)
        if found != source:
            raise CopyDiffers(f"{to}: the copy reads {found[:12]}, the logbook {source[:12]}; try another disk")
        _made_last(part)
        _refuse(to)
        part.rename(to)
    finally:
        _gone(part)
    _made_last(to.parent)
    return Copied(path=to, lines=lines, last_seq=last or 0, checksum=source)


def _refuse(to: Path) -> None:
    if to.exists():
        raise FileExistsError(f"{to} is there already; name a file that is not")


def checksum(book: Book) -> str:
    """A sum over the rows of every table, whatever their order."""
    total = 0
    for table in METADATA.sorted_tables:
        for row in _rows(book, table):
            digest = hashlib.sha256(f"{table.name}{sorted_text(row)}".encode()).digest()
            total = (total + int.from_bytes(digest, "big")) % _ALL
    return f"{total:064x}"


def _backed_up(book: Book, part: Path) -> None:
    """All pages in one step: a backup in several would begin again whenever somebody writes."""
    driver = book.con.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError(f"{driver!r} is no connection to SQLite")
    # The view begins with the first read, not with BEGIN.
    book.one("SELECT 1 FROM entries LIMIT 1")
    with _sqlite(part) as target:
        driver.backup(target, pages=-1)


def _exported(book: Book, part: Path) -> None:
    """Every table, row by row, into tables of this release's shape."""
    opened = Logbook.open(part)
    try:
        importlib.import_module("bothsides.logbook.upgrading").upgrade(opened)
    finally:
        opened.close()
    with _sqlite(part) as target, target:
        for table in METADATA.sorted_tables:
            names = _names(table)
            marks = ", ".join("?" * len(names))
            target.executemany(
                f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})",
                (row for row in _rows(book, table)),
            )


def _rows(book: Book, table: sa.Table) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, a few thousand at a time."""
    driver: Any = book.con.connection.driver_connection
    cursor = driver.cursor(name=f"copy_{table.name}") if book.dialect == "postgresql" else driver.cursor()
    try:
        cursor.execute(f"SELECT {', '.join(_names(table))} FROM {table.name}")
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows
    finally:
        cursor.close()


def _names(table: sa.Table) -> list[str]:
    return [column.name for column in table.columns]


def _read_again(part: Path) -> str:
    """The checksum of the copy, by a connection that did not write it, after SQLite has looked over its pages."""
    opened = Logbook.open(part)
    try:
        with opened.reading() as book:
            said = book.all("PRAGMA integrity_check")
            if said != [("ok",)]:
                raise CopyDiffers(f"{part}: {said[0][0]}")
            return checksum(book)
    finally:
        opened.close()


@contextmanager
def _sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that leaves the disk to the end: until then nobody relies on the file."""
    con = sqlite3.connect(path)
    try:
        con.execute("PRAGMA synchronous=OFF")
        yield con
    finally:
        con.close()


def _made_last(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _gone(part: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            part.with_name(part.name + end).unlink()
