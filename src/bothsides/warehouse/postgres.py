"""PostgreSQL 15 and newer as an engine: the house SQL translated, results in Python's own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    not installed, ConnectionError where the server cannot be reached or goes away, PermissionError for what the role
    may not do.
    """
    try:
        import psycopg  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError:
        raise ValueError("PostgreSQL needs psycopg: pip install 'bothsides[postgres]'") from None
    try:
        with _connected(address) as con:
            yield Postgres(con)
    except psycopg.errors.InsufficientPrivilege as error:
        raise PermissionError(f"{address}: {error.diag.message_primary}") from error
    except psycopg.OperationalError as error:
        raise ConnectionError(f"{address}: {error}") from error


def _connected(address: Address) -> psycopg.Connection[Row]:
    import psycopg  # noqa: PLC0415 - an optional extra

    try:
        con = psycopg.connect(address.url, prepare_threshold=None)
    except psycopg.ProgrammingError as error:
        raise ValueError(f"{address}: {error}") from None
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
