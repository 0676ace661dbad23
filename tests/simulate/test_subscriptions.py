"""Plans and the ledger agree: every subscription fee falls into one stretch of a plan, at its price."""

import numpy as np

from bothsides.simulate import Market


def test_every_subscription_fee_falls_into_one_plan_at_its_price(demo: Market) -> None:
    plans, fees = demo.tables["subscriptions"], demo.tables["fees"]
    charged = fees["kind"] == 1
    found = 0
    never = np.iinfo(np.int64).max
    ends = np.where(plans["ended_at"] < 0, never, plans["ended_at"])
    for account, when, amount in zip(
        fees["account_id"][charged], fees["charged_at"][charged], fees["amount"][charged], strict=True
    ):
        running = (plans["account_id"] == account) & (plans["started_at"] <= when) & (ends > when)
        running &= (plans["paused_at"] < 0) | (plans["paused_at"] > when) | (plans["resumed_at"] <= when)
        assert list(plans["amount"][running]) == [amount]
        found += 1
    assert found == charged.sum() > 0


def test_plans_change_rest_and_end(demo: Market) -> None:
    plans, accounts = demo.tables["subscriptions"], demo.tables["accounts"]
    rows = np.bincount(plans["account_id"])
    assert (rows > 1).any()
    assert (np.diff(plans["started_at"]) >= 0).all()
    ended = plans["ended_at"] >= 0
    assert (plans["ended_at"][ended] > plans["started_at"][ended]).all()
    rests = plans["paused_at"] >= 0
    assert rests.any()
    assert (plans["resumed_at"][rests] > plans["paused_at"][rests]).all()
    assert (plans["paused_at"][rests] > plans["started_at"][rests]).all()
    closed = accounts["closed_at"][plans["account_id"] - 1]
    gone = closed >= 0
    assert (plans["ended_at"][gone] >= 0).all()
    assert (plans["ended_at"][gone] <= closed[gone]).all()
    assert (plans["plan"] < len(demo.plan.subscriptions)).all()
