"""The files of a source as text relations that DuckDB can select from, each with its lines accounted for."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from bothsides.connectors.files import LineCount, Reject, TextTable, line_numbers, read, scan
from bothsides.ingest.landing import Landed, LandedFile
from bothsides.warehouse import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text relation to be staged: a file, or the result of a reshape (`table` is None)."""

    name: str
    fields: tuple[str, ...]
    records: int
    table: TextTable | None
    file: LandedFile | None
    attached: str = ""
    """The attached database that holds the result of a reshape as its table `result`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCount:
    """The lines of one file and the records that its reader set aside."""

    file: LandedFile
    lines: LineCount
    records: int
    rejects: tuple[Reject, ...]
    note: str
    """How it was read: encoding, delimiter, sheet."""
    known_as: str = ""
    """The name under which its records are known, where they came first in a file of another name."""


def read_file(file: LandedFile, landed: Landed, spool: Path, *, careful: bool = False) -> TextTable:
    """The file by the mapping's hints. Raises FileRefused."""
    hints = replace(landed.mapping.read, decimal=landed.mapping.decimal)
    return read(file.found, spool_dir=spool, hints=hints, force_slow=careful)


def file_text(file: LandedFile, table: TextTable) -> Text:
    """A file that was read as a text relation."""
    return Text(name=table.name, fields=table.columns, records=table.records, table=table, file=file)


def file_count(file: LandedFile, table: TextTable) -> FileCount:
    """What the reader counted."""
    layout = table.layout
    parts = [layout.format, layout.encoding, layout.sheet and f"sheet {layout.sheet}"]
    parts.append(f"delimiter {layout.delimiter!r}" if layout.delimiter else "")
    return FileCount(
        file=file,
        lines=table.lines,
        records=table.records,
        rejects=table.rejects,
        note=", ".join(part for part in parts if part),
    )


@contextlib.contextmanager
def opened(con: duckdb.DuckDBPyConnection, text: Text) -> Iterator[str]:
    """The SQL name of a text relation while the block runs."""
    if text.table is None:
        yield f"{quoted(text.attached)}.result"
        return
    view = "~received"
    scan(con, text.table).create_view(view, replace=True)
    # After an error the transaction is void and takes the view with it; a statement in it would hide the error.
    yield quoted(view)
    con.execute(f"DROP VIEW IF EXISTS {quoted(view)}")


def physical_lines(text: Text, ordinals: list[int]) -> dict[int, int]:
    """The physical line of records counted from 0, for a file read on the fast path."""
    if text.table is None:
        return {}
    found = line_numbers(text.table, [ordinal + 1 for ordinal in ordinals])
    return {ordinal - 1: line for ordinal, line in found.items()}
