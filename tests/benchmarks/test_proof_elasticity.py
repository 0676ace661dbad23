"""The proof of elasticities runs, at a size at which nobody looks at its figures."""

from pathlib import Path

from tests.benchmarks.test_benchmarks import run


def test_grades_refusals_and_the_side_to_fund_are_proved_on_worlds_of_known_truth(tmp_path: Path) -> None:
    written = run("proof_elasticity.py", "--smoke", results=tmp_path / "R.md")
    assert "| 9 x 26, 10 x 25, 5 x 52: no number | 6 | 100.0% | 100% | met |" in written
    assert (
        "| shocks of single cells: graded correlational, both directions | 2 | 100.0% | at least 95% | met |" in written
    )
    assert "| supply_returns_double: right side returns more | 1 | 100.0% | at least 95% | met |" in written
