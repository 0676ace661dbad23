"""Deadlines and elapsed time in open seconds, against calendars counted by hand and minute by minute."""

import dataclasses
import random
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.schema.working_time.minute_oracle import questions, random_case

from bothsides.schema.instant import DAY, HOUR, instant
from bothsides.schema.working_time import (
    ALWAYS_OPEN,
    OFFICE,
    Calendar,
    Day,
    Leave,
    NeverOpenError,
    OutsideSpanError,
    working_time,
)


def at(text: str, zone: str = "UTC") -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def calendar(zone: str = "UTC", days: str = "monday to friday", **more: object) -> Calendar:
    blocks = more.pop("blocks", ("09:00-17:00",))
    return dataclasses.replace(OFFICE, name="test", zone=zone, week={days: blocks}, **more)


OFFICE_HOURS = working_time(OFFICE, 2026, 2026)
MORNINGS_AND_AFTERNOONS = working_time(calendar(blocks=("08:00-12:00", "13:00-17:00")), 2026, 2026)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-07-26 14:00", "2026-07-27 13:00"),  # a Sunday, which Frappe CRM put on Tuesday 10:00
        ("2026-07-25 20:00", "2026-07-27 13:00"),  # a Saturday, which Frappe CRM put on Tuesday 13:00
        ("2026-07-24 16:00", "2026-07-27 12:00"),
        ("2026-07-27 03:00", "2026-07-27 13:00"),
        ("2026-07-27 13:00", "2026-07-27 17:00"),  # ends with the block, not with the start of the next
    ],
)
def test_four_hours_of_a_week_of_nine_to_five(start: str, due: str) -> None:
    assert OFFICE_HOURS.deadline(at(start), 4 * HOUR) == at(due)
    assert OFFICE_HOURS.elapsed(at(start), at(due)) == 4 * HOUR


def test_four_hours_from_a_sunday_in_a_split_day() -> None:
    assert MORNINGS_AND_AFTERNOONS.deadline(at("2026-07-26 14:00"), 4 * HOUR) == at("2026-07-27 12:00")
    assert MORNINGS_AND_AFTERNOONS.deadline(at("2026-07-26 14:00"), 5 * HOUR) == at("2026-07-27 14:00")
    assert not MORNINGS_AND_AFTERNOONS.is_open(at("2026-07-27 12:00"))
    assert MORNINGS_AND_AFTERNOONS.next_open(at("2026-07-27 12:00")) == at("2026-07-27 13:00")


def test_a_deadline_is_in_the_teams_own_zone() -> None:
    """A morning in Sao Paulo is not failed at once because it is afternoon in UTC."""
    hours = working_time(calendar("America/Sao_Paulo"), 2026, 2026)
    start = at("2026-07-27 08:30", "America/Sao_Paulo")
    assert hours.deadline(start, HOUR) == at("2026-07-27 10:00", "America/Sao_Paulo")
    assert hours.elapsed(start, start + 1800) == 0


def test_public_holidays_own_dates_half_days_worked_holidays_and_extra_hours() -> None:
    hours = working_time(
        calendar(
            "Europe/London",
            holidays=("GB-ENG",),
            closed=("2026-12-29", "01-02"),
            day=(Day(on="12-24", open=("09:00-13:00",)), Day(on="2026-08-31", open=("10:00-12:00",))),
            extra=(Day(on="2026-10-10", open=("10:00-14:00",)),),
        ),
        2026,
        2027,
    )
    in_london = "Europe/London"

    def open_hours(day: str) -> float:
        midnight = at(f"{day} 00:00", in_london)
        return hours.elapsed(midnight, midnight + DAY) / HOUR

    assert [open_hours(f"2026-12-{day}") for day in (23, 24, 25, 28, 29, 30)] == [8, 4, 0, 0, 0, 8]
    assert open_hours("2027-12-24") == 4, "every year"
    assert open_hours("2026-08-31") == 2, "a public holiday that is worked for two hours"
    assert open_hours("2026-04-06") == 0, "Easter Monday in England"
    assert open_hours("2026-10-10") == 4, "a Saturday"
    assert open_hours("2026-01-02") == 0


