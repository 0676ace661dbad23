"""The proof of leakage runs and meets its bars on one market of each kind."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_one_market_of_each_kind_is_looked_at_and_written_up(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_leakage.py"), "--worlds", "1"]
    done = subprocess.run(
        [*command, "--results", str(tmp_path / "R.md")], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr + done.stdout
    written = (tmp_path / "R.md").read_text(encoding="utf-8")
    assert "| pairs of a category leave | 1 of 1 |" in written
    assert "| healthy | 1 of 1 | 0 |" in written
    assert "MISSED" not in written
