"""Conservation: 20,000 rows with every kind of damage; each line is accepted, blank or reported with its reason."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from reading_steps import physical_lines, read_as_ingest

from bothsides.connectors.files import FileRefused, tally

ROWS = 20_000
EVERY = 100
UNCLOSED = "unclosed_quote"
HEADER = b"id,placed_at,buyer,note,amount"


@dataclass
class Damaged:
    """Lines of a file being built, and what was planted where."""

    newline: bytes = b"\n"
    lines: list[bytes] = field(default_factory=list)
    planted: dict[int, str] = field(default_factory=dict)
    good: list[bytes] = field(default_factory=list)
    blank: int = 0
    ending: bytes | None = None

    def add(self, line: bytes, *reasons: str) -> None:
        """One or more physical lines, each with the reason it must be set aside for."""
        start = len(self.lines) + 1
        self.lines.append(line)
        for offset, reason in enumerate(reasons):
            self.planted[start + offset] = reason

    def data(self) -> bytes:
        body = self.newline.join(self.lines)
        return body + (self.newline if self.ending is None else self.ending)


def good(number: int) -> bytes:
    """A sound record; every third has a quoted note with a comma and doubled quotes."""
    note = b'"bolts, ""M%d"""' % (number % 9) if number % 3 == 0 else b"caf\xc3\xa9 %d" % number
    return b"%d,2024-03-%02d,Buyer %d,%s,%d.50" % (number, number % 28 + 1, number % 700, note, number % 997)


Plant = Callable[[Damaged, int], None]


def build(
    plant: Plant, *, newline: bytes = b"\n", every: int = EVERY, record: Callable[[int], bytes] = good
) -> Damaged:
    file = Damaged(newline=newline, lines=[HEADER])
    for number in range(1, ROWS + 1):
        if number % every == 0:
            plant(file, number)
        else:
            file.lines.append(record(number))
            file.good.append(b"%d" % number)
    return file


def lines_of(*texts: bytes, reasons: tuple[str, ...]) -> Plant:
    """Plant texts (with %d for the row number) one line each, with one reason each."""

    def plant(file: Damaged, number: int) -> None:
        for text, reason in zip(texts, reasons, strict=True):
            file.add(text % number if b"%d" in text else text, reason)

    return plant


def one(text: bytes, reason: str) -> Plant:
    return lines_of(text, reasons=(reason,))


def spanning(lines: int, text: bytes) -> Plant:
    """A quoted field that goes on for too long."""

    def plant(file: Damaged, number: int) -> None:
        file.add(b'%d,2024-03-01,"Buyer' % number, UNCLOSED)
        for _ in range(lines):
            file.add(text, "too_few_fields")
        file.add(b'the end",note,1.50', "too_few_fields")

    return plant


def blank(text: bytes) -> Plant:
    def plant(file: Damaged, number: int) -> None:
        file.lines.append(text)
        file.blank += 1

    return plant


def accepted(text: bytes, lines: int = 1) -> Plant:
    """Odd but sound: must be accepted."""

    def plant(file: Damaged, number: int) -> None:
        file.lines.extend((text % number).split(b"\n"))
        file.good.append(b"%d" % number)

    return plant


def all_quoted(number: int) -> bytes:
    return b'"%d","2024-03-01","Buyer, %d","n ""%d""","1.50"' % (number, number % 700, number)


def no_quotes(number: int) -> bytes:
    return b"%d,2024-03-01,Buyer %d,note %d,1.50" % (number, number % 700, number)


