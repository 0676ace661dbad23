"""Requests, replies and awards stand in order and point at each other."""

import numpy as np

from bothsides.simulate import Market
from bothsides.simulate.requests import AWARDED, OPEN, QUOTE_STATUSES


def test_replies_fall_between_request_and_award_and_include_the_winner(demo: Market) -> None:
    quotes = demo.tables["quotes"]
    reply = quotes["kind"] == 1
    asked = quotes["request_id"][reply] - 1
    assert (quotes["kind"][asked] == 0).all()
    assert (quotes["requested_at"][reply] > quotes["requested_at"][asked]).all()
    awarded = quotes["awarded_at"][asked]
    assert ((awarded < 0) | (quotes["requested_at"][reply] < awarded)).all()
    pairs = set(zip(quotes["request_id"][reply], quotes["supplier_id"][reply], strict=True))
    assert len(pairs) == reply.sum()
    won = quotes["status"] == AWARDED
    assert set(zip(quotes["quote_id"][won], quotes["supplier_id"][won], strict=True)) <= pairs


def test_awards_and_orders_point_at_each_other(demo: Market) -> None:
    quotes, orders = demo.tables["quotes"], demo.tables["orders"]
    won = quotes["status"] == AWARDED
    row = quotes["order_id"][won] - 1
    assert (orders["quote_id"][row] == quotes["quote_id"][won]).all()
    assert (orders["buyer_id"][row] == quotes["buyer_id"][won]).all()
    assert (orders["supplier_id"][row] == quotes["supplier_id"][won]).all()
    assert (orders["amount"][row] == quotes["amount"][won]).all()
    assert (quotes["awarded_at"][won] < orders["placed_at"][row]).all()
    assert (quotes["requested_at"][won] < quotes["awarded_at"][won]).all()
    assert (orders["quote_id"] >= 0).sum() == won.sum()


def test_open_requests_are_those_whose_deadline_lies_ahead(demo: Market) -> None:
    quotes = demo.tables["quotes"]
    end = np.datetime64(demo.plan.end, "s").astype(np.int64) + 86_400
    lost = (quotes["kind"] == 0) & (quotes["status"] != AWARDED)
    assert ((quotes["due_at"][lost] >= end) == (quotes["status"][lost] == OPEN)).all()
    assert set(quotes["status"]) == set(range(len(QUOTE_STATUSES)))
