"""Checks a logbook against itself: its seals, its lines, what is folded from them, and what they say of each other."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from bothsides.logbook.applying import apply
from bothsides.logbook.entry import Kind, Written
from bothsides.logbook.explained import Explained, Unexplained
from bothsides.logbook.plain import plain_text
from bothsides.logbook.projection import project
from bothsides.logbook.rebuilding import _LEASES, rebuild
from bothsides.logbook.sealing import BrokenSeal, Seal, _bytes, _seals
from bothsides.logbook.store import _STORED, _WRITERS, Book, Logbook
from bothsides.logbook.tables import FOLDED, METADATA

_CHUNK = 10_000
_MOST_NAMED = 100
"""So many unreadable lines, and things that the lines do not explain, are named; the rest is counted."""

_UNREADABLE = b"unreadable"
"""What stands for such a line where lines are added up."""

_NOT_FOLDED = (KeyError, TypeError, ValueError, AttributeError, sqlite3.Error)
"""What folding a line raises that does not hold what its kind holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A folded table that is not what the journal makes of it."""

    table: str
    rows: int
    """Rows that differ, are missing or are too many."""
    first: str
    """The key of the first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPolicy:
    """A version of the agreement under which lines were written, but which was not recorded before them."""

    version: str
    lines: int
    first_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check of a logbook found."""

    lines: int
    kinds: Mapping[str, int]
    seals: int
    last_seal: Seal | None
    unsealed: int
    """Lines after the last seal: they are sealed with the next round."""
    broken: tuple[BrokenSeal, ...]
    unreadable: tuple[int, ...]
    """Numbers of lines that are not as the desk writes lines, the first hundred."""
    unknown_policies: tuple[UnknownPolicy, ...]
    differing: tuple[Difference, ...] | None
    """None where the journal cannot be folded; `why_not` says why."""
    why_not: str
    unexplained: tuple[Unexplained, ...] | None
    """What the lines do not explain; None where nobody asked."""
    missing_seal: str | None
    """A seal that somebody noted, but which stands no more; None where it stands, or nobody asked."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong. Lines that wait for their seal are not wrong."""
        wrong = (
            self.broken,
            self.unreadable,
            self.unknown_policies,
            self.differing,
            self.unexplained,
            self.missing_seal,
        )
        return not any(wrong) and self.differing is not None


def verify(logbook: Logbook, *, deep: bool = False, noted: str | None = None) -> Verified:
    """Reads the whole journal once, in one unchanging view that hinders no writer.

    `deep` asks in addition whether the lines explain every decision: see `explained`. `noted` is the hash of a seal
    that was written down elsewhere and must still stand.
    """
    with unchanging(logbook) as book, _as_it_lies(book):
        check = _Check(chain=_chain(book), explained=Explained() if deep else None)
        with _scratch() as scratch:
            for lines in _chunks(book):
                check.read(lines, scratch)
            check.chain.close()
            differing = tuple(_differences(book, scratch)) if not check.why_not else None
        unexplained = check.explained.against(book) if check.explained and not check.unreadable else None
        return Verified(
            lines=check.lines,
            kinds=dict(sorted(check.kinds.items())),
            seals=len(check.chain.seals),
            last_seal=check.chain.seals[-1] if check.chain.seals else None,
            unsealed=check.chain.after,
            broken=tuple(check.chain.broken),
            unreadable=tuple(check.unreadable[:_MOST_NAMED]),
            unknown_policies=check.unknown_policies(),
            differing=differing,
            why_not=check.why_not,
            unexplained=unexplained,
            missing_seal=noted if noted not in {None, *(one.hash for one in check.chain.seals)} else None,
        )


def broken_stretches(book: Book) -> tuple[BrokenSeal, ...]:
    """Every sealed stretch that is not what was sealed, found in one pass over the journal, damaged texts and all."""
    with _as_it_lies(book):
        chain = _chain(book)
        for rows in _chunks(book):
            for row in rows:
                line = _line(row)
                chain.add(row[0], _UNREADABLE if line is None else _bytes(row))
        chain.close()
    return tuple(chain.broken)


def refold(logbook: Logbook) -> int:
    """Makes the folded tables anew, in one transaction that no other writer overlaps; how many lines there were.

    Who holds an effect of the outbox at this moment is no history; it is kept.
    """
    with logbook.writing() as book:
        book.hold(_WRITERS)
        claims = book.all("SELECT claimed_until, effect_id FROM outbox WHERE claimed_until > 0")
        count = rebuild(book)
        for until, effect in claims:
            book.run("UPDATE outbox SET claimed_until = ? WHERE effect_id = ? AND state = 'waiting'", until, effect)
    return count


@contextmanager
def unchanging(logbook: Logbook) -> Iterator[Book]:
    """One view of the logbook as it is now, whatever is written meanwhile; nothing waits for it."""
    with logbook.reading() as book:
        if book.dialect == "postgresql":
            book.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield book


