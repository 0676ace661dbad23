"""Against its own history first, against published figures second: where each stands on the page."""

from dataclasses import replace

from tests.reports import sample
from tests.reports.test_html import Outline

from bothsides.reports.sections.benchmarks import benchmarks


def said(section) -> str:
    return " ".join(" ".join(Outline(section.body).words).replace("\u00a0", " ").split())


def test_a_headlines_latest_complete_quarter_stands_among_those_before_it():
    words = said(benchmarks(sample.full()))
    assert "Fill rate 40.7 %" not in words
    assert "above 0 of the 6 before; worse than usual 2024-Q3: 37 %" in words
    assert "above 6 of the 6 before; better than usual 2024-Q3: GBP 16.4 m" in words


def test_the_own_periods_come_before_the_published_figure():
    words = said(benchmarks(sample.full()))
    row = words[words.index("Take rate") :]
    assert row.index("of the 6 before") < row.index("Point Nine, marketplace napkin, 2018; grade A")


def test_a_number_with_neither_is_left_out():
    bare = replace(sample.full(), headlines=(), economics=(), concentration=())
    assert benchmarks(bare) is None


def test_a_published_figure_stands_beside_its_number_with_its_verdict():
    words = said(benchmarks(sample.full()))
    assert "good: 6-18 months for small and medium accounts" in words
    assert "grade X" not in words


def test_figures_without_a_number_here_fold():
    section = benchmarks(sample.full())
    assert section.body.count("<details") == 1
    folded = section.body[section.body.index("<details") :]
    assert "Point Nine, B2B marketplace napkin, 2021; grade A" in folded
    assert "rounds of $1-4 m" in folded


def test_short_histories_say_so():
    short = replace(sample.headlines()[1], run=sample.headlines()[1].run[:3])
    words = said(benchmarks(replace(sample.full(), headlines=(short,))))
    assert "too few periods" in words
