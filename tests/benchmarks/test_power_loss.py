"""The proof of power loss at the size of a smoke test, where the machine can imitate one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_acknowledged_is_lost_and_careless_ways_are_found_out(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("a power loss can be imitated by root only: it mounts images")
    results = tmp_path / "RESULTS.md"
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_power_loss.py")]
    command += ["--images", "6", "--postgres", "0", "--careless", "40", "--until-found", "--results", str(results)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = json.loads(ended.stdout.splitlines()[-1])
    if "not_proved" in said:
        pytest.skip(said["not_proved"])
    lossy = said["lossy"]
    assert (lossy["logbook in SQLite (WAL, FULL)"], lossy["file sink"]) == (0, 0)
    assert set(said["torn"].values()) == {0}
    for name in ("logbook, synchronous=NORMAL", "logbook, synchronous=OFF", "file sink without any sync"):
        assert lossy[name] > 0, name
    assert "0 images miss something acknowledged" in results.read_text(encoding="utf-8")
