"""Reading one file: find out how it is written, choose the fast or the careful way, and account for every line."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from bothsides.connectors.files.archive import BLOCK_BYTES, opened, packed, spool_path, unpack
from bothsides.connectors.files.delimited import RecordReader
from bothsides.connectors.files.dialect import Heading, find_heading
from bothsides.connectors.files.encoding import byte_order_mark, detect, known, utf8_blocks, wide
from bothsides.connectors.files.fields import FieldRules
from bothsides.connectors.files.jsonl import read_jsonl
from bothsides.connectors.files.lines import physical_lines
from bothsides.connectors.files.locate import FoundFile
from bothsides.connectors.files.parquet import read_parquet
from bothsides.connectors.files.sheet import read_sheet
from bothsides.connectors.files.spool import LINE_COLUMN, write_spool
from bothsides.connectors.files.survey import survey
from bothsides.connectors.files.table import (
    FileRefused,
    Format,
    Layout,
    LineCount,
    ReadHints,
    TextTable,
    free_name,
    unique_columns,
)

SAMPLE_BYTES = 256 << 10
"""How much text is looked at to find delimiter and header."""

NO_HINTS = ReadHints()

_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old .xls workbook; save it as .xlsx"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"BZh", "a bzip2 file; unpack it first"),
    (b"\xfd7zXZ", "an xz file; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd file; unpack it first"),
)
_TEXT_CONTROLS = frozenset(b"\t\n\r\x0b\x0c\x1a\x1b\x1c\x1d\x1e\x1f")


def sniff(found: FoundFile | Path, *, hints: ReadHints | None = None) -> Layout:
    """How a file is written: format, encoding, line ends, delimiter, quote, header. Raises `FileRefused`."""
    file = found if isinstance(found, FoundFile) else FoundFile(name=found.name, path=found)
    return _sniff(file, hints or NO_HINTS)[0]


def read(found: FoundFile, *, spool_dir: Path, hints: ReadHints = NO_HINTS, force_slow: bool = False) -> TextTable:
    """One file as an all-text table, with every physical line counted as header, blank, record or quarantined.

    Well-formed UTF-8 files are left where they are (`fast`) and `verify` must confirm the scan; others are rewritten
    into `spool_dir`. With `force_slow` the careful reader is used in any case. Raises `FileRefused` for a file
    that cannot be read at all.
    """
    layout, heading = _sniff(found, hints)
    if layout.format == "parquet":
        return read_parquet(found.name, _plain_path(found, spool_dir, hints), layout, decimal=hints.decimal)
    if layout.format == "sheet":
        target = spool_path(found, spool_dir, suffix="csv")
        return read_sheet(found.name, _plain_path(found, spool_dir, hints), layout, target, decimal=hints.decimal)
    if layout.format == "jsonl":
        target = spool_path(found, spool_dir, suffix="csv")
        return read_jsonl(found.name, lambda: _blocks(found, layout.encoding), layout, target, decimal=hints.decimal)
    if heading is None:
        raise FileRefused(found.name, "no_header", "no header was found")
    if not force_slow and _may_be_fast(layout, heading):
        table = _read_fast(found, layout, heading, spool_dir, hints)
        if table is not None:
            return table
    return _read_slow(found, layout, heading, spool_dir)


def field_names(found: FoundFile, *, spool_dir: Path, hints: ReadHints = NO_HINTS) -> tuple[str, ...]:
    """The columns that `read` gives the file, without reading it where a header tells them. Raises `FileRefused`."""
    _, heading = _sniff(found, hints)
    return _columns(heading) if heading is not None else read(found, spool_dir=spool_dir, hints=hints).columns


def _plain_path(found: FoundFile, spool_dir: Path, hints: ReadHints) -> Path:
    """A path on disk that DuckDB takes literally."""
    if packed(found):
        return unpack(found, spool_dir, hints.unpack_limit_bytes)
    if not re.search(r"[*?\[\]{}]", str(found.path)):
        return found.path
    link = spool_path(found, spool_dir, suffix="link")
    link.unlink(missing_ok=True)
    link.symlink_to(found.path.resolve())
    return link


def _blocks(found: FoundFile, encoding: str) -> Iterator[bytes]:
    """The file's text as UTF-8 in blocks."""
    with opened(found) as stream:
        yield from utf8_blocks(_raw_blocks(stream), encoding)


