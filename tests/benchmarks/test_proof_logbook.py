"""The proof of copies, changed bytes and explained decisions, at the size of a smoke test."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_copies_are_whole_bytes_are_found_and_a_quarter_explains_itself(tmp_path: Path) -> None:
    results = tmp_path / "RESULTS.md"
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_logbook.py"), "--results", str(results)]
    command += ["--copies", "2", "--changes", "5", "--leads-per-week", "10"]
    env = {name: value for name, value in os.environ.items() if name != "BOTHSIDES_PG_URL"}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, env=env)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = json.loads(ended.stdout.splitlines()[-1])
    assert (said["copies"], said["naive_whole"], said["caught"], said["missed"]) == ([2], 0, 5, [])
    assert said["is_whole"] is True
    assert "2 of 2 whole, checksum equal: met" in results.read_text(encoding="utf-8")
