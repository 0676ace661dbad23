"""Which date style a column is written in: found from its values, confirmed over all of them, doubt said aloud."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|UTC|[+-]\d{2}(:?\d{2})?))?)?")
_MAYBE = re.compile(r"(?=.*\d)[\w ,.:/+\-]{6,35}")
_DAYS = (
    "%d/%m/%Y %m/%d/%Y %Y/%m/%d %d-%m-%Y %m-%d-%Y %d.%m.%Y %d/%m/%y %m/%d/%y %d.%m.%y %d-%b-%Y %d-%b-%y %d-%B-%Y "
    "%Y-%m-%d %Y%m%d"
).split()
_WORDY = ("%d %b %Y", "%d %b, %Y", "%d %B %Y", "%d %B, %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y")
_MONTHS = ("%Y-%m", "%b %Y", "%B %Y", "%b-%y", "%b-%Y", "%m/%Y", "%Y/%m")
_CLOCKS = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %H:%M:%S",
    ", %H:%M",
    " - %H:%M:%S",
    " - %H:%M",
    "T%H:%M:%S",
)
FORMATS: tuple[str, ...] = tuple(day + clock for day in (*_DAYS, *_WORDY) for clock in _CLOCKS) + _MONTHS
"""Every strptime format a draft can propose beside ISO 8601."""

_SAMPLE = 200
_MOST_STYLES = 5
_EARLIEST, _LATEST = 1950, 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class DateStyle:
    """How a column writes dates. `formats` is empty for ISO 8601 alone; `rival` is another reading that fits."""

    formats: tuple[str, ...] = ()
    rival: str | None = None
    has_time: bool = False
    month_starts: bool = False
    """Every date is the first of its month, over three months or more."""
    low: str = ""
    high: str = ""
    share: float = 1.0
    """Share of the non-blank values that read as dates."""


def swapped(text_format: str) -> str | None:
    """The same format with day and month exchanged, None where the month is a word or there is no day.

    >>> swapped("%d/%m/%Y"), swapped("%d %b %Y"), swapped("%Y-%m-%d")
    ('%m/%d/%Y', None, None)
    """
    found = re.match(r"%([dm])([/.\-])%([dm])", text_format)
    if not found or found[1] == found[3]:
        return None
    return f"%{found[3]}{found[2]}%{found[1]}{text_format[found.end() :]}"


def detect_dates(con: duckdb.DuckDBPyConnection, values: Sequence[str]) -> DateStyle | None:
    """The date style of the column whose distinct values are in `draft_values`; `values` are some of them.

    None when fewer than 95 % of the records hold a date.
    """
    sample = [value for value in values[:_SAMPLE] if value]
    maybe = sum(1 for value in sample if _MAYBE.fullmatch(value))
    if not sample or maybe < 0.95 * len(sample):
        return None
    formats = _styles(sample)
    if formats is None:
        return None
    formats, rival = _settle(con, formats)
    return _measure(con, formats, rival)


def _styles(sample: Sequence[str]) -> tuple[str, ...] | None:
    """The fewest formats that read the sample, commonest first; ISO needs none. None when they do not."""
    rest = [value for value in sample if not ISO.fullmatch(value)]
    iso, chosen = len(sample) - len(rest), list[str]()
    while rest and len(chosen) < _MOST_STYLES:
        fits = {text_format: sum(_reads(value, text_format) for value in rest) for text_format in _plausible(rest)}
        best = max(fits, key=lambda text_format: fits[text_format], default=None)
        if best is None or not fits[best]:
            break
        chosen.append(best)
        rest = [value for value in rest if not _reads(value, best)]
    if len(rest) > 0.05 * len(sample):
        return None
    if iso and chosen:
        chosen += ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S"]
    return tuple(dict.fromkeys(chosen))


def _plausible(values: Sequence[str]) -> list[str]:
    """Formats that read at least one of a few values, so that the full count is taken for few."""
    few = values[:: max(1, len(values) // 5)][:6]
    return [text_format for text_format in FORMATS if any(_reads(value, text_format) for value in few)]


def _reads(value: str, text_format: str) -> bool:
    try:
        moment = datetime.strptime(value, text_format)  # noqa: DTZ007 - only the shape is asked
    except ValueError:
        return False
    return _EARLIEST <= moment.year <= _LATEST and ("%Y%m%d" not in text_format or value[:8].isdigit())


def _settle(con: duckdb.DuckDBPyConnection, formats: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """Decide day before month or month before day by the days above 12 in all values; day first where both fit."""
    settled, rival = list[str](), None
    for text_format in formats:
        other = swapped(text_format)
        if other is None or other in formats:
            settled.append(text_format)
            continue
        mine, theirs = _fitting(con, text_format), _fitting(con, other)
        better, worse = (text_format, other) if mine >= theirs else (other, text_format)
        if mine == theirs:
            better, worse = sorted((text_format, other))
            rival = worse
        settled.append(better)
    return tuple(settled), rival


def _fitting(con: duckdb.DuckDBPyConnection, text_format: str) -> int:
    row = con.execute(
        f"SELECT coalesce(sum(n) FILTER (try_strptime(value, '{text_format}') IS NOT NULL), 0) FROM draft_values"
    ).fetchone()
    return int(row[0]) if row else 0


def _measure(con: duckdb.DuckDBPyConnection, formats: tuple[str, ...], rival: str | None) -> DateStyle | None:
    parsed = "try_cast(value AS TIMESTAMP)" if not formats else f"try_strptime(value, {list(formats)!r})"
    row = con.execute(
        f"""
        WITH dates AS (SELECT {parsed} AS moment, n FROM draft_values)
        SELECT coalesce(sum(n) FILTER (moment IS NOT NULL), 0) / sum(n),
               min(moment), max(moment),
               bool_or(moment <> date_trunc('day', moment)),
               bool_and(moment = date_trunc('month', moment)) AND count(DISTINCT moment) >= 3
        FROM dates
        """
    ).fetchone()
    if row is None or row[0] is None or row[0] < 0.95:
        return None
    return DateStyle(
        formats=formats,
        rival=rival,
        has_time=bool(row[3]),
        month_starts=bool(row[4]),
        low=f"{row[1]:%Y-%m-%d}",
        high=f"{row[2]:%Y-%m-%d}",
        share=float(row[0]),
    )