def _raw_blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(BLOCK_BYTES):
        yield block


def _sniff(found: FoundFile, hints: ReadHints) -> tuple[Layout, Heading | None]:
    head = _head(found)
    if not head:
        raise FileRefused(found.name, "empty", "is empty (0 bytes); export it again", {"bytes": 0})
    form = hints.format or _format(found, head)
    if form == "parquet":
        return Layout(format="parquet", encoding="", header=False, header_line=0), None
    if form == "sheet":
        return Layout(format="sheet", encoding="", header=hints.header is not False, sheet=hints.sheet or ""), None
    _refuse_foreign(found.name, head)
    if hints.encoding is None and not wide(head):
        _refuse_binary(found.name, head)
    encoding = _encoding(found, hints)
    lines, newline = _sample_lines(found, encoding)
    if not any(line.strip() for line in lines):
        raise FileRefused(
            found.name, "empty", "holds no text, only blank lines; export it again", {"lines": len(lines)}
        )
    if hints.format is None and hints.delimiter is None:
        form = _json_or(form, found, lines)
    if form == "jsonl":
        layout = Layout(format="jsonl", encoding=encoding, newline=newline, header=False, header_line=0)
        return layout, None
    quote = '"' if hints.quote is None else hints.quote
    heading = find_heading(lines, found.name, delimiter=hints.delimiter, quote=quote, header=hints.header)
    _refuse_undecodable_header(found.name, heading, encoding)
    layout = Layout(
        format="delimited",
        encoding=encoding,
        newline=newline,
        delimiter=heading.delimiter,
        quote=quote,
        header=heading.header is not None,
        header_line=heading.header.line if heading.header else 0,
    )
    return layout, heading


def _head(found: FoundFile) -> bytes:
    with opened(found) as stream:
        return stream.read(65536)


def _format(found: FoundFile, head: bytes) -> Format:
    name = found.inner_name.lower()
    if head.startswith(b"PAR1") or name.endswith(".parquet"):
        return "parquet"
    if name.endswith((".xlsx", ".xlsm")) or (head.startswith(b"PK\x03\x04") and _is_workbook(found)):
        return "sheet"
    return "jsonl" if name.endswith((".jsonl", ".ndjson")) else "delimited"


def _is_workbook(found: FoundFile) -> bool:
    context: AbstractContextManager[IO[bytes]] = opened(found)
    with context as stream, zipfile.ZipFile(stream) as archive:
        return "[Content_Types].xml" in archive.namelist()


def _refuse_foreign(name: str, head: bytes) -> None:
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise FileRefused(name, "not_a_table", f"is {what}, not a table of text")
    if head.startswith(b"PK\x03\x04"):
        raise FileRefused(name, "not_a_table", "is a .zip archive under another name; name it .zip")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise FileRefused(name, "not_a_table", "is a web page (often a login page saved as an export); export it again")


def _refuse_binary(name: str, head: bytes) -> None:
    controls = sum(1 for byte in head if byte < 32 and byte not in _TEXT_CONTROLS)
    share = controls / len(head)
    if share > 0.05 and len(head) >= 64:
        raise FileRefused(
            name,
            "binary",
            f"is not text: {share:.0%} of its first {len(head):,} bytes are control characters",
            {"control_share": round(share, 4), "bytes": len(head)},
        )


def _refuse_undecodable_header(name: str, heading: Heading, encoding: str) -> None:
    try:
        (heading.header.text if heading.header else b"").decode("utf-8")
    except UnicodeDecodeError:
        raise FileRefused(
            name,
            "unknown_encoding",
            f"the header holds bytes that are not {encoding}, and no other encoding fits; name the encoding",
        ) from None


def _encoding(found: FoundFile, hints: ReadHints) -> str:
    if hints.encoding is None:
        with opened(found) as stream:
            return detect(_raw_blocks(stream), found.name)
    named = known(hints.encoding, found.name)
    marked = byte_order_mark(_head(found))
    return marked if marked and marked[:6] == named[:6] else named


