"""A panel keeps its books, repeats itself to the byte, and holds what its plan says."""

from dataclasses import fields, replace

import numpy as np
import pytest

from bothsides.schema import Side
from bothsides.simulate.panel import WORLDS, PanelPlan, PanelPush, PanelShock, PanelSidePlan, PanelThreshold, draw
from bothsides.simulate.panel.world import SideArrays


def plan(**changes: object) -> PanelPlan:
    side = PanelSidePlan(start=2000.0, inflow=100.0, elasticity=0.0, churn=0.05)
    still = {"cell_sigma": 0.0, "side_sigma": 0.0, "start_sigma": 0.0, "churn_sigma": 0.0}
    told = {"name": "still", "seed": 1, "cells": 8, "weeks": 30, "buyers": side, "suppliers": side}
    return PanelPlan(**{**told, **still, **changes})  # type: ignore[arg-type] # a test's plan by keyword


@pytest.mark.parametrize("name", WORLDS)
def test_the_stock_of_a_week_is_that_before_plus_joined_less_left(name: str) -> None:
    world = draw(WORLDS[name](5))
    for side in Side:
        at = world.side(side)
        assert np.array_equal(at.stock[:, 1:], (at.stock + at.joined - at.left)[:, :-1])
        assert (at.left <= at.stock).all()
        assert at.joined.min() >= 0


def test_the_same_plan_gives_the_same_world_and_another_seed_another() -> None:
    once, again, other = (draw(WORLDS["sharp_threshold"](seed)) for seed in (3, 3, 4))
    for side in Side:
        for field in fields(SideArrays):
            assert np.array_equal(getattr(once.side(side), field.name), getattr(again.side(side), field.name))
    assert np.array_equal(once.gmv, again.gmv)
    assert once.truth == again.truth
    assert not np.array_equal(once.buyers.joined, other.buyers.joined)


def test_joiners_and_leavers_come_at_the_planned_level() -> None:
    world = draw(plan())
    assert world.buyers.joined.mean() == pytest.approx(100.0, rel=0.03)
    assert (world.buyers.left.sum() / world.buyers.stock.sum()) == pytest.approx(0.05, rel=0.03)
    assert world.buyers.spend.sum() / world.buyers.joined.sum() == pytest.approx(100.0, rel=0.03)


def test_more_of_the_other_side_brings_more_joiners_by_the_elasticity() -> None:
    """Suppliers grow from a tenth of their place: buyers' joiners follow at .5."""
    thin = replace(plan().suppliers, start=500.0, inflow=100.0)
    world = draw(plan(buyers=replace(plan().buyers, elasticity=0.5), suppliers=thin, weeks=60))
    suppliers, joined = world.suppliers.stock.mean(axis=0), world.buyers.joined.mean(axis=0)
    slope = np.polyfit(np.log(suppliers), np.log(joined), 1)[0]
    assert slope == pytest.approx(0.5, abs=0.05)
    assert world.truth.elasticity[Side.BUYER] == 0.5


def test_a_push_lifts_its_own_side_by_its_lift_where_and_when_it_runs() -> None:
    world = draw(plan(suppliers=replace(plan().suppliers, push=PanelPush(lift=1.0, weeks=10, share=0.25))))
    on = world.suppliers.push == 1
    assert on.sum(axis=0).tolist() == [2] * 30
    lift = world.suppliers.joined[on].mean() / world.suppliers.joined[~on].mean()
    assert lift == pytest.approx(np.e, rel=0.05)
    assert not world.buyers.push.any()


def test_chosen_pushes_follow_the_cells_boom_and_random_ones_do_not() -> None:
    boom = PanelShock(sd=0.6, rho=0.95)

    def tilt(assignment: str) -> float:
        push = PanelPush(assignment=assignment, lift=0.0)  # type: ignore[arg-type] # from a list of the allowed words
        drawn = [draw(plan(cells=40, seed=s, cell=boom, suppliers=replace(plan().suppliers, push=push)))
                 for s in range(5)]  # fmt: skip
        return float(np.mean([np.corrcoef(w.suppliers.push.ravel(), w.buyers.joined.ravel())[0, 1] for w in drawn]))

    assert tilt("chosen") > 0.4
    assert abs(tilt("randomised")) < 0.1
    assert abs(tilt("instrumented")) < 0.1


def test_a_sharp_threshold_cuts_the_hazard_by_its_jump_at_its_level() -> None:
    rising = replace(plan().suppliers, start=500.0, inflow=100.0)
    cut = replace(plan().buyers, threshold=PanelThreshold(jump=-1.0, level=1200.0))
    world = draw(plan(buyers=cut, suppliers=rising, weeks=60))
    above = world.suppliers.stock > 1200
    assert 0.2 < above.mean() < 0.8

    def logit(cells: np.ndarray) -> float:
        share = world.buyers.left[cells].sum() / world.buyers.stock[cells].sum()
        return float(np.log(share / (1 - share)))

    assert logit(above) - logit(~above) == pytest.approx(-1.0, abs=0.05)
    near = (abs(world.suppliers.stock - 1200) < 150) & ~above
    assert logit(near) == pytest.approx(logit(~above), abs=0.1)


@pytest.mark.parametrize(("name", "share"), [("sharp_threshold", 0.45), ("rare_threshold", 0.08), ("frontier", 0.45)])
def test_the_asked_share_of_cell_weeks_lies_above_the_threshold(name: str, share: float) -> None:
    for seed in range(4):
        truth = draw(WORLDS[name](seed)).truth.threshold[Side.BUYER]
        assert truth.share_above == pytest.approx(share, abs=0.04)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: plan(cells=0), "0 cells"),
        (lambda: plan(cells=8, regions=3), "3 regions"),
        (lambda: plan(start=plan().start.replace(day=2)), "not a Monday"),
        (PanelThreshold, "exactly one"),
        (lambda: PanelThreshold(level=3.0, share_above=0.5), "exactly one"),
        (lambda: PanelThreshold(share_above=1.5), "1.5"),
        (lambda: PanelPush(share=1.0), "share"),
        (lambda: PanelShock(rho=1.0), "rho 1.0"),
        (lambda: PanelSidePlan(start=0, inflow=1.0, elasticity=0.1, churn=0.1), "start 0"),
        (lambda: PanelSidePlan(start=1, inflow=1.0, elasticity=0.1, churn=1.0), "churn 1.0"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_value(wrong: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        wrong()  # type: ignore[operator] # a list of calls


def test_commissions_on_orders_are_what_both_sides_contribute() -> None:
    world = draw(plan())
    contributed = sum((world.plan.side(side).contribution * world.side(side).stock).sum() for side in Side)
    assert world.gmv.sum() * world.plan.take_rate == pytest.approx(contributed, rel=0.02)
    assert world.gmv.sum() / world.orders.sum() == pytest.approx(world.plan.order_value, rel=0.02)
