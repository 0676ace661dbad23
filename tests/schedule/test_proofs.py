"""The proofs of rounds under kills and failing disks, at the size of a smoke test."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def proof(name: str, *words: str, results: Path, url: str | None = None) -> tuple[int, dict[str, Any], str]:
    """On SQLite alone without a `url`."""
    command = [sys.executable, str(ROOT / "benchmarks" / name), *words, "--results", str(results)]
    env = {name: value for name, value in os.environ.items() if name != "BOTHSIDES_PG_URL"}
    env |= {} if url is None else {"BOTHSIDES_PG_URL": url}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False, env=env)
    assert ended.stdout, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return ended.returncode, said, ended.stdout + ended.stderr


def test_kills_change_nothing_and_naive_ways_are_found_out(tmp_path: Path) -> None:
    ways = ("ours", "a message has no key", "a message has a new key at each attempt")
    code, said, out = proof(
        "proof_tick_kills.py", "--kills", "150", "--naive-kills", "6", "--postgres-kills", "0", "--seed", "5",
        "--ways", *ways, results=tmp_path / "r.md",
    )  # fmt: skip
    assert (code, said["held"], sorted(said["caught"])) == (0, True, sorted(ways[1:])), out
    assert said["in_flight"] >= 0.3


def test_kills_change_nothing_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    words = ("--ways", "--postgres-kills", "50", "--seed", "5")
    code, said, out = proof("proof_tick_kills.py", *words, results=tmp_path / "r.md", url=postgres_url)
    assert (code, said["held"], said["in_flight"] >= 0.3) == (0, True, True), out
    assert "50 kills" in (tmp_path / "r.md").read_text()


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_no_crash_point_leaves_half_a_state(tmp_path: Path) -> None:
    code, said, out = proof(
        "proof_tick_crash_points.py", "--most", "2", "--faults", "kill", "ENOSPC", results=tmp_path / "r.md"
    )
    assert (code, said["wrong"]) == (0, 0), out
    assert said["hit"] == said["points"] >= 4


def test_the_benchmark_counts_each_lead_and_each_clock_once(tmp_path: Path) -> None:
    words = ("--leads", "400", "--clocks", "600", "--rounds", "1")
    code, said, out = proof("bench_sweep.py", *words, results=tmp_path / "r.md")
    assert (code, said["wrong"]) == (0, 0), out
