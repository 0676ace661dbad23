"""Markets for diagnoses: tiny ones written out by hand, and simulated ones whose truth is known."""

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

import duckdb
import pytest

from bothsides.metrics import Store, build_facts, read_store
from bothsides.schema import TABLES, Kind
from bothsides.schema.column import Column
from bothsides.simulate import Market, MarketPlan, simulate, write
from bothsides.warehouse import DUCKDB_TYPES, DuckDB, column_types, quoted
from bothsides.warehouse.ddl import create_books


@pytest.fixture
def market() -> Callable[..., Store]:
    """Build a store from rows."""
    return market_of


Rows = list[dict[str, Any]]


def market_of(*, currency: str = "EUR", known_until: date | None = None, sample: bool = False, **tables: Rows) -> Store:
    """A store over rows written out in a test, days for times; accounts follow from the orders unless given."""
    con = duckdb.connect()
    con.execute("SET threads = 1")
    create_books(con)
    if "accounts" not in tables:
        tables["accounts"] = _accounts_of(tables["orders"])
    for name, rows in tables.items():
        key = TABLES[name].key
        _write(con, name, [_stored(name, {key: f"{name}-{i}"} | row, currency) for i, row in enumerate(rows)])
        _mark(con, name, known_until)
    con.execute("INSERT INTO meta VALUES ('name', 'test'), ('currency', ?)", [currency])
    con.execute("INSERT INTO loads VALUES (1, NULL, NULL, 'ok', NULL)")
    con.execute("INSERT INTO load_sources (load_id, table_name, sample) VALUES (1, 'orders', ?)", [sample])
    build_facts(DuckDB(con), currency=currency)
    return read_store(DuckDB(con))


def _accounts_of(orders: Rows) -> Rows:
    names = {(side, str(o[f"{side}_id"])) for o in orders for side in ("buyer", "supplier")}
    return [{"account_id": name, "side": side, "name": name} for side, name in sorted(names)]


def _stored(table: str, row: dict[str, Any], currency: str) -> dict[str, Any]:
    stored: dict[str, Any] = {"source": "test", "loaded_in": 1, "superseded_in": None, "row_hash": 0}
    for column in TABLES[table].columns:
        value = row.get(column.name, currency if column.kind is Kind.CURRENCY else column.default)
        if column.kind is Kind.ID and value is not None:
            value = uuid.UUID(bytes=hashlib.md5(str(value).encode()).digest())
        stored[column.name] = value
        if column.business_date:
            stored[column.business_date] = value
    return stored


def _write(con: duckdb.DuckDBPyConnection, name: str, rows: Rows) -> None:
    columns = column_types(TABLES[name])
    con.execute(f"CREATE TABLE {name} ({', '.join(f'{quoted(c)} {t}' for c, t in columns.items())})")
    with NamedTemporaryFile("w", suffix=".json") as file:
        for row in rows:
            file.write(json.dumps({c: None if row[c] is None else str(row[c]) for c in columns}) + "\n")
        file.flush()
        types = ", ".join(f"{c}: '{t}'" for c, t in columns.items())
        con.execute(f"INSERT INTO {name} SELECT * FROM read_json(?, columns = {{{types}}})", [file.name])


def _mark(con: duckdb.DuckDBPyConnection, name: str, until: date | None) -> None:
    on = TABLES[name].event_time
    if on:
        con.execute(
            f"INSERT INTO watermarks SELECT '{name}', 'test', greatest(max({on}), $until), min({on})"
            f" FROM {name} HAVING count({on}) > 0",
            {"until": until},
        )


def store_of(drawn: Market, *, without: tuple[str, ...] = ()) -> Store:
    """The simulated tables as a published warehouse would hold them; `without` leaves tables out."""
    con = duckdb.connect()
    con.execute("SET threads = 1")
    create_books(con)
    with TemporaryDirectory() as folder:
        for path in write(drawn, Path(folder), form="parquet"):
            if path.suffix == ".parquet" and path.stem not in without:
                _load(con, path.stem, path)
    con.execute("INSERT INTO meta VALUES ('name', ?), ('currency', ?)", [drawn.plan.name, drawn.plan.currency])
    con.execute("INSERT INTO loads VALUES (1, NULL, NULL, 'ok', NULL)")
    build_facts(DuckDB(con), currency=drawn.plan.currency)
    return read_store(DuckDB(con))


@cache
def simulated(plan: MarketPlan) -> tuple[Market, Store]:
    """A market drawn once per plan, with its store."""
    drawn = simulate(plan)
    return drawn, store_of(drawn)


def _load(con: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    table, parts = TABLES[name], []
    present = {row[0] for row in con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()}
    for column in table.columns:
        value = _decoded(column) if column.name in present else _default(column)
        parts.append(f"{value} AS {quoted(column.name)}")
        if column.business_date:
            day = f"{quoted(column.name)}::DATE" if column.name in present else "NULL::DATE"
            parts.append(f"{day} AS {quoted(column.business_date)}")
    parts += ["'simulated' AS source", "1 AS loaded_in", "NULL::INTEGER AS superseded_in", "0::UBIGINT AS row_hash"]
    con.execute(f"CREATE TABLE {name} AS SELECT {', '.join(parts)} FROM read_parquet(?)", [str(path)])
    _mark(con, name, None)


def _decoded(column: Column) -> str:
    name = quoted(column.name)
    if column.kind is Kind.ID:
        space = ""
        return (
            f"CASE WHEN {name} IS NOT NULL THEN md5('{space}' || {name})::UUID END" if space else f"md5({name})::UUID"
        )
    if column.kind is Kind.MONEY:
        return f"({name} * 100)::BIGINT"
    return f"{name}::{DUCKDB_TYPES[column.kind]}"


def _default(column: Column) -> str:
    return f"{'NULL' if column.default is None else repr(column.default)}::{DUCKDB_TYPES[column.kind]}"
