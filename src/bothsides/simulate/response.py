"""What a plan's tariff does week by week: to order values, to commissions and to the share of carts ordered."""

import numpy as np

from bothsides.simulate.cells import Cells
from bothsides.simulate.draws import Floats, Ints
from bothsides.simulate.plan import MarketPlan
from bothsides.simulate.tariff import PriceChange, TakeRateChange


def price_factors(plan: MarketPlan) -> Floats:
    """Order values relative to the plan's, by trading week and category."""
    return _factors(plan, plan.tariff.prices)


def take_rates(plan: MarketPlan) -> Floats:
    """Commission as a share of order value, by trading week and category."""
    rates: Floats = _factors(plan, plan.tariff.take_rates) * np.array(plan.take_rates)
    return rates


def conversion_factors(plan: MarketPlan, cells: Cells) -> Floats:
    """Share of carts that become orders relative to the plan's, by trading week and cell."""
    facts = plan.tariff
    price = price_factors(plan) ** facts.price_response
    commission = _factors(plan, facts.take_rates) ** facts.take_rate_response
    factors: Floats = (price * commission)[:, cells.category]
    return factors


def week_of_order(first_of_week: Ints, orders: int) -> Ints:
    """The trading week of each order, from where each week begins."""
    week: Ints = np.searchsorted(first_of_week, np.arange(orders), side="right") - 1
    return week


def _factors(plan: MarketPlan, changes: tuple[PriceChange, ...] | tuple[TakeRateChange, ...]) -> Floats:
    factors = np.ones((plan.weeks, len(plan.categories)))
    for change in changes:
        factors[change.week :, plan.categories.index(change.category)] *= change.factor
    return factors
