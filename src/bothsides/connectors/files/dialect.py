"""The layout of delimited text: which delimiter, and where the header stands, from the first records."""

import re
from collections import Counter
from dataclasses import dataclass

from bothsides.connectors.files.fields import Ending, FieldRules
from bothsides.connectors.files.table import FileRefused

DELIMITERS = (",", "\t", ";", "|")
"""What may separate fields. '#', '%' and others are found in data and never guessed; a hint may still name them."""

SAMPLE_RECORDS = 200
PREAMBLE_LIMIT_LINES = 30

_FIGURE = re.compile(rb"[-+]?[0-9.][0-9.,:/ T-]*[%Z]?")
_YEAR = re.compile(rb"(19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRecord:
    """One record of the sample: where it starts, how many lines it covers, its text and its fields (unescaped)."""

    line: int
    lines: int
    text: bytes
    fields: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The delimiter, and the header as found: its record (None where there is none) and the number of columns."""

    delimiter: str
    header: SampleRecord | None
    width: int


def sample_records(lines: list[bytes], delimiter: str, quote: str) -> list[SampleRecord]:
    """The first records under quote rules, without blank lines; a quote that does not close spoils only its line."""
    rules = FieldRules(delimiter.encode(), quote.encode())
    records: list[SampleRecord] = []
    at = 0
    while at < len(lines) and len(records) < SAMPLE_RECORDS:
        text, used = lines[at], 1
        if not text.strip(rules.spaces):
            at += 1
            continue
        split = rules.split(text)
        if split.ending is Ending.OPEN_QUOTE:
            for more in range(2, min(12, len(lines) - at) + 1):
                longer = b"\n".join(lines[at : at + more])
                again = rules.split(longer)
                if again.ending is not Ending.OPEN_QUOTE:
                    if again.ending is Ending.CLOSED:
                        split, text, used = again, longer, more
                    break
        fields = tuple(rules.plain(piece) for piece in split.fields)
        records.append(SampleRecord(line=at + 1, lines=used, text=text, fields=fields))
        at += used
    return records


def find_heading(lines: list[bytes], file: str, *, delimiter: str | None, quote: str, header: bool | None) -> Heading:
    """Delimiter and header from the first physical lines of a file.

    Raises `FileRefused` for a delimiter hint that finds one column where another finds more, for a first line that is
    data, and for a header that fits none of the records.
    """
    chosen = delimiter or _best_delimiter(lines, quote)
    records = sample_records(lines, chosen, quote)
    if not records:
        raise FileRefused(file, "empty", "holds no text, only blank lines; export it again", {"lines": len(lines)})
    if delimiter is not None:
        _check_hint(lines, records, file, delimiter, quote)
    if header is False:
        return Heading(delimiter=chosen, header=None, width=_usual_width(records))
    at = _header_position(records)
    head, body = records[at], records[at + 1 :]
    if header is None:
        _check_is_header(head, body, file)
    _check_fits(head, body, file, chosen)
    return Heading(delimiter=chosen, header=head, width=len(head.fields))


def _best_delimiter(lines: list[bytes], quote: str) -> str:
    """The delimiter whose records agree best on the number of fields; ',' for a file of one column."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        records = sample_records(lines, delimiter, quote)
        width, share = _agreement(records)
        if width >= 2 and share >= 0.5:
            fits = any(len(record.fields) == width for record in records[:PREAMBLE_LIMIT_LINES])
            first_fits = bool(records) and len(_trimmed(records[0].fields)) > 1
            score = (round(share, 1) + (0.5 if first_fits else 0.0) + (0.1 if fits else 0.0), width)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _agreement(records: list[SampleRecord]) -> tuple[int, float]:
    """The usual number of fields, and the share of records that have it."""
    counts = Counter(len(record.fields) for record in records)
    if not counts:
        return 0, 0.0
    width, times = max(counts.items(), key=lambda item: (item[1], item[0]))
    return width, times / len(records)


def _usual_width(records: list[SampleRecord]) -> int:
    return _agreement(records)[0]


def _trimmed(fields: tuple[bytes, ...]) -> tuple[bytes, ...]:
    end = len(fields)
    while end and not fields[end - 1].strip():
        end -= 1
    return fields[:end]


def _header_position(records: list[SampleRecord]) -> int:
    """0, or the index of the header below title lines where that is sure.

    Sure means: every line above has at most a third of the fields filled, the header has them all, none of its names is
    a number or date or twice there, and most records below are as wide.
    """
    width, share = _agreement(records)
    if width < 3 or share < 0.5:
        return 0
    for at, record in enumerate(records[:PREAMBLE_LIMIT_LINES]):
        filled = sum(1 for piece in record.fields if piece.strip())
        if filled <= max(1, width // 3):
            continue
        names = [piece.strip().lower() for piece in record.fields]
        full = len(names) == width and all(names) and len(set(names)) == width
        return at if full and not any(_is_value(name) for name in names) else 0
    return 0


def _check_hint(lines: list[bytes], records: list[SampleRecord], file: str, delimiter: str, quote: str) -> None:
    if _usual_width(records) > 1 or len(records[0].fields) > 1:
        return
    better = _best_delimiter(lines, quote)
    width = _usual_width(sample_records(lines, better, quote))
    if width > 1:
        raise FileRefused(
            file,
            "wrong_delimiter",
            f"delimiter {delimiter!r} finds one column; {better!r} finds {width} columns. "
            "Correct the delimiter, or leave it out and it will be found",
            {"delimiter": delimiter, "columns": 1, "better": better, "better_columns": width},
        )


def _check_is_header(head: SampleRecord, body: list[SampleRecord], file: str) -> None:
    """A first line whose values are of the same kind as those below is a record, not names."""
    values = [at for at, piece in enumerate(head.fields) if _is_value(piece)]
    filled = sum(1 for piece in head.fields if piece.strip())
    below = [record for record in body if len(record.fields) == len(head.fields)]
    alike = [at for at in values if below and sum(_is_value(r.fields[at]) for r in below) >= 0.8 * len(below)]
    if alike and 2 * len(alike) >= min(filled, 4):
        shown = ", ".join(piece.decode("utf-8", "replace") for piece in head.fields[:4])
        raise FileRefused(
            file,
            "no_header",
            f"line {head.line} looks like data ({shown} ...), not like column names. "
            "Add a line of names, or say that there is no header",
            {"line": head.line, "columns": len(head.fields)},
        )


def _check_fits(head: SampleRecord, body: list[SampleRecord], file: str, delimiter: str) -> None:
    width = len(head.fields)
    fitting = sum(1 for record in body if len(record.fields) == width or len(_trimmed(record.fields)) == width)
    usual, share = _agreement(body)
    if len(body) >= 10 and not fitting and share >= 0.9 and usual > width and not _padded(body, width):
        raise FileRefused(
            file,
            "header_does_not_fit",
            f"the header on line {head.line} names {width} columns, but {share:.0%} of the first {len(body)} records "
            f"have {usual} fields with delimiter {delimiter!r}. Complete the header, or give the right delimiter",
            {"header_columns": width, "record_fields": usual, "records": len(body)},
        )


def _padded(body: list[SampleRecord], width: int) -> bool:
    return all(len(_trimmed(record.fields)) <= width for record in body)


def _is_value(piece: bytes) -> bool:
    """Whether a field is a number, date or row of figures; a year may be a column name."""
    bare = piece.strip()
    return bool(_FIGURE.fullmatch(bare)) and not _YEAR.fullmatch(bare)
