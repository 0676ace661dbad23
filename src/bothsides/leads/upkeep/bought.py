"""Files of bought data as they were read: every physical line is header, blank, of a row, or set aside and told."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from bothsides.connectors.files import FoundFile, LineCount, ReadHints, Reject, TextTable, read, scan, verify
from bothsides.leads.intake.reading_files import numbered_objects

_HINTS = {
    ".csv": ReadHints(format="delimited", header=True),
    ".jsonl": ReadHints(format="jsonl"),
    ".ndjson": ReadHints(format="jsonl"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record: the physical line where it starts, and its values by column; what stands empty is left out."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A file as it was read: its lines as they were counted, its rows, and the records set aside with their reasons."""

    name: str
    lines: LineCount
    rows: tuple[Row, ...]
    aside: tuple[Reject, ...] = ()


def read_bought(path: Path) -> Bought:
    """The rows of a CSV or JSON Lines file with a header. Raises ValueError for another kind, a file that cannot be
    read at all, or one whose rows name neither lead_id nor email."""
    hints = _HINTS.get(path.suffix)
    if hints is None:
        raise ValueError(f"{path}: bought data is read from .csv and .jsonl")
    found = FoundFile(name=str(path), path=path)
    with tempfile.TemporaryDirectory() as spool:
        table = read(found, spool_dir=Path(spool), hints=hints, force_slow=True)
        rows = _objects(found, table) if table.layout.format == "jsonl" else _records(table)
    if rows and not any(row.values.get("lead_id") or row.values.get("email") for row in rows):
        raise ValueError(f"{path}: no row has a lead_id or an email, so nobody knows whose data it is")
    return Bought(name=found.name, lines=table.lines, rows=rows, aside=table.rejects)


def _objects(found: FoundFile, table: TextTable) -> tuple[Row, ...]:
    rows = tuple(Row(line=line, values=_told(one)) for line, one in numbered_objects(found, table))
    verify(table, len(rows))
    return rows


def _records(table: TextTable) -> tuple[Row, ...]:
    con = duckdb.connect()
    try:
        rows = scan(con, table).fetchall()
    finally:
        con.close()
    verify(table, len(rows))
    return tuple(
        Row(line=int(line), values=_told(dict(zip(table.columns, texts, strict=True)))) for line, *texts in rows
    )


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}
