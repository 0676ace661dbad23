"""What the stage of a marketplace is read as: the verdict, its rule, its rival, the strategy and whom to win."""

from dataclasses import dataclass
from enum import StrEnum

from bothsides.diagnosis.finding import Sureness
from bothsides.metrics import Value
from bothsides.schema import Side


class Stage(StrEnum):
    """The stages of a marketplace's life, in the order in which it walks through them."""

    PRE_FIT = "pre-fit"
    EARLY = "early"
    GROWING = "growing"
    MATURE = "mature"
    LATE = "late"


class Team(StrEnum):
    """Whose focus is meant."""

    MARKETING = "marketing"
    SALES = "sales"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One condition of a stage held against the market; `met` is None where the value cannot be known."""

    reading: str
    asks: str
    """What it asks, in words: "GMV growth in a year at least 25 %"."""
    has: str
    """What the market has, in words, or why that cannot be known."""
    value: Value
    met: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """The stage that the verdict would turn to first, and the reading that decides between the two."""

    stage: Stage
    reading: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """What one team should do for one side at this stage, and where."""

    team: Team
    side: Side
    does: str
    where: tuple[str, ...] = ()
    """Places of this market it is meant for, the most pressing first; empty for everywhere."""
    lacks: str = ""
    """What to load before anything can be advised here; `does` then says what is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A buyer to win for a place where it does not buy yet.

    `per_month` is the GMV it would bring there if it did as others have, major units; a ranking, not a forecast.
    """

    name: str
    category: str | None
    region: str | None
    why: str
    per_month: float
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertical:
    """A category that is small here, scored by the demand and the supply next to it; the best has score 1 at most."""

    category: str
    score: float
    demand: float
    """Accounts: buyers that do not buy it and would, if they did as others with their main category."""
    supply: float
    """Accounts: the same for suppliers that do not offer it."""
    unmet: int
    """Searches and requests for it in the window that came to nothing."""
    gmv_share: float
    """Its share of GMV today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReading:
    """The stage with the rule that gave it. `stage` is None where more than one is possible, or none can be judged."""

    stage: Stage | None
    possible: tuple[Stage, ...]
    """The stages that what is known allows; one where the verdict stands."""
    sentence: str
    rule: tuple[Checked, ...]
    """The conditions of the verdict's stage; of every possible stage where there is no verdict."""
    values: tuple[Value, ...]
    """Every reading that the rules use, and the suppliers' net retention beside them."""
    sure: Sureness | None
    why_sure: str
    rival: Rival | None
    to_next: str
    """What would move the market to the next stage, or out of decline."""
    retention_first: bool
    """Whether a side's net retention is under 100 %: then retention comes before acquisition at any stage."""
    focus: tuple[Focus, ...]
    anchors: tuple[Anchor, ...]
    verticals: tuple[Vertical, ...]
    no_anchors: str = ""
    """Why nobody is named, where nobody is."""
    to_hold: tuple[str, ...] = ()
    """Buyers that would be named but are at risk of stopping: they are to be held, not won."""
