"""What can happen to a sync: killed at any point, a full disk, another one beside it. Nothing is lost or torn."""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from bothsides.diagnosis.checkup import Severity, checkup
from bothsides.ingest import journal_of, sync
from bothsides.warehouse import DiskFull, Lock, SyncRunning, open_reader
from bothsides.workspace import Settings, Workspace

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MAPPING = """
files = ["orders.csv"]
[[table]]
name = "orders"
key = ["id"]
[table.columns]
buyer_id = "buyer"
supplier_id = "supplier"
placed_at = "day"
amount = "amount"
"""
STAGES = (
    "landing files",
    "reading orders",
    "checking references",
    "merging versions",
    "building states",
    "publishing",
    "published",
)
KILL_AT = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from bothsides.ingest import sync
from bothsides.workspace import Workspace

def progress(stage):
    if stage == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

sync(Workspace.open(Path(sys.argv[1])), now=datetime(2026, 1, 2, tzinfo=UTC), refresh=lambda _: None, progress=progress)
"""


def fill(folder: Path, rows: int, *, amount: int = 5) -> None:
    lines = [f"{n},b{n % 7},s{n % 3},2024-01-01,{amount}\n" for n in range(rows)]
    (folder / "orders.csv").write_text("id,buyer,supplier,day,amount\n" + "".join(lines), encoding="utf-8")


def run(workspace: Workspace) -> None:
    sync(workspace, now=NOW, refresh=lambda _: None)


def state(workspace: Workspace) -> list[tuple[object, ...]]:
    con = open_reader(workspace.warehouse_path)
    try:
        return con.execute(
            "SELECT order_id::VARCHAR, amount, loaded_in, superseded_in FROM orders ORDER BY ALL"
        ).fetchall()
    finally:
        con.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "w", Settings(name="w", currency="EUR"))
    (made.mappings_dir / "orders.toml").write_text(MAPPING, encoding="utf-8")
    return made


def test_a_sync_killed_at_any_stage_loses_nothing_and_the_next_one_tells(workspace: Workspace) -> None:
    fill(workspace.folder, 10)
    run(workspace)
    before = state(workspace)
    fill(workspace.folder, 12, amount=6)
    script = workspace.folder / "kill.py"
    script.write_text(KILL_AT, encoding="utf-8")
    for stage in STAGES:
        ended = subprocess.run([sys.executable, str(script), str(workspace.folder), stage], check=False)
        assert ended.returncode == -signal.SIGKILL
        if stage != "published":
            assert state(workspace) == before, stage
    assert len(state(workspace)) == 22
    run(workspace)
    assert not list(workspace.folder.glob("*.building*"))
    statuses = [run.status for run in journal_of(workspace).runs()]
    assert statuses == ["ok", *["killed"] * (len(STAGES) - 1), "ok", "ok"]
    con = open_reader(workspace.warehouse_path)
    told = con.execute("SELECT status, count(*) FROM loads GROUP BY 1 ORDER BY 1").fetchall()
    assert told == [("killed", len(STAGES) - 1), ("ok", 3)]
    assert con.execute("SELECT count(*), sum(amount) FROM orders WHERE superseded_in IS NULL").fetchall() == [
        (12, 7200)
    ]


def test_a_second_sync_ends_at_once_and_says_who_is_at_work(workspace: Workspace) -> None:
    fill(workspace.folder, 3)
    run(workspace)
    before = state(workspace)
    with (
        Lock(workspace.folder / ".sync.lock", now=NOW),
        pytest.raises(SyncRunning, match=rf"process {os.getpid()}, since 2026-01-01"),
    ):
        run(workspace)
    assert state(workspace) == before
    assert [run.status for run in journal_of(workspace).runs()] == ["ok"]
    run(workspace)


def test_readers_keep_what_they_opened_while_a_sync_publishes(workspace: Workspace) -> None:
    fill(workspace.folder, 3)
    run(workspace)
    reader = open_reader(workspace.warehouse_path)
    fill(workspace.folder, 5)
    run(workspace)
    assert reader.execute("SELECT count(*) FROM orders").fetchall() == [(3,)]
    assert len(state(workspace)) == 5


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB, where this machine lets us mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_said_and_leaves_everything_as_it_was(small_disk: Path) -> None:
    workspace = Workspace.create(small_disk / "w", Settings(name="w", currency="EUR"))
    (workspace.mappings_dir / "orders.toml").write_text(MAPPING, encoding="utf-8")
    fill(workspace.folder, 1000)
    run(workspace)
    before = state(workspace)
    fill(workspace.folder, 60_000)
    with pytest.raises(DiskFull, match="is full; the published warehouse is as it was"):
        run(workspace)
    assert state(workspace) == before
    assert not list(workspace.folder.glob("*.building*"))
    assert not list(workspace.raw_dir.glob(".arriving*"))
    assert [run.status for run in journal_of(workspace).runs()][-1] in ("failed", "started")
    (workspace.folder / "orders.csv").write_text("id,buyer,supplier,day,amount\n1,b,s,2024-01-01,5\n", encoding="utf-8")
    run(workspace)
    con = open_reader(workspace.warehouse_path)
    assert con.execute("SELECT count(*) FROM orders WHERE superseded_in IS NULL").fetchall() == [(1,)]


def test_a_disk_that_fills_while_copying_is_said_too(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(workspace.folder, 10)
    run(workspace)
    before = state(workspace)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bothsides.warehouse.store.shutil.copyfile", full)
    with pytest.raises(DiskFull):
        run(workspace)
    assert state(workspace) == before


def test_a_failing_state_builder_publishes_nothing_and_is_in_the_log(workspace: Workspace) -> None:
    fill(workspace.folder, 3)
    run(workspace)
    before = state(workspace)
    fill(workspace.folder, 5)

    def broken(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("SELECT * FROM no_such_fact")

    with pytest.raises(duckdb.CatalogException):
        sync(workspace, now=NOW, refresh=broken)
    assert state(workspace) == before
    last = journal_of(workspace).runs()[-1]
    assert (last.status, "no_such_fact" in last.message) == ("failed", True)


def test_a_warehouse_of_another_shape_is_rebuilt_from_raw_with_its_history(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(workspace.folder, 4)
    run(workspace)
    fill(workspace.folder, 5, amount=6)
    run(workspace)
    before = state(workspace)
    (workspace.folder / "orders.csv").write_text("broken", encoding="utf-8")
    with pytest.raises(ValueError, match="orders"):
        run(workspace)
    fill(workspace.folder, 5, amount=6)
    monkeypatch.setattr(importlib.import_module("bothsides.ingest.sync"), "schema_hash", lambda: "another")
    report = sync(workspace, now=NOW, refresh=lambda _: None)
    assert report.notes == ("loads 1, 2 were read again from raw",)
    assert [(item.new, item.unchanged) for item in report.sources] == [(0, 5)]
    assert state(workspace) == before
    con = open_reader(workspace.warehouse_path)
    assert con.execute("SELECT list(status ORDER BY load_id) FROM loads").fetchall() == [
        (["ok", "ok", "failed", "ok"],)
    ]


def test_a_rebuild_without_its_raw_files_is_refused(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(workspace.folder, 4)
    run(workspace)
    before = state(workspace)
    for path in workspace.raw_dir.glob("*/*/orders.csv"):
        path.unlink()
    fill(workspace.folder, 5)
    monkeypatch.setattr(importlib.import_module("bothsides.ingest.sync"), "schema_hash", lambda: "another")
    with pytest.raises(ValueError, match=r"load 1 cannot be read again: .*orders\.csv is gone"):
        run(workspace)
    assert state(workspace) == before


def test_raw_keeps_each_content_once_and_what_every_load_was_made_of(workspace: Workspace) -> None:
    fill(workspace.folder, 4)
    run(workspace)
    run(workspace)
    fill(workspace.folder, 5)
    run(workspace)
    kept = sorted(path.read_text(encoding="utf-8").count("\n") for path in workspace.raw_dir.glob("*/*/orders.csv"))
    assert kept == [5, 6]
    loads = [json.loads((workspace.raw_dir / "loads" / f"{n}.json").read_text(encoding="utf-8")) for n in (1, 2, 3)]
    hashes = [load["sources"][0]["inputs"][""][0]["sha256"] for load in loads]
    assert (hashes[0] == hashes[1], hashes[1] == hashes[2]) == (True, False)


def test_a_corrected_mapping_of_changes_is_said_and_a_rebuild_reads_all_of_them_by_it(workspace: Workspace) -> None:
    path = workspace.mappings_dir / "orders.toml"
    path.write_text('mode = "incremental"\n' + MAPPING, encoding="utf-8")
    fill(workspace.folder, 2)
    run(workspace)
    (workspace.folder / "orders.csv").write_text("id,buyer,supplier,day,amount\n9,b,s,2024-01-01,1\n", encoding="utf-8")
    path.write_text('mode = "incremental"\ncurrency = "EUR"\n' + MAPPING.replace('["id"]', '["id", "day"]'), "utf-8")
    report = sync(workspace, now=NOW, refresh=lambda _: None)
    assert "its mapping changed since load 1" in report.notes[0]
    before = {row[0] for row in state(workspace)}
    workspace.warehouse_path.unlink()
    report = sync(workspace, now=NOW, refresh=lambda _: None)
    assert report.notes == ("loads 1, 2 were read again from raw",)
    assert [(item.new, item.unchanged) for item in report.sources] == [(0, 1)]
    after = {row[0] for row in state(workspace)}
    assert len(after) == 3
    assert len(after & before) == 1


def test_renaming_a_workspace_gives_every_row_a_new_id(workspace: Workspace) -> None:
    fill(workspace.folder, 2)
    run(workspace)
    before = {row[0] for row in state(workspace)}
    (workspace.folder / "bothsides.toml").write_text('name = "other"\ncurrency = "EUR"\n', encoding="utf-8")
    run(Workspace.open(workspace.folder))
    rows = state(workspace)
    assert len(rows) == 2
    assert not before & {row[0] for row in rows}


def test_a_source_whose_mapping_is_gone_is_closed_and_said_once(workspace: Workspace) -> None:
    fill(workspace.folder, 2)
    run(workspace)
    path = workspace.mappings_dir / "orders.toml"
    path.rename(path.with_name("renamed.toml"))
    report = sync(workspace, now=NOW, refresh=lambda _: None)
    assert report.notes == ("orders: has no mapping any more; its 2 rows were closed",)
    con = open_reader(workspace.warehouse_path)
    assert con.execute("SELECT DISTINCT source FROM orders WHERE superseded_in IS NULL").fetchall() == [("renamed",)]
    assert sync(workspace, now=NOW, refresh=lambda _: None).notes == ()


def test_changes_without_their_mapping_keep_their_rows(workspace: Workspace) -> None:
    path = workspace.mappings_dir / "orders.toml"
    path.write_text('mode = "incremental"\n' + MAPPING, encoding="utf-8")
    fill(workspace.folder, 2)
    run(workspace)
    path.rename(path.with_name("renamed.toml"))
    report = sync(workspace, now=NOW, refresh=lambda _: None)
    assert report.notes == ("orders: has no mapping any more; its rows stay as they were last loaded",)
    assert len(state(workspace)) == 4


@pytest.mark.parametrize("damage", ["garbage", "empty", "folder", "foreign"])
def test_a_damaged_warehouse_is_told_by_the_doctor_and_built_again_with_its_history(
    workspace: Workspace, damage: str
) -> None:
    fill(workspace.folder, 4)
    run(workspace)
    fill(workspace.folder, 5, amount=6)
    run(workspace)
    before, path = state(workspace), workspace.warehouse_path
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage == "foreign":
        duckdb.connect(str(path)).execute("CREATE TABLE x (i INT)").close()
    else:
        path.write_bytes(b"" if damage == "empty" else b"garbage" * 3000)
    complaints = checkup(workspace, now=NOW)
    assert [(one.severity, str(path) in one.what, "bothsides sync" in one.mend) for one in complaints] == [
        (Severity.BROKEN, True, True)
    ]
    report = sync(workspace, now=NOW, refresh=lambda _: None)
    assert report.notes == (
        "the warehouse could not be read and was put aside as warehouse.duckdb.damaged",
        "loads 1, 2 were read again from raw",
    )
    assert [(item.new, item.unchanged) for item in report.sources] == [(0, 5)]
    assert state(workspace) == before
