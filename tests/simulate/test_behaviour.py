"""Sessions run in order, those that convert end just before their order, and a cap samples whole sessions."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.simulate import Market, demo_plan, simulate
from bothsides.simulate.behaviour import EVENT_NAMES

WAYS = {
    ("visit",),
    ("visit", "search"),
    ("visit", "search", "supplier_view"),
    ("visit", "search", "supplier_view", "cart_add", "cart_abandon"),
    ("visit", "search", "supplier_view", "cart_add", "checkout"),
}


def sessions(market: Market) -> list[tuple[str, ...]]:
    events = market.tables["events"]
    order = np.lexsort((events["occurred_at"], events["session_id"]))
    names = events["name"][order]
    starts = np.flatnonzero(np.diff(events["session_id"][order], prepend=-1))
    return [tuple(EVENT_NAMES[i] for i in part) for part in np.split(names, starts[1:])]


def test_every_session_walks_one_of_the_five_ways(demo: Market) -> None:
    assert set(sessions(demo)) == WAYS


def test_checkouts_are_the_orders_of_the_cart_in_the_hour_before(demo: Market) -> None:
    events, orders = demo.tables["events"], demo.tables["orders"]
    checkout = events["name"] == EVENT_NAMES.index("checkout")
    cart_orders = (orders["quote_id"] < 0) & ~orders["is_test"]
    assert checkout.sum() == cart_orders.sum()
    seen = sorted(zip(events["account_id"][checkout], events["occurred_at"][checkout], strict=True))
    made = sorted(zip(orders["buyer_id"][cart_orders], orders["placed_at"][cart_orders], strict=True))
    gaps = [placed - at for (who, at), (buyer, placed) in zip(seen, made, strict=True) if who == buyer]
    assert len(gaps) == len(made)
    assert min(gaps) > 0
    assert np.median(gaps) < 5400


def test_carts_convert_at_the_planned_rate(healthy: Market) -> None:
    name = healthy.tables["events"]["name"]
    carts, checkouts = ((name == EVENT_NAMES.index(step)).sum() for step in ("cart_add", "checkout"))
    assert checkouts / carts == pytest.approx(healthy.plan.demand.cart_to_order, abs=0.02)


def test_a_cap_keeps_whole_sessions_and_their_mix(demo: Market) -> None:
    capped = simulate(replace(demo_plan(seed=11), events_per_order=2.0))
    assert len(capped.tables["events"]["name"]) == pytest.approx(2 * demo.plan.orders, rel=0.05)
    assert set(sessions(capped)) == WAYS
    share = [
        np.bincount(m.tables["events"]["name"], minlength=6) / len(m.tables["events"]["name"]) for m in (demo, capped)
    ]
    assert share[0] == pytest.approx(share[1], abs=0.015)
    assert capped.truth.parameters["event_session_share"] < 0.5
