"""Months begin and end where the desk is; days are the desk's."""

from datetime import date

import pytest
from tests.leads.desk.conftest import Desk, at

from bothsides.leads.review.months import day_of, ends, month_named, month_of, working_days


def test_a_month_ends_at_midnight_where_the_desk_is(desk: Desk) -> None:
    start, close = ends(desk.agreed, month_named("2026-04"))
    assert (start, close) == (at("03-31T23:00"), at("04-30T23:00"))
    assert month_of(desk.agreed, start).label == "2026-04"
    assert month_of(desk.agreed, start - 1).label == "2026-03"
    assert day_of(desk.agreed)(at("04-30T23:30")) == date(2026, 5, 1)


def test_public_holidays_are_no_working_days(desk: Desk) -> None:
    days = working_days(desk.agreed, date(2026, 4, 1), date(2026, 4, 8))
    assert [day.day for day in days] == [1, 2, 7, 8], "Good Friday, the weekend and Easter Monday"


def test_a_quarter_is_no_month() -> None:
    with pytest.raises(ValueError, match="'2026-Q2' is no month"):
        month_named("2026-Q2")
