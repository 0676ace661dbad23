"""Windows are whole months, as long as the policy says or the history allows."""

from datetime import date

from bothsides.diagnosis.span import Span, split


def test_two_years_compare_year_with_year() -> None:
    found = split(Span(start=date(2012, 4, 1), end=date(2014, 6, 30)), months=12)
    assert found.window == found.now == Span(start=date(2013, 7, 1), end=date(2014, 6, 30))
    assert found.before == Span(start=date(2012, 7, 1), end=date(2013, 6, 30))


def test_less_history_compares_halves_of_it() -> None:
    found = split(Span(start=date(2024, 1, 1), end=date(2024, 9, 30)), months=12)
    assert found.window == Span(start=date(2024, 1, 1), end=date(2024, 9, 30))
    assert found.now == Span(start=date(2024, 6, 1), end=date(2024, 9, 30))
    assert found.before == Span(start=date(2024, 2, 1), end=date(2024, 5, 31))


def test_a_month_under_way_is_left_out_and_a_month_begun_late_too() -> None:
    found = split(Span(start=date(2024, 1, 15), end=date(2024, 4, 20)), months=12)
    assert found.window == Span(start=date(2024, 2, 1), end=date(2024, 3, 31))


def test_within_one_month_the_days_there_are() -> None:
    known = Span(start=date(2024, 1, 15), end=date(2024, 1, 20))
    found = split(known, months=12)
    assert (found.window, found.before) == (known, None)
