"""Which encoding a file is written in: marks, strict UTF-8, UTF-16, then the plausible one of the old charsets."""

import codecs
import re
from collections.abc import Iterable, Iterator

import charset_normalizer

from bothsides.connectors.files.table import FileRefused

EVIDENCE_BYTES = 256 << 10
"""How many bytes around non-ASCII characters are weighed when a file is not UTF-8."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SPACED = re.compile(rb"[^\x80-\xff]{0,12}(?:[\x80-\xff]+[^\x80-\xff]{0,12})+")
_VALID = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_GOOD_MARKS = frozenset("’‘“”–—…•™®©£€°·«»¿¡§¼½¾×\u00a0")
_PLAUSIBLE = 0.75
_OLD_CHARSETS = (
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "koi8_r", "cp866", "cp874"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "mac_cyrillic", "mac_greek"),
)


def known(encoding: str, file: str) -> str:
    """The canonical name of an encoding that a person gave; an unknown one raises `FileRefused`."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise FileRefused(
            file,
            "unknown_encoding",
            f"encoding {encoding!r} is not known; use a name such as utf-8, cp1252, mac_roman or utf-16",
        ) from None
    plain = {"utf-8-sig": "utf-8", "ascii": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
    return plain.get(name, name.replace("-", "_") if name == "mac-roman" else name)


def detect(blocks: Iterable[bytes], file: str) -> str:
    """The encoding of a whole file, read once in blocks.

    A file of mostly valid UTF-8 stays UTF-8 and its bad lines are quarantined later; when no old charset makes sense of
    few bad bytes it stays UTF-8 too; of many it raises `FileRefused`.
    """
    head, evidence = _gather(blocks)
    marked = byte_order_mark(head)
    if marked:
        return marked
    unmarked = _wide_without_mark(head)
    if unmarked:
        return unmarked
    valid = len(_VALID.findall(evidence))
    invalid = len(re.findall(rb"[\x80-\xff]+", _VALID.sub(b"", evidence)))
    if invalid == 0 or valid > 2 * invalid:
        return "utf-8"
    return _legacy(evidence, head, file)


def byte_order_mark(head: bytes) -> str | None:
    """The encoding that a byte order mark at the start of a file names."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def _gather(blocks: Iterable[bytes]) -> tuple[bytes, bytes]:
    """The first bytes, and the neighbourhoods of non-ASCII bytes, bounded, from the whole file."""
    head, pieces, size = b"", [], 0
    rest = b""
    for received in blocks:
        if len(head) < 65536:
            head += received[: 65536 - len(head)]
        block, rest = _whole_sequences(rest + received)
        if size < EVIDENCE_BYTES and not block.isascii():
            for match in _SPACED.finditer(block):
                pieces.append(match.group())
                size += len(pieces[-1])
                if size >= EVIDENCE_BYTES:
                    break
    return head, b"\n".join([*pieces, rest])[-2 * EVIDENCE_BYTES :]


def _whole_sequences(block: bytes) -> tuple[bytes, bytes]:
    """A block without the UTF-8 character that its end may have cut, and that character's first bytes."""
    for length in range(1, min(3, len(block)) + 1):
        if block[-length] >= 0xC0:
            return block[:-length], block[-length:]
    return block, b""


def wide(head: bytes) -> bool:
    """Whether the text is written in two or four bytes a character, so that zeros are no sign of binary data."""
    return (byte_order_mark(head) or _wide_without_mark(head)) in _WIDE


def _wide_without_mark(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: plain text has a zero in every other byte."""
    if len(head) < 8 or b"\0" not in head:
        return None
    even, odd = head[0::2], head[1::2]
    even_zeros, odd_zeros = even.count(0) / len(even), odd.count(0) / max(1, len(odd))
    if odd_zeros > 0.4 and even_zeros < 0.05:
        return "utf-16-le"
    if even_zeros > 0.4 and odd_zeros < 0.05:
        return "utf-16-be"
    return None


def _legacy(evidence: bytes, head: bytes, file: str) -> str:
    bare_cr = head.count(b"\r") > head.count(b"\r\n") and b"\n" not in head.replace(b"\r\n", b"")
    if not _foreign_script(evidence):
        scores = {name: plausibility(evidence, name) for name in ("cp1252", "mac_roman")}
        if bare_cr:
            scores["mac_roman"] += 0.05
        best = max(scores, key=lambda name: scores[name])
        if scores[best] >= _PLAUSIBLE:
            return best
    if not _foreign_script(evidence):
        return "utf-8"
    guess = charset_normalizer.from_bytes(evidence, cp_isolation=list(_OLD_CHARSETS)).best()
    if guess is not None and guess.percent_coherence >= 10:
        return codecs.lookup(guess.encoding).name
    high = sum(1 for byte in head if byte >= 0x80) / max(1, len(head))
    if high > 0.2:
        raise FileRefused(
            file,
            "unknown_encoding",
            f"{high:.0%} of its first bytes are not ASCII and fit no encoding known here; name the encoding",
            {"non_ascii_share": round(high, 4)},
        )
    return "utf-8"


def _foreign_script(evidence: bytes) -> bool:
    """Words written mostly in high bytes are Cyrillic, Greek, Japanese ...; Western words have one or two."""
    high = sum(1 for byte in evidence if byte >= 0x80)
    letters = sum(1 for byte in evidence if 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A)
    runs = re.findall(rb"[\x80-\xff]{3,}", evidence)
    return high > letters or sum(map(len, runs)) > high / 2


def plausibility(evidence: bytes, encoding: str) -> float:
    """Share (0-1) of the non-ASCII characters that make sense beside their neighbours when decoded so.

    >>> plausibility(b"Memstore\\xaa Cloud", "mac_roman") > plausibility(b"Memstore\\xaa Cloud", "cp1252")
    True
    """
    text = evidence.decode(encoding, "replace")
    spots = [position for position, char in enumerate(text) if ord(char) >= 0x80]
    if not spots:
        return 1.0
    return sum(_sensible(text, position) for position in spots) / len(spots)


def _sensible(text: str, position: int) -> float:
    char = text[position]
    before = text[position - 1] if position else " "
    after = text[position + 1] if position + 1 < len(text) else " "
    if char in "£€":
        return 1.0 if not before.isalpha() else 0.2
    if char in "ªº":
        return 0.9 if before.isdigit() or before == "." else 0.2
    if char in _GOOD_MARKS:
        return 1.0
    if not char.isalpha():
        return 0.0
    if char.islower():
        return 1.0 if before.isalpha() or after.islower() else 0.3
    return 1.0 if (not before.isalpha() and after.isalpha()) or (before.isupper() and not after.islower()) else 0.1


def utf8_blocks(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The text as UTF-8 in blocks, without its byte order mark.

    What cannot be decoded becomes bytes that strict UTF-8 refuses, so that the line that holds them is known
    later; `as_received` turns a line back.
    """
    if encoding == "utf-8":
        yield from _without_mark(blocks)
        return
    errors = "surrogatepass" if encoding in _WIDE else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    first = True
    for block in blocks:
        text = decoder.decode(block)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        yield text.encode("utf-8", "surrogatepass")
    try:
        rest = decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        rest = "\udcff"
    if rest:
        yield rest.encode("utf-8", "surrogatepass")


def _without_mark(blocks: Iterable[bytes]) -> Iterator[bytes]:
    start = b""
    stream = iter(blocks)
    for block in stream:
        start += block
        if len(start) >= 3:
            break
    yield start.removeprefix(codecs.BOM_UTF8)
    yield from stream


def as_received(line: bytes, encoding: str) -> bytes:
    """A line of `utf8_blocks` in the bytes it had in the file, as far as they can be told."""
    if encoding == "utf-8":
        return line
    errors = "surrogatepass" if encoding in _WIDE else "surrogateescape"
    text = _whole_characters(line)
    try:
        return text.encode(encoding, errors)
    except UnicodeEncodeError:
        return text.encode(encoding, "replace")


def _whole_characters(line: bytes) -> str:
    """A line that may have been cut inside its last character."""
    for lost in range(4):
        try:
            return line[: len(line) - lost].decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", "replace")
