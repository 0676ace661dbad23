"""The stored shape of the schema's tables, and of the tables that keep the books about loads."""

import hashlib

import duckdb

from bothsides.schema import TABLES, Kind, Table

DUCKDB_TYPES: dict[Kind, str] = {
    Kind.ID: "UUID",
    Kind.TEXT: "VARCHAR",
    Kind.CHOICE: "VARCHAR",
    Kind.CURRENCY: "VARCHAR",
    Kind.MONEY: "BIGINT",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
}
"""Column kind to stored type; MONEY is minor units of the row's currency, TIMESTAMP is UTC."""

SYSTEM_COLUMNS = {"source": "VARCHAR", "loaded_in": "INTEGER", "superseded_in": "INTEGER", "row_hash": "UBIGINT"}
"""What every stored row carries beside the schema's columns: who fed it, and from which load to which it held."""

BOOKS: dict[str, str] = {
    "meta": "key VARCHAR, value VARCHAR",
    "loads": "load_id INTEGER, started_at TIMESTAMP, finished_at TIMESTAMP, status VARCHAR, message VARCHAR",
    "load_sources": (
        'load_id INTEGER, "source" VARCHAR, table_name VARCHAR, mode VARCHAR, "read" BIGINT, "new" BIGINT, '
        "changed BIGINT, unchanged BIGINT, quarantined BIGINT, deleted BIGINT, files VARCHAR, physical_lines BIGINT, "
        "header_lines BIGINT, blank_lines BIGINT, record_lines BIGINT, quarantined_lines BIGINT, "
        "rounding_difference DECIMAL(38,10), sample BOOLEAN"
    ),
    "quarantine": (
        'load_id INTEGER, "source" VARCHAR, table_name VARCHAR, file VARCHAR, line BIGINT, reason VARCHAR, '
        'column_name VARCHAR, "value" VARCHAR, detail VARCHAR, raw VARCHAR'
    ),
    "watermarks": 'table_name VARCHAR, "source" VARCHAR, last_on DATE, first_on DATE',
}
"""The tables about the loads themselves."""


def quoted(name: str) -> str:
    """An identifier for SQL text.

    >>> quoted('the "source" field')
    '"the ""source"" field"'
    """
    return '"' + name.replace('"', '""') + '"'


def column_types(table: Table) -> dict[str, str]:
    """Every stored column of a table with its DuckDB type, in order, the system columns last."""
    types: dict[str, str] = {}
    for column in table.columns:
        types[column.name] = DUCKDB_TYPES[column.kind]
        if column.business_date:
            types[column.business_date] = "DATE"
    return {**types, **SYSTEM_COLUMNS}


def schema_hash() -> str:
    """Changes whenever a stored shape changes; a warehouse with another hash is rebuilt from raw, never altered."""
    shapes = [f"{name}:{column_types(table)}" for name, table in sorted(TABLES.items())]
    shapes += [f"{name}:{columns}" for name, columns in sorted(BOOKS.items())]
    return hashlib.sha256("\n".join(shapes).encode()).hexdigest()[:16]


def create_books(con: duckdb.DuckDBPyConnection) -> None:
    """The tables that keep the books, in a fresh file."""
    for name, columns in BOOKS.items():
        con.execute(f"CREATE TABLE {quoted(name)} ({columns})")


def stored_tables(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Names of the schema's tables that the file holds: those that were ever fed."""
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND database_name = current_database()"
    ).fetchall()
    return frozenset(name for (name,) in rows if name in TABLES)
