"""Opens the logbook, in SQLite or PostgreSQL, and gives out transactions on it."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson
import sqlalchemy as sa

from bothsides.logbook.applying import apply, insert
from bothsides.logbook.entry import Entry, Kind, Written
from bothsides.logbook.plain import plain_text
from bothsides.logbook.projection import project
from bothsides.logbook.statements import Cursor, Dialect, spelled
from bothsides.schema.instant import Instant

BUSY_MS = 30_000
"""How long a writer of SQLite waits for the one before it."""

_COLUMNS = ("kind", "subject", "at", "written_at", "data", "key", "actor", "reason", "policy", "snapshot", "reverses")
_STORED = ("seq", *_COLUMNS)


CACHE = "cache_size=-65536"
"""64 MiB of pages: identities are hashes, so that what is read and written lies all over the file."""

WAL = "wal_autocheckpoint=8000"
"""32 MiB of changed pages before they are brought into the file: a batch changes many of those of the one before."""

_WRITERS = 6243670
"""The advisory lock that every writer shares."""

SHAPE = "0001"
"""The last of the steps in `migrations/versions/`."""


class LogbookNewer(ValueError):  # noqa: N818 - reads as the fact
    """The logbook was written by a later release; the message names both shapes."""


class LogbookUnavailable(OSError):  # noqa: N818 - reads as the fact
    """The logbook cannot be opened, or cannot be read or written any more; the message says which, and why."""


class AlreadyWritten(ValueError):  # noqa: N818 - reads as the fact
    """A line of that key stands in the journal; nothing of the transaction was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logbook:
    """One workspace's promises."""

    engine: sa.Engine

    @classmethod
    def open(cls, address: Path | str, *, schema: str | None = None) -> "Logbook":
        """The logbook at that path, or at that postgresql:// address in that schema. Nothing is created by opening."""
        if isinstance(address, Path):
            return cls(engine=_sqlite(address))
        return cls(engine=_postgres(address, schema))

    @property
    def dialect(self) -> Dialect:
        """Which of the two it is."""
        return cast(Dialect, self.engine.dialect.name)

    @contextmanager
    def writing(self) -> Iterator["Book"]:
        """One transaction; on SQLite it begins by being the only writer. An error leaves everything as it was."""
        with self.engine.connect() as con, con.begin():
            book = Book(con=con, dialect=self.dialect, writes=True)
            if self.dialect == "postgresql":
                # Whoever follows the journal learns from this that lines may still appear between those it sees.
                book.all("SELECT pg_advisory_xact_lock_shared(?, hashtext(current_schema()))", _WRITERS)
            yield book

    @contextmanager
    def reading(self) -> Iterator["Book"]:
        """One unchanging view of it; it waits for no writer."""
        with self.engine.connect().execution_options(reading=True) as con, con.begin():
            yield Book(con=con, dialect=self.dialect)

    @property
    def is_current(self) -> bool:
        """Whether its tables have this release's shape."""
        with self.engine.connect().execution_options(reading=True) as con, con.begin():
            if not sa.inspect(con).has_table("alembic_version"):
                return False
            return con.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [SHAPE]

    def close(self) -> None:
        """Gives its connections back."""
        self.engine.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The logbook within one transaction."""

    con: sa.Connection
    dialect: Dialect
    writes: bool = False

    @property
    def cursor(self) -> Cursor:
        """A cursor of the driver itself: compiling a statement costs more than most of them take."""
        return cast(Cursor, self.con.connection.cursor())

    @property
    def _refused(self) -> type[Exception]:
        """What the driver raises for a key that is there already."""
        return cast(type[Exception], self.con.dialect.loaded_dbapi.IntegrityError)

    def post(self, entries: Sequence[Entry], *, now: Instant) -> None:
        """Writes the lines and what they amount to. Raises AlreadyWritten where a key was written before."""
        if not entries:
            return
        cursor = self.cursor
        rows, changes = [_row(entry, now) for entry in entries], project(entries)
        try:
            with self._together():
                insert(cursor, self.dialect, "entries", _COLUMNS, rows)
                apply(cursor, self.dialect, changes)
        except self._refused as error:
            raise AlreadyWritten(str(error).splitlines()[0]) from error

    def all(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query written with `?` and `{any}` (see `spelled`)."""
        cursor = self.cursor
        cursor.execute(spelled(statement, self.dialect), self._given(parameters))
        return cursor.fetchall()

    def one(self, statement: str, *parameters: object) -> tuple[Any, ...] | None:
        """The first row, None where there is none."""
        rows = self.all(statement, *parameters)
        return rows[0] if rows else None

    def run(self, statement: str, *parameters: object) -> int:
        """Runs a statement that changes rows; how many it changed."""
        cursor = self.cursor
        cursor.execute(spelled(statement, self.dialect), self._given(parameters))
        return cursor.rowcount

    def insert(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Adds rows of one shape to a table that is not folded from the journal."""
        if rows:
            columns = tuple(rows[0])
            values = [tuple(row[name] for name in columns) for row in rows]
            insert(self.cursor, self.dialect, table, columns, values)

    def history(self, subject: str) -> list[Written]:
        """Every line about a subject, in the order they were written."""
        listed = ", ".join(_STORED)
        return [
            _written(row) for row in self.all(f"SELECT {listed} FROM entries WHERE subject = ? ORDER BY seq", subject)
        ]

    def history_of_person(self, name: str, *, most: int) -> list[Written]:
        """The last lines that the person wrote, or by which they got or lost a lead or missed a clock, in their order.

        Those about the name itself are in `history`.
        """
        escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = self.all(
            f"SELECT {', '.join(_STORED)} FROM entries WHERE subject <> ?"
            " AND (actor = ? OR (kind {any} AND data LIKE ? ESCAPE '\\')) ORDER BY seq DESC LIMIT ?",
            name,
            name,
            [kind.value for kind in (Kind.ASSIGNED, Kind.RELEASED, Kind.BREACHED)],
            f'%"owner":"{escaped}"%',
            most,
        )
        return [_written(row) for row in reversed(rows)]

    def since(self, seq: int, *, limit: int = 10_000, kinds: Sequence[Kind] = ()) -> list[Written]:
        """The lines after that one, as far as no writer can still write one between them."""
        return [_written(row) for row in self.rows_since(seq, limit=limit, kinds=kinds)]

    def rows_since(self, seq: int, *, limit: int, kinds: Sequence[Kind] = ()) -> list[tuple[Any, ...]]:
        """The same as they are stored: `seq` first, then what a line holds, its data as text."""
        until = self._settled()
        wanted = "" if not kinds else " AND kind {any}"
        bound = "" if until is None else " AND seq <= ?"
        given: list[object] = [seq, *([[kind.value for kind in kinds]] if kinds else [])]
        given += [limit] if until is None else [until, limit]
        return self.all(
            f"SELECT {', '.join(_STORED)} FROM entries WHERE seq > ?{wanted}{bound} ORDER BY seq LIMIT ?", *given
        )

    def shut_out(self) -> None:
        """Waits until no other transaction writes, and keeps all others from it until this one ends."""
        if self.dialect == "postgresql":
            self.all("SELECT pg_advisory_xact_lock(?, hashtext(current_schema()))", _WRITERS)

    def hold(self, *what: int, shared: bool = False) -> None:
        """Waits until nobody else holds these, and holds them until the transaction ends; `shared` with others who do.

        They are taken in order, so that two who want the same do not wait for each other. SQLite has one writer anyway.
        """
        if self.dialect == "postgresql":
            way = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
            held = "SELECT unnest(?::int[]) AS what"
            self.all(f"SELECT {way}(what, hashtext(current_schema())) FROM ({held}) AS held", sorted(set(what)))

    def _together(self) -> AbstractContextManager[object]:
        """Statements of PostgreSQL that go out without waiting for the answer to each."""
        driver = self.con.connection.driver_connection
        if self.dialect == "sqlite" or driver is None:
            return nullcontext()
        return cast(AbstractContextManager[object], driver.pipeline())

    def _settled(self) -> int | None:
        """The last line before which no other can appear any more; None where all that is seen is settled.

        A line's number is drawn before its transaction ends: on PostgreSQL a lower one may appear after a higher. So a
        follower waits until those who write at this moment are done, and goes no further than what they left.
        """
        if self.dialect == "sqlite":
            return None
        if self.writes:
            self.shut_out()
            return None
        with self.con.engine.connect() as con, con.begin():
            apart = Book(con=con, dialect=self.dialect)
            apart.shut_out()
            row = apart.one("SELECT max(seq) FROM entries")
        return row[0] if row and row[0] is not None else 0

    def _given(self, parameters: Sequence[object]) -> list[object]:
        if self.dialect == "sqlite":
            return [plain_text(item) if isinstance(item, list | tuple) else item for item in parameters]
        return [list(item) if isinstance(item, tuple) else item for item in parameters]


def _row(entry: Entry, now: Instant) -> tuple[object, ...]:
    return (
        entry.kind.value,
        entry.subject,
        entry.at,
        now,
        plain_text(entry.data),
        entry.key,
        entry.actor,
        entry.reason,
        entry.policy,
        entry.snapshot,
        entry.reverses,
    )


def _written(row: tuple[Any, ...]) -> Written:
    told = dict(zip(_STORED, row, strict=True))
    return Written(**{**told, "kind": Kind(told["kind"]), "data": orjson.loads(told["data"])})


def _sqlite(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=32)

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        # The driver's own BEGIN comes too late and is not immediate.
        connection.isolation_level = None
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}", CACHE, WAL)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(con: sa.Connection) -> None:
        con.exec_driver_sql("BEGIN" if con.get_execution_options().get("reading") else "BEGIN IMMEDIATE")

    return engine


def _postgres(address: str, schema: str | None) -> sa.Engine:
    url = sa.make_url(address).set(drivername="postgresql+psycopg")
    options = {"options": f"-csearch_path={schema}"} if schema else {}
    return sa.create_engine(url, pool_size=8, max_overflow=32, connect_args=options)
