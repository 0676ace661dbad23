"""What every test of the file connector does: write bytes, read them as ingest does, take the rows."""

from pathlib import Path

import duckdb

from bothsides.connectors import files
from bothsides.connectors.files import CountsDisagree, FoundFile, ReadHints, TextTable

NO_HINTS = ReadHints()


def read(
    tmp_path: Path,
    data: bytes,
    name: str = "orders.csv",
    *,
    hints: ReadHints = NO_HINTS,
    force_slow: bool = False,
) -> TextTable:
    path = tmp_path / name
    path.write_bytes(data)
    return files.read(FoundFile(name=name, path=path), spool_dir=tmp_path / "spool", hints=hints, force_slow=force_slow)


def numbered_rows(table: TextTable) -> list[tuple[int, tuple[str, ...]]]:
    """Physical line and values of every record, after `verify`."""
    with duckdb.connect() as con:
        relation = files.scan(con, table)
        assert relation.columns == ([table.line_column] if table.line_column else []) + list(table.columns)
        found = relation.fetchall()
    files.verify(table, len(found))
    if table.line_column:
        return [(int(row[0]), row[1:]) for row in found]
    lines = files.line_numbers(table, range(1, table.records + 1))
    return [(lines[ordinal], row) for ordinal, row in enumerate(found, start=1)]


def rows(table: TextTable) -> list[tuple[str, ...]]:
    return [row for _, row in numbered_rows(table)]


def read_as_ingest(
    tmp_path: Path, data: bytes, name: str = "orders.csv", *, hints: ReadHints = NO_HINTS
) -> tuple[TextTable, list[tuple[int, tuple[str, ...]]]]:
    """The fast way where it holds, else the careful one."""
    table = read(tmp_path, data, name, hints=hints)
    try:
        return table, numbered_rows(table)
    except (duckdb.Error, CountsDisagree):
        assert table.fast, "a spool file must always scan"
        table = read(tmp_path, data, name, hints=hints, force_slow=True)
        return table, numbered_rows(table)


def physical_lines(data: bytes) -> int:
    """Counted another way than the connector counts: line ends, and a last line without one."""
    ends = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return ends + (not data.endswith((b"\n", b"\r")) and bool(data))
