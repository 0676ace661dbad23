"""Which encoding a file is taken to have, and what happens to bytes that do not fit it."""

from pathlib import Path

import pytest
from reading_steps import read, rows

from bothsides.connectors.files import FileRefused, ReadHints

WESTERN = [
    "id,name,note",
    "1,Café Müller,Zürich – Genève",
    "2,O’Brien & Søn,“quoted” text",
    "3,Peña Ltd,£300 señor",
    "4,Straße GmbH,naïve façade",
]


def western(encoding: str, newline: str = "\n") -> bytes:
    return newline.join([*WESTERN, ""]).encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "newline", "named"),
    [
        ("utf-8", "\n", "utf-8"),
        ("utf-8-sig", "\r\n", "utf-8"),
        ("cp1252", "\r\n", "cp1252"),
        ("mac_roman", "\r", "mac_roman"),
        ("mac_roman", "\n", "mac_roman"),
        ("utf-16", "\r\n", "utf-16-le"),
        ("utf-16-le", "\n", "utf-16-le"),
        ("utf-16-be", "\r\n", "utf-16-be"),
        ("utf-32", "\n", "utf-32-le"),
    ],
)
def test_western_text_reads_the_same_in_any_encoding(tmp_path: Path, encoding: str, newline: str, named: str) -> None:
    table = read(tmp_path, western(encoding, newline))
    assert (table.layout.encoding, table.layout.newline) == (named, newline)
    assert table.columns == ("id", "name", "note")
    assert rows(table) == [tuple(line.split(",")) for line in WESTERN[1:]]
    assert table.lines.physical == 5


def test_cyrillic_in_an_old_charset(tmp_path: Path) -> None:
    text = "id,имя,город\n" + "".join(f"{n},Компания снабжения номер {n},Москва и область\n" for n in range(40))
    table = read(tmp_path, text.encode("cp1251"))
    assert table.layout.encoding == "cp1251"
    assert table.columns == ("id", "имя", "город")


def test_a_bad_byte_far_down_a_utf8_file_costs_its_record_only(tmp_path: Path) -> None:
    lines = [b"id,name", *(b"%d,Caf\xc3\xa9" % n for n in range(30_000))]
    lines[25_000] = b"x,Caf\xe9"
    table = read(tmp_path, b"\n".join(lines) + b"\n")
    assert table.layout.encoding == "utf-8"
    (reject,) = table.rejects
    assert (reject.line, reject.reason, reject.raw) == (25_001, "invalid_encoding", b"x,Caf\xe9")
    assert table.records == 29_999


def test_the_first_old_character_may_stand_anywhere(tmp_path: Path) -> None:
    lines = [b"id,name", *(b"%d,plain" % n for n in range(200_000)), "x,Memstore™ Café".encode("mac_roman")]
    table = read(tmp_path, b"\r".join(lines) + b"\r")
    assert table.layout.encoding == "mac_roman"
    assert rows(table)[-1] == ("x", "Memstore™ Café")


def test_a_character_cut_by_the_block_border_is_not_a_bad_byte(tmp_path: Path) -> None:
    head = b"id,name\n"
    filler = b"1,plain\n"
    body = filler * ((1 << 20) // len(filler))
    data = head + body[: (1 << 20) - len(head) - 3] + b"1," + "é".encode() + b"\n"
    assert data[(1 << 20) - 1] == 0xC3
    assert read(tmp_path, data).layout.encoding == "utf-8"


def test_half_a_utf16_character_at_the_end_is_set_aside(tmp_path: Path) -> None:
    table = read(
        tmp_path, "id,name\n1,a\n2,b\n3,c".encode("utf-16-le") + b"\x00", hints=ReadHints(encoding="utf-16-le")
    )
    assert [(reject.line, reject.reason) for reject in table.rejects] == [(4, "invalid_encoding")]
    assert table.records == 2


def test_rejected_lines_are_kept_as_received(tmp_path: Path) -> None:
    table = read(tmp_path, "id,näme,x\r1,Zoë\r2,Müller,3\r".encode("mac_roman"))
    assert [reject.raw for reject in table.rejects] == ["1,Zoë".encode("mac_roman")]


def test_a_header_that_fits_no_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="the header holds bytes that are not utf-8") as refused:
        read(tmp_path, b"id,\xff\x81name\n1,a\n")
    assert refused.value.reason == "unknown_encoding"


def test_an_unknown_encoding_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="encoding 'utf-99' is not known") as refused:
        read(tmp_path, b"a,b\n1,2\n", hints=ReadHints(encoding="utf-99"))
    assert refused.value.reason == "unknown_encoding"


def test_binary_garbage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="is not text") as refused:
        read(tmp_path, bytes(range(256)) * 40)
    assert refused.value.reason == "binary"
