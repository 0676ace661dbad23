"""Problems that can be planted in a simulated market: one small record each, saying where and how big."""

from dataclasses import dataclass
from typing import Literal

from bothsides.schema.side import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyShort:
    """A cell with demand and too few suppliers. Factors are on the number of signups of an ordinary cell."""

    category: str
    region: str
    supply_factor: float = 0.25
    demand_factor: float = 1.9


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandShort:
    """A cell full of suppliers with hardly a buyer."""

    category: str
    region: str
    supply_factor: float = 2.2
    demand_factor: float = 0.22


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled:
    """A cell with little of both sides."""

    category: str
    region: str
    supply_factor: float = 0.28
    demand_factor: float = 0.22


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinCellSpend:
    """Acquisition spend for one side of a cell whose other side is too thin to serve it."""

    category: str
    region: str
    side: Side = Side.BUYER
    spend_factor: float = 6.0
    supply_factor: float = 0.3
    demand_factor: float = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierConcentration:
    """One supplier takes this share of a category's orders from its first week on."""

    category: str
    order_share: float = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerConcentration:
    """One buyer places this share of a category's orders from its first week on."""

    category: str
    order_share: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingLeak:
    """One onboarding step converts at `rate_factor` of the plan's rate for all suppliers."""

    step: Literal["verified", "catalogue", "live", "first_sale"] = "catalogue"
    rate_factor: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstOrderLeak:
    """Carts of one region rarely become orders, and fewer of its new buyers ever order."""

    region: str
    cart_to_order_factor: float = 0.4
    activation_factor: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class UnprofitableChannel:
    """One channel of one side costs `cost_factor` times the ordinary cost per signup."""

    side: Side
    channel: str
    cost_factor: float = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionFall:
    """In the last `weeks` buyers leave at an extra weekly hazard and those who stay order at `rate_factor`."""

    weeks: int = 26
    extra_hazard: float = 0.012
    rate_factor: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnProblem:
    """Accounts of one side leave a category, a region or both at an extra weekly hazard, whatever the other side."""

    side: Side
    category: str | None = None
    region: str | None = None
    extra_hazard: float = 0.02

    def __post_init__(self) -> None:
        if not 0 < self.extra_hazard < 1:
            raise ValueError(f"ChurnProblem: extra_hazard {self.extra_hazard} must lie between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disintermediation:
    """Pairs of a category, a region or both that leave the marketplace once they know each other.

    Each pair of a buyer there with a supplier leaves with chance `pair_share` after its first `after_orders` orders
    that were not cancelled. What it orders then is in no table; the buyer still looks the supplier up, in
    `looking_share` of the cases, and still orders from others. Pairs of a planted anchor stay.
    """

    category: str | None = None
    region: str | None = None
    pair_share: float = 0.5
    after_orders: int = 3
    looking_share: float = 0.6

    def __post_init__(self) -> None:
        if not 0 <= self.pair_share <= 1 or self.after_orders < 1:
            raise ValueError(
                f"Disintermediation: pair_share {self.pair_share} must be 0 to 1, after_orders {self.after_orders} at "
                "least 1"
            )


CellProblem = SupplyShort | DemandShort | Stalled | ThinCellSpend
Planted = (
    CellProblem
    | SupplierConcentration
    | BuyerConcentration
    | OnboardingLeak
    | FirstOrderLeak
    | UnprofitableChannel
    | RetentionFall
    | Disintermediation
    | ChurnProblem
)
"""Any problem a plan can carry."""
