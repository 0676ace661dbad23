"""Drafts the agreement of a workspace: the least that the desk can work by, to be read, changed and signed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bothsides.identity.addresses import FREE_MAIL
from bothsides.leads.desk.agreed import SECTIONS
from bothsides.leads.desk.agreement_files import unread
from bothsides.leads.route import RoutingPolicy
from bothsides.leads.sla.policy import DEFAULT_CALENDAR, DEFAULT_SLA, Act
from bothsides.workspace import Workspace

DRAFTS = Path(__file__).parent / "drafts"
"""The house's first proposals."""

EXAMPLE = Path(__file__).parents[2] / "simulate" / "desk" / "agreement"
"""What the teams of the simulated quarter signed."""

_NOBODY = "first.member"
_MEMBER = """
[[member]]
id = "{id}"
calendar = "office"
open_cap = 60                    # leads that one person can look after at the same time
# manager = "another.member"     # who is told where a lead stays untouched; without one the member is told again
"""

_TO_SIGN = """
# Nobody signed this yet. To sign it, take the # away from the next three lines and write who agreed to it:
# [signed]
# since = 2026-01-01               # the first day on which it holds; of what you change later, a day to come
# by = ["Marketing", "Sales"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """Which files were written and which were there already, by name."""

    written: tuple[str, ...]
    left: tuple[str, ...]


def draft(workspace: Workspace, *, start_from: Path | None = None, members: tuple[str, ...] = ()) -> Drafted:
    """Writes what is missing of the agreement. Raises FileNotFoundError for a folder without such files, ValueError for
    a member's name that cannot stand in a file.
    """
    for name in members:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}", name):
            raise ValueError(f"--member {name!r}: must be 1 to 100 letters, digits, dots and hyphens, such as ana.ruiz")
    texts = _house(workspace, members) if start_from is None else _from(start_from)
    folder = workspace.agreement_dir
    folder.mkdir(parents=True, exist_ok=True)
    written, left = [], []
    for name, text in sorted(texts.items()):
        try:
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
            written.append(name)
        except FileExistsError:
            left.append(name)
    return Drafted(written=tuple(written), left=tuple(left))


def _house(workspace: Workspace, members: tuple[str, ...]) -> dict[str, str]:
    zone = workspace.settings.time_zone
    calendar = DEFAULT_CALENDAR.read_text(encoding="utf-8")
    people = "".join(_MEMBER.format(id=name) for name in dict.fromkeys(members or (_NOBODY,)))
    routing = (DRAFTS / "routing.toml").read_text(encoding="utf-8")
    scoring = (DRAFTS / "scoring.toml").read_text(encoding="utf-8")
    texts = {
        "calendar.toml": calendar.replace('zone = "UTC"', f'zone = "{zone}"'),
        "sla.toml": DEFAULT_SLA.read_text(encoding="utf-8"),
        "scoring.toml": scoring.replace("    # FREE MAIL\n", _free_mailboxes()),
        "decay.toml": (DRAFTS / "decay.toml").read_text(encoding="utf-8"),
        "routing.toml": routing.replace("# MEMBERS\n", people.lstrip("\n"))
        .replace("{zone}", zone)
        .replace("{name}", workspace.settings.name),
    }
    return {name: text.rstrip("\n") + "\n" + _TO_SIGN for name, text in texts.items()}


def _free_mailboxes() -> str:
    """The free mailboxes that identity knows, as lines of a list of tests."""
    tests = [f'"ends with @{domain}",' for domain in sorted(FREE_MAIL)]
    return "".join(f"    {' '.join(three).rstrip()}\n" for three in zip_longest(*[iter(tests)] * 3, fillvalue=""))


def _from(folder: Path) -> dict[str, str]:
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    if not any(path.stem in SECTIONS for path in files):
        raise FileNotFoundError(f"--from {folder}: holds none of {', '.join(f'{name}.toml' for name in SECTIONS)}")
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def unfinished(workspace: Workspace, policies: Mapping[str, Any], *, signed: frozenset[str]) -> tuple[str, ...]:
    """What loads, but leaves something that people expect to happen undone; each as one sentence.

    `signed` are the sections that somebody signed.
    """
    folder = workspace.agreement_dir
    routing: RoutingPolicy = policies["routing"]
    found = []
    written = [name for name in sorted(policies) if (folder / f"{name}.toml").exists()]
    if unsigned := [f"{name}.toml" for name in written if name not in signed]:
        says = "the desk works by them all the same; [signed] says who agreed, from which day on"
        found.append(f"nobody signed {', '.join(unsigned)}: {says}")
    if any(member.id == _NOBODY for member in routing.member):
        found.append(f"routing.toml gives leads to {_NOBODY}, which is nobody: write your people in its place")
    if not routing.member:
        found.append("routing.toml names no member, so every lead waits in a queue")
    told = {step.act for policy in policies["sla"].policy for clause in policy.clause for step in clause.ladder}
    alone = [member.id for member in routing.member if not member.manager]
    if Act.NOTIFY_MANAGER in told and routing.member and len(alone) == len(routing.member):
        found.append("no member has a manager, so where sla.toml tells the manager, the member is told again")
    found += [f"nobody reads {name}.toml: no part of the agreement is called so" for name in unread(folder, SECTIONS)]
    if not (folder / "commitments.toml").exists():
        found.append("there is no commitments.toml, so neither team owes the other a number (docs/commitments.md)")
    if not (folder / "delivery.toml").exists():
        found.append("there is no delivery.toml, so messages to people wait in the outbox (docs/delivery.md)")
    return tuple(found)
