"""When the fast way gives up, and that a lost row cannot pass."""

import errno
import tracemalloc
from pathlib import Path

import duckdb
import pytest
from reading_steps import numbered_rows, read, rows

from bothsides.connectors import files
from bothsides.connectors.files import CountsDisagree, FoundFile
from bothsides.connectors.files.survey import survey


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (b'1,a\n2,"b, ""c"""\n', ""),
        (b"1,a\n\n2,b\n", ""),
        (b"1,a\n2,b", ""),
        (b"1,a\r\n2,b\n", "mixed_newlines"),
        (b"1,a\n2,b\rc\n", "mixed_newlines"),
        (b'1,"a\nb"\n', "newline_in_quotes"),
        (b'1,"a\n2,"b\n', "newline_in_quotes"),
        (b'1,24" screen\n', "newline_in_quotes"),
        (b'1, "a"\n', "space_beside_quote"),
        (b'1,"a" "b"\n', "space_beside_quote"),
        (b'1,"a "" b"\n', ""),
        (b"1,a,x\n", "field_counts"),
        (b"1\n", "field_counts"),
        (b"1,\0\n", "nul_byte"),
        (b"1,\xff\n", "invalid_encoding"),
        (b"1," + b"x" * (1 << 20) + b"\n2,b\n", "line_too_long"),
        (b"1," + b"x" * (3 << 20) + b"\n2,b\n", "line_too_long"),
        (b"1,a\nid,name\n2,b\n", "repeated_header"),
        (b"1,a\nid,names\n2,b\n", ""),
    ],
)
def test_the_byte_pass_finds_trouble(tmp_path: Path, body: bytes, trouble: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"id,name\n" + body)
    assert survey(path, delimiter=b",", width=2, header_text=b"id,name").trouble == trouble


def test_lines_and_blanks_are_counted(tmp_path: Path) -> None:
    for newline in (b"\n", b"\r\n"):
        table = read(tmp_path, newline.join([b"id,name", b"1,a", b"", b"", b"2,b", b"", b""]))
        assert table.fast
        assert (table.lines.physical, table.lines.blank, table.records) == (6, 3, 2)
        assert numbered_rows(table) == [(2, ("1", "a")), (5, ("2", "b"))]


def test_verify_tells_a_lost_row(tmp_path: Path) -> None:
    table = read(tmp_path, b"id,name\n1,a\n2,b\n")
    files.verify(table, 2)
    with pytest.raises(CountsDisagree, match=r"orders\.csv: 2 records counted in the file, 1 rows came out"):
        files.verify(table, 1)


def test_a_file_that_grew_after_the_count_is_noticed(tmp_path: Path) -> None:
    table = read(tmp_path, b"id,name\n1,a\n")
    table.path.write_bytes(b"id,name\n1,a\n2,b\n")
    with pytest.raises(CountsDisagree):
        rows(table)


def test_the_fast_and_the_careful_way_agree_on_many_chunks(tmp_path: Path) -> None:
    lines = [b'%d,"Caf\xc3\xa9, %d",%d' % (n, n % 97, n * 31) for n in range(120_000)]
    data = b"id,name,price\n" + b"\n".join(lines)
    fast, slow = read(tmp_path, data), read(tmp_path, data, force_slow=True)
    assert (fast.fast, slow.fast) == (True, False)
    assert fast.records == slow.records == 120_000
    with duckdb.connect() as con:
        quick, careful = files.scan(con, fast), files.scan(con, slow).project("id, name, price")
        assert quick.except_(careful).aggregate("count(*)").fetchall() == [(0,)]
        assert careful.except_(quick).aggregate("count(*)").fetchall() == [(0,)]


def test_line_numbers_are_for_the_fast_way_and_existing_records(tmp_path: Path) -> None:
    table = read(tmp_path, b"id,name\n1,a\n")
    with pytest.raises(ValueError, match=r"record 2 is not in 1\.\.1"):
        files.line_numbers(table, [2])
    with pytest.raises(ValueError, match="'_line' holds the physical line"):
        files.line_numbers(read(tmp_path, b"id,name\n1,a\n", force_slow=True), [1])


def test_a_line_of_200_mb_is_one_reject_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as out:
        out.write(b"id,name\n1,a\n2,")
        for _ in range(200):
            out.write(b"x" * 1_000_000)
        out.write(b"\n3,c\n")
    tracemalloc.start()
    table = files.read(FoundFile(name="huge.csv", path=path), spool_dir=tmp_path / "spool")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    (reject,) = table.rejects
    assert (reject.line, reject.lines, reject.reason, len(reject.raw)) == (3, 1, "line_too_long", 4096)
    assert "200,000,002 bytes" in reject.detail
    assert numbered_rows(table) == [(2, ("1", "a")), (4, ("3", "c"))]
    assert peak < 30_000_000


def test_long_but_allowed_records_scan(tmp_path: Path) -> None:
    """Quotes double in the spool, so a record may outgrow DuckDB's usual limit of a line."""
    long = b'x"' * 500_000
    table = read(tmp_path, b"id,name\n1,a" + long + b"\n2,b\n")
    assert [len(row[1]) for row in rows(table)] == [1 + len(long), 1]


def test_a_full_disk_is_told_with_the_path(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    found = FoundFile(name="orders.csv", path=tmp_path / "orders.csv")
    found.path.write_bytes(b"id,name\n1,a\n")
    target = files.read(found, spool_dir=tmp_path / "spool", force_slow=True).path
    target.unlink()
    target.symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"No space left on device: .*orders\.csv") as full:
        files.read(found, spool_dir=tmp_path / "spool", force_slow=True)
    assert full.value.errno == errno.ENOSPC
    assert not target.exists()
