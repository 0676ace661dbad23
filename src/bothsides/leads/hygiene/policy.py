"""What a clean record is, as the teams signed it: `agreement/hygiene.toml`."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, TypeAlias, get_args

from bothsides.agreement import checked
from bothsides.agreement.conditions import When
from bothsides.metrics.facts.hygiene import STANDARD_SOURCES
from bothsides.schema.stage import LeadStage

Check: TypeAlias = Literal["source", "null", "address", "missing", "date", "reference", "owner", "stale", "duplicate"]
"""Standard sources, disguised nulls, addresses nobody can write to, missing fields, impossible dates, broken
references, orphan owners, stale stages, duplicates."""
CHECKS: tuple[Check, ...] = get_args(Check)

"""Stages in which nobody has to work a record any more."""


def weights(given: dict[str, float]) -> dict[str, float]:
    """Weights of 0 or more."""
    for name, weight in given.items():
        if not 0 <= weight <= 1000:
            raise ValueError(f"{name} = {weight:g}: must be a weight from 0 to 1000")
    return given


def days(given: dict[str, float]) -> dict[str, float]:
    """Days above 0 by stage, such as { mql = 7 }."""
    for stage, number in given.items():
        if stage not in set(LeadStage):
            raise ValueError(f"{stage}: is no stage; allowed: {', '.join(LeadStage)}")
        if not 0 < number <= 3650:
            raise ValueError(f"{stage} = {number:g}: must be days above 0, at most 3650")
    return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """Fields that a record must have where all of `when` holds."""

    when: When = field(default_factory=dict)
    fields: tuple[str, ...]
    why: str
    """What cannot be done without them, as it is shown beside the gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nulls:
    """Words and numbers that people and forms write where they know nothing."""

    words: tuple[str, ...] = ("select", "unknown", "test", "n/a", "na", "none", "null", "tbd", "-", "?", "xxx")
    numbers: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """By field, such as { employees = [0, 999] }."""
    not_in: tuple[str, ...] = ()
    """Fields in which such words may be meant."""

    def hide(self, name: str, text: str) -> bool:
        """Whether the text of that field stands for "not known"; compared whole and in any case.

        >>> Nulls().hide("company", " N/A "), Nulls(not_in=("company",)).hide("company", "n/a")
        (True, False)
        """
        return name not in self.not_in and text.strip().casefold() in _spelled(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """Dates that cannot be."""

    earliest: date = date(2000, 1, 1)
    not_future: tuple[str, ...] = ("created_at", "closed_at")
    in_order: tuple[tuple[str, str], ...] = (("created_at", "closed_at"),)
    """Pairs of which the first must not be after the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrichment:
    """Which fields bought data may fill, and from whom. What a person entered is never overwritten."""

    providers: tuple[str, ...] = ()
    """The most trusted first."""
    fields: dict[str, Literal["fill", "refresh"]] = field(default_factory=dict)
    """`fill`: only what is blank; `refresh`: also what a provider itself wrote before. Others are never touched."""
    most_days_old: float = 365.0
    """Older data is not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HygienePolicy:
    """All checks, with what each weighs in the score of a team."""

    source_fields: tuple[str, ...] = ("source",)
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By standard source, the spellings that mean it; any case, blanks and hyphens as underscores."""
    stale_after_days: Annotated[dict[str, float], checked(days)] = field(default_factory=dict)
    required: tuple[Required, ...] = ()
    nulls: Nulls = field(default_factory=Nulls)
    dates: Dates = field(default_factory=Dates)
    references: dict[str, str] = field(default_factory=dict)
    """By field, what it points at, such as { account_id = "account" }."""
    enrichment: Enrichment = field(default_factory=Enrichment)
    unowned_team: str = "nobody"
    """The team that answers for records whose owner is on no roster."""
    check_weights: Annotated[dict[str, float], checked(weights)] = field(default_factory=dict)
    """By check; 1 where none is named."""
    stage_weights: Annotated[dict[str, float], checked(weights)] = field(default_factory=dict)
    """How many records one of that stage counts as; 1 where none is named."""


@lru_cache(maxsize=64)
def _spelled(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in words)


def problems(policy: HygienePolicy) -> tuple[str, ...]:
    """Words that are no standard source, spellings that mean two, checks and stages that do not exist."""
    found = []
    meant: dict[str, str] = {}
    for standard, spellings in policy.sources.items():
        if standard not in STANDARD_SOURCES:
            found.append(f"sources.{standard}: is no standard source; allowed: {', '.join(STANDARD_SOURCES)}")
        for spelling in spellings:
            word = worded(spelling)
            if word in meant and meant[word] != standard:
                found.append(f"sources.{standard}: {spelling!r} means {meant[word]} already")
            if word in STANDARD_SOURCES and word != standard:
                found.append(f"sources.{standard}: {spelling!r} is a standard source of its own")
            meant[word] = standard
    found += [
        f"check_weights.{name}: is no check; allowed: {', '.join(CHECKS)}"
        for name in policy.check_weights
        if name not in CHECKS
    ]
    found += [
        f"stage_weights.{name}: is no stage; allowed: {', '.join(LeadStage)}"
        for name in policy.stage_weights
        if name not in set(LeadStage)
    ]
    found += [
        f"required[{place}].fields: names no field" for place, one in enumerate(policy.required) if not one.fields
    ]
    if policy.enrichment.fields and not policy.enrichment.providers:
        found.append("enrichment.providers: must name whose data may fill the fields")
    return tuple(found)


def worded(text: str) -> str:
    """A source as it is compared.

    >>> worded("  Google  Ads "), worded("trade-show")
    ('google_ads', 'trade_show')
    """
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
