"""Words of conditions that no lead can have: a side, band or stage that does not exist, a field or source misspelt."""

import dataclasses
import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from bothsides.agreement import Problem
from bothsides.agreement.conditions import Written, named_values
from bothsides.leads.intake.reading import RESERVED, WHO
from bothsides.leads.score import Band
from bothsides.schema import Side
from bothsides.schema.stage import LeadStage

SECTIONS = ("routing", "sla", "decay", "scoring")
"""Sections whose conditions test a lead."""

FIELDS = frozenset(
    {
        *RESERVED, *WHO, "side", "source", "deal_size", "segment", "category", "region", "country", "city", "postcode",
        "campaign", "job_title", "employees", "email_domain", "sku_count",
    }
)  # fmt: skip
"""Fields that the desk itself knows. A lead may bring any other, so only a slip of one of these is wrong."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "side": tuple(side.value for side in Side),
    "band": tuple(band.value for band in Band),
    "stage": tuple(stage.value for stage in LeadStage),
}
_NEAR = 0.8


def problems(policies: Mapping[str, Any], folder: Path) -> list[Problem]:
    """Every such word of the sections, with where it stands and what may be meant."""
    intake = policies.get("intake")
    sources = {one.name for one in intake.source} if intake is not None else set()
    brought = {name for one in intake.source for name in one.rename.values()} if intake is not None else set()
    return [
        Problem(file=str(folder / f"{section}.toml"), key=f"{where}.{name}", value=_shown(written), allowed=said)
        for section in SECTIONS
        if section in policies
        for where, when in _conditions(policies[section])
        for name, written in when.items()
        for said in _wrong(name, written, sources, brought)
    ]


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
        slips = [known for known in FIELDS if _is_slip(name, known)]
        if meant := _meant(name, slips):
            yield f"no lead has a field {name!r}{meant}; one that forms bring so is named in a rename of intake.toml"


def _is_slip(word: str, known: str) -> bool:
    """Whether one letter of the known word was left out, doubled, put in, mistaken or swapped with its neighbour.

    A longer name that has the known one whole in it, as category_id, is a name of its own, unless a letter is doubled.
    """
    if len(word) == len(known):
        differ = [place for place, (one, other) in enumerate(zip(word, known, strict=True)) if one != other]
        first, last = (differ[0], differ[-1]) if differ else (0, 0)
        return len(differ) == 1 or (
            len(differ) == 2 and last == first + 1 and word[first : last + 1] == known[first : last + 1][::-1]
        )
    longer, shorter = (word, known) if len(word) > len(known) else (known, word)
    if len(longer) != len(shorter) + 1:
        return False
    places = [place for place in range(len(longer)) if longer[:place] + longer[place + 1 :] == shorter]
    return bool(places) and (longer is known or known not in word or len(places) > 1)


def _meant(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=_NEAR)
    return f"; did you mean {near[0]!r}?" if near else ""


def _shown(written: Written) -> str:
    if isinstance(written, list):
        return f"[{', '.join(_shown(one) for one in written)}]"
    return f'"{written}"' if isinstance(written, str) else str(written)
