"""Seals the journal: a chain of hashes over every line, so that no line can change unnoticed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bothsides.logbook.plain import plain_text
from bothsides.logbook.store import Book
from bothsides.schema.instant import Instant

_CHUNK = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The hash over all lines up to `last_seq`, made of the seal before and the lines since it."""

    last_seq: int
    entries: int
    sealed_at: Instant
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenSeal:
    """A stretch of the journal that is not what was sealed."""

    after_seq: int
    last_seq: int
    said: str


def seal(book: Book, *, now: Instant) -> Seal | None:
    """Seals the lines since the last seal; None where there are none. Lines of open transactions wait for the next."""
    before = _last(book)
    start, chain = (before.last_seq, before.hash) if before else (0, "")
    digest = hashlib.sha256(chain.encode())
    count, last = 0, start
    for row in _rows(book, start):
        digest.update(_bytes(row))
        count, last = count + 1, row[0]
    if not count:
        return None
    made = Seal(last_seq=last, entries=count, sealed_at=now, hash=digest.hexdigest())
    book.insert("seals", [{"last_seq": made.last_seq, "entries": count, "sealed_at": now, "hash": made.hash}])
    return made


def broken_seals(book: Book) -> tuple[BrokenSeal, ...]:
    """Every sealed stretch whose lines differ from what was sealed: changed, missing, added or out of place.

    One walk over the journal, however many seals there are.
    """
    found: list[BrokenSeal] = []
    rows = _rows(book, 0)
    row = next(rows, None)
    start, chain = 0, ""
    for made in _seals(book):
        digest, count = hashlib.sha256(chain.encode()), 0
        while row is not None and row[0] <= made.last_seq:
            digest.update(_bytes(row))
            count += 1
            row = next(rows, None)
        if digest.hexdigest() != made.hash:
            counted = f"{count} lines stand there, {made.entries} were sealed"
            said = counted if count != made.entries else "lines were changed"
            found.append(BrokenSeal(after_seq=start, last_seq=made.last_seq, said=said))
        start, chain = made.last_seq, made.hash
    return tuple(found)


def _rows(book: Book, after: int) -> Iterator[tuple[Any, ...]]:
    while rows := book.rows_since(after, limit=_CHUNK):
        yield from rows
        after = rows[-1][0]


def _bytes(row: tuple[Any, ...]) -> bytes:
    return plain_text(row).encode() + b"\n"


def _seals(book: Book) -> list[Seal]:
    rows = book.all("SELECT last_seq, entries, sealed_at, hash FROM seals ORDER BY last_seq")
    return [Seal(last_seq=last, entries=count, sealed_at=at, hash=made) for last, count, at, made in rows]


def _last(book: Book) -> Seal | None:
    row = book.one("SELECT last_seq, entries, sealed_at, hash FROM seals ORDER BY last_seq DESC LIMIT 1")
    return Seal(last_seq=row[0], entries=row[1], sealed_at=row[2], hash=row[3]) if row else None
