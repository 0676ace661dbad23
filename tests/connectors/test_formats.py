"""JSON Lines, workbooks, Parquet and archives: the same table and the same account of every line or row."""

import gzip
import zipfile
from pathlib import Path

import duckdb
import pytest
from reading_steps import numbered_rows, read, rows
from tests.workbooks import packed_sheets

from bothsides.connectors import files
from bothsides.connectors.files import FileRefused, ReadHints, TextTable


def test_json_lines_keep_digits_and_nested_values(tmp_path: Path) -> None:
    data = (
        b'{"id": 1, "price": 1.10, "tags": ["a", 2.50, null], "ok": true}\n'
        b'\n{"id": 2, "name": "caf\\u00e9, \\"x\\"", "price": null}\n'
    )
    table = read(tmp_path, data, "orders.jsonl")
    assert table.columns == ("id", "price", "tags", "ok", "name")
    assert numbered_rows(table) == [
        (1, ("1", "1.10", '["a",2.50,null]', "true", "")),
        (3, ("2", "", "", "", 'café, "x"')),
    ]
    assert (table.lines.physical, table.lines.blank, table.lines.header) == (3, 1, 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": }', "invalid_json"),
        (b'{"id": NaN}', "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b"[1, 2]", "not_an_object"),
        (b"3", "not_an_object"),
        (b'{"id": 1, "id": 2}', "duplicate_key"),
        (b'{"id": "\xff"}', "invalid_encoding"),
        (b'{"id": "\\ud800"}', "invalid_encoding"),
        (b'{"id": "a\\u0000b"}', "nul_byte"),
        (b'{"id": "a\0b"}', "nul_byte"),
        (b'{"id": "' + b"x" * (1 << 20) + b'"}', "line_too_long"),
    ],
)
def test_a_bad_json_line_is_set_aside(tmp_path: Path, line: bytes, reason: str) -> None:
    table = read(tmp_path, b'{"id": 1}\n' + line + b'\n{"id": 2}\n', "x.jsonl")
    assert [(reject.line, reject.reason) for reject in table.rejects] == [(2, reason)]
    assert rows(table) == [("1",), ("2",)]


def test_a_file_none_of_whose_json_lines_can_be_read_says_why_the_first_cannot(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"no line can be read; line 2: the key 'id' stands twice in one object"):
        read(tmp_path, b'\n{"id": 1, "id": 2}\n{"id": }\n', "x.jsonl")
    with pytest.raises(FileRefused, match="holds no JSON object with keys"):
        read(tmp_path, b"{}\n", "x.jsonl")


def test_a_cut_json_line_is_truncated(tmp_path: Path) -> None:
    table = read(tmp_path, b'{"id": 1}\n{"id": 2, "na', "x.jsonl")
    assert [(reject.line, reject.reason) for reject in table.rejects] == [(2, "truncated")]


def test_json_lines_are_known_without_their_name(tmp_path: Path) -> None:
    assert read(tmp_path, b'{"id": 1}\n{"id": 2}\n', "export.txt").layout.format == "jsonl"


def row(number: int, *cells: str | float | None, date: float | None = None) -> str:
    out = []
    for letter, cell in zip("ABCDEFG", cells, strict=False):
        if isinstance(cell, str):
            out.append(f'<c r="{letter}{number}" t="inlineStr"><is><t>{cell}</t></is></c>')
        elif cell is not None:
            out.append(f'<c r="{letter}{number}"><v>{cell}</v></c>')
    if date is not None:
        out.append(f'<c r="G{number}" s="1"><v>{date}</v></c>')
    return f'<row r="{number}">{"".join(out)}</row>'


