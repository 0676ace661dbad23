"""The proof of delivery under kills, at the size of a smoke test."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_kills_lose_nothing_and_double_nothing_and_the_naive_ways_are_found_out(tmp_path: Path) -> None:
    results = tmp_path / "RESULTS.md"
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_delivery.py"), "--kills", "8", "--naive-kills", "6"]
    ended = subprocess.run(
        [*command, "--results", str(results)], capture_output=True, text=True, timeout=180, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = json.loads(ended.stdout.splitlines()[-1])
    assert (said["lost"], said["doubled"], said["broken"]) == (0, 0, [])
    assert said["in_flight"] >= 1
    assert len(said["caught"]) == 3
    assert "0 lost, 0 done twice: met" in results.read_text(encoding="utf-8")
