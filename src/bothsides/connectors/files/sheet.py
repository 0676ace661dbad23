"""Sheets of .xlsx workbooks: a row is a line; dates become ISO text and whole numbers lose the '.0'."""

import datetime
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import python_calamine

from bothsides.connectors.files.spool import LINE_COLUMN, spool_row, write_spool
from bothsides.connectors.files.table import (
    RAW_LIMIT_BYTES,
    FileRefused,
    Layout,
    Reject,
    TextTable,
    free_name,
    unique_columns,
)
from bothsides.connectors.files.tally import Tally, set_aside

PREAMBLE_LIMIT_ROWS = 30


def read_sheet(name: str, path: Path, layout: Layout, target: Path, *, decimal: str = ".") -> TextTable:
    """The named sheet, or the only one that holds anything, as a spooled table; rows count from its top.

    Number cells are written with the `decimal` sign.
    """
    cells = _cells(name, path, layout.sheet)
    rows = [_trimmed([_cell(cell, decimal) for cell in row]) for row in cells]
    first = next((at for at, row in enumerate(rows) if any(row)), None)
    if first is None:
        raise FileRefused(name, "empty", "the sheet holds no text; export it again")
    head = _header_row(rows, first) if layout.header else first - 1
    width = len(rows[head]) if layout.header else max(map(len, rows))
    columns = unique_columns(rows[head] if layout.header else [""] * width)
    tally = Tally()
    for row in rows[: head + 1]:
        tally.physical += 1
        tally.blank += not any(row)
        tally.header += any(row)
    line_column = free_name(LINE_COLUMN, columns)
    write_spool(target, line_column, columns, _records(name, rows, head + 1, width, tally))
    found = Layout(
        format="sheet",
        encoding="",
        header=layout.header,
        header_line=head + 1 if layout.header else 0,
        sheet=layout.sheet,
    )
    table = tally.table(name, columns, target, found, line_column)
    return replace(table, number_cells=_number_cells(columns, cells))


def _number_cells(columns: Sequence[str], cells: Sequence[Sequence[object]]) -> dict[str, bytes]:
    marks = {name: bytes(_is_number(row[at]) for row in cells) for at, name in enumerate(columns) if at < len(cells[0])}
    return {name: marked for name, marked in marks.items() if any(marked)}


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _cells(name: str, path: Path, sheet: str) -> Sequence[Sequence[object]]:
    """Every row as the workbook holds it, all of the same width."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        titles = book.sheet_names
        if sheet and sheet not in titles:
            raise FileRefused(
                name,
                "sheet_missing",
                f"has no sheet {sheet!r}; its sheets are {', '.join(map(repr, titles))}",
                {"sheets": titles},
            )
        filled = [title for title in titles if not sheet or title == sheet]
        tables = {title: book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in filled}
    except python_calamine.PasswordError as error:
        raise FileRefused(name, "encrypted", "is protected by a password; save it without one") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise FileRefused(name, "damaged_workbook", f"cannot be read as a workbook ({error}); save it again") from error
    holding = [title for title, table in tables.items() if any(any(_cell(cell) for cell in row) for row in table)]
    if len(holding) > 1:
        raise FileRefused(
            name,
            "sheet_missing",
            f"has {len(holding)} sheets with data ({', '.join(map(repr, holding))}); name the one to read",
            {"sheets": holding},
        )
    return tables[holding[0]] if holding else []


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _cell(value: object, decimal: str = ".") -> str:
    """A cell as text.

    >>> [_cell(cell) for cell in (3.0, 2.5, True, datetime.date(2024, 5, 1), datetime.datetime(2024, 5, 1, 9, 30))]
    ['3', '2.5', 'true', '2024-05-01', '2024-05-01 09:30:00']
    >>> _cell(1.234, ","), _cell(2.5e-05, ","), _cell("1.234", ",")
    ('1,234', '0,000025', '1.234')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        # With a comma no power of ten is understood.
        return repr(value) if decimal == "." else format(Decimal(repr(value)), "f").replace(".", decimal)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _header_row(rows: Sequence[Sequence[str]], first: int) -> int:
    """The row of names: the first filled one, or one below title rows that is as wide as the table."""
    widths = [len(row) for row in rows[first:] if row]
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    for at in range(first, min(first + PREAMBLE_LIMIT_ROWS, len(rows))):
        row = rows[at]
        if usual >= 3 and sum(map(bool, row)) <= max(1, usual // 3):
            continue
        full = len(row) >= usual and all(row)
        return at if full else first
    return first


def _records(name: str, rows: list[list[str]], start: int, width: int, tally: Tally) -> Iterator[bytes]:
    for at in range(start, len(rows)):
        row = rows[at]
        if not row:
            tally.physical += 1
            tally.blank += 1
            continue
        wrong = _wrong(row, width, rows[start - 1] if start else [])
        if wrong:
            raw = "\t".join(row).encode("utf-8", "replace")[:RAW_LIMIT_BYTES]
            set_aside(tally, name, Reject(line=at + 1, lines=1, raw=raw, reason=wrong[0], detail=wrong[1]))
            continue
        tally.accept(1, sum(len(cell.encode()) for cell in row))
        yield spool_row(at + 1, [*row, *[""] * (width - len(row))])


def _wrong(row: list[str], width: int, header: list[str]) -> tuple[str, str] | None:
    if len(row) > width:
        return "too_many_fields", f"a value in column {len(row)} where the header has {width} names"
    if width > 1 and row == header:
        return "repeated_header", "the header row again, as in joined exports"
    if any("\0" in cell for cell in row):
        return "nul_byte", "a zero character inside a cell"
    return None
