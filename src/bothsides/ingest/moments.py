"""Dates and times from text: local to UTC and back by transitions computed once, never by a zone function per row."""

import functools
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bothsides.ingest.literals import literal

FIRST_YEAR, LAST_YEAR = 1900, 2200
_ZONED = r"(?:[Zz]| ?UTC|[+-]\d\d(?::?\d\d)?)$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """From `moment` (naive; UTC or wall time, as asked for) on, the zone is `offset` seconds ahead of UTC."""

    moment: datetime
    offset: int


@functools.lru_cache(maxsize=32)
def transitions(zone: str, *, local: bool) -> tuple[Transition, ...]:
    """Every change of a zone's offset from 1900 to 2200, the first one before all of them.

    With `local`, moments are wall time as `zoneinfo` reads it with fold=0: a wall time that happens twice is the first
    one, a wall time that never happens takes the offset before the change.
    """
    info = zoneinfo.ZoneInfo(zone)
    start, end = datetime(FIRST_YEAR - 1, 12, 28, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 4, tzinfo=UTC)
    step, here = timedelta(days=6), start
    offset = _offset(info, here)
    found = [Transition(moment=datetime.min, offset=offset)]  # noqa: DTZ901 - naive on purpose
    while here < end:
        there = here + step
        after = _offset(info, there)
        if after != offset:
            change = _bisect(info, here, there)
            after = _offset(info, change)
            moment = change.replace(tzinfo=None)
            if local:
                moment += timedelta(seconds=max(offset, after))
            found.append(Transition(moment=moment, offset=after))
            offset, here = after, change
        else:
            here = there
    return tuple(found)


def _offset(info: zoneinfo.ZoneInfo, moment: datetime) -> int:
    shift = moment.astimezone(info).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0


def _bisect(info: zoneinfo.ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second of the first change after `low`."""
    offset = _offset(info, low)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle == low:
            break
        low, high = (middle, high) if _offset(info, middle) == offset else (low, middle)
    return high


def offset_seconds(moment: str, zone: str, *, local: bool) -> str:
    """SQL: the zone's offset in seconds at a naive moment; a balanced tree of comparisons, ten deep at most."""
    return _tree(moment, transitions(zone, local=local))


def _tree(moment: str, steps: Sequence[Transition]) -> str:
    if len(steps) == 1:
        return str(steps[0].offset)
    middle = len(steps) // 2
    border = f"TIMESTAMP '{steps[middle].moment:%Y-%m-%d %H:%M:%S}'"
    return (
        f"CASE WHEN {moment} < {border} THEN {_tree(moment, steps[:middle])} ELSE {_tree(moment, steps[middle:])} END"
    )


def to_utc(wall: str, zone: str) -> str:
    """SQL: a wall time of the zone as UTC."""
    if zone == "UTC":
        return wall
    return f"({wall} - to_seconds({offset_seconds(wall, zone, local=True)}))"


def to_wall(utc: str, zone: str) -> str:
    """SQL: a UTC moment as wall time of the zone."""
    if zone == "UTC":
        return utc
    return f"({utc} + to_seconds({offset_seconds(utc, zone, local=False)}))"


def quick_wall(field: str) -> str:
    """SQL: a plain ISO date or date and time as TIMESTAMP; NULL for anything else."""
    # 19 bytes may also be '2024-01-01T10:00+02', whose offset a plain cast would drop.
    plain = f"strlen({field}) = 10 OR (strlen({field}) = 19 AND substr({field}, 17, 1) = ':')"
    return f"CASE WHEN {plain} THEN TRY_CAST({field} AS TIMESTAMP) END"


def is_zoned(text: str) -> str:
    """SQL: whether an ISO text says its own offset from UTC."""
    return f"(strlen({text}) > 13 AND regexp_matches({text}, {literal(_ZONED)}))"


def wall_time(text: str, formats: Sequence[str], *, months: bool) -> str:
    """SQL: a text as wall time by the given formats, else as ISO; with `months` also as a bare ISO month."""
    if formats:
        return "coalesce(" + ", ".join(f"try_strptime({text}, {literal(one)})" for one in formats) + ")"
    iso = f"CASE WHEN regexp_matches({text}, '^\\d{{4}}-') THEN TRY_CAST({text} AS TIMESTAMP) END"
    return f"coalesce({iso}, try_strptime({text}, '%Y-%m'))" if months else iso


def bare_date(text: str, formats: Sequence[str]) -> str:
    """SQL: whether the text is a date without a time of day, which is a business date in any zone."""
    if not formats:
        return f"(strlen({text}) <= 10)"
    timed = [one for one in formats if any(mark in one for mark in ("%H", "%I", "%c", "%X"))]
    if not timed:
        return "true"
    if len(timed) == len(formats):
        return "false"
    return "(coalesce(" + ", ".join(f"try_strptime({text}, {literal(one)})" for one in timed) + ") IS NULL)"


def zoned_utc(text: str) -> str:
    """SQL: an ISO text that says its own offset as UTC."""
    # Without seconds, DuckDB 1.5 does not read an offset.
    whole = rf"regexp_replace({text}, '^(\d{{4}}-\d\d-\d\d[T ]\d\d:\d\d)( ?[UZz+-])', '\1:00\2')"
    return f"make_timestamp(epoch_us(TRY_CAST({whole} AS TIMESTAMPTZ)))"


def out_of_range(moment: str) -> str:
    """SQL: whether a moment lies outside the years that a business record can have."""
    return f"({moment} < TIMESTAMP '{FIRST_YEAR}-01-01' OR {moment} >= TIMESTAMP '{LAST_YEAR + 1}-01-01')"
