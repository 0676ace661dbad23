"""Against its own history first, against published figures second: where each stands on the page."""

from dataclasses import replace

from tests.reports import sample
from tests.reports.test_html import Outline

from bothsides.metrics import Status
from bothsides.reports.sections.benchmarks import benchmarks


def said(section) -> str:
    return " ".join(" ".join(Outline(section.body).words).replace("\u00a0", " ").split())


def test_a_headlines_latest_complete_quarter_stands_among_those_before_it():
    words = said(benchmarks(sample.full()))
    which = "2024-Q3; 2024-Q4 is partial"
    assert f"Fill rate 37 % n 1,200 · census · ok above 0 of the 6 before; worse than usual {which}" in words
    assert f"GMV GBP 16.4 m n 1,200 · census · ok above 6 of the 6 before; better than usual {which}" in words


def test_the_own_periods_come_before_published_figures_and_these_fold():
    body = benchmarks(sample.full()).body
    before, folded = body.split("<details", 1)
    assert "of the 6 before" in before
    assert "grade A" not in before
    assert "Point Nine, marketplace napkin, 2018; grade A" in folded


def test_how_the_numbers_stand_is_one_line_that_names_the_poor_ones():
    words = said(benchmarks(sample.full()))
    assert "with published figures 3 good, 1 poor, the others cross no line. Poor: Top-1 share, buyers." in words


def test_what_a_finding_rests_on_is_not_called_good():
    full = sample.full()
    (suppliers,) = (v for side in full.concentration for v in side.values.values() if _is_top_supplier(v))
    evidence = (replace(full.findings[0].evidence[0], values=(suppliers,)),)
    words = said(benchmarks(replace(full, findings=(replace(full.findings[0], evidence=evidence),))))
    assert "suppliers good, 6 %" not in words
    assert "suppliers 6 %" in words
    assert "with published figures 2 good, 1 poor" in words


def _is_top_supplier(value):
    return (value.metric, value.side) == ("top_1_share", "supplier")


def test_a_published_figure_stands_once_with_both_sides_beside_it():
    words = said(benchmarks(sample.full()))
    assert words.count("one account above 20 % flagged") == 1
    assert "buyers poor, 31 %" in words
    assert "suppliers good, 6 %" in words
    assert "grade X" not in words


def test_without_anything_to_hold_against_there_is_no_section():
    assert benchmarks(replace(sample.full(), headlines=(), economics=(), concentration=())) is None


def test_figures_without_a_number_here_fold_by_themselves():
    body = benchmarks(sample.full()).body
    assert body.count("<details") == 2
    last = body[body.rindex("<details") :]
    assert "Point Nine, B2B marketplace napkin, 2021; grade A" in last
    assert "rounds of $1-4 m" in last


def test_short_histories_say_so():
    short = replace(sample.headlines()[1], run=sample.headlines()[1].run[:3])
    words = said(benchmarks(replace(sample.full(), headlines=(short,))))
    assert words.startswith("No headline number has enough complete periods")


def test_a_number_that_is_too_young_is_not_called_good_or_poor():
    full = sample.full()
    side = full.concentration[0]
    young = {name: replace(value, status=Status.IMMATURE) for name, value in side.values.items()}
    words = said(benchmarks(replace(full, concentration=(replace(side, values=young),))))
    assert "buyers 31 %" in words
    assert "buyers poor, 31 %" not in words