def _sample_lines(found: FoundFile, encoding: str) -> tuple[list[bytes], str]:
    """The physical lines of the first bytes (the last one whole or left out), and the usual line end."""
    text = bytearray()
    for block in _blocks(found, encoding):
        text += block
        if len(text) > SAMPLE_BYTES:
            break
    sample = bytes(text)
    lines = sample.splitlines()
    if len(sample) > SAMPLE_BYTES and len(lines) == 1:
        raise FileRefused(
            found.name,
            "no_header",
            f"no line ends within the first {len(sample):,} bytes, so there is no header line; check what this file is",
            {"bytes": len(sample)},
        )
    if len(sample) > SAMPLE_BYTES and len(lines) > 1:
        lines = lines[:-1]
    pairs = sample.count(b"\r\n")
    ends = {"\r\n": pairs, "\n": sample.count(b"\n") - pairs, "\r": sample.count(b"\r") - pairs}
    newline = max(ends, key=lambda end: ends[end])
    return lines, newline if ends[newline] else "\n"


def _json_or(form: Format, found: FoundFile, lines: list[bytes]) -> Format:
    """'jsonl' where every line looks like an object; other JSON is refused, the rest is what its name said."""
    filled = [line.strip() for line in lines if line.strip()][:20]
    if all(re.match(rb'\{\s*"', line) and line.endswith(b"}") for line in filled):
        return "jsonl"
    if filled[0].startswith((b"[{", b"{")) and (filled[0][1:2] in b'{"' or len(filled[0]) == 1):
        whole = found.inner_name.lower().endswith(".json")
        if whole or (filled[0] in (b"[{", b"{") and len(filled) > 1 and filled[1].startswith(b'"')):
            raise FileRefused(
                found.name, "not_a_table", "is one JSON document; write one object a line (JSON Lines) and read that"
            )
    return form


def _may_be_fast(layout: Layout, heading: Heading) -> bool:
    plain = layout.encoding == "utf-8" and layout.newline in ("\n", "\r\n") and layout.quote == '"'
    header = heading.header
    at_top = header is None or (header.line == 1 and header.lines == 1)
    return plain and at_top and heading.width > 1 and len(layout.delimiter.encode()) == 1


def _columns(heading: Heading) -> tuple[str, ...]:
    if heading.header is None:
        return tuple(f"column_{position}" for position in range(1, heading.width + 1))
    return unique_columns(name.decode("utf-8", "replace") for name in heading.header.fields)


def _read_fast(
    found: FoundFile, layout: Layout, heading: Heading, spool_dir: Path, hints: ReadHints
) -> TextTable | None:
    path = _plain_path(found, spool_dir, hints)
    header_text = heading.header.text if heading.header else b""
    seen = survey(path, delimiter=layout.delimiter.encode(), width=heading.width, header_text=header_text)
    if seen.trouble:
        return None
    header = 1 if heading.header else 0
    records = seen.lines - seen.blank - header
    return TextTable(
        name=found.name,
        columns=_columns(heading),
        records=records,
        lines=LineCount(physical=seen.lines, header=header, blank=seen.blank, record=records, quarantined=0),
        rejects=(),
        path=path,
        layout=layout,
        line_column=None,
        fast=True,
    )


def _read_slow(found: FoundFile, layout: Layout, heading: Heading, spool_dir: Path) -> TextTable:
    columns = _columns(heading)
    header = heading.header
    reader = RecordReader(
        file=found.name,
        encoding=layout.encoding,
        rules=FieldRules(layout.delimiter.encode(), layout.quote.encode()),
        width=heading.width,
        header_text=header.text if header and header.lines == 1 else b"",
        first_record_line=header.line + header.lines if header else 1,
    )
    line_column = free_name(LINE_COLUMN, columns)
    target = spool_path(found, spool_dir, suffix="csv")
    batches = physical_lines(_blocks(found, layout.encoding))
    write_spool(target, line_column, columns, reader.rows(batches))
    return reader.tally.table(found.name, columns, target, layout, line_column)
