"""Calendars as people write them: what is read, and what every mistake is answered with."""

from pathlib import Path

import pytest

from bothsides.agreement import AgreementError, load_policy
from bothsides.schema.working_time import Calendars, leave_of, problems, working_time

WRITTEN = """
[[calendar]]
name = "sales London"
zone = "Europe/London"
holidays = ["GB-ENG"]
closed = [2026-05-22, "01-02"]
[calendar.week]
"monday to thursday" = ["09:00-12:30", "13:30-17:30"]
friday = ["09:00-15:00"]
[[calendar.day]]
on = "12-24"
open = ["09:00-12:00"]
why = "Christmas Eve"
[[calendar.extra]]
on = 2026-10-10
open = ["10:00-14:00"]

[[calendar]]
name = "always"
always_open = true

[[leave]]
who = "ana"
first_day = 2026-07-01
last_day = 2026-07-03
"""


def load(folder: Path, text: str) -> Calendars:
    path = folder / "calendar.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path, Calendars).policy


def test_a_calendar_as_teams_sign_it(tmp_path: Path) -> None:
    read = load(tmp_path, WRITTEN)
    assert problems(read) == ()
    london, always = read.calendar
    assert london.closed == ("2026-05-22", "01-02")
    assert always.always_open
    assert len(leave_of(read, "ana")) == 1
    assert leave_of(read, "ben") == ()
    hours = working_time(london, 2026, 2026, leave=leave_of(read, "ana"))
    assert hours.elapsed(1782860400, 1783119600) == 0, "1 to 3 July"
    assert working_time(london, 2026, 2026).elapsed(1782860400, 1783119600) == (7.5 + 7.5 + 6) * 3600


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('zone = "Europe/Pariss"', "must be a time zone of the IANA list"),
        ('zone = "../etc"', "must be a time zone of the IANA list"),
        ('week = { munday = ["09:00-17:00"] }', "write a day such as 'monday'"),
        ('week = { monday = ["9-17"] }', "write it as '09:00-12:30'"),
        ('week = { monday = ["09:00-09:00"] }', "a block must last"),
        ('week = { monday = ["09:00-25:00"] }', "from 00:00 to 24:00"),
        ('week = { monday = ["09:00-13:00", "12:00-17:00"] }', "two blocks overlap"),
        ('week = { monday = ["09:00-13:00"], "monday to friday" = ["09:00-17:00"] }', "names a day that stands above"),
        ('holidays = ["XX"]', "no public holidays are known for 'XX'"),
        ('holidays = ["GB-XYZ"]', "GB-ENG"),
        ('closed = ["12-32"]', "write 2026-12-24, or 12-24 for every year"),
        ('day = [{ on = "Christmas" }]', "write 2026-12-24"),
        ('hollidays = ["GB"]', "did you mean 'holidays'?"),
    ],
)
def test_each_mistake_names_what_is_allowed(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(AgreementError) as raised:
        load(tmp_path, f'[[calendar]]\nname = "x"\n{line}\n')
    assert said in str(raised.value)
    assert "calendar[0]" in str(raised.value)


def test_every_problem_between_fields_at_once(tmp_path: Path) -> None:
    text = """
[[calendar]]
name = "x"
[[calendar]]
name = "x"
always_open = true
holidays = ["GB"]
[[calendar]]
name = "y"
week = { monday = ["09:00-17:00"] }
day = [{ on = "12-24" }, { on = "12-24", open = ["09:00-10:00"] }]
extra = [{ on = "12-26" }]
[[leave]]
who = "ana"
first_day = 2026-07-05
last_day = 2026-07-01
"""
    said = "\n".join(problems(load(tmp_path, text)))
    for part in (
        "'x' is named twice",
        "'x' is never open",
        "allows no week, holidays or days",
        "day '12-24' stands twice",
        "extra '12-26' names no hours",
        "2026-07-01 is before first_day 2026-07-05",
    ):
        assert part in said
    assert len(problems(load(tmp_path, text))) == 6
