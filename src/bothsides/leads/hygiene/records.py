"""What the audit reads and what it returns: records, what is known beside them, faults and fixes."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from bothsides.agreement.conditions import Fields
from bothsides.leads.hygiene.policy import Check
from bothsides.schema.instant import Instant

MERGED_INTO = "merged_into"
"""The field of a fix that proposes a merge; carried out by the matching of companies, which can undo it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A lead or deal as it stands. `fields` has side, stage and owner under these names; dates in it are Instants."""

    record_id: str
    fields: Fields
    stage_since: Instant | None = None
    touched_at: Instant | None = None
    """The last touch by a person, which keeps a stage from being stale."""
    entered_by: Mapping[str, str] = field(default_factory=dict)
    """By field, the provider that wrote it; a field that is not named was written by a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who may own records."""

    owner: str
    team: str
    left_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the records are held against."""

    roster: tuple[Member, ...] = ()
    known_ids: Mapping[str, Container[str]] = field(default_factory=dict)
    """By what a field points at, every id there is. What is not named cannot be checked, and the audit says so."""
    clusters: tuple[tuple[str, ...], ...] = ()
    """Ids of records that are one and the same, the one to keep first, as the matching of companies found them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One value to be changed: by the product where `by_hand` is not set, else by whoever is named."""

    record_id: str
    field: str
    before: object
    after: object
    """None where the value is to be emptied, or where a person has to find it out."""
    why: str
    who: str
    """The owner, or the team that answers for records without one."""
    check: str
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong in one record."""

    record_id: str
    check: Check
    field: str
    says: str
    fix: Fix
