"""Physical lines: a line ends at LF, CRLF or a bare CR, whatever the file mixes, and never fills the memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LINE_LIMIT_BYTES = 1 << 20
"""A longer physical line is set aside as one record of reason 'line_too_long'."""

HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Consecutive physical lines without their ends, which stand beside them in `ends`.

    `first` is the 1-based number of the first. With `overlong` (its length in bytes) there is one line, and
    only its first 4096 bytes are here. `cut` says that the file ends after the last line without a line end.
    """

    first: int
    lines: list[bytes]
    ends: list[bytes]
    overlong: int = 0
    cut: bool = False


def physical_lines(blocks: Iterable[bytes]) -> Iterator[Lines]:
    """The physical lines of a file in batches of about a block; at most one line and one block are held."""
    number = 1
    rest = b""
    skipped: _Overlong | None = None
    for block in blocks:
        buffer = rest + block
        if skipped is not None:
            end = _line_end(buffer)
            if end < 0:
                held = 1 if buffer.endswith(b"\r") else 0
                skipped.length += len(buffer) - held
                rest = buffer[len(buffer) - held :]
                continue
            skipped.length += len(buffer[:end].rstrip(b"\r\n"))
            yield _overlong(number, skipped.head, skipped.length)
            number += 1
            buffer, skipped = buffer[end:], None
        held = 1 if buffer.endswith(b"\r") else 0
        stop = len(buffer) - held
        cut = max(buffer.rfind(b"\n", 0, stop), buffer.rfind(b"\r", 0, stop)) + 1
        for batch in _split(buffer[:cut], number):
            yield batch
            number += len(batch.lines)
        rest = buffer[cut:]
        if len(rest) > LINE_LIMIT_BYTES + held:
            skipped = _Overlong(head=rest[:HEAD_BYTES], length=len(rest) - held)
            rest = rest[len(rest) - held :]
    yield from _last(rest, number, skipped)


@dataclass(slots=True)
class _Overlong:
    head: bytes
    length: int


def _line_end(buffer: bytes) -> int:
    """Where the first line ends, its line end included; -1 where it goes on or a CR may still be followed by LF."""
    stop = len(buffer) - (1 if buffer.endswith(b"\r") else 0)
    found = [at for at in (buffer.find(b"\n", 0, stop), buffer.find(b"\r", 0, stop)) if at >= 0]
    if not found:
        return -1
    end = min(found)
    return end + (2 if buffer[end : end + 2] == b"\r\n" else 1)


def _split(whole: bytes, number: int) -> Iterator[Lines]:
    lines = whole.splitlines()
    ends = _ends(whole, lines)
    if lines and max(map(len, lines)) > LINE_LIMIT_BYTES:
        start = 0
        for position, line in enumerate(lines):
            if len(line) > LINE_LIMIT_BYTES:
                if position > start:
                    yield Lines(first=number + start, lines=lines[start:position], ends=ends[start:position])
                yield _overlong(number + position, line[:HEAD_BYTES], len(line))
                start = position + 1
        number, lines, ends = number + start, lines[start:], ends[start:]
    if lines:
        yield Lines(first=number, lines=lines, ends=ends)


def _ends(whole: bytes, lines: list[bytes]) -> list[bytes]:
    """The line end of each line; files that do not mix them are told apart by counting."""
    returns = whole.count(b"\r") if b"\r" in whole else 0
    if not returns:
        return [b"\n"] * len(lines)
    pairs = whole.count(b"\r\n")
    if returns == pairs == len(lines):
        return [b"\r\n"] * len(lines)
    if returns == len(lines) and not pairs:
        return [b"\r"] * len(lines)
    return [kept[len(line) :] for kept, line in zip(whole.splitlines(keepends=True), lines, strict=True)]


def _overlong(number: int, head: bytes, length: int, *, cut: bool = False) -> Lines:
    return Lines(first=number, lines=[head], ends=[b""], overlong=length, cut=cut)


def _last(rest: bytes, number: int, skipped: _Overlong | None) -> Iterator[Lines]:
    if skipped is not None:
        ended = rest.endswith(b"\r")
        yield _overlong(number, skipped.head, skipped.length, cut=not ended)
    elif rest:
        cut = not rest.endswith((b"\r", b"\n"))
        line = rest.rstrip(b"\r\n") if not cut else rest
        if len(line) > LINE_LIMIT_BYTES:
            yield _overlong(number, line[:HEAD_BYTES], len(line), cut=cut)
        else:
            yield Lines(first=number, lines=[line], ends=[rest[len(line) :]], cut=cut)
