"""A big market as a published warehouse file: simulated, stored as a load stores it, facts and states made.

The healthy market of the simulator, in as many categories and regions as asked for.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from bothsides.metrics.publishing import refresh
from bothsides.schema import TABLES, Kind
from bothsides.schema.column import Column
from bothsides.simulate import MarketPlan, healthy_plan, simulate, write
from bothsides.warehouse import DUCKDB_TYPES, quoted
from bothsides.warehouse.ddl import create_books

SEED = 7
READING, BUILDING = "4GB", "10GB"
"""What the engine may take: a diagnosis is measured within its bar, the build shall not spill."""


def plan_of(orders: int, split: int) -> MarketPlan:
    """The healthy market in `split` categories x `split` regions."""
    plan = healthy_plan(seed=SEED, orders=orders)
    turns = range(split)
    return replace(
        plan,
        name=f"{orders:,} orders in {split * split} cells",
        categories=tuple(f"category {turn + 1:02d}" for turn in turns),
        regions=tuple(f"region {turn + 1:02d}" for turn in turns),
        order_values=tuple(plan.order_values[turn % len(plan.order_values)] for turn in turns),
        take_rates=tuple(plan.take_rates[turn % len(plan.take_rates)] for turn in turns),
    )


def build(orders: int, split: int, target: Path) -> None:
    """Draw the market and publish it to the file."""
    plan = plan_of(orders, split)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".unfinished.duckdb")
    unfinished.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        paths = _draw(plan, Path(folder))
        with connected(unfinished, read_only=False) as con:
            create_books(con)
            for path in paths:
                _store(con, path)
                path.unlink()
            con.execute("INSERT INTO meta VALUES ('name', ?), ('currency', ?)", [plan.name, plan.currency])
            con.execute("INSERT INTO loads VALUES (1, NULL, NULL, 'ok', NULL)")
            refresh(plan.currency)(con)
            con.execute("CHECKPOINT")
    unfinished.rename(target)


def _draw(plan: MarketPlan, folder: Path) -> list[Path]:
    """Files of the market's tables; the market itself is gone when they are written."""
    return [path for path in write(simulate(plan), folder, form="parquet") if path.stem in TABLES]


@contextmanager
def connected(path: Path, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file, with two threads; memory by what is done with it."""
    con = duckdb.connect(
        str(path), read_only=read_only, config={"threads": 2, "memory_limit": READING if read_only else BUILDING}
    )
    try:
        yield con
    finally:
        con.close()


def _store(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """One table of the schema from its file, with the books' columns and its business dates."""
    table = TABLES[path.stem]
    there = {row[0] for row in con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()}
    parts = []
    for column in table.columns:
        parts.append(f"{_value(column, column.name in there)} AS {quoted(column.name)}")
        if column.business_date:
            day = f"{quoted(column.name)}::DATE" if column.name in there else "NULL::DATE"
            parts.append(f"{day} AS {quoted(column.business_date)}")
    parts += ["'simulated' AS source", "1 AS loaded_in", "NULL::INTEGER AS superseded_in", "0::UBIGINT AS row_hash"]
    con.execute(f"CREATE TABLE {table.name} AS SELECT {', '.join(parts)} FROM read_parquet(?)", [str(path)])
    if table.event_time:
        con.execute(
            f"INSERT INTO watermarks SELECT '{table.name}', 'simulated', max({table.event_time}),"
            f" min({table.event_time}) FROM {table.name} HAVING count({table.event_time}) > 0"
        )


def _value(column: Column, there: bool) -> str:
    name, kind = quoted(column.name), DUCKDB_TYPES[column.kind]
    if not there:
        return f"{'NULL' if column.default is None else repr(column.default)}::{kind}"
    if column.kind is Kind.ID:
        return f"md5({name})::UUID"
    return f"({name} * 100)::BIGINT" if column.kind is Kind.MONEY else f"{name}::{kind}"
