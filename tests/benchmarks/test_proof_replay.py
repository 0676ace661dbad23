"""The proof of replay holds on one small history."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_smoke_of_the_proof_meets_its_bars(tmp_path: Path) -> None:
    results = tmp_path / "RESULTS.md"
    words = ["--seeds", "7", "--leads-per-week", "30", "--weeks", "3", "--results", str(results)]
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_replay.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"missed": []}
    assert "no work on Friday afternoons" in results.read_text("utf-8")
