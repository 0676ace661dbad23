"""Named panel worlds: each asks one question of an estimator, and most have a placebo where the answer is "none"."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from bothsides.schema.side import Side
from bothsides.simulate.panel.plan import PanelPlan, PanelPush, PanelShock, PanelSidePlan, PanelThreshold
from bothsides.simulate.panel.world import draw

WorldOf: TypeAlias = Callable[[int], PanelPlan]
"""A named world's plan for a seed."""

CELL_SHOCKS = PanelShock(sd=0.25, rho=0.85)
"""Booms and slumps of a cell that last a quarter and hit both its sides: the confounder."""


def reference(seed: int) -> PanelPlan:
    """40 cells x 104 weeks: suppliers draw buyers in at .50, buyers draw suppliers in at .25; cell shocks confound.

    Source: the feasibility figures of the liquidity lab's specification.
    """
    return PanelPlan(
        name="reference",
        seed=seed,
        cells=40,
        weeks=104,
        regions=4,
        buyers=PanelSidePlan(start=120.0, inflow=8.0, elasticity=0.5, churn=0.04, cost=150.0, contribution=9.0),
        suppliers=PanelSidePlan(start=25.0, inflow=1.2, elasticity=0.25, churn=0.025, cost=280.0, contribution=12.0),
        cell=CELL_SHOCKS,
    )


def cell_shocks(seed: int) -> PanelPlan:
    """Confounded: nothing but fixed effects to go by, and the shocks hit both sides of a cell."""
    return replace(reference(seed), name="cell_shocks")


def randomised_pushes(seed: int) -> PanelPlan:
    """Confounded, but suppliers are pushed by +1.0 in 13-week blocks drawn by lot."""
    return _pushed(reference(seed), PanelPush(), name="randomised_pushes")


def randomised_pushes_both(seed: int) -> PanelPlan:
    """Confounded, with pushes by lot for both sides, apart from each other: each direction has its instrument."""
    plan = randomised_pushes(seed)
    return replace(plan, name="randomised_pushes_both", buyers=replace(plan.buyers, push=PanelPush()))


def weak_pushes(seed: int) -> PanelPlan:
    """Pushes by lot that are too weak and too short to tell anything: +0.5 for one week."""
    return _pushed(reference(seed), PanelPush(lift=0.5, weeks=1, share=0.1), name="weak_pushes")


def instrumented_pushes(seed: int) -> PanelPlan:
    """Pushes that follow a partner's timetable, which takes the cells in turn."""
    return _pushed(reference(seed), PanelPush(assignment="instrumented"), name="instrumented_pushes")


def chosen_pushes(seed: int) -> PanelPlan:
    """Pushes that people chose: suppliers are pushed where the cell booms anyway."""
    plan = _pushed(reference(seed), PanelPush(assignment="chosen"), name="chosen_pushes")
    return replace(plan, cell=PanelShock(sd=0.35, rho=0.9))


def common_shocks(seed: int, *, cells: int = 40, weeks: int = 104) -> PanelPlan:
    """Elasticities .30 and .15, shocks that hit every cell at once: fixed effects absorb them."""
    return PanelPlan(
        name="common_shocks",
        seed=seed,
        cells=cells,
        weeks=weeks,
        buyers=PanelSidePlan(start=1000.0, inflow=60.0, elasticity=0.30, churn=0.05, cost=150.0, contribution=9.0),
        suppliers=PanelSidePlan(start=400.0, inflow=25.0, elasticity=0.15, churn=0.05, cost=280.0, contribution=12.0),
        common=PanelShock(sd=0.25, rho=0.7),
    )


def common_shocks_short(seed: int) -> PanelPlan:
    """The same over 26 weeks."""
    return replace(common_shocks(seed, weeks=26), name="common_shocks_short")


def common_shocks_few(seed: int) -> PanelPlan:
    """The same with 10 cells over 26 weeks: the least that gets a number."""
    return replace(common_shocks(seed, cells=10, weeks=26), name="common_shocks_few")


def small_market(seed: int) -> PanelPlan:
    """5 cells over a year: too little for a number, enough for a direction."""
    return replace(reference(seed), name="small_market", cells=5, weeks=52, regions=1)


def sharp_threshold(seed: int) -> PanelPlan:
    """Buyers leave less, by 1.0 logit, once a cell has enough suppliers; 45 % of cell-weeks have."""
    return _retained(seed, PanelThreshold(share_above=0.45), name="sharp_threshold")


def supplier_threshold(seed: int) -> PanelPlan:
    """Suppliers leave less once a cell has enough buyers; 40 % of cell-weeks have."""
    plan = _ramp(seed, name="supplier_threshold")
    return replace(plan, suppliers=replace(plan.suppliers, churn=0.04, threshold=PanelThreshold(share_above=0.4)))


