"""Reading whole files: the fast way, the careful way, and the same table either way."""

from pathlib import Path

import duckdb
import pytest

from bothsides.connectors import files
from bothsides.connectors.files import FileRefused, FoundFile, ReadHints, TextTable


def read(tmp_path: Path, data: bytes, name: str = "orders.csv", **options: object) -> TextTable:
    path = tmp_path / name
    path.write_bytes(data)
    slow = bool(options.pop("force_slow", False))
    found = FoundFile(name=name, path=path)
    return files.read(found, spool_dir=tmp_path / "spool", hints=ReadHints(**options), force_slow=slow)  # type: ignore[arg-type]


def rows(table: TextTable) -> list[tuple[str, ...]]:
    with duckdb.connect() as con:
        relation = files.scan(con, table)
        found = relation.fetchall()
        files.verify(table, len(found))
        assert set(relation.types) == {duckdb.type("VARCHAR")}
    return [row[1:] if table.line_column else row for row in found]


def test_a_clean_file_is_scanned_where_it_is(tmp_path: Path) -> None:
    table = read(tmp_path, b'id,name,amount\n1,"Smith, John",2.50\n2,,\n')
    assert table.fast
    assert table.path == tmp_path / "orders.csv"
    assert rows(table) == [("1", "Smith, John", "2.50"), ("2", "", "")]
    assert (table.lines.physical, table.lines.header, table.lines.record) == (3, 1, 2)


@pytest.mark.real_data
def test_the_uk_ledger_in_mac_roman_with_bare_cr(real_data: Path, tmp_path: Path) -> None:
    (found,) = files.locate(["uk-digital-marketplace/G-Cloud-Spend*.csv"], real_data)
    table = files.read(found, spool_dir=tmp_path)
    assert (table.layout.encoding, table.layout.newline) == ("mac_roman", "\r")
    assert (table.records, table.lines.physical, table.rejects) == (13492, 13493, ())
    assert rows(table)[4998][6].rstrip() == "Memstore™ Cloud Storage"


def test_an_empty_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"orders\.csv: is empty \(0 bytes\)") as refused:
        read(tmp_path, b"")
    assert refused.value.reason == "empty"