def test_a_sheet_gives_text_and_row_numbers(tmp_path: Path) -> None:
    sheet = (
        row(1, "Orders report")
        + row(3, "id", "name", "price", "qty", "a", "b").replace(
            "</row>", '<c r="G3" t="inlineStr"><is><t>day</t></is></c></row>'
        )
        + row(4, 1, "Smith &amp; Co", 2.5, 10.0, "x", "y", date=45413)
        + row(6, 12345678901, "=SUM(A1)", 0.1, None, "x", "y", date=45413.5)
    )
    table = read(tmp_path, packed_sheets({"Orders": sheet}), "orders.xlsx")
    assert table.columns == ("id", "name", "price", "qty", "a", "b", "day")
    assert numbered_rows(table) == [
        (4, ("1", "Smith & Co", "2.5", "10", "x", "y", "2024-05-01")),
        (6, ("12345678901", "=SUM(A1)", "0.1", "", "x", "y", "2024-05-01 12:00:00")),
    ]
    assert (table.lines.physical, table.lines.header, table.lines.blank) == (6, 2, 2)


def test_a_sheet_says_which_of_its_cells_are_numbers(tmp_path: Path) -> None:
    sheet = row(2, "id", "price") + row(3, "1.234", 1.234) + row(5, 7, "1.234") + row(6, "x", None, date=None)
    table = read(tmp_path, packed_sheets({"Orders": sheet}), "orders.xlsx")
    assert [(line, table.holds_number("id", line), table.holds_number("price", line)) for line in (3, 5, 6)] == [
        (3, False, True),
        (5, True, False),
        (6, False, False),
    ]


def test_number_cells_are_written_with_the_decimal_sign_that_the_texts_have(tmp_path: Path) -> None:
    sheet = row(1, "id", "price") + row(2, 1, 1.234) + row(3, 2, "1.234") + row(4, 3, 12.0) + row(5, 4, 2.5e-05)
    book = packed_sheets({"Orders": sheet})
    assert [price for _, price in rows(read(tmp_path, book, "a.xlsx"))] == ["1.234", "1.234", "12", "2.5e-05"]
    with_comma = rows(read(tmp_path, book, "b.xlsx", hints=ReadHints(decimal=",")))
    assert [price for _, price in with_comma] == ["1,234", "1.234", "12", "0,000025"]


def test_a_cell_beyond_the_header_is_set_aside(tmp_path: Path) -> None:
    sheet = row(1, "id", "name") + row(2, 1, "a") + row(3, 2, "b", "stray") + row(4, "id", "name")
    table = read(tmp_path, packed_sheets({"Orders": sheet}), "orders.xlsx")
    assert [(reject.line, reject.reason) for reject in table.rejects] == [
        (3, "too_many_fields"),
        (4, "repeated_header"),
    ]
    assert rows(table) == [("1", "a")]


def test_the_sheet_must_be_named_where_several_hold_data(tmp_path: Path) -> None:
    book = packed_sheets({"Orders": row(1, "id") + row(2, 1), "Fees": row(1, "fee") + row(2, 7)})
    with pytest.raises(FileRefused, match=r"2 sheets with data .'Orders', 'Fees'.; name the one to read"):
        read(tmp_path, book, "book.xlsx")
    with pytest.raises(FileRefused, match="has no sheet 'Refunds'; its sheets are 'Orders', 'Fees'") as refused:
        read(tmp_path, book, "book.xlsx", hints=ReadHints(sheet="Refunds"))
    assert refused.value.reason == "sheet_missing"
    assert rows(read(tmp_path, book, "book.xlsx", hints=ReadHints(sheet="Fees"))) == [("7",)]


def parquet(tmp_path: Path) -> bytes:
    path = tmp_path / "made.parquet"
    with duckdb.connect() as con:
        con.sql(
            "SELECT range AS id, DATE '2024-05-01' + range::INT AS day, CASE WHEN range > 0 THEN 1.5 END AS price,"
            " {'a': range} AS nested FROM range(3)"
        ).write_parquet(str(path))
    return path.read_bytes()


