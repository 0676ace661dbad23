"""Moments of the desk as whole seconds since 1970-01-01 in UTC: exact, quick to compare, the same on every database."""

from datetime import UTC, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

Instant: TypeAlias = int
"""Seconds since 1970-01-01T00:00:00Z; leap seconds are not counted (POSIX time)."""

MINUTE, HOUR, DAY = 60, 3600, 86400

IN_UTC = ZoneInfo("UTC")
"""The zone of who named none."""

CLOCK_AHEAD = 5 * MINUTE
"""How far ahead of ours another's clock is believed to be, where nobody agreed on anything else."""


def instant(moment: datetime) -> Instant:
    """The moment as an Instant, its fraction of a second left out. Raises ValueError for one without a time zone.

    >>> instant(datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    1774747800
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone, so it names no moment; write 2026-03-29T01:30:00Z")
    return int(moment.timestamp() // 1)


def in_utc(moment: Instant) -> datetime:
    """The instant as an aware datetime in UTC.

    >>> in_utc(1774747800).isoformat()
    '2026-03-29T01:30:00+00:00'
    """
    return datetime.fromtimestamp(moment, UTC)


def iso(moment: Instant) -> str:
    """The instant as scripts read it, everywhere alike.

    >>> iso(1774947600)
    '2026-03-31T09:00:00Z'
    """
    return f"{in_utc(moment):%Y-%m-%dT%H:%M:%SZ}"


def shown(moment: Instant, zone: ZoneInfo) -> str:
    """The instant as people read it: in the business's zone, which is named, to the minute.

    >>> shown(1774947600, ZoneInfo("Europe/London"))
    '2026-03-31 10:00 BST'
    """
    return f"{datetime.fromtimestamp(moment, zone):%Y-%m-%d %H:%M %Z}"