KINDS: dict[str, Callable[[], Damaged]] = {
    "missing field": lambda: build(one(b"%d,2024-03-01,Buyer,note", "too_few_fields")),
    "only a fragment": lambda: build(one(b"rdered", "too_few_fields")),
    "extra field": lambda: build(one(b"%d,2024-03-01,Buyer,note,1.50,extra", "too_many_fields")),
    "decimal comma": lambda: build(one(b"%d,2024-03-01,Buyer,note,1,50", "too_many_fields")),
    "other delimiter": lambda: build(one(b"%d;2024-03-01;Buyer;note;1.50", "too_few_fields")),
    "two records on one line": lambda: build(
        one(b"%d,2024-03-01,Buyer,note,1.507,2024-03-01,Buyer,note,1.50", "too_many_fields")
    ),
    "record broken in two": lambda: build(
        lines_of(b"%d,2024-03-01,Buyer", b"note,1.50", reasons=("too_few_fields",) * 2)
    ),
    "bare CR in a field": lambda: build(
        lambda file, number: file.add(b"%d,2024-03-01,Buyer\rnote,1.50" % number, "too_few_fields", "too_few_fields"),
        every=ROWS,
    ),
    "unclosed quote": lambda: build(one(b'%d,2024-03-01,"Buyer,note,1.50', UNCLOSED)),
    "unclosed quote in a file without quotes": lambda: build(
        one(b'%d,2024-03-01,"Buyer,note,1.50', UNCLOSED), record=no_quotes
    ),
    "unclosed quote in a file all quoted": lambda: build(
        one(b'"%d","2024-03-01","Buyer,"note","1.50"', "text_after_quote"), record=all_quoted
    ),
    "unclosed last field in a file all quoted": lambda: build(
        one(b'"%d","2024-03-01","Buyer","note","1.50', UNCLOSED), record=all_quoted
    ),
    "unclosed quote, CRLF": lambda: build(one(b'%d,2024-03-01,"Buyer,note,1.50', UNCLOSED), newline=b"\r\n"),
    "unclosed quotes in neighbours": lambda: build(
        lines_of(b'%d,2024-03-01,"Buyer,note,1.50', b'77,2024-03-01,"Buyer,note,1.50', reasons=(UNCLOSED,) * 2)
    ),
    "balanced quotes that would swallow a record": lambda: build(
        lines_of(b'%d,2024-03-01,Buyer,"note,1.50', b'77,2024-03-01,Buyer,",1.50', reasons=(UNCLOSED,) * 2),
        record=no_quotes,
    ),
    "lonely quote as a field": lambda: build(one(b'%d,2024-03-01,",note,1.50', UNCLOSED)),
    "text after a quote": lambda: build(one(b'%d,2024-03-01,"Buyer" Ltd,note,1.50', "text_after_quote")),
    "quotes escaped by backslash": lambda: build(
        one(rb'%d,2024-03-01,"Buyer \"North\" Ltd",note,1.50', "text_after_quote")
    ),
    "quoted field over 100 lines": lambda: build(spanning(120, b"and so on"), every=4000),
    "quoted field over 64 KiB": lambda: build(spanning(30, b"long " * 600), every=4000),
    "NUL byte": lambda: build(one(b"%d,2024-03-01,Bu\0yer,note,1.50", "nul_byte")),
    "NUL byte in quotes": lambda: build(one(b'%d,2024-03-01,"Bu\0yer",note,1.50', "nul_byte")),
    "byte that is no UTF-8": lambda: build(one(b"%d,2024-03-01,Bu\xffyer,note,1.50", "invalid_encoding")),
    "Latin-1 in a UTF-8 file": lambda: build(one(b"%d,2024-03-01,caf\xe9,note,1.50", "invalid_encoding")),
    "cut UTF-8 character": lambda: build(one(b'%d,2024-03-01,"caf\xc3",note,1.50', "invalid_encoding")),
    "overlong UTF-8": lambda: build(one(b"%d,2024-03-01,\xc0\xaf,note,1.50", "invalid_encoding")),
    "surrogate in UTF-8": lambda: build(one(b"%d,2024-03-01,\xed\xa0\x80,note,1.50", "invalid_encoding")),
    "repeated header": lambda: build(one(HEADER, "repeated_header")),
    "repeated header with a byte order mark": lambda: build(one(b"\xef\xbb\xbf" + HEADER, "repeated_header")),
    "comment lines": lambda: build(one(b"# exported by the shop", "too_few_fields")),
    "totals": lambda: build(one(b"Total,,,1234.50", "too_few_fields")),
    "markup": lambda: build(one(b"<tr><td>%d</td></tr>", "too_few_fields")),
    "line over 1 MiB": lambda: build(
        lambda file, number: file.add(b"%d," % number + b"x" * (1 << 20), "line_too_long"), every=ROWS // 4
    ),
    "line over 1 MiB in quotes": lambda: build(
        lambda file, number: file.add(b'%d,"' % number + b"x" * (3 << 20) + b'",a,b,c', "line_too_long"), every=ROWS
    ),
    "cut in the last record": lambda: cut(b"20001,2024-03-01,Buy"),
    "cut inside quotes": lambda: cut(b'20001,2024-03-01,Buyer,"a no'),
    "blank lines": lambda: build(blank(b"")),
    "blank lines, CRLF": lambda: build(blank(b""), newline=b"\r\n"),
    "lines of spaces": lambda: build(blank(b"   ")),
    "sound: line breaks in quotes": lambda: build(accepted(b'%d,2024-03-01,"Buyer\nNorth, Ltd\n\nLeeds",note,1.50')),
    "sound: trailing delimiter": lambda: build(accepted(b"%d,2024-03-01,Buyer,note,1.50,")),
    "sound: formula": lambda: build(accepted(b'%d,2024-03-01,"=HYPERLINK(""http://x"")",@note,-1.50')),
    "sound: quote inside a bare field": lambda: build(accepted(b'%d,2024-03-01,Buyer,24" screen,1.50')),
    "sound: spaces beside quotes": lambda: build(accepted(b'%d,2024-03-01, "Buyer, Ltd" ,note,1.50')),
    "sound: last record without line end": lambda: cut(b"20001,2024-03-01,Buyer,note,1.50", sound=True),
    "sound: CR only": lambda: build(accepted(b"%d,2024-03-01,Buyer,note,1.50"), newline=b"\r"),
}


