"""How often things recur, over summer time, weekends and holidays."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bothsides.schedule.cadence import Cadence, Daily, EveryTick, Hourly, Monthly, Weekly, in_words, next_after
from bothsides.schema.instant import in_utc, instant
from bothsides.schema.working_time import Calendar, working_time

LONDON = ZoneInfo("Europe/London")
OFFICE = working_time(
    Calendar(name="office", zone="Europe/London", week={"monday to friday": ("09:00-17:00",)}, holidays=("GB-ENG",)),
    2025,
    2028,
)


def following(cadence: Cadence, text: str) -> str:
    moment = instant(datetime.fromisoformat(text).replace(tzinfo=UTC))
    return f"{in_utc(next_after(cadence, moment, zone=LONDON, hours=OFFICE)):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("cadence", "after", "comes"),
    [
        (Hourly(), "2026-03-29T00:59:59", "2026-03-29T01:00"),
        (Daily(at="03:30"), "2026-03-28T03:30", "2026-03-29T02:30"),
        (Daily(at="01:30"), "2026-03-28T12:00", "2026-03-29T01:30"),
        (Daily(at="01:30"), "2026-10-25T00:30", "2026-10-26T01:30"),
        (Daily(at="08:00", business_days=True), "2026-04-02T08:00", "2026-04-07T07:00"),
        (Weekly(day="sunday", at="04:00"), "2026-04-01T00:00", "2026-04-05T03:00"),
        (Monthly(business_day=1, at="06:00"), "2026-04-20T00:00", "2026-05-01T05:00"),
        (Monthly(business_day=1, at="06:00"), "2026-12-02T00:00", "2027-01-04T06:00"),
    ],
)
def test_the_next_time(cadence: Cadence, after: str, comes: str) -> None:
    assert following(cadence, after) == comes


def test_each_round_is_always_next() -> None:
    assert next_after(EveryTick(), 5, zone=LONDON, hours=OFFICE) == 6
    assert in_words(EveryTick()) == "at each round"
    assert in_words(Monthly(business_day=3, at="06:00")) == "on business day 3 of the month at 06:00"


def test_a_business_day_that_never_comes_is_an_error() -> None:
    with pytest.raises(ValueError, match="never comes"):
        following(Monthly(business_day=31, at="06:00"), "2026-01-01T00:00")
