"""Markets for diagnoses: tiny ones written out by hand, and simulated ones whose truth is known."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from bothsides.metrics import Store, build_states, read_store
from bothsides.schema import TABLES, Kind
from bothsides.schema.column import Column
from bothsides.simulate import Market, MarketPlan, simulate, write
from bothsides.warehouse import DUCKDB_TYPES, quoted
from bothsides.warehouse.ddl import create_books
from tests.metrics.conftest import build_market


@pytest.fixture
def market() -> Callable[..., Store]:
    """Build a store from rows."""
    return build_market


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
    build_states(con, currency=drawn.plan.currency)
    return read_store(con)


@cache
def simulated(plan: MarketPlan) -> tuple[Market, Store]:
    """A market drawn once per plan, with its store."""
    drawn = simulate(plan)
    return drawn, store_of(drawn)


def _load(con: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    table, parts = TABLES[name], []
    present = {row[0] for row in con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()}
    for column in table.columns:
        value = _stored(column) if column.name in present else _default(column)
        parts.append(f"{value} AS {quoted(column.name)}")
        if column.business_date:
            day = f"{quoted(column.name)}::DATE" if column.name in present else "NULL::DATE"
            parts.append(f"{day} AS {quoted(column.business_date)}")
    parts += ["'simulated' AS source", "1 AS loaded_in", "NULL::INTEGER AS superseded_in", "0::UBIGINT AS row_hash"]
    con.execute(f"CREATE TABLE {name} AS SELECT {', '.join(parts)} FROM read_parquet(?)", [str(path)])
    if table.event_time:
        con.execute(
            f"INSERT INTO watermarks SELECT '{name}', 'simulated', max({table.event_time}), min({table.event_time})"
            f" FROM {name} HAVING count({table.event_time}) > 0"
        )


def _stored(column: Column) -> str:
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
