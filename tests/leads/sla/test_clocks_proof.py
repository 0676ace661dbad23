"""The proof of the clocks runs, at a size at which nobody looks at its figures."""

from pathlib import Path

from tests.benchmarks.test_benchmarks import run


def test_the_model_holds_and_every_planted_mistake_is_found(tmp_path: Path) -> None:
    written = run("proof_clocks.py", "--smoke", results=tmp_path / "R.md")
    assert "40 runs of up to 30 steps" in written
    assert "found by the same checks: 14 of 14, bar all: met" in written
