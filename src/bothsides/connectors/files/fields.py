"""The quoting rules of one delimited record, on bytes, and when a quote that spans lines cannot be trusted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

ALIKE_SHARE = 0.8
"""So many of the lines that a quote joined must look like records for the quote to be distrusted."""


class Ending(Enum):
    """How the text of a record ended."""

    CLOSED = auto()
    OPEN_QUOTE = auto()
    TEXT_AFTER_QUOTE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One record cut into fields, each still escaped for a place between quotes.

    `stray` says that a quote stands inside a field that is not quoted; `opened` is the index of the field whose
    quote never closes (-1 without one).
    """

    fields: list[bytes]
    ending: Ending
    stray: bool = False
    opened: int = -1


class FieldRules:
    """Cuts a record by delimiter and quote: RFC 4180, spaces around a quoted field allowed, quotes doubled to escape.

    >>> FieldRules(b",", b'"').split(b'1,"a ""b"", c",').fields
    [b'1', b'a ""b"", c', b'']
    """

    def __init__(self, delimiter: bytes, quote: bytes) -> None:
        self.delimiter = delimiter
        self.quote = quote
        self.spaces = b" " if delimiter == b"\t" else b" \t"
        d, q = re.escape(delimiter), re.escape(quote or b'"')
        pad = b"" if delimiter == b" " else rb" *+"
        content = rb"(?:[^" + q + rb"]++|" + q * 2 + rb")*+"
        quoted = pad + q + b"(" + content + b")" + q + pad + rb"(?=" + d + rb"|\Z)"
        self._field = re.compile(d + b"(?:" + quoted + b")|" + d + b"([^" + d + b"]*+)")
        self._closed = re.compile(pad + q + content + q)

    def split(self, record: bytes) -> Split:
        """The fields of a record that holds quotes; `record` may span lines."""
        if not self.quote:
            return Split(fields=record.split(self.delimiter), ending=Ending.CLOSED)
        fields: list[bytes] = []
        stray = False
        for match in self._field.finditer(self.delimiter + record):
            bare = match.group(2)
            if bare is None:
                fields.append(match.group(1))
                continue
            if self.quote in bare:
                if bare.lstrip(b" ").startswith(self.quote):
                    return self._broken(record, match.start(), fields)
                stray = True
                bare = bare.replace(self.quote, self.quote * 2)
            fields.append(bare)
        return Split(fields=fields, ending=Ending.CLOSED, stray=stray)

    def quick(self, record: bytes, width: int) -> bytes | None:
        """The fields of a plain record of `width` fields, joined by '","'; None where `split` must look closer.

        Plain means that every quote stands at a border of a field: the pieces between quotes are then by turns outside
        and inside of quoted fields.
        """
        delimiter = self.delimiter
        pieces = record.split(self.quote)
        outside = pieces[0::2]
        if not len(pieces) & 1 or sum(piece.count(delimiter) for piece in outside) != width - 1:
            return None
        if (pieces[0] and not pieces[0].endswith(delimiter)) or (pieces[-1] and not pieces[-1].startswith(delimiter)):
            return None
        if not all(piece.startswith(delimiter) and piece.endswith(delimiter) for piece in outside[1:-1]):
            return None
        pieces[0::2] = [piece.replace(delimiter, b'","') for piece in outside]
        return b"".join(pieces)

    def _broken(self, record: bytes, start: int, fields: list[bytes]) -> Split:
        closes = self._closed.match(record, start)
        ending = Ending.TEXT_AFTER_QUOTE if closes else Ending.OPEN_QUOTE
        return Split(fields=fields, ending=ending, opened=len(fields))

    def plain(self, field: bytes) -> bytes:
        """A field of `split` with its doubled quotes undone."""
        return field.replace(self.quote * 2, self.quote) if self.quote else field

    def swallowed(self, lines: Sequence[bytes], width: int, opened: int) -> bool:
        """Whether lines that one quote joined look like records of their own.

        That is so when the lines, quotes ignored, have the delimiters of a full record and fields of the same kinds
        (number, code, text) as those known to stand outside the quote: the first and the last line, and nearly all
        between them, where other damage may stand. Prose ('Thank you, Bob') is not.
        """
        cut = [line.split(self.delimiter) for line in lines]
        first, last = cut[0], cut[-1]
        if width < 2 or len(first) != width or len(last) != width:
            return False
        known = {at: _kind(first[at]) for at in range(opened)}
        known |= {at: _kind(last[at]) for at in range(opened + 1, width)}
        alike = [pieces for pieces in cut if len(pieces) == width and _same_kinds(pieces, known)]
        if not _same_kinds(first, known) or not _same_kinds(last, known) or len(alike) < ALIKE_SHARE * len(cut):
            return False
        inside = [*first[opened + 1 :], *(p for pieces in alike[1:-1] for p in pieces[1:]), *last[1 : opened + 1]]
        if inside and all(piece.startswith(b" ") for piece in inside):
            return False
        return width > 3 or any(
            pieces is not (first if at < opened else last) and kind == _kind(pieces[at]) != "text"
            for pieces in alike
            for at, kind in known.items()
        )


def _same_kinds(pieces: Sequence[bytes], known: dict[int, str]) -> bool:
    kinds = ((kind, _kind(pieces[at])) for at, kind in known.items())
    return all(kind == other or "empty" in (kind, other) for kind, other in kinds)


def _kind(field: bytes) -> str:
    bare = field.strip(b' "')
    if not bare:
        return "empty"
    if re.fullmatch(rb"[-+$(]?[0-9][0-9.,:/ TZ%)-]*", bare):
        return "number"
    return "code" if re.fullmatch(rb"(?=[^ ]*[0-9])[^ ]+", bare) else "text"
