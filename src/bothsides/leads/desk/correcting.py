"""Fields in which a refused record may be corrected: those that somebody reads; a slip is told, never kept."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.intake.field_names import ALWAYS_READ, FIELDS, RESERVED

_NAMING = frozenset({"when", "field", "fields", "hours_from", "source_fields", "numbers", "not_in"})
"""Keys of the agreement under which fields of leads are named, as the names of tables or as texts."""


def correctable(agreed: Agreed, source: str) -> frozenset[str]:
    """Fields of leads that intake, identity or the agreement names, and what the source calls its own."""
    sections = (agreed.scoring, agreed.routing_policy, *agreed.slas.values(), agreed.decay.policy, agreed.hygiene)
    named = {name for section in sections for name in _named(section)}
    brought = {ours for one in agreed.intake.source for ours in one.rename.values()}
    known = FIELDS | ALWAYS_READ | named | brought
    return frozenset(known - RESERVED) | agreed.intake.named(source).rename.keys()


def check_fields(agreed: Agreed, source: str, record: object, corrected: Collection[str]) -> None:
    """Raises ValueError for a corrected field that neither the record has nor anybody reads, with the nearest one."""
    known = correctable(agreed, source) | (set(record) if isinstance(record, Mapping) else set())
    for name in corrected:
        if name in known:
            continue
        near = get_close_matches(name, sorted(known), n=1) or get_close_matches(name.lower(), sorted(known), n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(
            f"--set {name!r}: no field of leads is called so; {meant}It must be one of {', '.join(sorted(known))}; "
            "what else forms bring is named in a rename of agreement/intake.toml"
        )


def _named(policy: Any) -> Iterator[str]:
    for item in dataclasses.fields(policy):
        value = getattr(policy, item.name)
        if item.name in _NAMING and isinstance(value, str):
            yield from (value,) if value else ()
        elif item.name in _NAMING and isinstance(value, Mapping):
            yield from value
        elif isinstance(value, tuple):
            for one in value:
                if dataclasses.is_dataclass(one):
                    yield from _named(one)
                elif item.name in _NAMING and isinstance(one, str):
                    yield one
        elif dataclasses.is_dataclass(value):
            yield from _named(value)
