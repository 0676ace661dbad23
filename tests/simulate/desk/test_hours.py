"""Working hours and holidays of the simulated people, against days looked up in the calendar."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bothsides.schema.instant import HOUR, instant
from bothsides.simulate.desk.hours import public_holidays, working_hours

LONDON = ZoneInfo("Europe/London")


def at(*moment: int) -> int:
    return instant(datetime(*moment, tzinfo=LONDON))


@pytest.mark.parametrize(
    ("year", "good_friday"), [(2024, (3, 29)), (2025, (4, 18)), (2026, (4, 3)), (2027, (3, 26)), (2038, (4, 23))]
)
def test_good_friday_of_known_years(year: int, good_friday: tuple[int, int]) -> None:
    assert public_holidays(year)[date(year, *good_friday)] == "Good Friday"


def test_bank_holidays_of_2026() -> None:
    days = {name: day for day, name in public_holidays(2026).items()}
    assert days["Early May bank holiday"] == date(2026, 5, 4)
    assert days["Spring bank holiday"] == date(2026, 5, 25)
    assert days["Summer bank holiday"] == date(2026, 8, 31)


def test_work_goes_on_after_lunch_nights_weekends_and_summer_time() -> None:
    hours = working_hours(date(2026, 3, 23), 21, "Europe/London", set(public_holidays(2026)))
    assert hours.after(at(2026, 3, 24, 12, 0), HOUR) == at(2026, 3, 24, 13, 45)
    assert hours.after(at(2026, 3, 27, 17, 0), HOUR) == at(2026, 3, 30, 9, 30)
    assert hours.after(at(2026, 3, 28, 14, 0), 0) == at(2026, 3, 30, 9, 0)
    assert hours.after(at(2026, 4, 2, 17, 0), 2 * HOUR) == at(2026, 4, 7, 10, 30)
    assert hours.inside(at(2026, 3, 24, 12, 29))
    assert not hours.inside(at(2026, 3, 24, 12, 30))
    assert not hours.inside(at(2026, 4, 6, 10, 0)), "Easter Monday"


def test_there_is_no_work_after_the_last_day() -> None:
    hours = working_hours(date(2026, 3, 23), 5, "Europe/London", ())
    assert hours.after(at(2026, 3, 27, 17, 0), HOUR) is None
    assert hours.after(at(2026, 4, 1, 9, 0), 0) is None
    with pytest.raises(ValueError, match="no working day"):
        working_hours(date(2026, 3, 28), 2, "Europe/London", ())
