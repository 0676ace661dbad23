"""Benchmarks carry source and grade; invented bands are never shown; own history comes first."""

from dataclasses import replace

from bothsides.diagnosis.benchmarks import BENCHMARKS, Grade, compare, shown, verdict
from bothsides.diagnosis.figures import figure
from bothsides.metrics import METRICS, Unit

PAYBACK = figure("cac_payback_months", 40.0, Unit.MONTHS, n=50)


def test_every_benchmark_has_a_known_metric_and_a_source() -> None:
    assert all(b.metric in METRICS and b.source and b.applies for b in BENCHMARKS)


def test_invented_bands_are_kept_but_never_shown() -> None:
    refused = [b for b in BENCHMARKS if b.grade is Grade.X]
    assert refused
    for mark in refused:
        assert mark not in shown(mark.metric)
        value = figure(mark.metric, 5.0, Unit.INDEX, n=50)
        assert mark.text not in compare(value)


def test_the_better_grade_stands_first() -> None:
    grades = [b.grade for b in shown("cac_payback_months")]
    assert grades == sorted(grades)
    assert grades[0] is Grade.A


def test_own_history_comes_before_the_benchmark() -> None:
    history = tuple(replace(PAYBACK, value=v) for v in (10.0, 12.0, 14.0, 16.0))
    text = compare(PAYBACK, history)
    assert text.index("higher than 4 of the 4 periods before, worse") < text.index("Poor against a benchmark")


def test_less_is_better_where_it_is() -> None:
    mark = shown("cac_payback_months")[0]
    assert verdict(12.0, mark).startswith("Good")
    assert verdict(40.0, mark).startswith("Poor")
    assert verdict(25.0, mark).startswith("A benchmark says")
