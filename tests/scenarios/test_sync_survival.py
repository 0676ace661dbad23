"""A smoke of the long proofs: syncs that die between two lines, meet each other, lose their log or their disk."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bothsides.ingest import journal_of, sync
from bothsides.warehouse import DiskFull, Lock, open_reader
from bothsides.workspace import Workspace

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import proof_conservation
import proof_full_disk
import proof_kills
import proof_two_syncs
from changing_market import BAD_LINES, ChangingMarket
from crash_points import SyncServer
from survivor import Reference, Survivor

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MARKET = ChangingMarket(rows=120)


@pytest.fixture(scope="module")
def server() -> Iterator[SyncServer]:
    with SyncServer() as running:
        yield running


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """The first step's exports, not loaded yet."""
    made = MARKET.create(tmp_path / "w")
    MARKET.write(made.folder, 0)
    return made


def run(workspace: Workspace) -> int:
    return sync(workspace, now=NOW, refresh=lambda _: None).load_id


@pytest.mark.slow
@pytest.mark.parametrize(("step", "count"), [(0, 1), (1, 2)])
def test_a_sync_may_die_between_any_two_lines(tmp_path: Path, server: SyncServer, step: int, count: int) -> None:
    points = proof_kills.die_everywhere(tmp_path, MARKET, server, step=step, count=count, name="smoke")
    assert points.broken == ()
    assert (points.tried, points.lines > 300) == (count, True)


@pytest.mark.slow
def test_real_commands_killed_while_readers_query(tmp_path: Path, server: SyncServer) -> None:
    kills, survivor, readers = proof_kills.random_kills(tmp_path, MARKET, server, count=1, seed=3)
    assert survivor.broken == []
    assert kills.at.total() >= 1
    assert readers.looks > 0


@pytest.mark.slow
def test_of_four_syncs_at_once_one_works_and_three_say_so(tmp_path: Path, server: SyncServer) -> None:
    went, broken = proof_two_syncs.forked(tmp_path, MARKET, server, rounds=1, at_once=4)
    assert broken == []
    assert went == {"one worked": 1}


@pytest.mark.slow
def test_the_command_that_has_to_wait_says_so_in_one_line(workspace: Workspace) -> None:
    with Lock(workspace.folder / ".sync.lock", now=NOW), proof_two_syncs.start(workspace.folder) as waiting:
        _, said = waiting.communicate()
    assert waiting.returncode == 2
    assert said.startswith("bothsides: another sync of this workspace is running (process ")
    assert len(said.splitlines()) == 1


@pytest.mark.slow
def test_a_disk_without_room_is_told_in_one_line_by_the_command(tmp_path: Path, server: SyncServer) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with proof_full_disk.small_disk(disk) as mounted:
        if not mounted:
            pytest.skip("mounting a small disk needs root")
        reference = Reference(folder=tmp_path / "reference", market=MARKET, server=server)
        found = proof_full_disk.squeeze(disk, MARKET, reference, step=0, sizes=2)
    assert found.broken == []
    assert found.ended.total() >= 1


