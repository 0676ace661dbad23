"""The proof of who is the same, whole but for the longest list and with fewer leads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.real_data
def test_the_smoke_of_the_proof_meets_its_bars(real_data: Path, tmp_path: Path) -> None:
    results = tmp_path / "R.md"
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_identity.py"), "--smoke", "--results", str(results)]
    env = {**os.environ, "BOTHSIDES_DATA": str(real_data), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    written = results.read_text(encoding="utf-8") if results.exists() else ""
    assert written.count(": met") >= 4, done.stdout + done.stderr
    for row in (
        "| Febrl 3, weights | 5,000 |",
        "| Febrl 4, two lists linked | 10,000 |",
        "| Patstat names, no labels |",
    ):
        assert row in written
    assert not [line for line in written.splitlines() if "MISSED" in line and line.startswith("|")]
