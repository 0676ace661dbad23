"""The proof of response times and rep scorecards, at the size of a smoke test."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_it_counts_against_its_bars_and_writes_its_section(tmp_path: Path) -> None:
    results = tmp_path / "RESULTS.md"
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_teams.py"), "--worlds", "2", "--results", str(results)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert ended.returncode in (0, 1), ended.stderr
    assert isinstance(json.loads(ended.stdout.splitlines()[-1])["missed"], list)
    written = results.read_text(encoding="utf-8")
    assert "| closed doors: time within a factor of two | 2 | 100.0% | at least 95% | met |" in written
    assert "| one rep better, on the worst leads: found | 2 | 100.0% | at least 95% | met |" in written
