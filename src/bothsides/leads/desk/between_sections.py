"""What no single file of the agreement shows: where two of them, or their words, cannot stand together."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bothsides.agreement import Problem
from bothsides.leads.desk.condition_words import problems as word_problems
from bothsides.leads.desk.hand_overs import problems as hand_over_problems
from bothsides.leads.route import RoutingPolicy
from bothsides.leads.sla.problems import problems as sla_problems
from bothsides.schema.working_time import Calendars


def problems(policies: Mapping[str, Any], folder: Path) -> list[Problem]:
    """Every such mistake between those sections that could be read."""
    found: list[Problem] = []
    if "sla" in policies and "calendar" in policies:
        names = [calendar.name for calendar in policies["calendar"].calendar]
        found += _in(folder / "sla.toml", "sla", sla_problems(policies["sla"], names))
    if "sla" in policies and "decay" in policies:
        found += _in(folder / "sla.toml", "ladder", hand_over_problems(policies["sla"], policies["decay"]))
    if "routing" in policies and "calendar" in policies:
        found += _calendars(policies["routing"], policies["calendar"], folder / "routing.toml")
    return [*found, *word_problems(policies, folder)]


def _in(path: Path, key: str, said: tuple[str, ...]) -> list[Problem]:
    return [Problem(file=str(path), key=key, value="", allowed=one) for one in said]


def _calendars(routing: RoutingPolicy, calendars: Calendars, path: Path) -> Iterator[Problem]:
    """Members who name a calendar that nobody declared."""
    known = sorted(calendar.name for calendar in calendars.calendar)
    for number, member in enumerate(routing.member):
        if member.calendar and member.calendar not in known:
            near = difflib.get_close_matches(member.calendar, known, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            yield Problem(
                file=str(path),
                key=f"member[{number}].calendar",
                value=f'"{member.calendar}"',
                allowed=f"{member.id}: calendar.toml has {', '.join(known) or 'no calendar'}{meant}",
            )