def cut(last: bytes, *, sound: bool = False) -> Damaged:
    file = build(accepted(b"%d,2024-03-01,Buyer,note,1.50"))
    file.add(last, *(() if sound else ("truncated",)))
    if sound:
        file.good.append(last.split(b",")[0])
    file.ending = b""
    return file


def test_there_are_at_least_thirty_kinds_of_damage() -> None:
    assert sum(1 for kind in KINDS if not kind.startswith(("sound", "blank", "lines of"))) >= 30


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_is_accounted_for(tmp_path: Path, kind: str) -> None:
    file = KINDS[kind]()
    data = file.data()
    table, found = read_as_ingest(tmp_path, data)

    assert table.lines.physical == physical_lines(data)
    assert table.lines.header == 1
    assert table.lines.blank == file.blank
    assert table.lines.quarantined == len(file.planted) == sum(reject.lines for reject in table.rejects)
    assert {reject.line: reject.reason for reject in table.rejects} == file.planted
    quotes = sum(1 for reason in file.planted.values() if reason == UNCLOSED)
    assert sum(reject.lines for reject in table.rejects if reject.reason == UNCLOSED) <= 2 * quotes
    assert [row[0].encode() for _, row in found] == file.good
    assert all(reject.raw and len(reject.raw) <= 4096 and reject.detail for reject in table.rejects)


@pytest.mark.parametrize("kind", ["unclosed quote", "blank lines", "sound: line breaks in quotes"])
def test_good_rows_keep_values_and_lines(tmp_path: Path, kind: str) -> None:
    data = KINDS[kind]().data()
    _, found = read_as_ingest(tmp_path, data)
    lines = data.split(b"\n")
    for line, row in found[::97]:
        number = int(row[0])
        if number % EVERY:
            note = f'bolts, "M{number % 9}"' if number % 3 == 0 else f"café {number}"
            assert row[3:] == (note, f"{number % 997}.50")
        assert lines[line - 1].startswith(b"%d," % number)


def test_a_file_of_nothing_but_damage_is_refused_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "REJECT_LIMIT", 500)
    with pytest.raises(FileRefused, match="501 records were set aside and only 3 accepted up to line 505") as refused:
        read_as_ingest(tmp_path, b"id,name\n1,a\n2,b\n3,c\n" + b"broken\n" * 2000)
    assert (refused.value.reason, refused.value.figures["quarantined"]) == ("unreadable", 501)
