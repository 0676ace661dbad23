"""The careful reader of delimited text: one pass over physical lines, every one accepted, blank or set aside.

It is used where DuckDB's own reader would lose lines or cannot read the file. What it accepts goes to a strict
spool file; what it does not accept is a `Reject` with line and reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bothsides.connectors.files.encoding import as_received
from bothsides.connectors.files.fields import Ending, FieldRules, Split
from bothsides.connectors.files.lines import HEAD_BYTES, Lines
from bothsides.connectors.files.table import Reject
from bothsides.connectors.files.tally import Tally, set_aside

SPAN_LIMIT_LINES = 100
"""A quoted field may span at most so many physical lines."""
SPAN_LIMIT_BYTES = 64 << 10
"""... and hold at most so many bytes when it spans lines."""


@dataclass(slots=True, kw_only=True)
class RecordReader:
    """Reads the records below a header of `width` columns.

    `header_text` is the header as it stands in the file (b'' for none), to know it again in the middle;
    `first_record_line` is the physical line at which records may start, what stands above is header or blank.
    """

    file: str
    encoding: str
    rules: FieldRules
    width: int
    header_text: bytes
    first_record_line: int
    tally: Tally = field(default_factory=Tally)
    _suspect: int = 0

    def rows(self, batches: Iterator[Lines]) -> Iterator[bytes]:
        """Spool text of the accepted records, batch by batch; `tally` is complete when it is exhausted."""
        waiting = Lines(first=1, lines=[], ends=[])
        for batch in batches:
            if batch.overlong:
                yield b"".join(self._read(waiting, final=True))
                self._set_aside_overlong(batch)
                waiting = Lines(first=batch.first + 1, lines=[], ends=[])
                continue
            whole = Lines(
                first=waiting.first,
                lines=waiting.lines + batch.lines,
                ends=waiting.ends + batch.ends,
                cut=batch.cut,
            )
            yield b"".join(self._read(whole, final=batch.cut))
            used = self.tally.physical - (whole.first - 1)
            waiting = Lines(first=whole.first + used, lines=whole.lines[used:], ends=whole.ends[used:])
        yield b"".join(self._read(waiting, final=True))

    def _read(self, batch: Lines, *, final: bool) -> list[bytes]:
        """Spool rows of as many of the lines as can be decided; with `final` of all of them."""
        out: list[bytes] = []
        lines, first = batch.lines, batch.first
        at = self._skip_header(lines, first)
        careful = self._needs_care(lines)
        delimiter, between, quote = self.rules.delimiter, b'","', self.rules.quote
        wanted, spaces = self.width - 1, self.rules.spaces
        while at < len(lines):
            line = lines[at]
            odd = careful and self._odd(line)
            if odd or (quote and quote in line):
                joined = None if odd else self.rules.quick(line, self.width)
                if joined is not None:
                    out.append(b'"%d","' % (first + at) + joined + b'"\n')
                    self.tally.accept(1, len(line))
                    at += 1
                    continue
                used = self._careful(batch, at, out, final=final)
                if not used:
                    break
                at += used
                continue
            if line.count(delimiter) == wanted and line.strip(spaces):
                out.append(b'"%d","' % (first + at) + line.replace(delimiter, between) + b'"\n')
                self.tally.accept(1, len(line))
            else:
                self._single(line, first + at, out, cut=batch.cut and at == len(lines) - 1)
            at += 1
        return out

    def _skip_header(self, lines: list[bytes], first: int) -> int:
        """Count the lines above the first record as header or blank."""
        at = 0
        while at < len(lines) and first + at < self.first_record_line:
            blank = not lines[at].strip(b" \t")
            self.tally.physical += 1
            self.tally.blank += blank
            self.tally.header += not blank
            at += 1
        return at

    def _needs_care(self, lines: list[bytes]) -> bool:
        """Whether some line may hold what only a look at each finds: NUL, bad bytes, quotes to double, a header."""
        whole = b"\n".join(lines)
        if b"\0" in whole or (self.rules.quote != b'"' and b'"' in whole):
            return True
        if self.width > 1 and self.header_text and self.header_text in whole:
            return True
        return not whole.isascii() and not _decodes(whole)

    def _odd(self, line: bytes) -> bool:
        """Whether this line is one for which its batch needs care."""
        if b"\0" in line or (self.rules.quote != b'"' and (b'"' in line or self.rules.quote in line)):
            return True
        return line.endswith(self.header_text or b"\n") or (not line.isascii() and not _decodes(line))

    def _careful(self, batch: Lines, at: int, out: list[bytes], *, final: bool) -> int:
        """Read the record that starts here, whatever is in it; returns the lines used, 0 to ask for more lines."""
        line, number = batch.lines[at], batch.first + at
        last = batch.cut and at == len(batch.lines) - 1
        if self.width > 1 and line.removeprefix(b"\xef\xbb\xbf") == self.header_text:
            self._reject(line, number, 1, "repeated_header", "the header line again, as in joined exports")
            return 1
        if b"\0" in line or not self.rules.quote or self.rules.quote not in line:
            self._single(line, number, out, cut=last)
            return 1
        split = self.rules.split(line)
        if split.ending is not Ending.OPEN_QUOTE:
            self._settle(split, line, number, 1, out, cut=last)
            return 1
        return self._spanning(split, batch, at, out, final=final)

    def _spanning(self, opening: Split, batch: Lines, at: int, out: list[bytes], *, final: bool) -> int:
        """A quote open at the end of its line: find the line that closes it within the limits, or set it aside."""
        lines, first = batch.lines, batch.first
        end, size = at, 0
        while end - at < SPAN_LIMIT_LINES:
            end += 1
            if end >= len(lines):
                if not final:
                    return 0
                break
            size += len(lines[end]) + 1
            if size > SPAN_LIMIT_BYTES:
                break
            if self.rules.quote not in lines[end]:
                continue
            span = lines[at : end + 1]
            record = b"".join(map(bytes.__add__, span, [*batch.ends[at:end], b""]))
            split = self.rules.split(record)
            if split.ending is Ending.OPEN_QUOTE:
                continue
            if split.ending is Ending.CLOSED and not split.stray:
                joined = self.rules.swallowed(span, self.width, opening.opened)
                right = len(split.fields) >= self.width and not any(split.fields[self.width :])
                if not joined and (right or not self._holds_records(span)):
                    self._settle(split, record, first + at, len(span), out, cut=False)
                    return len(span)
            self._suspect = first + end
            break
        reason, why = (
            "unclosed_quote",
            (
                f"a quote in field {opening.opened + 1} does not close within {SPAN_LIMIT_LINES} lines "
                f"or {SPAN_LIMIT_BYTES >> 10} KiB in a way that fits {self.width} columns"
            ),
        )
        if batch.cut and at == len(lines) - 1:
            reason, why = "truncated", "the file ends inside a quoted field, without a line end"
        self._reject(lines[at], first + at, 1, reason, why)
        return 1

    def _holds_records(self, span: list[bytes]) -> bool:
        return any(line.count(self.rules.delimiter) + 1 == self.width for line in span[1:])

    def _single(self, line: bytes, number: int, out: list[bytes], *, cut: bool) -> None:
        """A line that is a record, blank or damaged by itself."""
        if not line.strip(self.rules.spaces):
            self.tally.physical += 1
            self.tally.blank += 1
            return
        if self.rules.quote and self.rules.quote in line:
            split = self.rules.split(line)
        else:
            escaped = line if self.rules.quote else line.replace(b'"', b'""')
            split = Split(fields=escaped.split(self.rules.delimiter), ending=Ending.CLOSED)
        self._settle(split, line, number, 1, out, cut=cut)

    def _settle(self, split: Split, raw: bytes, number: int, lines: int, out: list[bytes], *, cut: bool) -> None:
        """Accept a record that was cut into fields, or say what is wrong with it."""
        fields = split.fields
        if len(fields) > self.width and not any(fields[self.width :]):
            fields = fields[: self.width]
        plain = split.ending is Ending.CLOSED and not split.stray and len(fields) == self.width and raw.isascii()
        wrong = None if plain and b"\0" not in raw else self._wrong(split, fields, raw, number, cut=cut)
        if wrong:
            self._reject(raw, number, lines, *wrong)
            return
        if self.rules.quote not in (b'"', b""):
            fields = [self.rules.plain(piece).replace(b'"', b'""') for piece in fields]
        out.append(b'"%d","' % number + b'","'.join(fields) + b'"\n')
        self.tally.accept(lines, len(raw))

    def _wrong(
        self, split: Split, fields: list[bytes], raw: bytes, number: int, *, cut: bool
    ) -> tuple[str, str] | None:
        """Reason and detail of what is wrong with a record, the gravest first; None for nothing."""
        place = split.opened + 1
        count = f"{len(fields)} fields where the header has {self.width}"
        checks = (
            (b"\0" in raw, "nul_byte", "a zero byte inside the record"),
            (not raw.isascii() and not _decodes(raw), "invalid_encoding", f"bytes that are not {self.encoding}"),
            (
                split.ending is Ending.TEXT_AFTER_QUOTE,
                "text_after_quote",
                f"text after the closing quote of field {place}",
            ),
            (split.ending is Ending.OPEN_QUOTE, "unclosed_quote", f"the quote in field {place} does not close"),
            (split.stray and number == self._suspect, "text_after_quote", "it closes a quote of a record set aside"),
            (len(fields) < self.width and cut, "truncated", f"the file ends here without a line end, {count}"),
            (len(fields) < self.width, "too_few_fields", count),
            (len(fields) > self.width, "too_many_fields", count),
        )
        return next(((reason, detail) for found, reason, detail in checks if found), None)

    def _reject(self, raw: bytes, number: int, lines: int, reason: str, detail: str) -> None:
        received = as_received(raw[:HEAD_BYTES], self.encoding) if self.encoding != "utf-8" else raw
        set_aside(
            self.tally,
            self.file,
            Reject(line=number, lines=lines, raw=received[:HEAD_BYTES], reason=reason, detail=detail),
        )

    def _set_aside_overlong(self, batch: Lines) -> None:
        detail = f"a line of {batch.overlong:,} bytes; at most 1 MiB is read as a record"
        self._reject(batch.lines[0], batch.first, 1, "line_too_long", detail)


def _decodes(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
