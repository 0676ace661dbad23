"""Changes of prices and of commissions in a category, and how buyers respond to both."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """From a trading week on, the category's order values are `factor` times what they were."""

    category: str
    week: int
    factor: float

    def __post_init__(self) -> None:
        if self.factor <= 0:
            raise ValueError(f"PriceChange: factor {self.factor} must be above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRateChange:
    """From a trading week on, the category's commission is `factor` times what it was."""

    category: str
    week: int
    factor: float

    def __post_init__(self) -> None:
        if self.factor <= 0:
            raise ValueError(f"TakeRateChange: factor {self.factor} must be above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What changes when, and the responses: % more carts that become orders per 1 % more of price or commission."""

    prices: tuple[PriceChange, ...] = ()
    take_rates: tuple[TakeRateChange, ...] = ()
    price_response: float = -1.2
    take_rate_response: float = -0.3


UNCHANGED = Tariff()
"""Prices and commissions stay as planned."""
