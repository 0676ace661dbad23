"""A copy of the published warehouse's tables in another database: rows as they are stored, versions and all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bothsides.schema import TABLES
from bothsides.warehouse.ddl import BOOKS, column_types, quoted
from bothsides.warehouse.engine import DuckDB

if TYPE_CHECKING:
    from bothsides.warehouse.postgres import Postgres

NOT_COPIED = ("quarantine",)
"""Books that stay in the workspace: quarantine holds the text of lines that somebody has yet to look at."""

POSTGRES_TYPES = {
    "VARCHAR": 'text COLLATE "C"',
    "DOUBLE": "double precision",
    "UBIGINT": "numeric(20)",
    "DECIMAL(38,10)": "numeric(38,10)",
}
"""Stored types that PostgreSQL calls otherwise. Text sorts by its bytes, as it does in DuckDB."""

ROWS_AT_ONCE = 20_000


def copy_tables(source: DuckDB, target: Postgres) -> dict[str, int]:
    """Write every stored table and the books into the schema that the target writes to, anew; rows copied by table."""
    present = source.tables()
    shapes = {name: column_types(table) for name, table in TABLES.items() if name in present}
    shapes |= {name: _book_types(source, name) for name in BOOKS if name in present and name not in NOT_COPIED}
    return {name: _copy(source, target, name, types) for name, types in shapes.items()}


def _book_types(source: DuckDB, name: str) -> dict[str, str]:
    return {column: kind for column, kind, *_ in source.rows(f"DESCRIBE {quoted(name)}")}


def _copy(source: DuckDB, target: Postgres, name: str, types: dict[str, str]) -> int:
    columns = ", ".join(f"{quoted(column)} {POSTGRES_TYPES.get(kind, kind)}" for column, kind in types.items())
    target.con.execute(f"DROP TABLE IF EXISTS {quoted(name)} CASCADE".encode())
    target.con.execute(f"CREATE TABLE {quoted(name)} ({columns})".encode())
    with target.con.cursor() as cursor:
        with cursor.copy(f"COPY {quoted(name)} FROM STDIN (FORMAT csv)".encode()) as sink:
            for block in _lines(source, name, types):
                sink.write(block)
        copied = cursor.rowcount
    target.con.execute(f"ANALYZE {quoted(name)}".encode())
    return copied


def _lines(source: DuckDB, name: str, types: dict[str, str]) -> Iterator[str]:
    """The table's rows as lines of CSV, written by the engine that holds them: an empty field is no value."""
    fields = " || ',' || ".join(_field(quoted(column), kind) for column, kind in types.items())
    cursor = source.con.execute(f"SELECT {fields} FROM {quoted(name)}")
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield "".join(f"{line}\n" for (line,) in rows)


def _field(column: str, kind: str) -> str:
    """Text stands in quotes, so that an empty one is not taken for none; PostgreSQL has no character 0."""
    if kind != "VARCHAR":
        return f"coalesce({column}::VARCHAR, '')"
    return f"""coalesce('"' || replace(replace({column}, chr(0), ''), '"', '""') || '"', '')"""
