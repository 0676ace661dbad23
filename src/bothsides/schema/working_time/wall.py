"""Wall times as people write them in an agreement: blocks of a day, days of the week, dates of one or of every year."""

import itertools
import re
from datetime import date
from typing import TypeAlias

from bothsides.schema.instant import HOUR, MINUTE

Block: TypeAlias = tuple[int, int]
"""Seconds after local midnight at which a block opens and closes; one past midnight closes after 86,400."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_BLOCK = re.compile(r"(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)")
_DAYS = re.compile(r"([a-z]+)(?:\s+to\s+([a-z]+))?")
_YEARLY = re.compile(r"(\d\d)-(\d\d)")


def read_block(written: str) -> Block:
    """A block such as "09:00-12:30". One that closes before it opens, as "22:00-06:00", closes on the next day.

    Raises ValueError for anything else.

    >>> read_block("22:00-06:00")
    (79200, 108000)
    """
    found = _BLOCK.fullmatch(written.strip())
    if not found:
        raise ValueError(f"{written!r} is no block of a day; write it as '09:00-12:30'")
    hour, minute, to_hour, to_minute = map(int, found.groups())
    opens, closes = hour * HOUR + minute * MINUTE, to_hour * HOUR + to_minute * MINUTE
    if minute > 59 or to_minute > 59 or opens >= 24 * HOUR or closes > 24 * HOUR or opens == closes:
        raise ValueError(f"{written!r}: times run from 00:00 to 24:00, and a block must last; write '09:00-12:30'")
    return opens, closes if closes > opens else closes + 24 * HOUR


def read_blocks(written: tuple[str, ...]) -> tuple[Block, ...]:
    """The blocks of one day, in order. Raises ValueError where two of them overlap.

    >>> read_blocks(("13:30-17:30", "09:00-12:30"))
    ((32400, 45000), (48600, 63000))
    """
    blocks = sorted(read_block(each) for each in written)
    for (_, closes), (opens, _) in itertools.pairwise(blocks):
        if opens < closes:
            raise ValueError(f"{list(written)}: two blocks overlap; each hour may stand in one of them only")
    return tuple(blocks)


def read_days(written: str) -> tuple[int, ...]:
    """The days of the week that a key names, Monday being 0. Raises ValueError for words that are no days.

    >>> read_days("monday to friday"), read_days("saturday"), read_days("friday to sunday")
    ((0, 1, 2, 3, 4), (5,), (4, 5, 6))
    """
    found = _DAYS.fullmatch(written.strip().casefold())
    first, last = found.groups() if found else ("", None)
    if first not in WEEKDAYS or (last is not None and last not in WEEKDAYS):
        raise ValueError(f"{written!r}: write a day such as 'monday', or days such as 'monday to friday'")
    start = WEEKDAYS.index(first)
    count = (WEEKDAYS.index(last) - start) % 7 + 1 if last else 1
    return tuple((start + step) % 7 for step in range(count))


def dates_of(written: str, first_year: int, last_year: int) -> tuple[date, ...]:
    """The dates that "2026-12-24", or "12-24" for every year, means in these years; 29 February in leap years only.

    Raises ValueError for what is no date.

    >>> dates_of("12-24", 2026, 2027)
    (datetime.date(2026, 12, 24), datetime.date(2027, 12, 24))
    """
    yearly = _YEARLY.fullmatch(written.strip())
    try:
        if not yearly:
            day = date.fromisoformat(written.strip())
            return (day,) if first_year <= day.year <= last_year else ()
        month, number = map(int, yearly.groups())
        date(2000, month, number)
    except ValueError:
        raise ValueError(f"{written!r} is no date; write 2026-12-24, or 12-24 for every year") from None
    leap = (month, number) == (2, 29)
    return tuple(date(year, month, number) for year in range(first_year, last_year + 1) if not leap or _is_leap(year))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
