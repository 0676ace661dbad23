"""What is said once about a client marketplace: its name, reporting currency, time zone and fiscal year."""

import re
import zoneinfo
from dataclasses import dataclass
from typing import Annotated

from bothsides.agreement import checked
from bothsides.schema import minor_units

SETTINGS_FILE = "bothsides.toml"


def known_name(name: str) -> str:
    """A workspace name: lower-case letters, digits and hyphens, as in 'acme-uk'.

    >>> known_name("acme-uk")
    'acme-uk'
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", name):
        raise ValueError("must be 1 to 63 lower-case letters, digits and hyphens, such as 'acme-uk'")
    return name


def known_currency(code: str) -> str:
    """An ISO 4217 code. Raises ValueError for any other.

    >>> known_currency("GBP")
    'GBP'
    """
    minor_units(code)
    return code


def known_zone(name: str) -> str:
    """A time zone of the IANA database. Raises ValueError for any other.

    >>> known_zone("Europe/London")
    'Europe/London'
    """
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise ValueError("must be a time zone of the IANA database, such as 'Europe/London' or 'UTC'") from None
    return name


def known_logbook(place: str) -> str:
    """A file name ending in .sqlite, postgresql://HOST/DATABASE, or env:NAME for a variable that holds an address."""
    if place.endswith(".sqlite") and "/" not in place and "\\" not in place and not place.startswith("."):
        return place
    if place.startswith("env:") or (place.startswith(("postgresql://", "postgres://")) and "@" not in place):
        return place
    raise ValueError(
        "must be a file name ending in .sqlite, postgresql://HOST/DATABASE without user and password, or env:NAME for"
        " the environment variable that holds such an address"
    )


def known_feeder(name: str) -> str:
    """Either "crm", where leads, stages and touches are loaded by mappings, or "desk", where the logbook has them."""
    if name not in ("crm", "desk"):
        raise ValueError('must be "crm", where mappings load leads, stages and touches, or "desk", where the desk does')
    return name


def month_number(number: int) -> int:
    """A month from 1 to 12. Raises ValueError for any other number."""
    if not 1 <= number <= 12:
        raise ValueError("must be a month from 1 to 12")
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """bothsides.toml. `name` is part of every id, so renaming a workspace means loading it anew."""

    name: Annotated[str, checked(known_name)]
    currency: Annotated[str, checked(known_currency)]
    """The reporting currency."""
    time_zone: Annotated[str, checked(known_zone)] = "UTC"
    """The zone of business dates."""
    fiscal_year_start: Annotated[int, checked(month_number)] = 1
    """First month of the fiscal year."""
    logbook: Annotated[str, checked(known_logbook)] = "logbook.sqlite"
    """Where leads, clocks and decisions are kept."""
    leads: Annotated[str, checked(known_feeder)] = "crm"
    """Who feeds the warehouse's leads, stages and touches: mappings of the CRM's exports, or the lead desk."""

    def as_toml(self) -> str:
        """The text of bothsides.toml."""
        return (
            f'name = "{self.name}"       # identifies the workspace; part of every id\n'
            f'currency = "{self.currency}"       # reporting currency, ISO 4217\n'
            f'time_zone = "{self.time_zone}"       # zone of business dates, IANA name\n'
            f"fiscal_year_start = {self.fiscal_year_start}       # month, 1 to 12\n"
        ) + (f'leads = "{self.leads}"       # who feeds leads, stages and touches\n' if self.leads != "crm" else "")
