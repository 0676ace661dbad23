"""The file sink: one line per key whoever writes, on the disk before it says so, torn ends mended."""

import dataclasses
import errno
import json
import multiprocessing
import os
from pathlib import Path

import pytest

from bothsides.delivery import Message
from bothsides.delivery.file_sink import FileSink

MESSAGE = Message(action="x", subject="lead-1", created_at=1_000_000, data={"name": "A\u2028B\r\n", "n": 1})


def send(sink: FileSink, key: str, message: Message = MESSAGE) -> str:
    return sink.send(message, key=key, now=0, timeout=1).verdict.value


def keys(path: Path) -> list[str]:
    return [json.loads(line)["key"] for line in path.read_bytes().split(b"\n")[:-1]]


def test_one_line_per_key_also_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    first, second = FileSink(path=path), FileSink(path=path)
    for sink in (first, second, first, FileSink(path=path)):
        assert send(sink, "a") == "delivered"
    assert send(second, "b") == send(first, "b") == "delivered"
    assert keys(path) == ["a", "b"]
    assert json.loads(path.read_bytes().split(b"\n")[0]) == {
        "key": "a",
        "type": "x",
        "timestamp": "1970-01-12T13:46:40Z",
        "subject": "lead-1",
        "to": "",
        "title": "",
        "text": "",
        "data": {"name": "A\u2028B\r\n", "n": 1},
    }
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_line_torn_by_a_power_cut_is_written_again(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "out.jsonl"
    send(FileSink(path=path), "a")
    send(FileSink(path=path), "b")
    path.write_bytes(path.read_bytes()[:-cut])
    survivor = FileSink(path=path)
    assert send(survivor, "c") == send(survivor, "b") == "delivered"
    assert keys(path) == ["a", "c", "b"]


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    sink = FileSink(path=path)
    send(sink, "a")
    path.rename(tmp_path / "old.jsonl")
    send(sink, "b")
    assert keys(path) == ["b"]
    path.write_bytes(b"")
    send(sink, "b")
    assert keys(path) == ["b"]


def _write(path: Path, worker: int) -> None:
    sink = FileSink(path=path)
    for number in range(40):
        send(sink, f"k{(number * 7 + worker) % 40}")


def test_workers_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=_write, args=(path, worker)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(keys(path)) == sorted(f"k{number}" for number in range(40))


def test_it_is_on_the_disk_before_it_is_delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.jsonl"
    synced = []
    true_sync = os.fsync

    def watched(file: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{file}").readlink()))
        true_sync(file)

    monkeypatch.setattr("bothsides.delivery.file_sink.os.fsync", watched)
    sink = FileSink(path=path)
    send(sink, "a")
    assert synced == [str(path), str(tmp_path)]
    send(sink, "b")
    send(FileSink(path=path), "b")  # its first writer may have died before the fsync
    assert synced[2:] == [str(path), str(path), str(tmp_path)]


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink, true_write, room = FileSink(path=tmp_path / "out.jsonl"), os.pwrite, [30]

    def full(file: int, data: bytes, at: int) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = true_write(file, data[: room[0]], at)
        room[0] -= written
        return written

    with monkeypatch.context() as patched:
        patched.setattr("bothsides.delivery.file_sink.os.pwrite", full)
        assert sink.send(MESSAGE, key="a", now=0, timeout=1).reason == "out.jsonl: No space left on device"
    assert send(sink, "b") == send(sink, "a") == "delivered"
    assert keys(tmp_path / "out.jsonl") == ["b", "a"]


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    nowhere = FileSink(path=tmp_path / "none" / "out.jsonl")
    assert nowhere.send(MESSAGE, key="a", now=0, timeout=1).reason == "out.jsonl: No such file or directory"
    assert send(nowhere, "a") == "retry"
    assert send(FileSink(path=Path("/dev/full")), "a") == "retry"
    wrong = dataclasses.replace(MESSAGE, data={"n": float("inf")})
    assert send(FileSink(path=tmp_path / "out.jsonl"), "a", wrong) == "refused"