def test_a_date_of_one_year_goes_before_the_same_date_of_every_year() -> None:
    own = (Day(on="2026-12-24", open=("10:00-11:00",)), Day(on="12-24", open=("09:00-13:00",)))
    for days in (own, own[::-1]):
        hours = working_time(calendar(day=days), 2026, 2027)
        for year, open_hours in ((2026, 1), (2027, 4)):
            eve = instant(datetime(year, 12, 24, tzinfo=UTC))
            assert hours.elapsed(eve, eve + DAY) == open_hours * HOUR


def test_leave_is_taken_out_whole_days_and_hours_and_from_extra_hours() -> None:
    away = (
        Leave(who="ana", first_day=date(2026, 7, 27), last_day=date(2026, 7, 28)),
        Leave(who="ana", first_day=date(2026, 7, 29), last_day=date(2026, 7, 29), hours=("13:00-17:00",)),
    )
    hours = working_time(OFFICE, 2026, 2026, leave=away)
    assert hours.deadline(at("2026-07-24 16:00"), 6 * HOUR) == at("2026-07-30 10:00")


def test_the_day_of_spring_is_shorter_and_that_of_autumn_longer() -> None:
    nights = working_time(calendar("Europe/Berlin", "monday to sunday", blocks=("00:00-06:00",)), 2026, 2026)
    for day, open_hours in (("2026-03-28", 6), ("2026-03-29", 5), ("2026-10-24", 6), ("2026-10-25", 7)):
        midnight = at(f"{day} 00:00", "Europe/Berlin")
        assert nights.elapsed(midnight, midnight + 12 * HOUR) == open_hours * HOUR
    assert nights.deadline(at("2026-03-29 01:00", "Europe/Berlin"), HOUR) == at("2026-03-29 03:00", "Europe/Berlin")
    office = working_time(calendar("Europe/Berlin"), 2026, 2026)
    friday = at("2026-03-27 16:00", "Europe/Berlin")
    assert office.deadline(friday, 2 * HOUR) == at("2026-03-30 10:00", "Europe/Berlin")


def test_a_block_past_midnight() -> None:
    shift = working_time(calendar(days="friday", blocks=("22:00-06:00",)), 2026, 2026)
    assert shift.is_open(at("2026-07-25 05:59"))
    assert not shift.is_open(at("2026-07-25 06:00"))
    assert shift.deadline(at("2026-07-24 12:00"), 3 * HOUR) == at("2026-07-25 01:00")


def test_always_open() -> None:
    assert ALWAYS_OPEN.deadline(at("2026-07-25 20:00"), 4 * HOUR) == at("2026-07-26 00:00")
    assert ALWAYS_OPEN.elapsed(0, 10) == 10
    assert ALWAYS_OPEN.next_open(7) == 7
    assert ALWAYS_OPEN.deadlines(np.array([5]), 3).tolist() == [8]
    assert ALWAYS_OPEN.elapsed_each(np.array([5]), np.array([9])).tolist() == [4]


def test_leave_closes_even_what_is_always_open() -> None:
    leave = (Leave(who="ana", first_day=date(2026, 7, 25), last_day=date(2026, 7, 25)),)
    hours = working_time(Calendar(name="on call", always_open=True), 2026, 2026, leave=leave)
    assert hours.deadline(at("2026-07-24 23:00"), 2 * HOUR) == at("2026-07-26 01:00")


def test_other_years_are_laid_out_when_asked_for_and_answers_do_not_depend_on_them() -> None:
    own = calendar("Pacific/Kiritimati", holidays=("GB-ENG",), day=(Day(on="12-31", open=("22:00-23:00",)),))
    wide, draw = working_time(own, 2016, 2034), random.Random(1)
    for _ in range(25):
        narrow = working_time(own, 2026, 2026)
        start = draw.randrange(at("2016-01-01 00:00"), at("2033-01-01 00:00"))
        end = start + draw.randrange(2 * 365 * DAY)
        assert narrow.elapsed(start, end) == wide.elapsed(start, end)
        assert working_time(own, 2026, 2026).deadline(start, 900 * HOUR) == wide.deadline(start, 900 * HOUR)
        assert working_time(own, 2026, 2026).is_open(start) == wide.is_open(start)
    assert working_time(own, 2026, 2026).deadline(at("2026-12-30 00:00"), 4000 * HOUR) == wide.deadline(
        at("2026-12-30 00:00"), 4000 * HOUR
    )


