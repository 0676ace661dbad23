"""Delimiter, header, preamble: what is found, what is refused and what the refusal says."""

from pathlib import Path

import pytest
from reading_steps import numbered_rows, read, rows

from bothsides.connectors import files
from bothsides.connectors.files import FileRefused, ReadHints


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    lines = [["id", "name", "price"], ["1", "Smith", "2.50"], ["2", "Jones", ""]]
    table = read(tmp_path, "\n".join(delimiter.join(line) for line in lines).encode())
    assert table.layout.delimiter == delimiter
    assert table.fast
    assert rows(table) == [tuple(line) for line in lines[1:]]


def test_decimal_commas_do_not_make_a_comma_file(tmp_path: Path) -> None:
    table = read(tmp_path, b"id;price;fee\n1;2,50;0,10\n2;3,75;0,20\n3;3,00;0,30\n")
    assert table.layout.delimiter == ";"
    assert rows(table)[0] == ("1", "2,50", "0,10")


@pytest.mark.parametrize("sign", ["#", "%"])
def test_signs_in_the_data_are_never_taken_for_delimiters(tmp_path: Path, sign: str) -> None:
    table = read(tmp_path, f"name{sign}x\nfoo{sign}1\nbar{sign}2\n".encode())
    assert table.columns == (f"name{sign}x",)
    assert table.layout.delimiter == ","


def test_one_column(tmp_path: Path) -> None:
    table = read(tmp_path, b"email\na@x.org\n\nb@x.org\n")
    assert (table.columns, table.records, table.lines.blank) == (("email",), 2, 1)
    assert numbered_rows(table) == [(2, ("a@x.org",)), (4, ("b@x.org",))]


def test_a_wrong_delimiter_hint_is_refused_with_the_right_one(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"delimiter ';' finds one column; ',' finds 3 columns") as refused:
        read(tmp_path, b"id,name,price\n1,a,2\n2,b,3\n", hints=ReadHints(delimiter=";"))
    assert refused.value.reason == "wrong_delimiter"
    assert refused.value.figures["better_columns"] == 3


@pytest.mark.parametrize("bad", [",,", "", "\n", "\N{BROKEN BAR}", '"'])
def test_an_impossible_delimiter_is_a_wrong_call(bad: str) -> None:
    with pytest.raises(ValueError, match="must be one ASCII character"):
        ReadHints(delimiter=bad)


def test_a_preamble_counts_as_header(tmp_path: Path) -> None:
    data = b"Orders report,,\nExported 2024-01-01\n\nid,name,price\n1,a,2.50\n2,b,3.50\n3,c,1.00\n"
    table = read(tmp_path, data)
    assert table.columns == ("id", "name", "price")
    assert (table.lines.header, table.lines.blank, table.lines.record) == (3, 1, 3)
    assert table.layout.header_line == 4
    assert numbered_rows(table)[0] == (5, ("1", "a", "2.50"))


def test_header_names_are_kept_and_made_unique(tmp_path: Path) -> None:
    table = read(tmp_path, b'\xef\xbb\xbfid,"Total, net",ID,,x,x\n1,2,3,4,5,6\n')
    assert table.columns == ("id", "Total, net", "ID_2", "column_4", "x", "x_2")
    assert rows(table) == [("1", "2", "3", "4", "5", "6")]


def test_a_header_over_two_lines(tmp_path: Path) -> None:
    table = read(tmp_path, b'id,"Total\nnet"\n1,2\n')
    assert table.columns == ("id", "Total\nnet")
    assert (table.lines.header, table.records) == (2, 1)


def test_data_in_the_first_line_is_no_header(tmp_path: Path) -> None:
    data = b"1,2024-01-01,5.00\n2,2024-01-02,6.00\n3,2024-01-03,7.00\n"
    with pytest.raises(FileRefused, match="line 1 looks like data") as refused:
        read(tmp_path, data)
    assert refused.value.reason == "no_header"
    table = read(tmp_path, data, hints=ReadHints(header=False))
    assert table.columns == ("column_1", "column_2", "column_3")
    assert numbered_rows(table)[0] == (1, ("1", "2024-01-01", "5.00"))


def test_years_may_be_column_names(tmp_path: Path) -> None:
    assert read(tmp_path, b"region,2022,2023\nNorth,10,20\nSouth,30,40\n").columns == ("region", "2022", "2023")


def test_a_header_shorter_than_all_records_is_refused_with_figures(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="names 2 columns, but 100% of the first 20 records have 3 fields") as refused:
        read(tmp_path, b"id,name\n" + b"1,a,b\n" * 20)
    assert refused.value.reason == "header_does_not_fit"


def test_trailing_delimiters_in_every_record_carry_nothing(tmp_path: Path) -> None:
    table = read(tmp_path, b"id,name\n" + b"1,a,\n" * 20)
    assert (table.records, table.rejects) == (20, ())
    assert rows(table)[0] == ("1", "a")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\n \n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "not_a_table"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b'[{"id": 1},\n {"id": 2}]\n', "not_a_table"),
        (b"x" * (2 << 20), "no_header"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, data, "export.json" if data.startswith(b"[") else "export.csv")
    assert refused.value.reason == reason


def test_a_header_alone_is_a_table_without_records(tmp_path: Path) -> None:
    table = read(tmp_path, b"id,name\n")
    assert (table.records, rows(table)) == (0, [])


def test_other_quotes_and_none_by_hint(tmp_path: Path) -> None:
    single = read(tmp_path, b"id,name\n1,'Smith, \"J\" ''X'''\n", hints=ReadHints(quote="'"))
    assert rows(single) == [("1", "Smith, \"J\" 'X'")]
    none = read(tmp_path, b'id,name\n1,"Smith\n', hints=ReadHints(quote=""))
    assert rows(none) == [("1", '"Smith')]


def test_a_space_may_be_named_as_delimiter(tmp_path: Path) -> None:
    table = read(tmp_path, b'id name\n1 "Smith J"\n2 \n', hints=ReadHints(delimiter=" "))
    assert rows(table) == [("1", "Smith J"), ("2", "")]


def test_sniff_says_how_a_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_bytes(b"id\tname\r\n1\ta\r\n")
    layout = files.sniff(path)
    assert (layout.format, layout.delimiter, layout.newline, layout.encoding) == ("delimited", "\t", "\r\n", "utf-8")


def test_mixed_line_ends_and_line_breaks_in_quotes_are_kept(tmp_path: Path) -> None:
    table = read(tmp_path, b'id,note\n1,a\r\n2,"x\r\ny"\r3,"p\nq"\n')
    assert table.lines.physical == 6
    assert numbered_rows(table) == [(2, ("1", "a")), (3, ("2", "x\r\ny")), (5, ("3", "p\nq"))]


def test_a_name_that_looks_like_a_glob_is_read_literally(tmp_path: Path) -> None:
    (tmp_path / "orders1.csv").write_bytes(b"id,name\n9,wrong\n")
    table = read(tmp_path, b"id,name\n1,right\n", "orders[1].csv")
    assert table.fast
    assert rows(table) == [("1", "right")]


def test_text_stays_as_received(tmp_path: Path) -> None:
    table = read(tmp_path, b'id,note\n1,"=HYPERLINK(""http://x"")"\n2,  padded \n3,NULL\n4,""\n')
    assert [row[1] for row in rows(table)] == ['=HYPERLINK("http://x")', "  padded ", "NULL", ""]
