"""Suppliers move up a plan as their orders say, by the coefficient that the truth names."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.simulate import decode, healthy_plan, simulate
from bothsides.simulate.market import settle
from bothsides.simulate.trade import CANCELLED, conditions, trade
from bothsides.simulate.upgrades import NO_MOVE, monthly_chance, responsive_moves

DAY = 86_400
PLAN = replace(healthy_plan(seed=2), upgrade_response=1.0)


def test_the_chance_of_a_month_rises_by_the_coefficient() -> None:
    chance = monthly_chance(PLAN, np.array([1.0, 3.0]))
    assert np.log(chance[1] / chance[0]) == pytest.approx(np.log(4) - np.log(2))


def test_moves_happen_at_the_chance_of_their_orders() -> None:
    plan = replace(PLAN, suppliers=replace(PLAN.suppliers, signups=1500))
    society = settle(plan)
    orders, suppliers = trade(society, conditions(society)), society.population.suppliers
    moves = responsive_moves(society, orders)
    n, expected, seen = len(suppliers.cell), np.zeros(2), np.zeros(2)
    for start in range(society.epoch, society.end, 30 * DAY):
        window = (orders.placed >= start - 91 * DAY) & (orders.placed < start) & (orders.status != CANCELLED)
        recent = np.bincount(orders.supplier[window], minlength=n)
        gone_up = (suppliers.live + moves < start).sum(axis=0)
        there = (suppliers.live >= 0) & (suppliers.live < start) & (gone_up < 2)
        there &= (suppliers.closed < 0) | (suppliers.closed > start)
        now = ((suppliers.live + moves >= start) & (suppliers.live + moves < start + 30 * DAY)).any(axis=0)
        for busy in (0, 1):
            group = there & ((recent > 2) == busy)
            expected[busy] += monthly_chance(plan, recent[group].astype(float)).sum()
            seen[busy] += now[group].sum()
    assert seen == pytest.approx(expected, rel=0.2)
    assert seen.min() > 50
    assert (moves[1] > moves[0]).all() or (moves[1][moves[1] < NO_MOVE] > moves[0][moves[1] < NO_MOVE]).all()


def test_the_busy_stand_higher_in_the_tables_and_the_truth_says_why() -> None:
    market = simulate(PLAN)
    plans, orders = decode(market, "subscriptions"), market.tables["orders"]
    rows = dict(zip(*np.unique(plans["account_id"], return_counts=True), strict=True))
    sold = np.bincount(orders["supplier_id"], minlength=len(market.tables["accounts"]["side"]) + 1)
    buyers = (market.tables["accounts"]["side"] == 0).sum()
    busy = [rows[name] for name in rows if sold[int(name[1:]) + buyers] > np.median(sold[sold > 0])]
    idle = [rows[name] for name in rows if sold[int(name[1:]) + buyers] <= np.median(sold[sold > 0])]
    assert np.mean(busy) > np.mean(idle)
    assert market.truth.parameters["upgrades"]["log_chance_per_log_orders"] == 1.0
