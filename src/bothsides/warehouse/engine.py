"""Where a statement runs: one small interface, so that metrics and diagnosis name no vendor."""

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import duckdb
import numpy as np
from arro3.core import RecordBatchReader
from numpy.typing import NDArray

from bothsides.warehouse.ddl import quoted

Row: TypeAlias = tuple[Any, ...]
Parameters: TypeAlias = Mapping[str, object]
Columns: TypeAlias = dict[str, NDArray[np.int64]]
"""A batch of rows, column by column."""

_NAMED = re.compile(r"\$([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an engine can do beyond the portable subset of SQL.

    `bitstrings`: exact distinct counts over dense ids by one bit an id. `columns`: a table's columns as arrays, in
    the order in which it was written. `union_by_name`: queries stacked by the names of their columns, with what one
    of them lacks left empty.
    """

    bitstrings: bool
    columns: bool
    union_by_name: bool = False


class Engine(Protocol):
    """One open connection. Statements are written in DuckDB's dialect, with parameters as `$name`."""

    @property
    def dialect(self) -> str:
        """SQLGlot's name of what the engine speaks."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do beyond the portable subset."""

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[Row]:
        """Every row of a query; parameters that the statement does not name are left out."""

    def row(self, statement: str, parameters: Parameters | None = None) -> Row | None:
        """The first row of a query, None where there is none."""

    def run(self, statement: str, parameters: Parameters | None = None) -> None:
        """Run a statement that returns nothing."""

    def columns(self, statement: str, parameters: Parameters | None = None) -> Iterator[Columns]:
        """A query's rows in batches of columns; only whole numbers, none of them empty."""

    def tables(self) -> frozenset[str]:
        """The names of the tables and views that the connection sees."""

    def aside(self) -> AbstractContextManager["Engine"]:
        """The same warehouse with room for temporary tables of its own, which are gone when the block ends."""

    def keep(self, name: str, query: str) -> AbstractContextManager[None]:
        """The query's rows as a temporary table beside all that the connection sees, gone when the block ends."""


@dataclass(frozen=True, slots=True)
class DuckDB:
    """The embedded engine, over a connection that the caller opens and closes."""

    con: duckdb.DuckDBPyConnection

    @property
    def dialect(self) -> str:
        """SQLGlot's name."""
        return "duckdb"

    @property
    def capabilities(self) -> Capabilities:
        """All of them."""
        return Capabilities(bitstrings=True, columns=True, union_by_name=True)

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[Row]:
        """Every row of a query."""
        return self._execute(statement, parameters).fetchall()

    def row(self, statement: str, parameters: Parameters | None = None) -> Row | None:
        """The first row of a query, None where there is none."""
        # Every row is fetched: from version 2 on a result with rows left keeps the connection from other work.
        return next(iter(self.rows(statement, parameters)), None)

    def run(self, statement: str, parameters: Parameters | None = None) -> None:
        """Run a statement that returns nothing."""
        self.rows(statement, parameters)

    def columns(self, statement: str, parameters: Parameters | None = None) -> Iterator[Columns]:
        """Batches as Arrow gives them, nothing copied: a tenth of the cost of rows.

        A query with parameters comes in one piece: the engine holds its result whole, and arrays cost a fifth of Arrow.
        """
        words = named(statement, parameters)
        if words:
            piece: Columns = self.con.execute(statement, words).fetchnumpy()
            if any(len(column) for column in piece.values()):
                yield piece
            return
        relation = self.con.sql(statement)
        for batch in RecordBatchReader.from_arrow(relation):
            yield {name: batch[name].to_numpy() for name in batch.schema.names}

    def tables(self) -> frozenset[str]:
        """The names of the tables and views that the connection sees."""
        return frozenset(name for (name,) in self.rows("SELECT table_name FROM information_schema.tables"))

    @contextmanager
    def aside(self) -> Iterator["DuckDB"]:
        """A second connection to the database: temporary tables belong to one. It begins outside the warehouse."""
        ((database, schema),) = self.rows("SELECT current_database(), current_schema()")
        con = self.con.cursor()
        try:
            con.execute(f"USE {quoted(database)}.{quoted(schema)}")
            yield replace(self, con=con)
        finally:
            con.close()

    @contextmanager
    def keep(self, name: str, query: str) -> Iterator[None]:
        """A temporary table of this connection, which sees those that it has made before."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS {query}")
        try:
            yield
        finally:
            self.run(f"DROP TABLE IF EXISTS temp.{quoted(name)}")

    def _execute(self, statement: str, parameters: Parameters | None) -> duckdb.DuckDBPyConnection:
        return self.con.execute(statement, named(statement, parameters))


def named(statement: str, parameters: Parameters | None) -> dict[str, object]:
    """The parameters that the statement names; engines refuse others.

    >>> named("SELECT $a", {"a": 1, "b": 2})
    {'a': 1}
    """
    words = set(_NAMED.findall(statement)) if parameters else set()
    return {name: value for name, value in (parameters or {}).items() if name in words}
