"""The fast path's pass over the bytes: may DuckDB scan this file as it is, and how many records must come out?

DuckDB's own reader is much faster than any reader here, but it loses lines silently where quotes do not close. One pass
over the bytes tells whether that can happen, without parsing. The number of records it promises is checked when the
file is scanned (`verify`): joining lines is the only way to lose one, and that always lowers the number of rows.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bothsides.connectors.files.lines import LINE_LIMIT_BYTES

CHUNK_BYTES = 1 << 20

_LF, _QUOTE, _SPACE = 10, 34, 32


@dataclass(slots=True, kw_only=True)
class Survey:
    """What one pass over the bytes found.

    `lines` counts all physical lines and `blank` the empty ones among them; `trouble` says why the careful reader must
    take over ('' for nothing).
    """

    lines: int = 0
    blank: int = 0
    trouble: str = ""


def survey(path: Path, *, delimiter: bytes, width: int, header_text: bytes) -> Survey:
    """Count the lines of a UTF-8 file, stopping at the first thing that DuckDB might read otherwise than we do.

    Such things: NUL or undecodable bytes, bare CR or mixed line ends, a line over 1 MiB, a line end inside quotes, text
    beside quotes, a wrong number of delimiters (where a chunk has no quotes), the header line again.
    """
    found = Survey()
    decoder = codecs.getincrementaldecoder("utf-8")()
    crlf: bool | None = None
    first = True
    for chunk in _chunks(path, found):
        if found.trouble:
            return found
        returns = chunk.count(b"\r") if b"\r" in chunk else 0
        if crlf is None:
            crlf = returns > 0
        found.trouble = _bytes_trouble(chunk, decoder)
        if found.trouble:
            return found
        _count(chunk, found, delimiter=delimiter, width=width, crlf=crlf, returns=returns)
        body = chunk[chunk.find(b"\n") + 1 :] if first else chunk
        first = False
        if not found.trouble and header_text in body and _repeats(body, header_text):
            found.trouble = "repeated_header"
        if found.trouble:
            return found
    return found


def _chunks(path: Path, found: Survey) -> Iterator[bytes]:
    """Whole lines in chunks; the last line may lack its end."""
    rest = b""
    with path.open("rb", buffering=0) as stream:
        while block := stream.read(CHUNK_BYTES):
            buffer = rest + block if rest else block
            cut = buffer.rfind(b"\n") + 1
            rest = buffer[cut:]
            if len(rest) > LINE_LIMIT_BYTES:
                found.trouble = "line_too_long" if cut or found.lines else "no_line_feed"
                yield b""
                return
            if cut:
                yield buffer[:cut]
        if rest:
            yield rest


def _bytes_trouble(chunk: bytes, decoder: codecs.IncrementalDecoder) -> str:
    if b"\0" in chunk:
        return "nul_byte"
    if not chunk.isascii():
        try:
            decoder.decode(chunk, True)
        except UnicodeDecodeError:
            return "invalid_encoding"
    return ""


def _count(chunk: bytes, found: Survey, *, delimiter: bytes, width: int, crlf: bool, returns: int) -> None:
    codes = np.frombuffer(chunk, np.uint8)
    ends = np.flatnonzero(codes == _LF)
    ended = chunk.endswith(b"\n")
    lines = len(ends) + (not ended)
    if returns != (len(ends) if crlf else 0) or (crlf and chunk.count(b"\r\n") != returns):
        found.trouble = "mixed_newlines"
        return
    lengths = np.diff(ends, prepend=-1)
    if len(lengths) and int(lengths.max()) > LINE_LIMIT_BYTES:
        found.trouble = "line_too_long"
        return
    blank = int(np.count_nonzero(lengths <= (2 if crlf else 1))) if len(lengths) else 0
    if b'"' in chunk:
        found.trouble = _quotes_trouble(codes, ends)
    elif int(np.count_nonzero(codes == delimiter[0])) != (lines - blank) * (width - 1):
        found.trouble = "field_counts"
    found.lines += lines
    found.blank += blank


def _quotes_trouble(codes: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> str:
    """Quotes that do not pair up on their own line, or with spaces beside them where DuckDB drops characters.

    Where they pair up line by line, every second quote opens a field (or ends a doubled one) and the next closes it.
    """
    quotes = np.flatnonzero(codes == _QUOTE)
    if (len(quotes) & 1) or bool((np.searchsorted(quotes, ends) & 1).any()):
        return "newline_in_quotes"
    opening, closing = quotes[0::2], quotes[1::2]
    before = codes[np.maximum(opening - 1, 0)] == _SPACE
    after = codes[np.minimum(closing + 1, len(codes) - 1)] == _SPACE
    return "space_beside_quote" if bool(before.any() or after.any()) else ""


def _repeats(body: bytes, header_text: bytes) -> bool:
    pattern = rb"^(?:\xef\xbb\xbf)?" + re.escape(header_text) + rb"\r?$"
    return re.search(pattern, body, re.MULTILINE) is not None
