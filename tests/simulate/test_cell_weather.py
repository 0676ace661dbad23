"""A cell's own shocks reach both its sides, and a planted churn its own side and place alone."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.schema import Side
from bothsides.simulate import healthy_plan, simulate
from bothsides.simulate.market import settle
from bothsides.simulate.planted import ChurnProblem


def test_a_cells_shocks_last_and_move_its_signups_and_orders() -> None:
    plan = replace(healthy_plan(seed=6, orders=30_000), cell_noise=0.5)
    society = settle(plan)
    local = society.weather.local
    assert local[30:].std() == pytest.approx(0.5, rel=0.25)
    assert np.corrcoef(local[30:-1].ravel(), local[31:].ravel())[0, 1] == pytest.approx(0.9, abs=0.05)
    orders = simulate(plan).tables["orders"]
    week = (orders["placed_at"] - society.epoch) // (7 * 86_400)
    cell = orders["category"].astype(int) * 4 + orders["region"]
    counts = np.zeros((plan.weeks, plan.cells))
    np.add.at(counts, (week, cell), 1)
    moved = np.log1p(counts[20:]) - np.log1p(counts[20:]).mean(axis=0)
    assert np.corrcoef(moved.ravel(), (local[28:] - local[28:].mean(axis=0)).ravel())[0, 1] > 0.5


def test_without_cell_noise_there_is_none() -> None:
    assert not settle(healthy_plan(seed=6)).weather.local.any()


def test_planted_churn_empties_its_side_and_place_alone() -> None:
    churn = ChurnProblem(side=Side.SUPPLIER, category="Electrical", extra_hazard=0.02)
    market = simulate(replace(healthy_plan(seed=6), planted=(churn,)))
    told = market.truth.planted[0]["measured"]["closed_share"]
    assert told["here"] > 3 * told["elsewhere"]
    buyers = market.tables["accounts"]["side"] == 0
    here = market.tables["accounts"]["category"] == 2
    closed = market.tables["accounts"]["closed_at"] >= 0
    assert closed[buyers & here].mean() < closed[~buyers & here].mean() / 2


def test_a_churn_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="extra_hazard 0"):
        ChurnProblem(side=Side.BUYER, extra_hazard=0)
