"""What the liquidity audit tells of every cell: its measures over periods, its gaps, and whom to recruit."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bothsides.metrics import Value
from bothsides.schema import Grain, Side


class CellVerdict(StrEnum):
    """What a cell of the market suffers from."""

    SUPPLY_SHORT = "supply-short"
    DEMAND_SHORT = "demand-short"
    BALANCED = "balanced"
    STALLED = "stalled"
    FRAGILE = "fragile"
    UNKNOWN = "not judged"


def cell_label(category: str | None, region: str | None) -> str:
    """A cell in words, as a person types it.

    >>> cell_label("Electrical", "South"), cell_label(None, "South")
    ('Electrical / South', 'South')
    """
    return " / ".join(part for part in (category, region) if part) or "whole market"


def cell_split(category: str | None, region: str | None) -> str:
    """By what a cell is told from others: only what splits this market.

    >>> cell_split("Electrical", "South"), cell_split("Electrical", None), cell_split(None, None)
    ('category and region', 'category', 'market')
    """
    known = (("category", category), ("region", region))
    return " and ".join(name for name, label in known if label is not None) or "market"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPeriod:
    """One period of a cell: its verdict as of that period's own days, why, and its measures by metric id."""

    label: str
    first: date
    last: date
    verdict: CellVerdict
    why: str
    values: dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class MainAccount:
    """One of a cell's largest accounts of a side over the window; GMV in major units, its share of the cell's."""

    side: Side
    name: str
    gmv: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CellHistory:
    """A cell's page: the window's measures, every period's, how the verdict moved, its main accounts.

    The window's verdict is the map's and raises the alarms; the periods only describe.
    """

    category: str | None
    region: str | None
    verdict: CellVerdict
    why: str
    window: dict[str, Value]
    periods: tuple[CellPeriod, ...]
    moved: str
    accounts: tuple[MainAccount, ...]

    @property
    def label(self) -> str:
        """Its place in words."""
        return cell_label(self.category, self.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """What buyers of one cell asked for over the window and did not get. Money is GMV a month, major units.

    Counts are of searches and requests old enough to be decided. `orders_a_month` are the orders that the usual share
    served would have brought beyond those that came; None, like the money, where nothing usual is known, `reason`
    then says why. `unanswered` is the part of the money that met no supplier at all: searches without a result,
    requests without a reply.
    """

    category: str | None
    region: str | None
    searches: int
    searches_without_result: int
    requests: int
    requests_without_reply: int
    requests_replied_not_filled: int
    buyers: int
    """Known buyers that searched or asked there and got nothing of it."""
    orders_a_month: float | None
    money: float | None
    low: float | None
    high: float | None
    unanswered: float | None
    covered: Value
    """Share of searches and requests that met a supplier: a result, a reply."""
    for_lack_of_suppliers: bool
    """Whether the evidence says that more suppliers would mend it, not a cart, a price or luck."""
    beyond_chance: bool = False
    """Whether the cell serves materially less than a usual one beyond chance, for whatever reason."""
    reason: str = ""
    asked: tuple[tuple[str, int], ...] = ()
    """What the requests that came to nothing were for, where they carry a title: the words and how many."""

    @property
    def label(self) -> str:
        """Its place in words."""
        return cell_label(self.category, self.region)

    @property
    def told(self) -> bool:
        """Whether it is more than what every cell leaves unmet."""
        return bool(self.money) and (self.for_lack_of_suppliers or self.beyond_chance)

    @property
    def cause(self) -> str:
        """For want of what, as far as the evidence says."""
        if self.for_lack_of_suppliers:
            return "for want of suppliers"
        return "for another reason than suppliers" if self.beyond_chance else "no more than chance brings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """How much of one cell's unmet money a supplier type covers."""

    category: str | None
    region: str | None
    money: float

    @property
    def label(self) -> str:
        """Its place in words."""
        return cell_label(self.category, self.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierType:
    """One kind of supplier to recruit: how many, and what they would serve that the types before do not.

    `money` is GMV a month in major units, `running_share` of all unmet money that this type and those before cover.
    """

    category: str | None
    region: str | None
    segment: str | None
    suppliers: int
    low: int
    high: int
    money: float
    running_share: float
    covers: tuple[Covered, ...]
    lifts: str = ""
    """The cell that so many suppliers lift over its threshold, where one is claimed."""

    @property
    def label(self) -> str:
        """The type in words."""
        size = f", {self.segment}" if self.segment else ""
        return f"{cell_label(self.category, self.region)}{size}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecruitList:
    """The shortest list of supplier types: `unmet` is the GMV a month that waits for suppliers, major units.

    `at_most` is the share of it that no list of as many types could exceed.
    """

    types: tuple[SupplierType, ...]
    unmet: float
    at_most: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingFunction:
    """How a cell's orders grow with its buyers, its suppliers and both (elasticities), and each cell's efficiency.

    `efficiency` is the cell's orders beside what the median cell makes of as many on both sides, by category and
    region. Without enough cells the values are None and `reason` says why.
    """

    buyers: Value | None
    suppliers: Value | None
    returns: Value | None
    efficiency: dict[tuple[str | None, str | None], Value]
    sentence: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityAudit:
    """Every cell's page, the gaps in order of money, and whom to recruit."""

    grain: Grain
    periods: tuple[str, ...]
    cells: tuple[CellHistory, ...]
    gaps: tuple[CoverageGap, ...]
    recruits: RecruitList
    matching: MatchingFunction | None = None
    """How orders follow from both sides; None where it was not looked at."""

    def gap(self, category: str | None, region: str | None) -> CoverageGap | None:
        """The cell's gap, None where everything asked for was met."""
        return next((gap for gap in self.gaps if (gap.category, gap.region) == (category, region)), None)
