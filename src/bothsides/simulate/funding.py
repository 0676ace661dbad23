"""What a unit of spend on either side brings within a year, by the plan's own dynamics in expectation."""

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.draws import Floats
from bothsides.simulate.population import calibrate, hazards, inflow, pass_rate
from bothsides.simulate.trade import Conditions, Society

HORIZON_WEEKS = 52
EXTRA = 0.01
"""The accounts added, as a share of the side's stock in every cell."""


def returns_on_spend(society: Society, at: Conditions) -> dict[Side, float]:
    """Net revenue per unit spent on winning a side, over the plan's last 52 weeks (or all of a shorter plan).

    1 % more accounts of the side in every cell at their beginning, followed in expectation: joiners and leavers of
    both sides respond to stocks as planned; orders follow buyers and the share of intents that suppliers serve.
    Spend is counted at the cost of an account, live in the case of suppliers; that spend has falling returns is left
    out on both sides alike.
    """
    plan, first = society.plan, max(0, society.plan.weeks - HORIZON_WEEKS)
    stock = {
        Side.BUYER: society.population.buyer_stock[first].astype(np.float64),
        Side.SUPPLIER: society.population.supplier_stock[first].astype(np.float64),
    }
    factor, _ = calibrate(plan, society.cells, society.weather)
    without = _revenue(society, at, factor, stock, first)
    found = {}
    for side in Side:
        extra = EXTRA * np.maximum(stock[side], 1.0)
        gain = _revenue(society, at, factor, {**stock, side: stock[side] + extra}, first) - without
        found[side] = float(gain / (extra.sum() * account_cost(society, side)))
    return found


def account_cost(society: Society, side: Side) -> float:
    """Cost of one more account that counts in stocks, major units: a signed-up buyer, a live supplier."""
    plan = society.plan
    if side is Side.BUYER:
        return plan.buyers.cost_per_signup
    return (plan.suppliers.cost_per_signup + plan.onboarding_cost) / pass_rate(plan)


def _revenue(
    society: Society, at: Conditions, factor: dict[Side, float], stock: dict[Side, Floats], first: int
) -> float:
    plan, people, total = society.plan, society.population, 0.0
    fee = np.array(plan.order_values) * np.array(plan.take_rates) * np.exp(plan.trade.amount_sigma**2 / 2)
    monthly = plan.subscribed_share * float(np.mean(plan.subscriptions[:2]))
    full = max(plan.demand.full_supply * people.ordinary_supply, 1e-9)
    for week in range(first, plan.weeks):
        per_buyer = at.intent[week] / np.maximum(people.buyer_stock[week], 1)
        served = np.minimum(1.0, np.maximum(stock[Side.SUPPLIER], 0.5) / full) ** plan.demand.supply_exponent
        orders = at.scale * per_buyer * stock[Side.BUYER] * served * at.cart * at.response[week]
        total += float((orders * fee[society.cells.category]).sum())
        total += monthly * 12 / 52 * float(stock[Side.SUPPLIER].sum())
        after = {}
        for side in Side:
            other = stock[side.other]
            joined = factor[side] * inflow(plan, society.cells, society.weather, side, week=week, other_stock=other)
            lasting = joined * (pass_rate(plan) if side is Side.SUPPLIER else 1.0)
            after[side] = stock[side] * (1 - hazards(plan, side, other, week)) + lasting
        stock = after
    return total
