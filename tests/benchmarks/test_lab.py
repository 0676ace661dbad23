"""The proofs and measurements of the liquidity lab run, at a small size; nobody looks at their time."""

import re
from pathlib import Path

from tests.benchmarks.test_benchmarks import run


def test_thresholds_are_proved_on_worlds_of_every_kind(tmp_path: Path) -> None:
    written = run("proof_threshold.py", "--worlds", "1", results=tmp_path / "R.md")
    assert "sharp_threshold: level within a grid step: 100.0% of 1, bar 90%: met" in written
    assert "smooth_placebo: no claim on either side: 100.0% of 1, bar 95%: met" in written
    assert "rare_threshold (8 % above): not claimed: 100.0% of 1" in written


def test_the_whole_diagnosis_is_measured_by_part(tmp_path: Path) -> None:
    words = ("--orders", "3000", "--split", "2", "--rounds", "1", "--market", str(tmp_path / "market.duckdb"))
    written = run("bench_diagnosis.py", *words, results=tmp_path / "R.md")
    assert re.search(r"\d,\d{3} orders, 4 cells, \d+ findings", written)
    assert re.search(r"\| read_cells \| \d+\.\d\d \||\| concentration \| \d+\.\d\d \|", written)
    assert re.search(r"Whole diagnosis: \d+\.\d\d s of CPU, bar 60 s of CPU: met", written)
