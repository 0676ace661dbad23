"""Benchmarks carry source and grade; invented bands are never shown; own history comes first."""

from dataclasses import replace

import pytest

from bothsides.diagnosis.benchmarks import BENCHMARKS, Grade, compare, shown, standing, unplaced, verdict
from bothsides.diagnosis.figures import READINGS, figure
from bothsides.metrics import METRICS, Status, Unit, Value

PAYBACK = figure("cac_payback_months", 40.0, Unit.MONTHS, n=50)


def test_every_benchmark_has_a_known_metric_and_a_source() -> None:
    assert all(b.metric is None or b.metric in METRICS or b.metric in READINGS for b in BENCHMARKS)
    assert all(b.source and b.applies and b.text for b in BENCHMARKS)


def test_invented_bands_are_kept_but_never_shown() -> None:
    refused = [b for b in BENCHMARKS if b.grade is Grade.X]
    assert refused
    for mark in refused:
        assert mark.metric is not None
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


@pytest.mark.parametrize(
    ("words", "source", "year", "grade"),
    [
        ("6-18 months", "Bessemer, Cloud", 2012, "A"),
        ("median 15", "Optifai", 2025, "C"),
        ("95 %", "SaaStr", None, "A"),
        ("about 120 %", "Bessemer, Scaling", 2021, "B"),
        ("85 %", "Bessemer, Scaling", 2021, "B"),
        ("45-50 % at month 12", "a16z", None, "B"),
        ("50 % great", "Lenny and Casey Winters", None, "B"),
        ("0.5 % to 30 %", "Point Nine", 2018, "A"),
        ("EUR 50-200 k a month", "Point Nine", 2018, "A"),
        ("$7-12 m", "Point Nine", 2021, "A"),
        ("three quotes", "Thumbtack", 2019, "A"),
        ("20-30 % of trips", "Uber", 2019, "A"),
        ("100 deliveries a day", "DoorDash", 2019, "A"),
        ("18-24 months", "Golden Ventures", None, "A"),
        ("at least 3", "Skok", None, "B"),
    ],
)
def test_every_published_figure_worth_shipping_is_there(words: str, source: str, year: int | None, grade: str) -> None:
    assert any(words in b.text and source in b.source and (b.year, b.grade) == (year, grade) for b in BENCHMARKS)


def test_a_figure_that_draws_no_line_does_not_take_the_place_of_one_that_does() -> None:
    assert compare(figure("ltv_to_cac", 4.0, Unit.RATIO, n=50)).startswith("Good against a benchmark of at least 3")


def run_of(*numbers: float, metric: str = "fill_rate") -> tuple[Value, ...]:
    return tuple(figure(metric, number, Unit.RATE, n=100, period=f"2025-Q{i}") for i, number in enumerate(numbers))


def test_the_latest_period_stands_among_those_before_it_with_ties_by_half() -> None:
    found = standing(run_of(0.1, 0.2, 0.3, 0.3, 0.3))
    assert found is not None
    assert (found.earlier, found.below, found.percentile, found.better) == (4, 2, 0.75, True)
    assert found.latest.period == "2025-Q4"


def test_less_is_the_good_half_where_less_is_better_and_the_middle_is_neither() -> None:
    assert standing(run_of(9, 8, 7, 6, 5, metric="cac_payback_months")).better is True  # type: ignore[union-attr]
    assert standing(run_of(1, 3, 1, 3, 2)).better is None  # type: ignore[union-attr]


def test_an_unfinished_period_is_no_place_to_stand() -> None:
    *whole, last = run_of(0.1, 0.2, 0.3, 0.4, 0.5, 0.01)
    found = standing((*whole, replace(last, status=Status.PARTIAL)))
    assert found is not None
    assert (found.latest.value, found.below) == (0.5, 4)


def test_four_periods_make_no_history_before_a_fifth_stands_among_them() -> None:
    assert standing(run_of(0.1, 0.2, 0.3, 0.4)) is None


def test_figures_of_other_kinds_are_kept_for_the_fold() -> None:
    left = unplaced({"cac_payback_months", "take_rate"})
    assert any(b.metric is None for b in left)
    assert not any(b.metric in ("cac_payback_months", "take_rate") for b in left)
