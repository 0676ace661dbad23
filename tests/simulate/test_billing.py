"""Fees follow completed platform orders at the take rate, refunds follow orders, rates cover the ledger."""

from itertools import pairwise

import numpy as np

from bothsides.simulate import Market


def test_commission_is_the_take_rate_of_completed_platform_orders(demo: Market) -> None:
    orders, fees = demo.tables["orders"], demo.tables["fees"]
    commission = fees["kind"] == 0
    charged = np.zeros(len(orders["order_id"]), np.int64)
    np.add.at(charged, fees["order_id"][commission] - 1, fees["amount"][commission])
    due = np.rint(orders["amount"] * np.array(demo.plan.take_rates)[orders["category"]])
    assert (charged == np.where((orders["status"] == 1) & orders["on_platform"], due, 0)).all()
    row = fees["order_id"][commission] - 1
    assert (fees["account_id"][commission] == orders["supplier_id"][row]).all()
    assert (fees["currency"][commission] == orders["currency"][row]).all()


def test_subscriptions_are_monthly_while_live_and_grow(demo: Market) -> None:
    fees, accounts = demo.tables["fees"], demo.tables["accounts"]
    subscription = fees["kind"] == 1
    assert set(fees["amount"][subscription]) <= {round(100 * price) for price in demo.plan.subscriptions}
    key = np.stack([fees["account_id"][subscription], fees["charged_at"][subscription]])
    assert np.unique(key, axis=1).shape == key.shape
    live = dict(zip(accounts["account_id"], accounts["live_at"], strict=True))
    closed = dict(zip(accounts["account_id"], accounts["closed_at"], strict=True))
    paid: dict[int, list[int]] = {}
    for account, when, amount in zip(*key, fees["amount"][subscription], strict=True):
        assert live[account] < when
        assert closed[account] < 0 or when < closed[account]
        paid.setdefault(account, []).append(amount)
    assert all(before <= after for amounts in paid.values() for before, after in pairwise(amounts))
    assert any(amounts[0] < amounts[-1] for amounts in paid.values())


def test_refunds_follow_completed_orders_and_never_exceed_them(demo: Market) -> None:
    orders, refunds, fees = demo.tables["orders"], demo.tables["refunds"], demo.tables["fees"]
    row = refunds["order_id"] - 1
    assert (orders["status"][row] == 1).all()
    assert (refunds["refunded_at"] > orders["completed_at"][row]).all()
    assert ((refunds["amount"] > 0) & (refunds["amount"] <= orders["amount"][row])).all()
    fee = np.zeros(len(orders["order_id"]), np.int64)
    commission = fees["kind"] == 0
    fee[fees["order_id"][commission] - 1] = fees["amount"][commission]
    assert (refunds["fee_amount"] <= fee[row]).all()
    assert (refunds["fee_amount"] > 0).any()
    month = [
        values.astype("datetime64[s]").astype("datetime64[M]")
        for values in (refunds["refunded_at"], orders["placed_at"][row])
    ]
    assert (month[0] > month[1]).any()
    assert (month[0] == month[1]).any()


def test_rates_are_weekly_and_begin_before_the_first_order(demo: Market) -> None:
    rates = demo.tables["fx_rates"]
    assert set(np.diff(rates["quoted_on"])) == {7 * 86_400}
    assert rates["quoted_on"][0] < demo.tables["orders"]["placed_at"][0]
    assert rates["quoted_on"][-1] + 7 * 86_400 > demo.tables["orders"]["placed_at"][-1]
    assert 0 < (demo.tables["orders"]["currency"] == 1).mean() < 0.1
