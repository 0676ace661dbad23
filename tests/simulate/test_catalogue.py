"""Listings belong to live suppliers, and order lines to listings that were open."""

import numpy as np

from bothsides.simulate import Market


def test_listings_open_with_their_supplier_and_close_with_it(demo: Market) -> None:
    accounts, listings = demo.tables["accounts"], demo.tables["listings"]
    row = listings["supplier_id"] - 1
    assert (listings["listed_at"] >= accounts["live_at"][row]).all()
    first = np.full(len(accounts["live_at"]), np.iinfo(np.int64).max)
    np.minimum.at(first, row, listings["listed_at"])
    live = accounts["live_at"] >= 0
    assert (first[live] == accounts["live_at"][live]).all()
    left = accounts["closed_at"][row]
    assert ((left < 0) | ((listings["closed_at"] >= 0) & (listings["closed_at"] <= left))).all()
    assert ((listings["closed_at"] < 0) | (listings["closed_at"] > listings["listed_at"])).all()


def test_lines_name_an_open_listing_of_the_orders_supplier(demo: Market) -> None:
    orders, lines, listings = (demo.tables[name] for name in ("orders", "order_lines", "listings"))
    order, listing = lines["order_id"] - 1, lines["listing_id"] - 1
    placed = orders["placed_at"][order]
    assert (listings["supplier_id"][listing] == orders["supplier_id"][order]).all()
    assert (listings["listed_at"][listing] <= placed).all()
    closed = listings["closed_at"][listing]
    assert ((closed < 0) | (closed > placed)).all()
    assert (lines["amount"] > 0).all()
