"""Handing a text table to DuckDB, and finding the physical line of a record on the fast path."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from bothsides.connectors.files.table import TextTable

_RECORD_BYTES = 2_000_000
"""DuckDB's own limit of one record; a spool that holds a longer one is read with a raised limit."""


def scan(con: duckdb.DuckDBPyConnection, table: TextTable) -> duckdb.DuckDBPyRelation:
    """The table as a relation: every column VARCHAR, '' for missing, in file order, `line_column` first if present.

    Read every column (as CREATE TABLE AS does) and give the number of rows to `verify`: DuckDB does not check what it
    does not read. Damage that it meets raises `duckdb.Error`; then read the file with `force_slow=True`.
    """
    if table.layout.format == "parquet":
        return _parquet(con, table)
    if table.line_column is not None:
        longest = 2 * table.longest_record_bytes + 64 * len(table.columns)
        return _csv(
            con,
            table.path,
            (table.line_column, *table.columns),
            delimiter=",",
            header=True,
            parallel=table.lines.record == table.records,
            longest=longest,
        )
    layout = table.layout
    return _csv(con, table.path, table.columns, delimiter=layout.delimiter, header=layout.header)


def _csv(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    columns: tuple[str, ...],
    *,
    delimiter: str,
    header: bool,
    parallel: bool = True,
    longest: int = 0,
) -> duckdb.DuckDBPyRelation:
    return con.read_csv(
        str(path),
        auto_detect=False,
        columns=dict.fromkeys(columns, "VARCHAR"),
        delimiter=delimiter,
        quotechar='"',
        escapechar='"',
        header=header,
        force_not_null=list(columns),
        strict_mode=True,
        null_padding=False,
        ignore_errors=False,
        compression="none",
        hive_partitioning=False,
        encoding="utf-8",
        parallel=parallel,
        max_line_size=max(longest, _RECORD_BYTES),
    )


def _parquet(con: duckdb.DuckDBPyConnection, table: TextTable) -> duckdb.DuckDBPyRelation:
    source = con.read_parquet(str(table.path), hive_partitioning=False)
    nothing = duckdb.ConstantExpression("")
    texts = [
        duckdb.CoalesceOperator(_text(stored, column, table), nothing).alias(column)
        for stored, column in zip(source.columns, table.columns, strict=True)
    ]
    return source.select(*texts)


def _text(stored: str, column: str, table: TextTable) -> duckdb.Expression:
    text = duckdb.ColumnExpression(stored).cast("VARCHAR")
    if table.decimal == "." or column not in table.number_columns:
        return text
    point, sign = duckdb.ConstantExpression("."), duckdb.ConstantExpression(table.decimal)
    return duckdb.FunctionExpression("replace", text, point, sign)


def line_numbers(table: TextTable, ordinals: Iterable[int]) -> dict[int, int]:
    """The physical line (row for Parquet) of the n-th record, n from 1, of a table read on the fast path."""
    wanted = sorted(set(ordinals))
    if not table.fast:
        raise ValueError(f"{table.name}: was spooled; its column {table.line_column!r} holds the physical line")
    bad = [ordinal for ordinal in wanted if not 1 <= ordinal <= table.records]
    if bad:
        raise ValueError(f"{table.name}: record {bad[0]} is not in 1..{table.records}")
    if not table.lines.blank:
        return {ordinal: ordinal + table.lines.header for ordinal in wanted}
    return _count_past_blanks(table, wanted)


def _count_past_blanks(table: TextTable, wanted: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    targets = iter(wanted)
    target = next(targets, None)
    ordinal = -table.lines.header
    with table.path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.rstrip(b"\r\n"):
                continue
            ordinal += 1
            if ordinal == target:
                found[ordinal] = number
                target = next(targets, None)
                if target is None:
                    break
    return found
