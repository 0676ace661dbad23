"""Moments as exports write them: read where they can mean one thing only, else told why not."""

import re
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bothsides.leads.wording import plural
from bothsides.schema.instant import DAY, HOUR, MINUTE, Instant, instant

Dates = Literal["day_first", "month_first"]
"""How a source writes a date that does not begin with its year."""

_WRITTEN = re.compile(
    r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})"
    r"(?:(?:, ?|[ T]+)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([ap])\.?m\.?)?)?"
    r"(?: ?(Z|[+-][0-9]{2}:?[0-9]{2}))?",
    re.IGNORECASE,
)
"""17.11.2026 09:15, 11/17/2026 9:15 AM."""

_ENTRY = "for this source in agreement/intake.toml"
_ZONE = 'time_zone = "Europe/Berlin", or where else it is written,'
_SUCH = "must be a moment with its zone, such as 2026-03-29T09:30:00Z"


def read_moment(text: str, *, time_zone: str | None = None, dates: Dates | None = None) -> Instant | str:
    """The moment that the text means, or in words why it means none. One with a zone of its own is exact; any other
    is local time of the time zone, a date alone the start of its day there.

    >>> read_moment("2026-03-29T10:30:00+01:00"), read_moment("29.03.2026 11:30", time_zone="CET", dates="day_first")
    (1774776600, 1774776600)
    >>> read_moment("2026-03-29 02:30", time_zone="Europe/Berlin")
    'does not exist in Europe/Berlin, where clocks went forward over it; write it with its offset, such as +01:00'
    """
    text = text.strip()
    written = _WRITTEN.fullmatch(text)
    if written is not None and dates is None:
        return _unsaid(has_zone=written[9] is not None or time_zone is not None)
    try:
        read = datetime.fromisoformat(text) if written is None else _dated(written, dates)
        if read.tzinfo is not None:
            return instant(read)
        if time_zone is None:
            return f"needs {_ZONE} {_ENTRY}; or write it with its zone"
        return _local(read, time_zone, is_day=_is_day(text) if written is None else written[5] is None)
    except (ValueError, OverflowError):
        if written is None:
            return _SUCH
        return f'is no such day or time, read as dates = "{dates}" says {_ENTRY}'


def lasting(seconds: int) -> str:
    """A length of time as people say it, in its two largest units.

    >>> lasting(849600), lasting(5400), lasting(300), lasting(1)
    ('9 days 20 hours', '1 hour 30 minutes', '5 minutes', '1 second')
    """
    parts = []
    for size, unit in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second")):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(plural(number, unit))
    return " ".join(parts[:2]) or plural(0, "second")


def believed(at: Instant, *, now: Instant, ahead: int) -> Instant:
    """The moment as it was told, by whose own clock it is known again; that may be so many seconds ahead of ours.

    Raises ValueError for what lies further in the future, or before 1970.

    >>> believed(1_000_100, now=1_000_000, ahead=300)
    1000100
    """
    if at > now + ahead:
        raise ValueError(f"is {lasting(at - now)} in the future; at most {lasting(ahead)} are believed")
    if at < 0:
        raise ValueError("is before 1970")
    return at


def _unsaid(*, has_zone: bool) -> str:
    zone = "" if has_zone else f", and {_ZONE}"
    return f'needs dates = "day_first" or "month_first"{zone} {_ENTRY}: it begins with its day or with its month'


def _dated(written: re.Match[str], dates: Dates | None) -> datetime:
    one, _, other, year, hour, minute, second, half, zone = written.groups()
    day, month = (one, other) if dates == "day_first" else (other, one)
    hours = int(hour or 0)
    if half is not None:
        if not 1 <= hours <= 12:
            raise ValueError
        hours = hours % 12 + (12 if half in "pP" else 0)
    local = datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0))  # noqa: DTZ001
    return local if zone is None else datetime.fromisoformat(f"{local.isoformat()}{zone.upper()}")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _local(read: datetime, time_zone: str, *, is_day: bool) -> Instant | str:
    zone = ZoneInfo(time_zone)
    first, second = (read.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    at = instant(first)
    if is_day or first.utcoffset() == second.utcoffset():
        return at
    # An hour that is left out comes back as another one.
    if datetime.fromtimestamp(int(first.timestamp()), zone).replace(tzinfo=None) != read.replace(microsecond=0):
        why = "does not exist in {}, where clocks went forward over it"
    else:
        why = "is twice in {}, where clocks went back over it"
    return f"{why.format(time_zone)}; write it with its offset, such as {f'{first:%z}'[:3]}:{f'{first:%z}'[3:]}"
