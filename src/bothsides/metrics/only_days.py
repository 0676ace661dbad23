"""Moments of which only the day is known: a date without a time of day is stored as its day's first moment."""

import re
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 2000, 2045
"""Between them a day's first moment is told exactly; before and after, summer time is taken for none."""

_LAST_SECOND = 24 * 3600 - 1
"""Of a day; those on which clocks change are an hour longer or shorter."""

_ENDS = re.compile(r"\{ends:((?:\w+\.)?\w+)\}")


def with_day_ends(statement: str, zone: str) -> str:
    """The statement with every `{ends:o.placed}` as the last second of its day where only the day is known, else the
    moment itself; `o.placed` stands for `o.placed_at` and `o.placed_on`.

    What follows something of its own day is asked by this, for it may have come at any time of it. Nobody is asked by
    it how long something took.

    >>> with_day_ends("{ends:placed} >= seen_at", "UTC")
    'CASE WHEN placed_at = CAST(placed_on AS TIMESTAMP) THEN placed_at + INTERVAL 86399 SECOND ELSE placed_at END >= \
seen_at'
    """
    return _ENDS.sub(lambda found: _day_end(found[1], zone), statement)


def _day_end(name: str, zone: str) -> str:
    at, began = f"{name}_at", _first_moment(f"{name}_on", zone)
    return f"CASE WHEN {at} = {began} THEN {at} + INTERVAL {_LAST_SECOND} SECOND ELSE {at} END"


def _first_moment(day: str, zone: str) -> str:
    """SQL: the UTC moment at which a business day of the zone begins."""
    wall = f"CAST({day} AS TIMESTAMP)"
    offsets = midnights(zone)
    return wall if offsets == ((date.min, 0),) else f"({wall} - {_tree(day, offsets)})"


def _tree(day: str, offsets: tuple[tuple[date, int], ...]) -> str:
    if len(offsets) == 1:
        return f"INTERVAL '{offsets[0][1]}' SECOND"
    middle = len(offsets) // 2
    earlier, later = _tree(day, offsets[:middle]), _tree(day, offsets[middle:])
    return f"CASE WHEN {day} < DATE '{offsets[middle][0]}' THEN {earlier} ELSE {later} END"


@lru_cache(maxsize=32)
def midnights(zone: str) -> tuple[tuple[date, int], ...]:
    """From which day on how many seconds the zone's midnight is ahead of UTC's.

    >>> midnights("UTC")
    ((datetime.date(1, 1, 1), 0),)
    >>> [(str(day), ahead) for day, ahead in midnights("Europe/London") if day.year == 2024]
    [('2024-04-01', 3600), ('2024-10-28', 0)]
    """
    info = zoneinfo.ZoneInfo(zone)
    here, end = date(FIRST_YEAR, 1, 1), date(LAST_YEAR + 1, 1, 1)
    found = [(date.min, _ahead(info, here))]
    while here < end:
        there = here + timedelta(days=7)
        if (ahead := _ahead(info, there)) != found[-1][1]:
            changed = next(d for i in range(1, 8) if _ahead(info, d := here + timedelta(days=i)) == ahead)
            found.append((changed, ahead))
        here = there
    return tuple(found)


def _ahead(info: zoneinfo.ZoneInfo, day: date) -> int:
    """Seconds; a midnight that comes twice is the first one, as dates are loaded."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=info)
    return int((midnight.replace(tzinfo=UTC) - midnight.astimezone(UTC)).total_seconds())
