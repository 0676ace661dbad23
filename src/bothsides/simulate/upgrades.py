"""When suppliers move up a plan: about once in 30 months, sooner for the busy where upgrades respond to orders."""

from typing import Any

import numpy as np

from bothsides.simulate.draws import DAY, NEVER, Floats, stream
from bothsides.simulate.plan import MarketPlan
from bothsides.simulate.trade import CANCELLED, Orders, Society

UPGRADE_MONTHS = 30.0
"""Mean months to a move where orders do not matter."""
MONTH_DAYS, ACTIVE_DAYS = 30, 91
NO_MOVE = 100_000.0 * DAY
MOST_A_MONTH = 0.9


def ordinary_orders(plan: MarketPlan) -> float:
    """Orders of an ordinary supplier in 13 weeks; one with as many moves up at the ordinary pace."""
    return plan.orders / plan.suppliers.signups * ACTIVE_DAYS / (7 * plan.weeks)


def monthly_chance(plan: MarketPlan, orders: Floats) -> Floats:
    """Chance of moving up within a month, given the orders of the 91 days before it."""
    logs = np.log1p(orders) - np.log1p(ordinary_orders(plan))
    chance: Floats = np.minimum(np.exp(plan.upgrade_response * logs) / UPGRADE_MONTHS, MOST_A_MONTH)
    return chance


def upgrade_truth(plan: MarketPlan) -> dict[str, Any]:
    """What is true of upgrades: chance per month of a supplier on a plan that is not the dearest."""
    return {
        "ordinary_monthly_chance": round(1 / UPGRADE_MONTHS, 6),
        "log_chance_per_log_orders": plan.upgrade_response,
        "orders": f"log(1 + orders, not cancelled, of the {ACTIVE_DAYS} days before), less log(1 + ordinary orders)",
        "ordinary_orders": round(ordinary_orders(plan), 6),
    }


def responsive_moves(society: Society, orders: Orders) -> Floats:
    """Seconds from going live to the first and the second move of every supplier (rows); NO_MOVE for never."""
    plan, suppliers = society.plan, society.population.suppliers
    rng, n = stream(plan.seed, "upgrades"), len(suppliers.cell)
    moves, moved = np.full((2, n), NO_MOVE), np.zeros(n, np.int64)
    counted = orders.status != CANCELLED
    for start in range(society.epoch, society.end, MONTH_DAYS * DAY):
        recent = counted & (orders.placed < start) & (orders.placed >= start - ACTIVE_DAYS * DAY)
        chance = monthly_chance(plan, np.bincount(orders.supplier[recent], minlength=n).astype(np.float64))
        on_it = (suppliers.live >= 0) & (suppliers.live < start) & (moved < len(moves))
        on_it &= (suppliers.closed_week == NEVER) | (suppliers.closed > start)
        luck, moment = rng.random(n), rng.random(n)
        now = np.flatnonzero(on_it & (luck < chance))
        moves[moved[now], now] = start + moment[now] * MONTH_DAYS * DAY - suppliers.live[now]
        moved[now] += 1
    return moves