@dataclass(slots=True, kw_only=True)
class _Chain:
    """The seals, held against the lines in one pass."""

    seals: Sequence[Seal]
    broken: list[BrokenSeal] = field(default_factory=list)
    place: int = 0
    start: int = 0
    last: int = 0
    count: int = 0
    after: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, seq: int, told: bytes) -> None:
        while self.place < len(self.seals) and seq > self.seals[self.place].last_seq:
            self._next()
        self.after += self.place == len(self.seals)
        self.digest.update(told)
        self.count, self.last = self.count + 1, seq

    def close(self) -> None:
        while self.place < len(self.seals):
            self._next()

    def _next(self) -> None:
        made = self.seals[self.place]
        said = ""
        if self.count != made.entries:
            said = f"{self.count} lines stand there, {made.entries} were sealed"
        elif self.last != made.last_seq or self.digest.hexdigest() != made.hash:
            said = "lines were changed"
        if said:
            self.broken.append(BrokenSeal(after_seq=self.start, last_seq=made.last_seq, said=said))
        self.place, self.start, self.last, self.count = self.place + 1, made.last_seq, made.last_seq, 0
        self.digest = hashlib.sha256(_told(made.hash))


def _chain(book: Book) -> _Chain:
    """The seals that can be read; one that cannot is broken by itself."""
    told = _seals(book)
    sound = [one for one in told if isinstance(one.last_seq, int) and isinstance(one.entries, int)]
    said = "the seal cannot be read"
    torn = [BrokenSeal(after_seq=0, last_seq=0, said=said) for one in told if one not in sound]
    return _Chain(seals=sound, broken=torn)


@dataclass(slots=True, kw_only=True)
class _Check:
    chain: _Chain
    explained: Explained | None
    lines: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    unreadable: list[int] = field(default_factory=list)
    adopted: set[str] = field(default_factory=set)
    unknown: dict[str, list[int]] = field(default_factory=dict)
    why_not: str = ""

    def read(self, rows: Sequence[tuple[Any, ...]], scratch: Book) -> None:
        lines = []
        for row in rows:
            self.lines += 1
            self.kinds[str(row[1])] += 1
            line = _line(row)
            if line is None:
                self.unreadable.append(row[0])
                self.chain.add(row[0], _UNREADABLE)
                self.why_not = self.why_not or f"line {row[0]} cannot be read"
                continue
            self.chain.add(line.seq, _bytes(row))
            self._policy(line)
            lines.append(line)
        if not self.why_not:
            self._fold(lines, scratch)
        if self.explained is not None and not self.unreadable:
            for line in lines:
                self.explained.read(line)

    def _policy(self, line: Written) -> None:
        if line.kind is Kind.POLICY_ADOPTED:
            self.adopted.add(line.policy)
        elif line.policy and line.policy not in self.adopted:
            self.unknown.setdefault(line.policy, []).append(line.seq)

    def _fold(self, lines: Sequence[Written], scratch: Book) -> None:
        try:
            apply(scratch.cursor, scratch.dialect, project(lines))
        except _NOT_FOLDED as error:
            place = f"lines {lines[0].seq} to {lines[-1].seq}"
            self.why_not = f"{place} do not hold what lines of their kinds hold ({error!r})"

    def unknown_policies(self) -> tuple[UnknownPolicy, ...]:
        return tuple(
            UnknownPolicy(version=version, lines=len(seqs), first_seq=seqs[0])
            for version, seqs in sorted(self.unknown.items())
        )


def _chunks(book: Book) -> Iterator[list[tuple[Any, ...]]]:
    last, listed = 0, ", ".join(_STORED)
    while rows := book.all(f"SELECT {listed} FROM entries WHERE seq > ? ORDER BY seq LIMIT ?", last, _CHUNK):
        yield rows
        last = rows[-1][0]


def _line(row: tuple[Any, ...]) -> Written | None:
    """The line, or None where no desk writes such a one: of an unknown kind, or JSON in another spelling."""
    told = dict(zip(_STORED, row, strict=True))
    try:
        data = orjson.loads(told["data"])
        line = Written(**{**told, "kind": Kind(told["kind"]), "data": data})
        # A digit far behind the point can change without changing the number; the text still shows it.
        return line if isinstance(data, dict) and plain_text(data) == told["data"] and _bytes(row) else None
    except (ValueError, TypeError):
        return None


def _told(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


@contextmanager
def _as_it_lies(book: Book) -> Iterator[None]:
    """SQLite's texts come even where their bytes are no text, so that a damaged row is found and not tripped over."""
    driver = book.con.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    before = driver.text_factory
    driver.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = before


@contextmanager
def _scratch() -> Iterator[Book]:
    """Empty folded tables in a database of their own, in memory or, when they grow, in a file that nobody sees."""
    engine = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect(""), poolclass=sa.pool.StaticPool)
    METADATA.create_all(engine, tables=list(FOLDED))
    try:
        with engine.connect() as con:
            yield Book(con=con, dialect="sqlite")
    finally:
        engine.dispose()


def _differences(book: Book, scratch: Book) -> Iterator[Difference]:
    for table in FOLDED:
        width = len(table.primary_key)
        keys = [column.name for column in table.primary_key]
        names = keys + [c.name for c in table.columns if c.name not in keys and (table.name, c.name) not in _LEASES]
        query = f"SELECT {', '.join(names)} FROM {table.name}"
        stand, made = (Counter(one.all(query)) for one in (book, scratch))
        if stand == made:
            continue
        wrong = sorted({row[:width] for row in (stand - made) + (made - stand)}, key=repr)
        yield Difference(table=table.name, rows=len(wrong), first="/".join(map(str, wrong[0])))
