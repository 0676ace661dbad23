"""Moments of exports: what has one meaning is read, and for the rest the reason says which line to write."""

from datetime import UTC, datetime

import pytest

from bothsides.leads.intake.moments import Dates, believed, lasting, read_moment

BERLIN = "Europe/Berlin"


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("written", "dates", "meant"),
    [
        ("2026-11-17", None, "2026-11-16 23:00"),
        ("2026-07-17", None, "2026-07-16 22:00"),
        ("2026-11-16 09:15", None, "2026-11-16 08:15"),
        ("2026-11-16T09:15:30", "month_first", "2026-11-16 08:15:30"),
        ("17.11.2026", "day_first", "2026-11-16 23:00"),
        ("17/11/2026 09:15", "day_first", "2026-11-17 08:15"),
        ("5.4.2026, 9:15", "day_first", "2026-04-05 07:15"),
        ("4/5/2026 9:15 PM", "month_first", "2026-04-05 19:15"),
        ("4/5/2026 12:15 am", "month_first", "2026-04-04 22:15"),
        ("2026-03-29 01:59", None, "2026-03-29 00:59"),
        ("2026-03-29 03:00", None, "2026-03-29 01:00"),
        ("2026-10-25 03:00", None, "2026-10-25 02:00"),
    ],
)
def test_a_moment_without_a_zone_is_local_time_and_a_date_the_start_of_its_day(
    written: str, dates: Dates | None, meant: str
) -> None:
    assert read_moment(written, time_zone=BERLIN, dates=dates) == utc(meant)


@pytest.mark.parametrize("time_zone", [None, BERLIN])
def test_a_moment_with_its_own_zone_stays_exact(time_zone: str | None) -> None:
    assert read_moment("2026-10-25T02:30:00+02:00", time_zone=time_zone) == utc("2026-10-25 00:30")
    assert read_moment("2026-10-25T02:30:00+01:00", time_zone=time_zone) == utc("2026-10-25 01:30")
    assert read_moment("17/11/2026 09:15 -05:00", time_zone=time_zone, dates="day_first") == utc("2026-11-17 14:15")
    assert read_moment("17/11/2026 09:15Z", time_zone=time_zone, dates="day_first") == utc("2026-11-17 09:15")


def test_a_day_whose_midnight_is_left_out_or_comes_twice_begins_with_its_first_moment() -> None:
    assert read_moment("2026-09-06", time_zone="America/Santiago") == utc("2026-09-06 04:00")
    assert read_moment("2026-11-01", time_zone="America/Havana") == utc("2026-11-01 04:00")


@pytest.mark.parametrize(
    ("written", "time_zone", "dates", "said"),
    [
        ("2026-11-16 09:15", None, None, 'needs time_zone = "Europe/Berlin", or where else'),
        ("2026-11-17", None, "day_first", 'needs time_zone = "Europe/Berlin"'),
        ("17.11.2026", None, "day_first", 'needs time_zone = "Europe/Berlin"'),
        ("17.11.2026", None, None, 'needs dates = "day_first" or "month_first", and time_zone = "Europe/Berlin"'),
        ("17/11/2026 09:15", BERLIN, None, 'needs dates = "day_first" or "month_first" for this source in agreement/'),
        ("17/11/2026", BERLIN, "month_first", 'no such day or time, read as dates = "month_first" says'),
        ("31.2.2026", BERLIN, "day_first", "no such day or time"),
        ("1.2.2026 13:00 pm", BERLIN, "day_first", "no such day or time"),
        ("2026-03-29 02:30", BERLIN, None, "does not exist in Europe/Berlin, where clocks went forward"),
        ("29.03.2026 02:00", BERLIN, "day_first", "does not exist in Europe/Berlin"),
        ("2026-10-25 02:30", BERLIN, None, "is twice in Europe/Berlin, where clocks went back over it; write it with"),
        ("yesterday", BERLIN, "day_first", "must be a moment with its zone, such as"),
        ("17.11.26", BERLIN, "day_first", "must be a moment with its zone, such as"),
        ("1.1.0000", BERLIN, "day_first", "no such day or time"),
    ],
)
def test_what_names_no_one_moment_says_why_and_what_to_write(
    written: str, time_zone: str | None, dates: Dates | None, said: str
) -> None:
    found = read_moment(written, time_zone=time_zone, dates=dates)
    assert isinstance(found, str)
    assert said in found


def test_a_length_of_time_is_told_in_its_two_largest_units() -> None:
    assert [lasting(seconds) for seconds in (849_600, 86_400, 3_660, 90, 0)] == [
        "9 days 20 hours", "1 day", "1 hour 1 minute", "1 minute 30 seconds", "0 seconds",
    ]  # fmt: skip


def test_a_clock_that_is_a_little_ahead_is_believed_and_no_more() -> None:
    assert believed(1_299, now=1_000, ahead=300) == 1_299
    assert believed(900, now=1_000, ahead=300) == 900
    with pytest.raises(ValueError, match="is 5 minutes 1 second in the future; at most 5 minutes are believed"):
        believed(1_301, now=1_000, ahead=300)
    with pytest.raises(ValueError, match="is before 1970"):
        believed(-1, now=1_000, ahead=300)
