"""Parquet: DuckDB reads it as it is; a row is a line."""

import re
from pathlib import Path

import duckdb

from bothsides.connectors.files.table import FileRefused, Layout, LineCount, TextTable, unique_columns

_NUMBER = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL(\(\d+,\d+\))?)$")
"""DuckDB's types of plain numbers; a list of them is none."""


def read_parquet(name: str, path: Path, layout: Layout, *, decimal: str = ".") -> TextTable:
    """Columns and number of rows from the file's own footer; the values are read by `scan`."""
    try:
        with duckdb.connect() as con:
            source = con.read_parquet(str(path), hive_partitioning=False)
            columns = unique_columns(source.columns)
            numbers = [name for name, kind in zip(columns, source.types, strict=True) if _NUMBER.match(str(kind))]
            ((records,),) = source.aggregate("count(*)").fetchall()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise FileRefused(
            name, "damaged_parquet", f"cannot be read as Parquet ({first}); write the file again"
        ) from error
    return TextTable(
        name=name,
        columns=columns,
        records=records,
        lines=LineCount(physical=records, header=0, blank=0, record=records, quarantined=0),
        rejects=(),
        path=path,
        layout=layout,
        line_column=None,
        fast=True,
        number_columns=frozenset(numbers),
        decimal=decimal,
    )
