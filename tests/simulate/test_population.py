"""Signups answer the other side's stock, churn answers the threshold, onboarding runs in order, companies hold."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bothsides.schema import Side
from bothsides.simulate import Market, demo_plan
from bothsides.simulate.cells import forecast, lay_out
from bothsides.simulate.market import settle
from bothsides.simulate.population import hazards, inflow
from bothsides.simulate.trade import Society


@pytest.mark.parametrize(("side", "elasticity"), [(Side.BUYER, 0.5), (Side.SUPPLIER, 0.25)])
def test_doubling_the_other_side_lifts_signups_by_the_elasticity(side: Side, elasticity: float) -> None:
    plan = demo_plan(seed=1)
    cells, weather, stock = lay_out(plan), forecast(plan), np.full(plan.cells, 8.0)
    once = inflow(plan, cells, weather, side, week=30, other_stock=stock)
    twice = inflow(plan, cells, weather, side, week=30, other_stock=2 * stock)
    assert twice / once == pytest.approx(2**elasticity)


def fixed_effects_slope(signups: np.ndarray, stock: np.ndarray) -> tuple[float, float]:
    """Poisson slope of signups on log stock with week and cell effects, and its standard error."""
    log_stock, slope = np.log(np.maximum(stock, 0.5)), 0.0
    for _ in range(25):
        mean = np.exp(slope * log_stock)
        for _ in range(20):
            mean *= (signups.sum(1) / mean.sum(1))[:, None]
            mean *= signups.sum(0) / mean.sum(0)
        within = log_stock.copy()
        for _ in range(20):
            within -= ((mean * within).sum(1) / mean.sum(1))[:, None]
            within -= (mean * within).sum(0) / mean.sum(0)
        slope += ((signups - mean) * within).sum() / (mean * within**2).sum()
    return slope, 1 / np.sqrt((mean * within**2).sum())


def test_an_estimator_recovers_the_elasticity_and_the_hazards() -> None:
    plan = replace(
        demo_plan(seed=5, orders=1_000_000),
        planted=(),
        even_arrivals=False,
        categories=tuple(f"Category {number}" for number in range(20)),
        order_values=(500.0,) * 20,
        take_rates=(0.1,) * 20,
        cell_sigma=0.4,
        founding_share=0.3,
        push_lift=1.0,
    )
    people = settle(plan).population
    joined = np.zeros((plan.weeks, plan.cells))
    later = people.buyers.signup_week >= 0
    np.add.at(joined, (people.buyers.signup_week[later], people.buyers.cell[later]), 1)
    slope, error = fixed_effects_slope(joined[6:], people.supplier_stock[6:])
    assert error < 0.1
    assert abs(slope - plan.buyers.elasticity) < 2.5 * error
    left = np.zeros((plan.weeks, plan.cells))
    gone = people.buyers.closed_week < plan.weeks
    np.add.at(left, (people.buyers.closed_week[gone], people.buyers.cell[gone]), 1)
    above = people.supplier_stock >= plan.buyers.threshold
    assert left[above].sum() / people.buyer_stock[above].sum() == pytest.approx(plan.buyers.hazard_above, rel=0.1)
    assert left[~above].sum() / people.buyer_stock[~above].sum() == pytest.approx(plan.buyers.hazard_below, rel=0.1)


def test_hazard_falls_at_the_threshold() -> None:
    plan = demo_plan(seed=1)
    edge = plan.buyers.threshold
    stock = np.where(np.arange(plan.cells) % 2, edge, edge - 1)
    hazard = hazards(plan, Side.BUYER, stock, 20)
    assert set(hazard[stock >= edge]) == {plan.buyers.hazard_above}
    assert set(hazard[stock < edge]) == {plan.buyers.hazard_below}


def test_onboarding_dates_follow_each_other_and_gaps_stay_blank(demo: Market) -> None:
    accounts = demo.tables["accounts"]
    steps = [accounts[name] for name in ("signed_up_at", "verified_at", "catalogue_at", "live_at")]
    for before, after in pairwise(steps):
        assert (before[after >= 0] >= 0).all()
        assert (before[after >= 0] < after[after >= 0]).all()
    closed = accounts["closed_at"]
    assert (closed[closed >= 0] > np.maximum.reduce(steps)[closed >= 0]).all()
    assert (accounts["verified_at"][accounts["side"] == 0] < 0).all()


def test_some_companies_are_on_both_sides_and_some_have_branches(demo: Market) -> None:
    accounts = demo.tables["accounts"]
    buying = set(accounts["organization_id"][accounts["side"] == 0])
    selling = accounts["organization_id"][accounts["side"] == 1]
    both = [company for company in selling if company in buying]
    assert len(both) == round(demo.plan.both_sides_share * len(selling))
    branch = np.flatnonzero(accounts["parent_id"] >= 0)
    head = accounts["parent_id"][branch] - 1
    assert len(branch) > 10
    assert (accounts["parent_id"][head] < 0).all()
    assert (accounts["signed_up_at"][head] < accounts["signed_up_at"][branch]).all()
    assert (accounts["side"][head] == accounts["side"][branch]).all()


def test_internal_accounts_never_count_as_buyers_or_sellers(demo: Market, society: Society) -> None:
    internal = demo.tables["accounts"]["account_id"][demo.tables["accounts"]["is_internal"]]
    assert len(internal) == 2
    orders = demo.tables["orders"]
    theirs = np.isin(orders["buyer_id"], internal) | np.isin(orders["supplier_id"], internal)
    assert orders["is_test"][theirs].all()
    assert society.buyers.internal.sum() == society.suppliers.internal.sum() == 1
