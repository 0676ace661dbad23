"""Shipments follow their orders, some late, in parts or short; reviews follow what arrived and who delivered it."""

from dataclasses import replace

import numpy as np

from bothsides.simulate import Market, decode, demo_plan, simulate
from bothsides.simulate.fulfilment import DELIVERED, PENDING, supplier_quality
from bothsides.simulate.trade import CANCELLED, COMPLETED, Society


def test_every_order_that_stands_is_shipped_and_arrives_when_it_completes(demo: Market) -> None:
    orders, shipments = demo.tables["orders"], demo.tables["shipments"]
    row = shipments["order_id"] - 1
    stands = (orders["status"] != CANCELLED) & ~orders["is_test"]
    assert set(row) == set(np.flatnonzero(stands))
    done = orders["status"][row] == COMPLETED
    assert (shipments["status"][done] == DELIVERED).all()
    last = np.full(len(stands), -1)
    np.maximum.at(last, row, shipments["delivered_at"])
    completed = stands & (orders["status"] == COMPLETED)
    assert (last[completed] == orders["completed_at"][completed]).all()
    left = shipments["shipped_at"] >= 0
    assert (left == (shipments["status"] != PENDING)).all()
    assert (shipments["shipped_at"][left] > orders["placed_at"][row][left]).all()
    assert (shipments["delivered_at"][done] >= shipments["shipped_at"][done]).all()
    assert (shipments["promised_at"] > orders["placed_at"][row]).all()


def test_some_come_late_in_parts_or_short(demo: Market) -> None:
    shipments, lines = demo.tables["shipments"], demo.tables["order_lines"]
    arrived = shipments["delivered_at"] >= 0
    late = shipments["delivered_at"][arrived] // 86_400 > shipments["promised_at"][arrived] // 86_400
    assert 0.1 < late.mean() < 0.35
    parts = np.bincount(shipments["order_id"])
    assert 0.05 < (parts == 2).sum() / (parts > 0).sum() < 0.1
    assert parts.max() == 2
    ordered = np.bincount(lines["order_id"], weights=lines["quantity"], minlength=len(parts))
    sent = np.bincount(shipments["order_id"], weights=shipments["quantity"], minlength=len(parts))
    assert (shipments["quantity"] > 0).all()
    assert (sent <= ordered).all()
    assert 0.01 < (sent[parts > 0] < ordered[parts > 0]).mean() < 0.06


def test_stars_follow_the_supplier_and_fall_where_it_came_late(demo: Market, society: Society) -> None:
    reviews, orders = demo.tables["reviews"], demo.tables["orders"]
    row = reviews["order_id"] - 1
    assert (orders["status"][row] == COMPLETED).all()
    assert (reviews["reviewed_at"] > orders["completed_at"][row]).all()
    about_supplier = reviews["reviewee_id"] == orders["supplier_id"][row]
    assert (
        reviews["reviewer_id"] == np.where(about_supplier, orders["buyer_id"][row], orders["supplier_id"][row])
    ).all()
    assert set(reviews["rating"]) == {1, 2, 3, 4, 5}
    fair = about_supplier & ~reviews["is_incentivised"]
    buyers = len(society.population.buyers.cell)
    quality = supplier_quality(society)[reviews["reviewee_id"][fair] - buyers - 1]
    stars = reviews["rating"][fair]
    assert stars[quality > 0.5].mean() > stars[quality < -0.5].mean() + 0.4
    shipments = demo.tables["shipments"]
    late = np.zeros(len(orders["order_id"]) + 1, bool)
    late[shipments["order_id"][shipments["delivered_at"] // 86_400 > shipments["promised_at"] // 86_400]] = True
    slow = late[reviews["order_id"][fair]]
    assert stars[~slow].mean() > stars[slow].mean() + 0.5
    rewarded = about_supplier & reviews["is_incentivised"]
    assert reviews["rating"][rewarded].mean() > stars.mean() + 0.2
    assert (~about_supplier).any()


def test_units_are_blank_where_orders_have_no_lines() -> None:
    market = simulate(replace(demo_plan(seed=2, orders=500), order_lines=False, planted=()))
    assert np.ma.getmaskarray(decode(market, "shipments")["quantity"]).all()
