"""Building beside the published file, publishing by rename, reading under lock and key."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from bothsides.schema import TABLES
from bothsides.warehouse import (
    BOOKS,
    Journal,
    Lock,
    SyncRunning,
    WarehouseDamaged,
    WarehouseMissing,
    as_known_on,
    build,
    column_types,
    create_books,
    current,
    leftovers,
    open_reader,
    put_aside,
    schema_hash,
    stored_tables,
)

NOW = datetime(2026, 1, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ware house's.duckdb"


def publish(path: Path, value: int) -> None:
    fresh = not path.exists()
    with build(path) as con:
        if fresh:
            create_books(con)
        con.execute("CREATE OR REPLACE TABLE t AS SELECT ? AS v", [value])


def test_a_build_is_seen_when_it_is_done_and_not_before(path: Path) -> None:
    publish(path, 1)
    with build(path) as con:
        con.execute("UPDATE t SET v = 2")
        assert open_reader(path).execute("FROM t").fetchall() == [(1,)]
    assert open_reader(path).execute("FROM t").fetchall() == [(2,)]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_failed_build_leaves_the_published_file_and_nothing_else(path: Path) -> None:
    publish(path, 1)
    before = path.read_bytes()

    def fail(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("DELETE FROM t")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), build(path) as con:
        fail(con)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_fresh_build_starts_empty_and_leftovers_are_removed(path: Path) -> None:
    publish(path, 1)
    path.with_name(path.name + ".building").write_bytes(b"torn")
    path.with_name(path.name + ".building.wal").write_bytes(b"torn")
    with build(path, fresh=True) as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]
        create_books(con)
    assert leftovers(path) is False
    reader = open_reader(path)
    assert {name for (name,) in reader.execute("SELECT table_name FROM duckdb_tables()").fetchall()} == set(BOOKS)


def test_readers_can_touch_nothing_but_the_warehouse(path: Path, tmp_path: Path) -> None:
    publish(path, 1)
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    reader = open_reader(path)
    for statement in (
        "DELETE FROM t",
        "CREATE TABLE u (i INTEGER)",
        f"FROM read_csv('{tmp_path / 'secret.csv'}')",
        f"ATTACH '{tmp_path / 'other.duckdb'}'",
        f"COPY t TO '{tmp_path / 'out.csv'}'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ):
        with pytest.raises(duckdb.Error):
            reader.execute(statement)


def test_no_warehouse_yet_says_which_command_makes_one(path: Path) -> None:
    with pytest.raises(WarehouseMissing, match="bothsides sync"):
        open_reader(path)


def test_stored_columns_follow_the_schema() -> None:
    types = column_types(TABLES["orders"])
    assert list(types)[:5] == ["order_id", "buyer_id", "supplier_id", "placed_at", "placed_on"]
    assert (types["order_id"], types["placed_at"], types["placed_on"], types["amount"]) == (
        "UUID", "TIMESTAMP", "DATE", "BIGINT",
    )  # fmt: skip
    assert list(types)[-4:] == ["source", "loaded_in", "superseded_in", "row_hash"]


def test_the_schema_hash_changes_with_the_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema_hash()
    monkeypatch.delitem(TABLES, "touches")
    assert schema_hash() != before


def test_only_tables_of_the_schema_count_as_stored(path: Path) -> None:
    with build(path) as con:
        con.execute("CREATE TABLE orders (i INTEGER); CREATE TABLE fact_orders (i INTEGER)")
        con.execute("CREATE TEMP TABLE fees (i INTEGER)")
        assert stored_tables(con) == {"orders"}


def test_versions_as_known_then_and_now() -> None:
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE orders AS FROM (VALUES (1, 1, 2), (2, 2, NULL), (3, 1, NULL)) t(v, loaded_in, superseded_in)"
    )

    def seen(source: str) -> list[int]:
        return [v for (v,) in con.execute(f"SELECT v FROM {source} ORDER BY v").fetchall()]

    assert (seen(current("orders")), seen(as_known_on("orders", 1))) == ([2, 3], [1, 3])


def test_the_lock_is_free_again_after_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with Lock(lock, now=NOW), pytest.raises(SyncRunning, match="since 2026-01-01"), Lock(lock, now=NOW):
        raise AssertionError("two at once")
    with Lock(lock, now=NOW):
        pass


def test_the_journal_settles_runs_that_never_ended(tmp_path: Path) -> None:
    journal = Journal(path=tmp_path / "syncs.jsonl")
    for _ in range(3):
        journal.start(NOW)
    journal.finish(1, "failed", NOW, "no file")
    assert journal.settle([2], NOW) == (3,)
    assert [(run.load_id, run.status, run.message[:7]) for run in journal.runs()] == [
        (1, "failed", "no file"),
        (2, "ok", ""),
        (3, "killed", "ended b"),
    ]
    assert journal.settle([2], NOW) == ()
    assert journal.start(NOW) == 4


def test_lines_that_are_not_ours_are_passed_over(tmp_path: Path) -> None:
    journal = Journal(path=tmp_path / "syncs.jsonl")
    journal.start(NOW)
    ours = journal.path.read_text(encoding="utf-8")
    strange = ("[]", "5", "null", '"x"', '{"load_id": 1}', ours.replace("started", "odd"), ours.replace("2026", "then"))
    journal.path.write_text("\n".join((*strange, ours, ours.replace(": 1", ': "1"'))), encoding="utf-8")
    assert [(run.load_id, run.status) for run in journal.runs()] == [(1, "started")]


def test_a_torn_last_line_of_the_journal_is_no_harm(tmp_path: Path) -> None:
    journal = Journal(path=tmp_path / "syncs.jsonl")
    journal.start(NOW)
    with journal.path.open("a", encoding="utf-8") as sink:
        sink.write('\n{"load_id": 1, "sta')
    assert journal.start(NOW) == 2
    assert [run.status for run in journal.runs()] == ["started", "started"]


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage" * 2000)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def folder(path: Path) -> None:
    path.mkdir()


def foreign(path: Path) -> None:
    duckdb.connect(str(path)).execute("CREATE TABLE x (i INT)").close()


def torn(path: Path) -> None:
    publish(path, 1)
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("damage", [garbage, nothing, folder, foreign, torn])
def test_what_is_no_warehouse_is_said_with_the_way_out(path: Path, damage: Callable[[Path], None]) -> None:
    damage(path)
    with pytest.raises(WarehouseDamaged) as caught:
        open_reader(path)
    assert str(path) in str(caught.value)
    assert f"bothsides sync {path.parent}" in str(caught.value)
    assert put_aside(path).name == f"{path.name}.damaged"
    assert not path.exists()
