"""Seals the journal: a chain of hashes over every line, so that no line can change unnoticed."""

import hashlib
from dataclasses import dataclass

from bothsides.logbook.entry import Written
from bothsides.logbook.plain import sorted_text
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
    while lines := book.since(last, limit=_CHUNK):
        for line in lines:
            digest.update(_bytes(line))
        count, last = count + len(lines), lines[-1].seq
    if not count:
        return None
    made = Seal(last_seq=last, entries=count, sealed_at=now, hash=digest.hexdigest())
    book.insert("seals", [{"last_seq": made.last_seq, "entries": count, "sealed_at": now, "hash": made.hash}])
    return made


def broken_seals(book: Book) -> tuple[BrokenSeal, ...]:
    """Every sealed stretch whose lines differ from what was sealed: changed, missing, added or out of place."""
    found, start, chain = [], 0, ""
    for made in _seals(book):
        digest = hashlib.sha256(chain.encode())
        count, last = 0, start
        while last < made.last_seq:
            lines = [line for line in book.since(last, limit=_CHUNK) if line.seq <= made.last_seq]
            if not lines:
                break
            for line in lines:
                digest.update(_bytes(line))
            count, last = count + len(lines), lines[-1].seq
        if digest.hexdigest() != made.hash:
            said = (
                f"{count} lines stand there, {made.entries} were sealed"
                if count != made.entries
                else "lines were changed"
            )
            found.append(BrokenSeal(after_seq=start, last_seq=made.last_seq, said=said))
        start, chain = made.last_seq, made.hash
    return tuple(found)


def _bytes(line: Written) -> bytes:
    told = (
        line.seq, line.kind.value, line.subject, line.at, line.written_at, line.data, line.key, line.actor,
        line.reason, line.policy, line.snapshot, line.reverses,
    )  # fmt: skip
    return sorted_text(told).encode() + b"\n"


def _seals(book: Book) -> list[Seal]:
    rows = book.all("SELECT last_seq, entries, sealed_at, hash FROM seals ORDER BY last_seq")
    return [Seal(last_seq=last, entries=count, sealed_at=at, hash=made) for last, count, at, made in rows]


def _last(book: Book) -> Seal | None:
    row = book.one("SELECT last_seq, entries, sealed_at, hash FROM seals ORDER BY last_seq DESC LIMIT 1")
    return Seal(last_seq=row[0], entries=row[1], sealed_at=row[2], hash=row[3]) if row else None
