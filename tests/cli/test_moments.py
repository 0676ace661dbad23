"""What `--at` may say: a moment of the years of which the desk knows working hours."""

import pytest

from bothsides.cli import at_the_desk
from bothsides.cli.at_the_desk import moment
from bothsides.leads.desk.agreed import YEARS_AHEAD, YEARS_BACK
from bothsides.schema.instant import iso
from bothsides.schema.working_time import public


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1973-01-01", "1973-01-01T00:00:00Z"),
        ("2026-04-01T09:00+02:00", "2026-04-01T07:00:00Z"),
        ("2097-12-31T23:59:59", "2097-12-31T23:59:59Z"),
    ],
)
def test_a_moment_is_read_in_utc_unless_it_names_its_zone(typed: str, meant: str) -> None:
    assert iso(moment(typed)) == meant


@pytest.mark.parametrize("typed", ["1969-01-01", "1972-12-31T23:59", "2098-01-01", "0001-01-01T00:00+14:00"])
def test_a_moment_of_which_no_calendar_knows_the_working_hours_is_one_clear_line(typed: str) -> None:
    with pytest.raises(ValueError, match=rf"^--at '{typed[:10]}.*': must lie from 1973 to 2097, [^\n]*$"):
        moment(typed)


def test_the_years_are_those_of_the_calendars() -> None:
    first, last = public.years_known(())
    assert (first + YEARS_BACK, last - YEARS_AHEAD) == (at_the_desk.FIRST_YEAR, at_the_desk.LAST_YEAR)
