"""Orders come from unequal, loyal, growing buyers, and the weeks' weather reaches them."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.simulate import Market, demo_plan
from bothsides.simulate.market import settle
from bothsides.simulate.plan import Shock
from bothsides.simulate.trade import Society, conditions, trade


def test_buyers_are_unequal_and_come_back(demo: Market) -> None:
    count = np.bincount(demo.tables["orders"]["buyer_id"])
    count = np.sort(count[count > 0])
    assert count[-len(count) // 10 :].sum() / count.sum() > 0.2
    assert (count >= 2).mean() > 0.8


def test_loyalty_ties_buyers_to_one_supplier() -> None:
    def first_choice_share(loyalty: float) -> float:
        plan = demo_plan(seed=2, orders=5_000)
        society = settle(replace(plan, planted=(), demand=replace(plan.demand, loyalty=loyalty)))
        orders = trade(society, conditions(society))
        pairs, times = np.unique(orders.buyer.astype(np.int64) * 100_000 + orders.supplier, return_counts=True)
        most = np.zeros(orders.buyer.max() + 1, np.int64)
        np.maximum.at(most, pairs // 100_000, times)
        return float(most.sum() / times.sum())

    assert first_choice_share(0.9) > first_choice_share(0.0) + 0.25


def test_a_shock_lowers_orders_while_it_lasts() -> None:
    plan = replace(demo_plan(seed=2), planted=(), noise=0.0, seasonality=0.0, shocks=())
    calm = settle(plan)
    shaken = settle(replace(plan, shocks=(Shock(week=80, weeks=4, size=-1.0),)))
    expected = [conditions(society).expected_orders.sum(axis=1) for society in (calm, shaken)]
    assert expected[1][80:84] == pytest.approx(expected[0][80:84] * np.exp(-1.0), rel=0.1)
    assert expected[1][20:80] == pytest.approx(expected[0][20:80], rel=0.1)


def test_expected_orders_sum_to_the_plan(society: Society) -> None:
    assert conditions(society).expected_orders.sum() == pytest.approx(society.plan.orders)


def test_statuses_and_switches_follow_their_rates(demo: Market) -> None:
    orders, facts = demo.tables["orders"], demo.plan.trade
    assert (orders["status"] == 2).mean() == pytest.approx(facts.cancelled, abs=0.006)
    assert (~orders["on_platform"]).mean() == pytest.approx(facts.off_platform, abs=0.005)
    assert 0 < orders["is_test"].sum() < 40
    late = orders["placed_at"] > orders["placed_at"].max() - 3 * 86_400
    assert (orders["status"][late] == 0).mean() > (orders["status"] == 0).mean()
