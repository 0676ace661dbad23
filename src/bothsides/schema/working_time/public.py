"""Public holidays by country and part of it, as the `holidays` library knows them."""

import functools
from datetime import date

import holidays


def read_region(written: str) -> tuple[str, str | None]:
    """Country and part of "GB-ENG" or "DE". Raises ValueError where the library knows no such place.

    >>> read_region("GB-ENG")
    ('GB', 'ENG')
    """
    country, _, part = written.strip().partition("-")
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError(f"{written!r}: no public holidays are known for {country!r}; write a country such as 'DE'")
    if part and part not in known[country]:
        allowed = ", ".join(f"{country}-{each}" for each in known[country]) or f"{country} alone"
        raise ValueError(f"{written!r}: {country} has no such part; allowed: {allowed}")
    return country, part or None


def years_known(regions: tuple[str, ...]) -> tuple[int, int]:
    """The first and last year for which a calendar can be laid out: outside, no holidays would be told.

    A year needs its neighbours too, since its first hours in UTC are the last ones of the year before further west.
    """
    first, last = 1971, 2099
    for written in regions:
        country, part = read_region(written)
        place = holidays.country_holidays(country, subdiv=part)
        first, last = max(first, place.start_year + 1), min(last, place.end_year - 1)
    return first, last


def public_holidays(regions: tuple[str, ...], first_year: int, last_year: int) -> frozenset[date]:
    """The dates on which public life rests in any of these places, days in lieu included."""
    years = range(first_year, last_year + 1)
    return frozenset(day for region in regions for year in years for day in _of_year(region, year))


@functools.cache
def _of_year(region: str, year: int) -> tuple[date, ...]:
    """Kept, since every calendar and every person's leave asks for the same few years again."""
    country, part = read_region(region)
    return tuple(day for day in holidays.country_holidays(country, subdiv=part, years=year) if day.year == year)
