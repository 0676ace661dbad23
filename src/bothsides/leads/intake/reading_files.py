"""Lists of leads in files: CSV, JSON lines, xlsx and what else the connectors read, every line accounted for."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bothsides.connectors.files import FoundFile, LineCount, Reject, TextTable, read, scan, verify
from bothsides.connectors.files.archive import BLOCK_BYTES, opened
from bothsides.connectors.files.encoding import utf8_blocks
from bothsides.connectors.files.lines import physical_lines
from bothsides.leads.intake.reading import Refused

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One file as it was read: its lines as they were counted, the records in their order, and those set aside."""

    name: str
    lines: LineCount
    records: int
    rejects: tuple[Reject, ...]
    table: TextTable
    found: FoundFile

    def refused(self, source: str) -> tuple[Refused, ...]:
        """The records that could not be read at all, with file, line and reason."""
        return tuple(
            Refused(
                source=source,
                raw=json.dumps(one.raw.decode("utf-8", "replace").replace("\0", "\ufffd"), ensure_ascii=True),
                reasons=(f"{self.name} line {one.line}: {one.reason}: {one.detail}",),
            )
            for one in self.rejects
        )

    def batches(self, size: int) -> Iterator[list[dict[str, object]]]:
        """The records, so many at once. A value that stands empty is left out; digits that lose nothing are numbers."""
        return _objects(self, size) if self.table.layout.format == "jsonl" else _rows(self, size)


def read_listing(found: FoundFile, *, spool_dir: Path) -> Listing:
    """The file, read and counted before any record is taken. Raises FileRefused for one that cannot be read at all."""
    table = read(found, spool_dir=spool_dir)
    if table.fast:
        try:
            _verified(table)
        except duckdb.Error:
            table = read(found, spool_dir=spool_dir, force_slow=True)
    return Listing(
        name=table.name, lines=table.lines, records=table.records, rejects=table.rejects, table=table, found=found
    )


def as_value(text: str) -> object:
    """A text of a list as a value: a number where writing it again gives the same text.

    A cell that holds a list of objects as JSON, as a lead's events, is that list.

    >>> as_value("1500"), as_value("12.5"), as_value("020 7946"), as_value("0207"), as_value("1.50")
    (1500, 12.5, '020 7946', '0207', '1.50')
    >>> as_value('[{"event": "demo_requested"}]')
    [{'event': 'demo_requested'}]
    """
    if text.startswith("[{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text) if "." in text else int(text)
    return number if str(number) == text else text


def _verified(table: TextTable) -> None:
    con = duckdb.connect()
    try:
        scan(con, table).create("read")
        row = con.execute("SELECT count(*) FROM read").fetchone()
        verify(table, row[0] if row else 0)
    finally:
        con.close()


def _rows(listing: Listing, size: int) -> Iterator[list[dict[str, object]]]:
    table = listing.table
    con = duckdb.connect()
    try:
        scan(con, table).create("read")
        names = ", ".join('"' + name.replace('"', '""') + '"' for name in table.columns)
        cursor = con.execute(f"SELECT {names} FROM read")
        done = 0
        while rows := cursor.fetchmany(size):
            done += len(rows)
            yield [
                {name: as_value(text) for name, text in zip(table.columns, row, strict=True) if text} for row in rows
            ]
        verify(table, done)
    finally:
        con.close()


def _objects(listing: Listing, size: int) -> Iterator[list[dict[str, object]]]:
    """Objects keep the types that they were written with."""
    aside = {reject.line for reject in listing.rejects}
    batch: list[dict[str, object]] = []
    with opened(listing.found) as stream:
        blocks = iter(lambda: stream.read(BLOCK_BYTES), b"")
        for lines in physical_lines(utf8_blocks(blocks, listing.table.layout.encoding)):
            for number, line in enumerate(lines.lines, start=lines.first):
                if number in aside or not line.strip():
                    continue
                batch.append(json.loads(line))
                if len(batch) == size:
                    yield batch
                    batch = []
    if batch:
        yield batch
