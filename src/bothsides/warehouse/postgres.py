"""PostgreSQL 15 and newer as an engine: the house SQL translated, results in Python's own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bothsides.warehouse.address import Address
from bothsides.warehouse.ddl import quoted
from bothsides.warehouse.engine import Capabilities, Columns, Parameters, Row
from bothsides.warehouse.translate import Replacement, translated

if TYPE_CHECKING:
    import psycopg
    from psycopg.abc import Buffer
    from psycopg.adapt import Loader

SETTINGS = ("SET TimeZone = 'UTC'", "SET jit = off", "SET client_min_messages = warning", "SET work_mem = '64MB'")
"""Business dates were computed at load, so nothing may depend on the server's zone; statements are short-lived."""

_BOOKS_READ = {
    "meta": ("key", "value"),
    "loads": ("load_id", "status"),
    "load_sources": ("load_id", "source", "table_name", "sample"),
    "watermarks": ("table_name", "source", "first_on", "last_on"),
}
"""What readers ask the books for; tables of these names may be another application's."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """An engine over a connection that the caller opens and closes; it sees the tables of its search path."""

    con: psycopg.Connection[Row]

    @property
    def dialect(self) -> str:
        """SQLGlot's name."""
        return "postgres"

    @property
    def capabilities(self) -> Capabilities:
        """The portable subset."""
        return Capabilities(bitstrings=False, columns=False)

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[Row]:
        """Every row of a query."""
        return self._execute(statement, parameters).fetchall()

    def row(self, statement: str, parameters: Parameters | None = None) -> Row | None:
        """The first row of a query, None where there is none."""
        return self._execute(statement, parameters).fetchone()

    def run(self, statement: str, parameters: Parameters | None = None) -> None:
        """Run a statement that returns nothing."""
        self._execute(statement, parameters)

    def columns(self, statement: str, parameters: Parameters | None = None) -> Iterator[Columns]:
        """Every row in one batch."""
        cursor = self._execute(statement, parameters)
        names = [column.name for column in cursor.description or ()]
        table = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, len(names))
        yield {name: np.ascontiguousarray(table[:, place]) for place, name in enumerate(names)}

    def tables(self) -> frozenset[str]:
        """The names of the tables and views that the search path finds."""
        found = self.con.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_table_is_visible(oid)"
            " AND relnamespace <> 'pg_catalog'::regnamespace"
        )
        return frozenset(name for (name,) in found)

    def holds_warehouse(self) -> bool:
        """Whether the search path finds the books of a warehouse, with every column that is read and the currency."""
        found = self.con.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relname = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped AND pg_table_is_visible(c.oid)"
            " AND c.relnamespace <> 'pg_catalog'::regnamespace",
            [list(_BOOKS_READ)],
        )
        if not {(table, column) for table, columns in _BOOKS_READ.items() for column in columns} <= set(found):
            return False
        return self.row("SELECT 1 FROM meta WHERE key::VARCHAR = 'currency'") is not None

    @contextmanager
    def aside(self) -> Iterator[Postgres]:
        """The same connection, put back to where it was: what a savepoint has seen made is unmade with it."""
        with self.con.transaction(force_rollback=True):
            yield self

    @contextmanager
    def keep(self, name: str, query: str) -> Iterator[None]:
        """A temporary table that is unmade with the savepoint it was made behind."""
        with self.aside() as here:
            here.run(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS {query}")
            yield

    def _execute(self, statement: str, parameters: Parameters | None) -> psycopg.Cursor[Row]:
        from psycopg import RawCursor  # noqa: PLC0415 - an optional extra

        said = translated(statement, self.dialect)
        if said.replaces:
            self._make_room(said.replaces)
        cursor = RawCursor(self.con)
        cursor.execute(said.statement.encode(), [(parameters or {})[name] for name in said.names])
        if said.replaces and not said.replaces.view:
            self.con.execute(f"ANALYZE {quoted(said.replaces.name)}".encode())
        return cursor

    def _make_room(self, old: Replacement) -> None:
        """Drop what bears the name in the schema that the new relation goes to, with what is built on it."""
        place = "pg_my_temp_schema()" if old.temporary else "quote_ident(current_schema())::regnamespace"
        found = self.con.execute(
            f"SELECT relkind, oid::regclass::text FROM pg_class WHERE relnamespace = {place} AND relname = %s".encode(),
            [old.name],
        ).fetchone()
        if found:
            kind, name = found
            self.con.execute(f"DROP {'VIEW' if kind == 'v' else 'TABLE'} {name} CASCADE".encode())


@contextmanager
def open_postgres(address: Address) -> Iterator[Postgres]:
    """A connection to the tables of the address's schema, or of the role's own search path.

    Everything happens in one transaction, which is kept when the block ends well. Raises ValueError where psycopg is
    not installed and for a database that cannot hold a warehouse, ConnectionError where the server cannot be reached
    or goes away, PermissionError for what the role may not do.
    """
    try:
        import psycopg  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError:
        raise ValueError("PostgreSQL needs psycopg: pip install 'bothsides[postgres]'") from None
    try:
        with _connected(address) as con:
            yield Postgres(con)
    except psycopg.errors.UndefinedObject as error:
        told = error.diag.message_primary or ""
        if "-x-icu" not in told:
            raise
        raise ValueError(f"{address}: {told}: this PostgreSQL was built without ICU, which warehouses need") from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise PermissionError(f"{address}: {error.diag.message_primary}") from error
    except psycopg.OperationalError as error:
        raise ConnectionError(f"{address}: {error}") from error


def _connected(address: Address) -> psycopg.Connection[Row]:
    import psycopg  # noqa: PLC0415 - an optional extra

    con = None
    with suppress(psycopg.ProgrammingError):
        con = psycopg.connect(address.url, prepare_threshold=None, client_encoding="utf8")
    if con is None:
        # Its own words quote parts of the address; told out here, no chain of errors leads to them.
        raise ValueError(f"{address}: PostgreSQL's library cannot read the options of the address")
    encoding = con.info.parameter_status("server_encoding")
    if encoding not in (None, "UTF8"):
        con.close()
        raise ValueError(f"{address}: the database's encoding is {encoding}; a warehouse needs one in UTF8")
    con.adapters.register_loader("numeric", _number_loader())
    for setting in SETTINGS:
        con.execute(setting)
    if address.schema:
        con.execute(f"SET search_path = {quoted(address.schema)}".encode())
    con.commit()
    return con


def _number_loader() -> type[Loader]:
    from psycopg.adapt import Loader  # noqa: PLC0415

    class Number(Loader):
        """Sums of whole numbers are whole numbers, what has decimals is a float, as DuckDB gives them."""

        def load(self, data: Buffer) -> int | float:
            text = bytes(data)
            return int(text) if text.lstrip(b"-").isdigit() else float(text)

    return Number
