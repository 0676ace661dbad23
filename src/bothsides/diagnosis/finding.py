"""A finding: what is wrong or limits growth, where, how sure, worth what, whose it is and which play answers it."""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from bothsides.diagnosis.success import Success, success_of
from bothsides.metrics import Value
from bothsides.schema import Side


class Sureness(StrEnum):
    """How far the evidence carries. Certain: counted, not estimated. Likely: the interval excludes no problem.

    Directional: it points that way, the interval or the design does not settle it.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    DIRECTIONAL = "directional"


class FindingSeverity(StrEnum):
    """High: not merely directional and worth a visible part of GMV. Medium: worth a trifle more. Low: the rest."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the market; an empty field means everywhere."""

    side: Side | None = None
    category: str | None = None
    region: str | None = None
    channel: str | None = None

    @property
    def label(self) -> str:
        """The place in words.

        >>> Place(side=Side.SUPPLIER, category="Pumps", region="North").label
        'suppliers · Pumps · North'
        """
        channel = self.channel.replace("_", " ") if self.channel else None
        parts = [f"{self.side}s" if self.side else "", self.category, self.region, channel]
        return " · ".join(part for part in parts if part) or "whole market"


Cell: TypeAlias = str | float | date | None
"""What stands in a row of evidence; None is shown as empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Records behind a claim, those that matter most first; money in major units of the reporting currency.

    `money` and `shares` name the columns that hold amounts and shares (0 to 1); `of` is how many records there are.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    of: int
    money: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One sentence a reader can check, with the values it rests on and the records behind it."""

    sentence: str
    values: tuple[Value, ...] = ()
    rows: Rows | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Money per month at stake, in major units of the reporting currency, with its range and how it was reckoned."""

    per_month: float
    low: float | None
    high: float | None
    currency: str
    reckoning: str
    of: str = "GMV"
    """What kind of money: GMV, net revenue or spend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem or limit. `kind` is stable for scripts; `title` is the finding in one sentence."""

    kind: str
    title: str
    place: Place
    sure: Sureness
    why_sure: str
    evidence: tuple[Evidence, ...]
    worth: Worth | None
    cause: str
    owner: str
    play: str
    first_step: str
    caveat: str = ""
    rank: int = 0
    severity: FindingSeverity = FindingSeverity.LOW
    aim: str = ""
    """What its play should reach, with the number, where that of its kind names none."""
    contradicted: bool = False
    """Whether the last periods say otherwise than the window: no longer said of the market as it stands."""

    @property
    def id(self) -> str:
        """The same from run to run as long as the problem and its place are the same.

        >>> place = Place(side=Side.SUPPLIER, category="Safety equipment", region="North")
        >>> problem_id("supply_short_cell", place)
        'supply-short-cell/supplier/safety-equipment/north'
        """
        return problem_id(self.kind, self.place)

    @property
    def success(self) -> Success:
        """How to tell that its play worked. Raises KeyError for a kind without a declared measure."""
        declared = success_of(self.kind)
        return replace(declared, says=self.aim) if self.aim else declared


def problem_id(kind: str, place: Place) -> str:
    """Kind and place as one word for scripts and addresses; labels keep every letter of any script."""
    parts = (kind, place.side, place.category, place.region, place.channel)
    named = zip(("", "", "", "region-", "channel-"), parts, strict=True)
    return "/".join(f"{prefix if _ambiguous(place) else ''}{_slug(part)}" for prefix, part in named if part)


def _ambiguous(place: Place) -> bool:
    """Whether a label alone would not say if it is a region or a channel: the category before it is missing."""
    return place.category is None or place.channel is not None


def _slug(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-") or "-"
