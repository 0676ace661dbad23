"""What a unit of spend returns on either side follows from the plan."""

from dataclasses import replace

import pytest

from bothsides.schema import Side
from bothsides.simulate import Market, healthy_plan
from bothsides.simulate.funding import account_cost, returns_on_spend
from bothsides.simulate.market import settle
from bothsides.simulate.plan import MarketPlan
from bothsides.simulate.trade import conditions


def returns(plan: MarketPlan) -> dict[Side, float]:
    society = settle(plan)
    return returns_on_spend(society, conditions(society))


def test_an_account_at_twice_the_cost_returns_half() -> None:
    plan = healthy_plan(seed=3, orders=4_000)
    dearer = replace(plan, buyers=replace(plan.buyers, cost_per_signup=2 * plan.buyers.cost_per_signup))
    once, twice = returns(plan), returns(dearer)
    assert twice[Side.BUYER] == pytest.approx(once[Side.BUYER] / 2)
    assert twice[Side.SUPPLIER] == pytest.approx(once[Side.SUPPLIER])


def test_where_supply_limits_orders_suppliers_return_more() -> None:
    plan = healthy_plan(seed=3, orders=4_000)
    short = replace(plan, demand=replace(plan.demand, full_supply=2.5))
    assert returns(short)[Side.SUPPLIER] > 2 * returns(plan)[Side.SUPPLIER]


def test_without_cross_side_effects_plenty_of_suppliers_bring_their_plans_alone() -> None:
    plan = healthy_plan(seed=3, orders=4_000)
    still = replace(
        plan,
        buyers=replace(plan.buyers, elasticity=0.0, hazard_below=plan.buyers.hazard_above),
        demand=replace(plan.demand, full_supply=1e-6),
    )
    society = settle(still)
    # A year of a plan at most, to those suppliers that pay for one.
    most = plan.subscribed_share * 12 * sum(plan.subscriptions[:2]) / 2 / account_cost(society, Side.SUPPLIER)
    assert 0.5 * most < returns(still)[Side.SUPPLIER] < 1.2 * most


def test_the_truth_names_both_sides(demo: Market) -> None:
    told = demo.truth.parameters["return_on_spend"]
    assert told["buyer"] > told["supplier"] > 0
