"""The benchmark of scoring runs at a small size and finds every score explained; nobody looks at its time."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_benchmark_scores_and_explains(tmp_path: Path) -> None:
    results = tmp_path / "R.md"
    words = ["--leads", "400", "--rounds", "1", "--results", str(results)]
    command = [sys.executable, str(ROOT / "benchmarks" / "bench_scoring.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written = results.read_text(encoding="utf-8")
    assert "sum to them: 0 of 400" in written
    assert "ten rules that all hold, five events" in written
