"""What reading a file gives: the table, the count of its lines, its layout and what was set aside with reasons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

RAW_LIMIT_BYTES = 4096
"""How much of a quarantined record is kept as received."""

Format = Literal["delimited", "jsonl", "sheet", "parquet"]


class FileRefused(ValueError):  # noqa: N818 - "refused" is the field's word for it
    """A file that cannot be read at all: which file, a stable reason, the figures behind it and what to do."""

    def __init__(self, file: str, reason: str, message: str, figures: Mapping[str, object] | None = None) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file
        self.reason = reason
        self.figures: dict[str, object] = dict(figures or {})


class CountsDisagree(ValueError):  # noqa: N818 - names the fact, as FileRefused does
    """The scan returned another number of rows than the file has records: read it again with `force_slow=True`."""

    def __init__(self, table: "TextTable", rows_read: int) -> None:
        super().__init__(
            f"{table.name}: {table.records} records counted in the file, {rows_read} rows came out of the scan"
        )
        self.file = table.name
        self.expected = table.records
        self.rows_read = rows_read


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One quarantined record.

    `line` is the 1-based physical line where it starts (row number for xlsx and Parquet) and `lines` how many
    physical lines it covers; `raw` holds its first 4096 bytes as received; `reason` is a stable code, `detail` a
    sentence for a person.
    """

    line: int
    lines: int
    raw: bytes
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCount:
    """Physical lines of one file by what they are; they always add up.

    >>> LineCount(physical=5, header=1, blank=1, record=2, quarantined=1).record
    2
    >>> LineCount(physical=5, header=1, blank=0, record=2, quarantined=1)
    Traceback (most recent call last):
    ValueError: 5 physical lines, but header 1 + blank 0 + record 2 + quarantined 1 = 4
    """

    physical: int
    header: int
    blank: int
    record: int
    quarantined: int

    def __post_init__(self) -> None:
        total = self.header + self.blank + self.record + self.quarantined
        if total != self.physical:
            raise ValueError(
                f"{self.physical} physical lines, but header {self.header} + blank {self.blank} "
                f"+ record {self.record} + quarantined {self.quarantined} = {total}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    r"""How a file is written.

    `newline` is the most frequent line end ('\n', '\r\n' or '\r'; '' for Parquet and xlsx). `delimiter` and `quote`
    are '' where the format has none. `header` says that a row of column names is present, on physical line
    `header_line` (0 without one); title lines above it count as header lines. `sheet` names the sheet of a workbook.
    """

    format: Format
    encoding: str = "utf-8"
    newline: str = ""
    delimiter: str = ""
    quote: str = ""
    header: bool = True
    header_line: int = 1
    sheet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadHints:
    """What a person knows about a file; each given field is believed, each None is found out from the file.

    `unpack_limit_bytes` bounds what one archive member may unpack to. `decimal` stands before the decimals of the
    texts; numbers of a sheet, of JSON or Parquet, which have no sign of their own, are written with it, so that both
    are read alike.
    """

    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header: bool | None = None
    sheet: str | None = None
    unpack_limit_bytes: int = 64 << 30
    decimal: Literal[".", ","] = "."

    def __post_init__(self) -> None:
        plain = self.delimiter is None or (len(self.delimiter) == 1 and self.delimiter.isascii())
        if not plain or self.delimiter in ("\n", "\r", "\0", '"'):
            raise ValueError(
                f"delimiter {self.delimiter!r} must be one ASCII character, such as ',', '\\t', ';' or '|'"
            )
        if self.quote is not None and (len(self.quote) > 1 or not self.quote.isascii()):
            raise ValueError(f"quote {self.quote!r} must be one ASCII character, or '' for none")
        if self.quote and self.quote == self.delimiter:
            raise ValueError(f"delimiter and quote are both {self.quote!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """One file as an all-text table.

    `name` is the file as the person knows it ('orders.csv', 'exports.zip/orders.csv'). `columns` are the header names
    as received, made unique without regard to case ('x', 'x_2'), a blank name is 'column_3'. `records` is the number of
    accepted records, which a full scan must return (see `verify`). `path` is what DuckDB scans: the original
    or unpacked file when `fast`, else a normalised spool file whose column `line_column` holds the physical line.
    `number_columns` are those that the file's own types say to be numbers (Parquet); `number_cells` has, by column of a
    workbook, a byte for each row from its top: 1 where the cell is a number and not a text that looks like one.
    """

    name: str
    columns: tuple[str, ...]
    records: int
    lines: LineCount
    rejects: tuple[Reject, ...]
    path: Path
    layout: Layout
    line_column: str | None
    fast: bool
    longest_record_bytes: int = field(default=0, repr=False)
    number_columns: frozenset[str] = frozenset()
    number_cells: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    decimal: str = "."
    """The sign with which number columns are handed over."""

    def holds_number(self, column: str, line: int) -> bool:
        """Whether the value of the record that starts on this line is a number by the file itself, not by its text."""
        if column in self.number_columns:
            return True
        cells = self.number_cells.get(column)
        return cells is not None and cells[line - 1] == 1


def verify(table: TextTable, rows_read: int) -> None:
    """Raise `CountsDisagree` unless a full scan (every column read) returned as many rows as the file has records.

    On the fast path this is what proves that no line was swallowed: no byte pass knows where DuckDB closes a quote, but
    a swallowed line end always lowers its number of rows and nothing raises it.
    """
    if rows_read != table.records:
        raise CountsDisagree(table, rows_read)


def unique_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Header names made unique without regard to case; a blank name becomes its position.

    >>> unique_columns(["id", "x", "ID", "", "x"])
    ('id', 'x', 'ID_2', 'column_4', 'x_2')
    """
    received = list(names)
    taken = {name.lower() for name in received if name.strip()}
    seen: set[str] = set()
    columns = []
    for position, name in enumerate(received, start=1):
        column = name if name.strip() else f"column_{position}"
        suffix = 1
        while column.lower() in seen or (suffix > 1 and column.lower() in taken):
            suffix += 1
            column = f"{name if name.strip() else f'column_{position}'}_{suffix}"
        seen.add(column.lower())
        columns.append(column)
    return tuple(columns)


def free_name(wanted: str, columns: Iterable[str]) -> str:
    """`wanted`, or `wanted_2` and so on where a column already has that name.

    >>> free_name("_line", ["id", "_LINE"])
    '_line_2'
    """
    taken = {column.lower() for column in columns}
    name, suffix = wanted, 1
    while name.lower() in taken:
        suffix += 1
        name = f"{wanted}_{suffix}"
    return name
