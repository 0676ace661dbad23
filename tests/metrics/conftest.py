"""A tiny market whose every row is written out in the test, so that expected numbers are computed by hand."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from bothsides.metrics import Store, build_facts, read_store
from bothsides.schema import TABLES, Kind
from bothsides.warehouse import SYSTEM_COLUMNS, DuckDB, column_types, quoted
from bothsides.warehouse.ddl import create_books

pytest.register_assert_rewrite("tests.metrics.cases")

Rows = list[dict[str, Any]]
Market = Callable[..., Store]


def key(text: str) -> uuid.UUID:
    """A readable name as a 128-bit id."""
    return uuid.UUID(bytes=hashlib.md5(text.encode()).digest())


def _stored(table: str, row: dict[str, Any], currency: str) -> dict[str, Any]:
    stored: dict[str, Any] = {"source": "test", "loaded_in": 1, "superseded_in": None, "row_hash": 0}
    for column in TABLES[table].columns:
        value = row.get(column.name, column.default)
        if column.kind is Kind.ID and value is not None:
            value = key(value)
        if column.kind is Kind.CURRENCY and value is None:
            value = currency
        if column.kind is Kind.BOOLEAN and isinstance(value, str):
            value = value == "true"
        if column.kind is Kind.TIMESTAMP and isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        stored[column.name] = value
        if column.business_date:
            stored[column.business_date] = value.date() if isinstance(value, datetime) else None
    return stored | {name: row[name] for name in SYSTEM_COLUMNS if name in row}


def _literal(value: object) -> str:
    """A cell as SQL text: one statement a table is a tenth of the cost of one with parameters a row."""
    if value is None or isinstance(value, bool | int | float):
        return "NULL" if value is None else str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _accounts_of(orders: Rows) -> Rows:
    """Accounts for orders whose test does not care: buyers b*, suppliers s*."""
    names = {(side, o[f"{side}_id"]) for o in orders for side in ("buyer", "supplier")}
    return [{"account_id": name, "side": side, "name": name} for side, name in sorted(names)]


def build_market(
    *,
    currency: str = "EUR",
    known_until: date | None = None,
    fiscal_start: int = 1,
    sample: bool = False,
    known_on: int | None = None,
    **tables: Rows,
) -> Store:
    """A store over the given tables; accounts follow from the orders unless they are given.

    Amounts are in minor units, of the reporting currency unless a row names another. `sample` declares the orders
    a sample, `known_on` reads the market as it was known at that load.
    """
    con = duckdb.connect(config={"threads": 1})
    create_books(con)
    if "accounts" not in tables and "orders" in tables:
        tables["accounts"] = _accounts_of(tables["orders"])
    for name, rows in tables.items():
        table = TABLES[name]
        columns = column_types(table)
        con.execute(f"CREATE TABLE {name} ({', '.join(f'{quoted(c)} {t}' for c, t in columns.items())})")
        stored = [_stored(name, {table.key: f"{name}-{i}"} | row, currency) for i, row in enumerate(rows)]
        if stored:
            texts = (", ".join(_literal(values[column]) for column in columns) for values in stored)
            con.execute(f"INSERT INTO {name} VALUES {', '.join(f'({text})' for text in texts)}")
        if table.event_time:
            con.execute(
                f"INSERT INTO watermarks SELECT '{name}', 'test', greatest(max({table.event_time}), $until),"
                f" min({table.event_time}) FROM {name} HAVING count({table.event_time}) > 0",
                {"until": known_until},
            )
    con.execute(
        "INSERT INTO meta VALUES ('name', 'test'), ('currency', $currency), ('fiscal_year_start', $start)",
        {"currency": currency, "start": str(fiscal_start)},
    )
    con.execute(
        "INSERT INTO load_sources (load_id, \"source\", table_name, sample) SELECT 1, 'test', 'orders', ?", [sample]
    )
    loads = sorted({row.get("loaded_in", 1) for rows in tables.values() for row in rows} | {1})
    for load in loads:
        con.execute("INSERT INTO loads VALUES (?, NULL, NULL, 'ok', NULL)", [load])
    build_facts(DuckDB(con), currency=currency)
    return read_store(DuckDB(con), known_on=known_on)


@pytest.fixture
def market() -> Market:
    """Build a store from rows."""
    return build_market