def test_parquet_rows_are_lines(tmp_path: Path) -> None:
    table = read(tmp_path, parquet(tmp_path), "orders.parquet")
    assert (table.fast, table.records, table.lines.physical, table.lines.header) == (True, 3, 3, 0)
    assert numbered_rows(table)[:2] == [
        (1, ("0", "2024-05-01", "", "{'a': 0}")),
        (2, ("1", "2024-05-02", "1.5", "{'a': 1}")),
    ]


@pytest.mark.parametrize(("name", "reason"), [("x.parquet", "damaged_parquet"), ("x.xlsx", "damaged_workbook")])
def test_a_cut_binary_file_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    whole = parquet(tmp_path) if reason == "damaged_parquet" else packed_sheets({"Orders": row(1, "id")})
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, whole[: len(whole) // 2], name)
    assert refused.value.reason == reason


def archive(tmp_path: Path, **members: bytes) -> Path:
    path = tmp_path / "exports.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(name.replace("__", "/").replace("_", "."), data)
    return path


def test_members_of_a_zip_are_read_under_their_name(tmp_path: Path) -> None:
    archive(
        tmp_path,
        orders_csv=b"id,name\n1,a\n",
        old__fees_csv=b"id,fee\n1,2\n",
        more_jsonl_gz=gzip.compress(b'{"id": 5}\n'),
        notes_md=b"no table",
        day_parquet=parquet(tmp_path),
        book_xlsx=packed_sheets({"S": row(1, "id") + row(2, 3)}),
    )
    found = files.locate(["exports.zip"], tmp_path)
    tables = {file.name: files.read(file, spool_dir=tmp_path / "spool") for file in found}
    assert {name: rows(table)[0] for name, table in tables.items()} == {
        "exports.zip/book.xlsx": ("3",),
        "exports.zip/day.parquet": ("0", "2024-05-01", "", "{'a': 0}"),
        "exports.zip/more.jsonl.gz": ("5",),
        "exports.zip/old/fees.csv": ("1", "2"),
        "exports.zip/orders.csv": ("1", "a"),
    }
    assert tables["exports.zip/orders.csv"].fast


def gz(tmp_path: Path, data: bytes, keep: float = 1.0, **options: int) -> TextTable:
    packed = gzip.compress(data)
    hints = ReadHints(**options)
    return read(tmp_path, packed[: int(len(packed) * keep)], "orders.csv.gz", hints=hints)


BIG = b"id,name\n" + b"".join(b"%d,name of %d\n" % (n, n * 7919) for n in range(100_000))


def test_gz_is_unpacked_into_the_spool(tmp_path: Path) -> None:
    table = gz(tmp_path, BIG)
    assert (table.name, table.fast, table.records) == ("orders.csv.gz", True, 100_000)
    assert table.path.parent == tmp_path / "spool"
    assert len(rows(table)) == 100_000


def test_a_truncated_gz_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="ends in the middle") as refused:
        gz(tmp_path, BIG, keep=0.9)
    assert refused.value.reason == "truncated_archive"
    assert not list((tmp_path / "spool").glob("*"))


def test_a_zip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="more than the limit of 1,000,000 bytes") as refused:
        gz(tmp_path, BIG, unpack_limit_bytes=1_000_000)
    assert refused.value.reason == "too_large"
    assert not list((tmp_path / "spool").glob("*"))


def test_damage_inside_a_zip_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, orders_csv=BIG)
    data = bytearray(path.read_bytes())
    data[2000:2100] = bytes(100)
    path.write_bytes(data)
    (found,) = files.locate(["exports.zip/*.csv"], tmp_path)
    with pytest.raises(FileRefused, match="archive is damaged"):
        files.read(found, spool_dir=tmp_path / "spool")


def test_a_member_that_points_outside_is_not_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as opened:
        opened.writestr("../../escape.csv", "id,name\n1,a\n")
    (found,) = files.locate(["evil.zip"], tmp_path)
    with pytest.raises(FileRefused, match="names a member outside itself"):
        files.read(found, spool_dir=tmp_path / "spool")
