"""A finding: what is wrong or limits growth, where, how sure, worth what, whose it is and which play answers it."""

from dataclasses import dataclass
from enum import StrEnum

from bothsides.metrics import Value
from bothsides.schema import Side


class Sureness(StrEnum):
    """How far the evidence carries. Certain: counted, not estimated. Likely: the interval excludes no problem.

    Directional: it points that way, the interval or the design does not settle it.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    DIRECTIONAL = "directional"


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
        parts = [f"{self.side}s" if self.side else "", self.category, self.region, self.channel]
        return " · ".join(part for part in parts if part) or "whole market"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One sentence a reader can check, with the values it rests on."""

    sentence: str
    values: tuple[Value, ...] = ()


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