def test_what_cannot_be_known_is_refused() -> None:
    with pytest.raises(OutsideSpanError, match="from 1992 to 2099"):
        working_time(calendar(holidays=("DE",)), 2026, 2026).deadline(at("1985-05-05 10:00"), HOUR)
    with pytest.raises(OutsideSpanError, match="allowed are years from 1971 to 2099"):
        working_time(OFFICE, 2026, 2150)
    with pytest.raises(OutsideSpanError):
        OFFICE_HOURS.is_open(at("2026-07-25 20:00") * 1000)
    with pytest.raises(NeverOpenError, match="does it ever open"):
        working_time(Calendar(name="closed"), 2026, 2026).deadline(at("2026-07-25 20:00"), HOUR)
    with pytest.raises(NeverOpenError):
        working_time(Calendar(name="closed"), 2026, 2026).deadlines(np.array([at("2026-07-25 20:00")]), HOUR)


def test_wrong_calls() -> None:
    with pytest.raises(ValueError, match="-5 seconds"):
        OFFICE_HOURS.deadline(at("2026-07-25 20:00"), -5)
    with pytest.raises(ValueError, match="before the start"):
        OFFICE_HOURS.elapsed(10, 5)
    with pytest.raises(ValueError, match="1 ends are before"):
        OFFICE_HOURS.elapsed_each(np.array([10]), np.array([5]))
    with pytest.raises(ValueError, match="must not be negative"):
        OFFICE_HOURS.deadlines(np.array([10]), -1)


@pytest.mark.parametrize("seed", range(12))
def test_random_calendars_equal_the_count_of_minutes(seed: int) -> None:
    case = random_case(seed, days=18)
    hours = working_time(case.calendar, 2025, 2025, leave=case.leave)
    asked = questions(case, seed, 60)
    for start, end, seconds in asked:
        assert hours.elapsed(start, end) == case.elapsed(start, end)
        due = case.deadline(start, seconds)
        assert due is None or hours.deadline(start, seconds) == due
        opens = case.next_open(start)
        assert opens is None or hours.next_open(start) == opens
        assert hours.is_open(start) == bool(case.open[(start - case.begins) // 60])
    starts, ends, seconds = (np.array(each) for each in zip(*asked, strict=True))
    assert hours.elapsed_each(starts, ends).tolist() == [hours.elapsed(start, end) for start, end, _ in asked]
    assert hours.deadlines(starts, seconds).tolist() == [hours.deadline(start, more) for start, _, more in asked]


MOMENTS = st.integers(min_value=at("2024-01-01 00:00"), max_value=at("2028-01-01 00:00"))


@given(start=MOMENTS, seconds=st.integers(min_value=0, max_value=500 * HOUR))
def test_a_deadline_is_the_first_moment_with_that_much_elapsed(start: int, seconds: int) -> None:
    due = MORNINGS_AND_AFTERNOONS.deadline(start, seconds)
    assert MORNINGS_AND_AFTERNOONS.elapsed(start, due) == seconds
    assert due == start or MORNINGS_AND_AFTERNOONS.elapsed(start, due - 1) == seconds - 1


@given(moments=st.lists(MOMENTS, min_size=3, max_size=3))
def test_elapsed_time_adds_up(moments: list[int]) -> None:
    first, middle, last = sorted(moments)
    whole = OFFICE_HOURS.elapsed(first, last)
    assert OFFICE_HOURS.elapsed(first, middle) + OFFICE_HOURS.elapsed(middle, last) == whole


def test_utc_is_read_as_such() -> None:
    assert at("2026-03-29 01:30") == instant(datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
