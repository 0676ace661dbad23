"""Spend falls within its campaign, and pushes are campaigns of their own."""

import numpy as np
import pytest

from bothsides.simulate import Market
from bothsides.simulate.trade import Society


def test_campaign_spend_lies_within_its_campaign_and_side(demo: Market) -> None:
    spend, campaigns = demo.tables["spend"], demo.tables["campaigns"]
    named = spend["campaign_id"] >= 0
    row = spend["campaign_id"][named] - 1
    assert (spend["spent_at"][named] >= campaigns["started_at"][row]).all()
    assert (spend["spent_at"][named] <= campaigns["ended_at"][row]).all()
    assert (spend["side"][named] == campaigns["side"][row]).all()
    assert (spend["channel"][named] == campaigns["channel"][row]).all()
    assert set(spend["kind"]) == {0, 1, 2, 3}


def test_pushes_raise_supplier_spend_by_their_lift(demo: Market, society: Society) -> None:
    spend, pushes = demo.tables["spend"], society.weather.pushes
    assert (pushes > 0).any()
    cost = np.zeros(pushes.shape)
    week = (spend["spent_at"] - society.epoch) // (7 * 86_400) + 8
    mine = spend["side"] == 1
    np.add.at(cost, (week[mine], (spend["category"] * 4 + spend["region"])[mine]), spend["amount"][mine])
    relative = cost[8:] / society.weather.supplier_profile[8:, None] / society.cells.supply
    lift = np.log(relative[pushes[8:] > 0].mean() / relative[pushes[8:] == 0].mean())
    assert lift == pytest.approx(demo.plan.push_lift, abs=0.03)
    names = demo.held["campaigns"]["name"].words  # type: ignore[union-attr]
    assert sum(name.startswith("Supplier push") for name in names) == (pushes[8::13] > 0).sum()
