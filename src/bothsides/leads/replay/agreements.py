"""The agreement at each moment: as it was recorded, or with the sections that somebody would like to change."""

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from bothsides.agreement import AgreementError, Problem
from bothsides.agreement.versions import Signed, Version, as_policy
from bothsides.leads.desk.agreed import SECTIONS, Agreed, read_section, ready
from bothsides.leads.models.in_force import NONE_IN_FORCE, InForce
from bothsides.leads.sla.policy import Sla
from bothsides.leads.sla.problems import problems as sla_problems
from bothsides.logbook import Book
from bothsides.schema import Side
from bothsides.schema.instant import Instant, in_utc


class NothingRecorded(LookupError):  # noqa: N818 - reads as the fact
    """The logbook has no recorded version of the agreement, so that nobody knows by what was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A version of a section, with when the desk learnt of it."""

    version: Version
    known_at: Instant


@dataclass(slots=True, kw_only=True)
class Agreements:
    """The agreement by moment, as one run of the desk comes by. Sections in `changed` hold throughout."""

    recorded: Mapping[str, Sequence[Recorded]]
    changed: Mapping[str, Version] = field(default_factory=dict)
    _fitted: Mapping[Side, InForce] = field(default_factory=lambda: NONE_IN_FORCE)
    _moments: list[Instant] = field(default_factory=list)
    _made: dict[tuple[tuple[tuple[str, str], ...], int], Agreed] = field(default_factory=dict)
    _last: tuple[int, int, Agreed] | None = None

    def __post_init__(self) -> None:
        found = {
            moment
            for one in self.recorded.values()
            for version in one
            for moment in (version.known_at, version.version.effective_from)
        }
        self._moments = sorted(found)

    def at(self, moment: Instant) -> Agreed:
        """The agreement that decides at that moment."""
        place, year = bisect.bisect_right(self._moments, moment), in_utc(moment).year
        if self._last is not None and self._last[:2] == (place, year):
            return self._last[2]
        versions = {section: in_force(known, moment) for section, known in self.recorded.items()}
        versions |= self.changed
        key = tuple(sorted((section, one.version) for section, one in versions.items())), year
        if key not in self._made:
            self._made[key] = self._ready(versions, moment)
        self._last = place, year, self._made[key]
        return self._made[key]

    def fit(self, fitted: Mapping[Side, InForce]) -> None:
        """From now on these fitted cards are in force."""
        if fitted != self._fitted:
            self._fitted, self._last = fitted, None
            self._made.clear()

    def anew(self, changed: Mapping[str, Version] | None = None) -> "Agreements":
        """The same history of versions for another run, with other sections in the place of the recorded ones."""
        return Agreements(recorded=self.recorded, changed=self.changed if changed is None else changed)

    def _ready(self, versions: Mapping[str, Version], moment: Instant) -> Agreed:
        older: dict[str, Sla] = {
            one.version.version: as_policy(one.version, Sla) for one in self.recorded.get("sla", ())
        }
        # Clocks that began before the span run under the version with which they began.
        policies = {section: as_policy(version, SECTIONS[section]) for section, version in versions.items()}
        names = {section: version.version for section, version in versions.items()}
        return ready(policies, names, now=moment, older=older, fitted=self._fitted)


def in_force(known: Sequence[Recorded], moment: Instant) -> Version:
    """The version that held then, of those the desk knew; the first one for moments before any was known."""
    told = [one for one in known if one.known_at <= moment and one.version.effective_from <= moment]
    if not told:
        return known[0].version
    return max(told, key=lambda one: (one.version.effective_from, one.known_at)).version


def recorded_versions(book: Book) -> Agreements:
    """Every recorded version of the sections that the desk decides by. Raises NothingRecorded."""
    found: dict[str, list[Recorded]] = {}
    for section, version, since, content, known_at in book.all(
        "SELECT section, version, effective_from, content, recorded_at FROM policy_versions"
        " ORDER BY section, recorded_at, effective_from, version"
    ):
        if section in SECTIONS:
            one = Version(section=section, version=version, effective_from=since, content=orjson.loads(content))
            found.setdefault(section, []).append(Recorded(version=one, known_at=known_at))
    if missing := sorted({"scoring", "routing", "calendar", "sla"} - found.keys()):
        raise NothingRecorded(
            f"the logbook has no recorded version of {', '.join(missing)}: nobody knows by what was decided;"
            " a desk records its agreement when it opens"
        )
    return Agreements(recorded=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The sections that somebody would like to change, and what was given beside them."""

    versions: Mapping[str, Version]
    left_out: tuple[str, ...]
    """Files of other sections, which decide on nothing that a replay does again."""


def read_proposed(paths: Sequence[Path], *, time_zone: str, calendars: Sequence[str]) -> Proposed:
    """The sections in these files and folders. `calendars` are the names of those in force, for an SLA that keeps them.

    Raises AgreementError naming every mistake of every file, and ValueError where no file holds a section.
    """
    files = [file for path in paths for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    known = [file for file in files if file.stem in SECTIONS]
    if not known:
        names = ", ".join(str(path) for path in paths)
        allowed = ", ".join(f"{section}.toml" for section in SECTIONS)
        raise ValueError(f"{names}: holds no section that a desk decides by: {allowed}")
    signed, problems = _read(known, time_zone)
    if "calendar" in signed:
        calendars = [one.name for one in signed["calendar"].policy.calendar]
    if "sla" in signed:
        file = next(str(file) for file in known if file.stem == "sla")
        said = sla_problems(signed["sla"].policy, calendars)
        problems += [Problem(file=file, key="sla", value="", allowed=one) for one in said]
    if problems:
        raise AgreementError(problems)
    versions = {
        section: Version(section=section, version=one.version, effective_from=0, content=one.content)
        for section, one in signed.items()
    }
    return Proposed(versions=versions, left_out=tuple(file.name for file in files if file.stem not in SECTIONS))


def _read(files: Sequence[Path], time_zone: str) -> tuple[dict[str, Signed[Any]], list[Problem]]:
    found: dict[str, Signed[Any]] = {}
    problems: list[Problem] = []
    for file in files:
        section = file.stem
        if section in found:
            problems.append(Problem(file=str(file), key="file", value="", allowed=f"{section} was given before"))
            continue
        if not file.exists():
            problems.append(Problem(file=str(file), key="file", value="", allowed="is missing"))
            continue
        try:
            found[section] = read_section(file, section, time_zone=time_zone)
        except AgreementError as error:
            problems += error.problems
    return found, problems
