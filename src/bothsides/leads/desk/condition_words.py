"""Words of the agreement that no lead has: a side, band or stage that does not exist, a field or source misspelt."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from bothsides.agreement import Problem
from bothsides.agreement.conditions import Written, named_values
from bothsides.leads.intake import IntakePolicy
from bothsides.leads.intake.field_names import FIELDS, bare, is_slip, meant, slip_of
from bothsides.leads.score import Band
from bothsides.schema import Side
from bothsides.schema.stage import LeadStage

SECTIONS = ("routing", "sla", "decay", "scoring")
"""Sections whose conditions test a lead."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "side": tuple(side.value for side in Side),
    "band": tuple(band.value for band in Band),
    "stage": tuple(stage.value for stage in LeadStage),
}


def problems(policies: Mapping[str, Any], folder: Path) -> list[Problem]:
    """Every such word of the sections, with where it stands and what may be meant."""
    intake = policies.get("intake")
    sources = {one.name for one in intake.source} if intake is not None else set()
    brought = {name for one in intake.source for name in one.rename.values()} if intake is not None else set()
    conditions = [
        (section, where, when)
        for section in SECTIONS
        if section in policies
        for where, when in _conditions(policies[section])
    ]
    found = [
        Problem(file=str(folder / f"{section}.toml"), key=f"{where}.{name}", value=_shown(written), allowed=said)
        for section, where, when in conditions
        for name, written in when.items()
        for said in _wrong(name, written, sources, brought)
    ]
    tested = {name for _, _, when in conditions for name in when}
    return found if intake is None else [*found, *_renames(intake, tested, folder / "intake.toml")]


def _renames(intake: IntakePolicy, tested: Collection[str], path: Path) -> Iterator[Problem]:
    """Fields to which a source renames its own and that nobody reads, but nearly a known one; County = "county" means
    itself."""
    for number, source in enumerate(intake.source):
        for theirs, target in source.rename.items():
            if target in tested or bare(theirs) == bare(target):
                continue
            if near := slip_of(target):
                yield Problem(
                    file=str(path),
                    key=f"source[{number}].rename.{theirs}",
                    value=_shown(target),
                    allowed=f"no field of leads is called so; did you mean {near!r}? A field of your own needs a name "
                    "that is less like it",
                )


def asked_anywhere(policies: Mapping[str, Any], name: str) -> bool:
    """Whether a condition of any section tests the field."""
    made = (policy for policy in policies.values() if dataclasses.is_dataclass(policy))
    return any(name in when for policy in made for _, when in _conditions(policy))


def _conditions(policy: Any, where: str = "") -> Iterator[tuple[str, Mapping[str, Written]]]:
    """Every `when` of a policy with its place, such as rule[2].when."""
    for item in dataclasses.fields(policy):
        value, place = getattr(policy, item.name), f"{where}.{item.name}" if where else item.name
        if item.name == "when":
            yield place, value
        elif isinstance(value, tuple):
            for number, one in enumerate(value):
                if dataclasses.is_dataclass(one):
                    yield from _conditions(one, f"{place}[{number}]")


def _wrong(name: str, written: Written, sources: Collection[str], brought: Collection[str]) -> Iterator[str]:
    if name in _WORDS:
        for value in named_values(written):
            if value not in _WORDS[name]:
                yield f"no lead has it: must be one of {', '.join(_WORDS[name])}{_meant(value, _WORDS[name])}"
    elif name == "source":
        for value in named_values(written):
            if value not in sources and (meant := _meant(value, sources)):
                yield f"no source of intake.toml is called so{meant}"
    elif name not in FIELDS and name not in brought:
        slips = [known for known in FIELDS if is_slip(name, known)]
        if meant := _meant(name, slips):
            yield f"no lead has a field {name!r}{meant}; one that forms bring so is named in a rename of intake.toml"


def _meant(word: str, known: Collection[str]) -> str:
    near = meant(word, known)
    return f"; did you mean {near!r}?" if near else ""


def _shown(written: Written) -> str:
    if isinstance(written, list):
        return f"[{', '.join(_shown(one) for one in written)}]"
    return f'"{written}"' if isinstance(written, str) else str(written)
