"""The proof of scorecards in small: fewer draws, copies and samples, the same bars."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.real_data
@pytest.mark.slow
def test_the_smoke_of_the_scorecard_proof_meets_its_bars(real_data: Path, tmp_path: Path) -> None:
    results = tmp_path / "R.md"
    env = {**os.environ, "BOTHSIDES_DATA": str(real_data), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    env["BOTHSIDES_ORACLES"] = str(tmp_path)  # boosting is beside the card in tests/oracles
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_scorecard.py"), "--smoke", "--results", str(results)]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    written = results.read_text(encoding="utf-8")
    for name, verdicts in (("M1", 2), ("M2", 2), ("M3", 1), ("M4", 4), ("M5", 1), ("M6", 3), ("M13", 1)):
        assert (
            sum(line.startswith(f"- {name}:") and line.endswith(": met") for line in written.splitlines()) == verdicts
        )
    assert "MISSED" not in written
