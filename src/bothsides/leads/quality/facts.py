"""What is known of a lead's cell (category in a region) at a snapshot: plain numbers and how many they rest on."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bothsides.schema import Money, Side

Grade: TypeAlias = Literal["randomised", "instrumented", "fixed effects", "correlational", "refused"]
"""What an effect of one side on the other rests on, in the words of the elasticity page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many of how many: 30 of 120 requests were filled. Raises ValueError where more came than were asked."""

    came: float
    of: float

    def __post_init__(self) -> None:
        if not 0 <= self.came <= self.of:
            raise ValueError(f"{self.came:g} of {self.of:g}: needs 0 <= came <= of")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraFills:
    """Extra orders of the other side over a year that one more account of `added` brings about in the cell, once it
    trades, with their 95 % range.

    Source: `bothsides.diagnosis.elasticity.one_more`.
    """

    added: Side
    a_year: float
    low: float
    high: float
    grade: Grade

    @property
    def is_open(self) -> bool:
        """Whether none at all is possible."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFacts:
    """One cell as it was known at a publish. What is None is not known; it is never taken for 0."""

    category: str
    region: str
    snapshot: str
    """The publish that it was known at, so that a decision can be looked at again."""
    suppliers: int | None = None
    """Accounts able to sell."""
    buyers: int | None = None
    """Accounts that asked or ordered lately."""
    filled: Counted | None = None
    """Requests and searches that ended in an order."""
    unmet_a_month: float | None = None
    """Requests that nobody filled."""
    first_orders: tuple[tuple[Side, str, Counted], ...] = ()
    """By side and size band (empty: all sizes), won accounts with a first order within 90 days."""
    contribution_per_order: Money | None = None
    """Commission less what the order costs, the mean order of the cell."""
    own_contribution: tuple[tuple[Side, str, Money], ...] = ()
    """By side and size band (empty: all sizes), contribution of a year of an account that has had its first order."""
    extra_fills: tuple[ExtraFills, ...] = ()

    @property
    def name(self) -> str:
        """Category and region in words."""
        return " in ".join(part for part in (self.category, self.region) if part) or "all cells"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFacts:
    """All cells of a publish and the market as a whole, which stands in where a cell says little."""

    snapshot: str
    currency: str
    whole: CellFacts
    cells: tuple[CellFacts, ...] = ()
    effects_of: str = ""
    """Hash of what the effects were reckoned from, so that the same is reckoned once; empty where there are none."""

    def __post_init__(self) -> None:
        for cell in (self.whole, *self.cells):
            if cell.snapshot != self.snapshot:
                raise ValueError(f"{cell.name} is of snapshot {cell.snapshot}, the market of {self.snapshot}")
            amounts = [money for _, _, money in cell.own_contribution]
            for money in (*amounts, *([cell.contribution_per_order] if cell.contribution_per_order else [])):
                if money.currency != self.currency:
                    raise ValueError(f"{cell.name} has an amount in {money.currency}, the market is in {self.currency}")
