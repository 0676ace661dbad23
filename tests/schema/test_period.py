"""Periods: ISO weeks, months, quarters, years and fiscal years, named as people name them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.schema import Grain, Period
from bothsides.schema.period import add_months, parse_period, periods_between

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "grain", "label"),
    [
        (date(2013, 2, 11), Grain.WEEK, "2013-W07"),
        (date(2012, 12, 31), Grain.WEEK, "2013-W01"),
        (date(2021, 1, 3), Grain.WEEK, "2020-W53"),
        (date(2013, 5, 31), Grain.MONTH, "2013-05"),
        (date(2013, 6, 30), Grain.QUARTER, "2013-Q2"),
        (date(2013, 6, 30), Grain.YEAR, "2013"),
        (date(2013, 6, 30), Grain.DAY, "2013-06-30"),
    ],
)
def test_labels(day: date, grain: Grain, label: str) -> None:
    assert Period.containing(day, grain).label == label


def test_a_fiscal_year_is_named_by_the_year_it_ends_in() -> None:
    year = Period.containing(date(2014, 3, 31), Grain.FISCAL_YEAR, fiscal_start=4)
    assert (year.start, year.end, year.label) == (date(2013, 4, 1), date(2014, 3, 31), "FY2014")
    assert Period.containing(date(2014, 4, 1), Grain.FISCAL_YEAR, fiscal_start=4).label == "FY2015"


@given(DAYS, st.sampled_from(list(Grain)), st.integers(1, 12))
def test_periods_tile_the_calendar(day: date, grain: Grain, fiscal_start: int) -> None:
    period = Period.containing(day, grain, fiscal_start=fiscal_start)
    assert period.start <= day <= period.end
    assert period.next().start == period.end + timedelta(days=1)
    assert period.next().next(-1) == period


@given(DAYS, st.sampled_from([g for g in Grain if g is not Grain.FISCAL_YEAR]))
def test_a_label_reads_back_to_its_period(day: date, grain: Grain) -> None:
    period = Period.containing(day, grain)
    assert parse_period(period.label) == period


@pytest.mark.parametrize("label", ["2013-W54", "2013-Q5", "2013-13", "2013-02-30", "last week", ""])
def test_a_wrong_label_is_refused_with_the_allowed_forms(label: str) -> None:
    with pytest.raises(ValueError, match="is no period: write it like 2013, 2013-Q2"):
        parse_period(label)


def test_months_clip_to_the_end_of_a_shorter_one() -> None:
    assert add_months(date(2012, 1, 31), 1) == date(2012, 2, 29)
    assert add_months(date(2012, 12, 31), 2) == date(2013, 2, 28)
    assert add_months(date(2013, 3, 31), -1) == date(2013, 2, 28)


def test_every_period_between_two_days() -> None:
    labels = [p.label for p in periods_between(date(2012, 11, 15), date(2013, 4, 1), Grain.QUARTER)]
    assert labels == ["2012-Q4", "2013-Q1", "2013-Q2"]
