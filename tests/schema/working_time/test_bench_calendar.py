"""The benchmark of working time runs, at a size at which nobody looks at its speed."""

from pathlib import Path

from tests.benchmarks.test_benchmarks import run


def test_answers_are_compared_with_a_count_of_minutes_before_they_are_timed(tmp_path: Path) -> None:
    written = run("bench_calendar.py", "--smoke", results=tmp_path / "R.md")
    assert "against the count of minutes: 0 differ, bar 0: met" in written
    assert "elapsed times of up to 30 days, one by one" in written
