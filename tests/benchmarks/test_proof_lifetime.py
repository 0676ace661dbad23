"""The proof of the lifetime models on the tenth of CDNOW: published parameters, the rules of thumb beside."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.real_data
def test_the_smoke_of_the_lifetime_proof_meets_its_bars(real_data: Path, tmp_path: Path) -> None:
    results = tmp_path / "R.md"
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_lifetime.py"), "--smoke", "--results", str(results)]
    env = {**os.environ, "BOTHSIDES_DATA": str(real_data), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    written = results.read_text(encoding="utf-8")
    assert "bar 0.5%: met" in written
    assert "hiatus: silent for over 13 weeks" in written
    assert "Chosen by held-out time: Pareto/NBD" in written
