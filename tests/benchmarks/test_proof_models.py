"""The proof of churn and new pairs on the UK ledger, whole but for the number of shuffled copies."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.real_data
def test_the_smoke_of_the_proof_meets_its_bars(real_data: Path, tmp_path: Path) -> None:
    results = tmp_path / "R.md"
    script = str(ROOT / "benchmarks" / "proof_models.py")
    env = {**os.environ, "BOTHSIDES_DATA": str(real_data), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, script, "--shuffles", "1", "--results", str(results)]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    written = results.read_text(encoding="utf-8")
    for row in (
        "| M8 churn, buyers | 448 | auc |",
        "| M8 churn, suppliers | 305 | auc |",
        "| M9 new pairs | 48,338 | auc |",
    ):
        assert row in written
    assert written.count(": met") == 6
    assert "MISSED" not in written
