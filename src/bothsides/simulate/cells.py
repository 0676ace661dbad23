"""The market's cells (category x region): how big each is on both sides, and what weeks do to all of them."""

from dataclasses import dataclass

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.draws import Bools, Floats, Ints, stream
from bothsides.simulate.plan import LEAD_IN_WEEKS, MarketPlan
from bothsides.simulate.planted import CellProblem, ThinCellSpend

LOCAL_RHO = 0.9
"""Weekly autocorrelation of a cell's own shocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Per cell: its category and region, its share of each side's signups, its spend factor per side."""

    category: Ints
    region: Ints
    demand: Floats
    supply: Floats
    buyer_spend: Floats
    supplier_spend: Floats

    def weight(self, side: Side) -> Floats:
        """The side's share of signups per cell; ordinary cells sum to 1, planted problems move them."""
        return self.demand if side is Side.BUYER else self.supply

    def spend(self, side: Side) -> Floats:
        """The side's spend factor per cell."""
        return self.buyer_spend if side is Side.BUYER else self.supplier_spend


def cells_of(plan: MarketPlan, category: str | None, region: str | None) -> Bools:
    """Per cell, whether it is of the category and the region; None stands for any."""
    here = np.ones((len(plan.categories), len(plan.regions)), bool)
    if category is not None:
        here &= (np.arange(len(plan.categories)) == plan.categories.index(category))[:, None]
    if region is not None:
        here &= np.arange(len(plan.regions)) == plan.regions.index(region)
    return here.ravel()


def lay_out(plan: MarketPlan) -> Cells:
    """Draw the cells' sizes and apply the planted cell problems."""
    rng = stream(plan.seed, "cells")
    size = np.exp(plan.cell_sigma * rng.standard_normal(plan.cells))
    demand, supply = size / size.sum(), size / size.sum()
    spend = {Side.BUYER: np.ones(plan.cells), Side.SUPPLIER: np.ones(plan.cells)}
    for problem in plan.planted:
        if isinstance(problem, CellProblem):
            cell = plan.cell(problem.category, problem.region)
            demand[cell] = problem.demand_factor / plan.cells
            supply[cell] = problem.supply_factor / plan.cells
            if isinstance(problem, ThinCellSpend):
                spend[problem.side][cell] = problem.spend_factor
    return Cells(
        category=np.repeat(np.arange(len(plan.categories)), len(plan.regions)),
        region=np.tile(np.arange(len(plan.regions)), len(plan.categories)),
        demand=demand,
        supply=supply,
        buyer_spend=spend[Side.BUYER],
        supplier_spend=spend[Side.SUPPLIER],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What weeks do to all cells, by calendar week from the lead-in on (index 0 is week -8).

    `common` is the log effect of season and shocks on signups and orders, `local` that of the cell's own shocks per
    week and cell; the profiles are each side's share of signups per week; `pushes` is the log lift of supplier signups
    per week and cell.
    """

    common: Floats
    local: Floats
    shock: Floats
    buyer_profile: Floats
    supplier_profile: Floats
    pushes: Floats

    def profile(self, side: Side) -> Floats:
        """The side's planned share of signups per calendar week."""
        return self.buyer_profile if side is Side.BUYER else self.supplier_profile


def forecast(plan: MarketPlan) -> Weather:
    """Draw seasons, shocks and pushes for the plan's weeks."""
    rng = stream(plan.seed, "weather")
    total = plan.weeks + LEAD_IN_WEEKS
    week = np.arange(total) - LEAD_IN_WEEKS
    shock = np.zeros(total)
    innovation = rng.standard_normal(total) * plan.noise * np.sqrt(1 - 0.7**2)
    for index in range(1, total):
        shock[index] = 0.7 * shock[index - 1] + innovation[index]
    for planned in plan.shocks:
        shock[(week >= planned.week) & (week < planned.week + planned.weeks)] += planned.size
    day_of_year = plan.start.timetuple().tm_yday + 7 * week
    season = plan.seasonality * np.cos(2 * np.pi * (day_of_year - 320) / 365.25)
    return Weather(
        common=season + shock,
        local=_local(plan, total),
        shock=shock,
        buyer_profile=_profile(plan, np.where(week >= 0, np.exp(-week / 5.0), 0.0), week),
        supplier_profile=_profile(plan, (week < 0).astype(float), week),
        pushes=_pushes(plan, rng, total),
    )


def _profile(plan: MarketPlan, launch: Floats, week: Ints) -> Floats:
    steady = np.where(week >= 0, np.exp(plan.weekly_growth * week), 0.0)
    profile: Floats = plan.founding_share * launch / launch.sum() + (1 - plan.founding_share) * steady / steady.sum()
    return profile


def _local(plan: MarketPlan, total: int) -> Floats:
    local = np.zeros((total, plan.cells))
    if plan.cell_noise:
        rng = stream(plan.seed, "cell weather")
        innovation = plan.cell_noise * np.sqrt(1 - LOCAL_RHO**2) * rng.standard_normal((total, plan.cells))
        for index in range(1, total):
            local[index] = LOCAL_RHO * local[index - 1] + innovation[index]
    return local


def _pushes(plan: MarketPlan, rng: np.random.Generator, total: int) -> Floats:
    blocks = -(-plan.weeks // 13)
    chosen = rng.random((blocks, plan.cells)) < plan.push_share
    pushes = np.zeros((total, plan.cells))
    pushes[LEAD_IN_WEEKS:] = np.repeat(chosen, 13, axis=0)[: plan.weeks] * plan.push_lift
    return pushes
