"""Lists of leads in files: CSV, JSON lines, xlsx and what else the connectors read, every line accounted for."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

import duckdb

from bothsides.connectors.files import FoundFile, LineCount, Reject, TextTable, read, scan, verify
from bothsides.connectors.files.archive import BLOCK_BYTES, opened
from bothsides.connectors.files.encoding import utf8_blocks
from bothsides.connectors.files.lines import physical_lines
from bothsides.leads.intake.figures import NUMBERS, Decimal, Shown, is_open, shown_decimal
from bothsides.leads.intake.policy import DoubtfulSource, Source
from bothsides.leads.intake.reading import WHO, Refused

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

    def read_by(self, source: Source, shown: Shown | None = None) -> Source:
        """The source as it reads this file: where it does not say what stands before decimals, the file may show it."""
        shown = self.shown(source) if shown is None else shown
        if shown.doubtful:
            return DoubtfulSource(**{one.name: getattr(source, one.name) for one in fields(source)})
        return source if source.decimal is not None else replace(source, decimal=shown.decimal)

    def shown(self, source: Source) -> Shown:
        """What the file shows of its decimal sign; nothing where the source says it."""
        columns = self._number_columns(source)
        if source.decimal is not None or not columns or self.table.layout.format == "jsonl":
            return Shown({})
        return shown_decimal(_texts(self.table, columns))

    def names_nobody(self, source: Source) -> tuple[str, ...]:
        """What its columns are called where none of them can say who a lead is; nothing where one can, or none are."""
        if self.table.layout.format == "jsonl":
            first = next(iter(self.batches(1000)), [])
            given = tuple(dict.fromkeys(name for record in first for name in record))
        else:
            given = tuple(self.table.columns)
        known = {*WHO, "id"}
        return () if any(source.rename.get(name, name) in known for name in given) else given

    def batches(self, size: int, source: Source | None = None) -> Iterator[list[dict[str, object]]]:
        """The records, so many at once. A value that stands empty is left out; digits that lose nothing are numbers,
        but for those of a number's field that two countries, or the source, read differently."""
        if self.table.layout.format == "jsonl":
            return _objects(self, size)
        columns = self._number_columns(source) if source else ()
        return _rows(self, size, dict.fromkeys(columns, self._own_decimal(source)))

    def _own_decimal(self, source: Source | None) -> Decimal | None:
        """By what its texts are read; number cells of a sheet come with a point, whatever the source says."""
        return source.decimal if source and self.table.layout.format == "delimited" else None

    def _number_columns(self, source: Source) -> tuple[str, ...]:
        return tuple(name for name in self.table.columns if source.rename.get(name, name) in NUMBERS)


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


def _texts(table: TextTable, columns: Collection[str]) -> Iterator[str]:
    """What stands in the columns with a sign between its digits, each text once."""
    con = duckdb.connect()
    try:
        scan(con, table).create("read")
        for name in columns:
            quoted = '"' + name.replace('"', '""') + '"'
            cursor = con.execute(
                f"SELECT DISTINCT {quoted} FROM read WHERE regexp_matches({quoted}, '[.,]') ORDER BY 1"
            )
            while rows := cursor.fetchmany(1000):
                yield from (text for (text,) in rows)
    finally:
        con.close()


def _rows(listing: Listing, size: int, numbers: Mapping[str, Decimal | None]) -> Iterator[list[dict[str, object]]]:
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
                {
                    name: text if name in numbers and is_open(text, numbers[name]) else as_value(text)
                    for name, text in zip(table.columns, row, strict=True)
                    if text
                }
                for row in rows
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