def rare_threshold(seed: int) -> PanelPlan:
    """The same with 8 % of cell-weeks above: not to be identified."""
    return _retained(seed, PanelThreshold(share_above=0.08), name="rare_threshold")


def smooth_placebo(seed: int) -> PanelPlan:
    """Placebo: retention improves along a logistic in the log of suppliers; there is no threshold."""
    return _retained(seed, PanelThreshold(kind="smooth", share_above=0.5), name="smooth_placebo")


def linear_placebo(seed: int) -> PanelPlan:
    """Placebo: the hazard's logit falls in proportion to the log of suppliers; there is no threshold."""
    plan = _ramp(seed, name="linear_placebo")
    return replace(plan, buyers=replace(plan.buyers, retention_slope=-0.6))


def no_effect(seed: int) -> PanelPlan:
    """Placebo: no side matters to the other; shocks still move both."""
    plan = _ramp(seed, name="no_effect")
    return replace(plan, buyers=replace(plan.buyers, elasticity=0.0), suppliers=replace(plan.suppliers, elasticity=0.0))


def frontier(seed: int) -> PanelPlan:
    """Buyers leave less above a line in buyers and suppliers together: fewer of one do with more of the other."""
    return _retained(seed, PanelThreshold(share_above=0.45, own_weight=0.4), name="frontier")


def suppliers_retain_buyers(seed: int) -> PanelPlan:
    """Suppliers retain buyers twice as well as buyers retain suppliers."""
    plan = _ramp(seed, name="suppliers_retain_buyers")
    return replace(
        plan,
        buyers=replace(plan.buyers, retention_slope=-0.6),
        suppliers=replace(plan.suppliers, retention_slope=-0.3),
    )


def supply_returns_double(seed: int) -> PanelPlan:
    """Pushes by lot for both sides; a unit spent on suppliers returns twice what one spent on buyers does."""
    return _with_gap(replace(randomised_pushes_both(seed), name="supply_returns_double"), Side.SUPPLIER, 2.0)


def demand_returns_double(seed: int) -> PanelPlan:
    """Pushes by lot for both sides; a unit spent on buyers returns twice what one spent on suppliers does."""
    return _with_gap(replace(randomised_pushes_both(seed), name="demand_returns_double"), Side.BUYER, 2.0)


def equal_returns(seed: int) -> PanelPlan:
    """Placebo: both sides return the same, so that no choice is right."""
    return _with_gap(replace(randomised_pushes_both(seed), name="equal_returns"), Side.BUYER, 1.0)


def _pushed(plan: PanelPlan, push: PanelPush, *, name: str) -> PanelPlan:
    return replace(plan, name=name, suppliers=replace(plan.suppliers, push=push))


def _ramp(seed: int, *, name: str) -> PanelPlan:
    """A market whose stocks grow through their range, so that cells see thin and thick weeks alike."""
    plan = reference(seed)
    return replace(
        plan,
        name=name,
        buyers=replace(plan.buyers, start=100.0, inflow=10.0, churn=0.05),
        suppliers=replace(plan.suppliers, start=15.0, inflow=0.9, churn=0.02),
        cell=PanelShock(sd=0.2, rho=0.8),
    )


def _retained(seed: int, threshold: PanelThreshold, *, name: str) -> PanelPlan:
    plan = _ramp(seed, name=name)
    return replace(plan, buyers=replace(plan.buyers, threshold=threshold))


def _with_gap(plan: PanelPlan, better: Side, gap: float) -> PanelPlan:
    """The plan with costs under which `better` returns `gap` times the other: returns are inverse to an account's
    cost, which moves nothing else."""
    truth = draw(plan).truth
    ratio = truth.returns[better].total / truth.returns[better.other].total
    dearer = better if ratio > gap else better.other
    factor = ratio / gap if dearer is better else gap / ratio
    cost = plan.side(dearer).cost * factor
    if dearer is Side.BUYER:
        return replace(plan, buyers=replace(plan.buyers, cost=cost))
    return replace(plan, suppliers=replace(plan.suppliers, cost=cost))


WORLDS: Mapping[str, WorldOf] = {
    world.__name__: world
    for world in (
        reference,
        cell_shocks,
        randomised_pushes,
        randomised_pushes_both,
        weak_pushes,
        instrumented_pushes,
        chosen_pushes,
        common_shocks,
        common_shocks_short,
        common_shocks_few,
        small_market,
        sharp_threshold,
        supplier_threshold,
        rare_threshold,
        smooth_placebo,
        linear_placebo,
        no_effect,
        frontier,
        suppliers_retain_buyers,
        supply_returns_double,
        demand_returns_double,
        equal_returns,
    )
}
"""Every named world, by name."""
