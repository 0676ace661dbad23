"""Hours of the day in which a person may be written to, in the person's own zone."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol

from bothsides.schema.instant import Instant, instant


class OpenHours(Protocol):
    """Open intervals: waking hours of a zone, or a working calendar."""

    def is_open(self, moment: Instant, /) -> bool:
        """Whether the moment lies in an open interval."""
        ...

    def next_open(self, moment: Instant, /) -> Instant | None:
        """The first open moment at or after it; None or NeverOpenError where none is known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WakingHours:
    """The same hours every day (or on some weekdays) on the wall clock of a zone.

    >>> from datetime import UTC
    >>> london = WakingHours(zone=zoneinfo.ZoneInfo("Europe/London"), opens=time(8), closes=time(20))
    >>> london.next_open(instant(datetime(2026, 3, 29, 0, 0, tzinfo=UTC))) == instant(
    ...     datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
    ... )
    True
    """

    zone: zoneinfo.ZoneInfo
    opens: time
    closes: time
    """Not open any more at this minute; later than `opens`."""
    weekdays: frozenset[int] = frozenset(range(7))
    """0 = Monday."""

    def __post_init__(self) -> None:
        if not self.opens < self.closes:
            raise ValueError(f"hours from {self.opens} to {self.closes}: must open before they close")
        if not self.weekdays or not self.weekdays <= set(range(7)):
            raise ValueError(f"weekdays {sorted(self.weekdays)}: must be some of 0 (Monday) to 6 (Sunday)")

    def is_open(self, now: Instant) -> bool:
        """Whether the zone's wall clock stands within the hours."""
        local = datetime.fromtimestamp(now, self.zone)
        return local.weekday() in self.weekdays and self.opens <= local.time() < self.closes

    def next_open(self, now: Instant) -> Instant | None:
        """Now, or the next opening; one in the hour that the clock skips in spring is the skip's end."""
        if self.is_open(now):
            return now
        today = datetime.fromtimestamp(now, self.zone).date()
        for ahead in range(9):
            day = today + timedelta(days=ahead)
            opening = instant(datetime.combine(day, self.opens, tzinfo=self.zone))
            if day.weekday() in self.weekdays and opening >= now:
                return opening
        return None