@pytest.mark.parametrize("where", ["landing._copy_hashed", "landing.write_manifest", "sync.Journal.start"])
def test_a_disk_that_is_full_before_the_build_is_told_as_plainly(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    room, name = where.split(".", 1)
    target = sys.modules[f"bothsides.ingest.{room}"]
    holder, _, name = name.rpartition(".")
    monkeypatch.setattr(getattr(target, holder) if holder else target, name, full)
    if name == "write_manifest":
        monkeypatch.setattr(sys.modules["bothsides.ingest.sync"], name, full)
    with pytest.raises(DiskFull, match=r"^the disk that holds .* is full; .* run the sync again$"):
        run(workspace)
    monkeypatch.undo()
    assert run(workspace) in (1, 2)


def test_the_watchers_see_damage(tmp_path: Path, server: SyncServer) -> None:
    reference = Reference(folder=tmp_path / "reference", market=MARKET, server=server)
    reference.advance()
    survivor = Survivor.create(tmp_path / "w", MARKET)
    MARKET.write(survivor.folder, 0)
    (ended,) = server.sync(survivor.folder)

    def seen() -> list[str]:
        survivor.broken.clear()
        survivor.finished(0, reference.states[0], ended.code, ended.said, "here")
        return [line.removeprefix("here: ").split(" [")[0] for line in survivor.broken]

    assert seen() == []
    (survivor.folder / "warehouse.duckdb.building").touch()
    copy = next((survivor.folder / "raw").glob("*/*/orders.csv"))
    copy.write_bytes(copy.read_bytes()[:-1])
    survivor.ended[2] = "killed"
    assert seen() == ["left behind", "torn", "the run log says", "the warehouse says"]
    reference.states[0] = {**(reference.states[0] or {}), "orders": "1:1"}
    assert "the next sync came out different in" in seen()


@pytest.mark.parametrize("seed", [8, 9])
def test_a_mixture_of_damage_through_a_whole_sync_is_accounted_for(tmp_path: Path, seed: int) -> None:
    file = proof_conservation.mixture(seed, 6000)
    outcome = proof_conservation.load(tmp_path / "w", "smoke", file)
    assert outcome.wrong == ()
    assert outcome.reported == outcome.planted > 30
    lost = next(line for line, reason in file.planted.items() if reason == "too_few_fields")
    del file.planted[lost]
    again = proof_conservation.load(tmp_path / "v", "a line reported that nobody planted", file)
    assert any(line.startswith(f"line {lost}: planted None") for line in again.wrong)


def test_two_lonely_quotes_far_apart_swallow_nothing_though_other_damage_stands_between(tmp_path: Path) -> None:
    file = proof_conservation.damage.Damaged(lines=[proof_conservation.damage.HEADER])
    for number in range(1, 300):
        name = {100: "lonely quote", 131: "total", 150: "repeated header", 170: "lonely quote"}.get(number)
        if name:
            proof_conservation.PLANTS[name](file, number)
        else:
            file.lines.append(proof_conservation.bare(number))
            file.good.append(b"%d" % number)
    assert proof_conservation.load(tmp_path / "w", "two lonely quotes", file).wrong == ()


def test_every_step_of_the_changing_market_changes_adds_and_removes(tmp_path: Path) -> None:
    workspace = MARKET.create(tmp_path / "w")
    for step in range(2):
        MARKET.write(workspace.folder, step)
        report = sync(workspace, now=NOW, refresh=lambda _: None)
    (orders,) = (item for item in report.sources if item.table == "orders")
    assert all((orders.new, orders.changed, orders.deleted, orders.unchanged))
    assert orders.quarantined == BAD_LINES


def test_a_log_torn_within_a_character_is_read_as_far_as_it_goes(workspace: Workspace) -> None:
    run(workspace)
    log = workspace.folder / "syncs.jsonl"
    log.write_bytes(log.read_bytes() + '\n{"load_id": 2, "message": "é'.encode()[:-1])
    assert run(workspace) == 2
    assert [done.status for done in journal_of(workspace).runs()] == ["ok", "ok"]


def test_a_message_with_a_line_separator_stays_one_event(workspace: Workspace) -> None:
    journal = journal_of(workspace)
    journal.finish(journal.start(NOW), "failed", NOW, "a\u2028b\x85c")
    assert [(done.status, done.message) for done in journal.runs()] == [("failed", "a\u2028b\x85c")]


def test_a_lost_log_gives_no_load_number_twice(workspace: Workspace) -> None:
    assert (run(workspace), run(workspace)) == (1, 2)
    (workspace.folder / "syncs.jsonl").unlink()
    MARKET.write(workspace.folder, 1)
    assert run(workspace) == 3
    assert [done.status for done in journal_of(workspace).runs()] == ["ok"] * 3
    con = open_reader(workspace.warehouse_path)
    assert con.execute("SELECT list(load_id ORDER BY load_id) FROM loads").fetchall() == [([1, 2, 3],)]
    assert con.execute("SELECT count(*) FROM orders WHERE superseded_in <= loaded_in").fetchall() == [(0,)]
