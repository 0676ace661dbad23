"""Lists of leads in files: CSV, JSON lines, xlsx and what else the connectors read, every line accounted for."""

import json
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import duckdb

from bothsides.connectors.files import FoundFile, LineCount, Reject, TextTable, read, scan, verify
from bothsides.connectors.files.archive import BLOCK_BYTES, opened
from bothsides.connectors.files.encoding import utf8_blocks
from bothsides.connectors.files.lines import physical_lines
from bothsides.leads.intake.field_names import WHO, slip_of
from bothsides.leads.intake.figures import NUMBERS, Decimal, Shown, is_open, shown_decimal
from bothsides.leads.intake.policy import DoubtfulSource, Source
from bothsides.leads.intake.reading import Refused, read_list, whole

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
        given = self.names()
        known = {*WHO, "id"}
        return () if any(source.ours(name) in known for name in given) else given

    def names(self) -> tuple[str, ...]:
        """What its columns are called; of objects the fields of the first thousand."""
        if self.table.layout.format != "jsonl":
            return tuple(self.table.columns)
        first = next(iter(self.batches(1000)), [])
        return tuple(dict.fromkeys(name for record in first for name in record))

    def told_twice(self, source: Source) -> dict[str, tuple[str, ...]]:
        """Fields that several of its columns are, with the names of those; of objects each is judged by itself."""
        by_field: dict[str, tuple[str, ...]] = {}
        for name in self.table.columns if self.table.layout.format != "jsonl" else ():
            by_field[source.ours(name)] = (*by_field.get(source.ours(name), ()), name)
        return {ours: names for ours, names in by_field.items() if len(names) > 1}

    def nearly_known(self, source: Source, own: Collection[str] = ()) -> dict[str, str]:
        """Columns that are kept under their own name and are a letter away from a field of ours, with that field; not
        those in `own`, which the agreement names."""
        kept = (name for name in self.names() if source.ours(name) == name and name not in source.rename)
        return {name: near for name in kept if name not in own and (near := slip_of(name))}

    def batches(self, size: int, source: Source | None = None) -> Iterator[list[dict[str, object]]]:
        """The records, so many at once. A value that stands empty is left out; digits that lose nothing are numbers,
        but for those of a number's field that two countries, or the source, read differently. What the file itself
        holds as a number, as a cell of a sheet, is that number whatever the source says."""
        if self.table.layout.format == "jsonl":
            return _objects(self, size)
        columns = self._number_columns(source) if source else ()
        keys = [name for name in self.table.columns if (source.ours(name) if source else name) == "id"]
        return _rows(self, size, columns, keys, source.decimal if source else None)

    def _number_columns(self, source: Source) -> tuple[str, ...]:
        return tuple(name for name in self.table.columns if source.ours(name) in NUMBERS)


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
            return read_list(text)
        except ValueError:
            return text
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text) if "." in text else int(text)
    return number if str(number) == text else text


def _name(text: str) -> object:
    """What names a record: a whole number, else the text as it stands, 2026.10 too.

    >>> _name("17"), _name("2026.1"), _name("017")
    (17, '2026.1', '017')
    """
    value = as_value(text)
    return value if isinstance(value, int) else text


def _figure(text: str) -> object:
    """A number as its file holds it, from the text that the reader made of it without a loss.

    >>> _figure("1.234"), _figure("1500"), _figure("1e-05"), _figure("2.50")
    (1.234, 1500, 1e-05, 2.5)
    """
    value = as_value(text)
    if isinstance(value, str) and math.isfinite(number := float(text)):
        return number
    return value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _line(table: TextTable) -> str:
    """SQL: the row of a sheet, which says what its cells hold; 0 where that does not depend on the row."""
    return f"{_quoted(table.line_column)}::BIGINT" if table.number_cells and table.line_column else "0"


def _verified(table: TextTable) -> None:
    con = duckdb.connect()
    try:
        scan(con, table).create("read")
        row = con.execute("SELECT count(*) FROM read").fetchone()
        verify(table, row[0] if row else 0)
    finally:
        con.close()


def _texts(table: TextTable, columns: Collection[str]) -> Iterator[str]:
    """What stands in the columns with a sign between its digits; not number cells, whose sign nobody wrote."""
    con = duckdb.connect()
    try:
        scan(con, table).create("read")
        for name in columns:
            line = _line(table) if name in table.number_cells else "0"
            cursor = con.execute(
                f"SELECT DISTINCT {_quoted(name)}, {line} FROM read"
                f" WHERE regexp_matches({_quoted(name)}, '[.,]') ORDER BY ALL"
            )
            while rows := cursor.fetchmany(1000):
                yield from (text for text, line in rows if not table.holds_number(name, line))
    finally:
        con.close()


def _rows(
    listing: Listing, size: int, numbers: Collection[str], keys: Collection[str], decimal: Decimal | None
) -> Iterator[list[dict[str, object]]]:
    """`numbers` are the columns whose texts are left to the source where `decimal` reads them otherwise than we do;
    `keys` those that name a record, which are no figures."""
    table = listing.table

    def value(name: str, text: str, line: int) -> object:
        if name in keys:
            return _name(text)
        if table.holds_number(name, line):
            return _figure(text)
        return text if name in numbers and is_open(text, decimal) else as_value(text)

    con = duckdb.connect()
    try:
        scan(con, table).create("read")
        names = ", ".join(map(_quoted, table.columns))
        cursor = con.execute(f"SELECT {_line(table)}, {names} FROM read")
        done = 0
        while rows := cursor.fetchmany(size):
            done += len(rows)
            yield [
                {name: value(name, text, line) for name, text in zip(table.columns, row, strict=True) if text}
                for line, *row in rows
            ]
        verify(table, done)
    finally:
        con.close()


def numbered_objects(found: FoundFile, table: TextTable) -> Iterator[tuple[int, dict[str, object]]]:
    """The accepted objects of a file of JSON lines with the physical line of each, with the types they were written
    with; a number of more than 300 digits is infinite."""
    aside = {reject.line for reject in table.rejects}
    with opened(found) as stream:
        blocks = iter(lambda: stream.read(BLOCK_BYTES), b"")
        for lines in physical_lines(utf8_blocks(blocks, table.layout.encoding)):
            for number, line in enumerate(lines.lines, start=lines.first):
                if number not in aside and line.strip():
                    yield number, json.loads(line, parse_int=whole)


def _objects(listing: Listing, size: int) -> Iterator[list[dict[str, object]]]:
    batch: list[dict[str, object]] = []
    for _, one in numbered_objects(listing.found, listing.table):
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
