"""Write a market as a marketplace would export it: one file per table, source-like values, and truth.json."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np

from bothsides.schema import table
from bothsides.simulate.draws import Array
from bothsides.simulate.layout import Label
from bothsides.simulate.market import Market


def write(market: Market, folder: Path, *, form: Literal["csv", "parquet"] = "csv") -> tuple[Path, ...]:
    """Write every table with rows to `<table>.csv` or `.parquet`, then `truth.json`; the paths, in that order.

    CSV: header of schema column names, amounts as plain decimals in major units, times `YYYY-MM-DD HH:MM:SS` UTC,
    blank for empty. Parquet: TIMESTAMP, DATE, DECIMAL, BOOLEAN, VARCHAR. Raises ValueError for another form.
    """
    if form not in ("csv", "parquet"):
        raise ValueError(f"form {form!r} is not one of csv, parquet")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with duckdb.connect() as connection:
        # One thread keeps row order and row groups, so that the same market is the same bytes.
        connection.execute("SET threads = 1")
        for name in market.tables:
            path = folder / f"{name}.{form}"
            relation = _relation(connection, market, name)
            if form == "csv":
                relation.write_csv(str(path), header=True)
            else:
                relation.write_parquet(str(path))
            paths.append(path)
    truth = folder / "truth.json"
    truth.write_text(json.dumps(asdict(market.truth), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return (*paths, truth)


def decode(market: Market, name: str) -> dict[str, Array]:
    """One table's columns as source-like arrays: text, datetime64, decimals as float64, blanks masked."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        columns: dict[str, Array] = _relation(connection, market, name).fetchnumpy()
    return columns


def _relation(connection: duckdb.DuckDBPyConnection, market: Market, name: str) -> duckdb.DuckDBPyRelation:
    columns, held = market.tables[name], market.held[name]
    ordered = [column for column in table(name).column_names if column in columns]
    connection.register("drawn", {column: np.ascontiguousarray(columns[column]) for column in ordered})
    expressions = []
    for column in ordered:
        code = held[column]
        if isinstance(code, Label):
            connection.execute(f"SET VARIABLE words_{column} = ?", [list(code.words)])
        expressions.append(f"{code.sql(column)} AS {column}")
    return connection.sql(f"SELECT {', '.join(expressions)} FROM drawn")
