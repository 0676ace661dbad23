"""The benchmark of routing runs and tells what it says it tells, at a small size; nobody looks at its times."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[3] / "benchmarks" / "bench_routing.py"


def test_the_benchmark_runs_and_is_fair(tmp_path: Path) -> None:
    results = tmp_path / "RESULTS.md"
    words = [sys.executable, str(SCRIPT), "--leads", "400", "--rounds", "1", "--results", str(results)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = results.read_text(encoding="utf-8")
    assert "furthest from the exact share, weights 1 to 3: 0." in told
    assert "leads a CPU-s" in told
