"""Pairs that leave the marketplace take their later orders with them, and nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.simulate import Market, decode, healthy_plan, simulate
from bothsides.simulate.planted import Disintermediation

WHERE = Disintermediation(category="Electrical", pair_share=0.5, after_orders=3)


@pytest.fixture(scope="module")
def departed() -> Market:
    return simulate(replace(healthy_plan(seed=11), planted=(WHERE,)))


def pair_orders(market: Market, category: str) -> dict[tuple[str, str], int]:
    """Orders per pair that were neither cancelled nor tests."""
    orders = decode(market, "orders")
    fair = (orders["category"] == category) & (orders["status"] != "cancelled") & ~orders["is_test"]
    pairs = zip(orders["buyer_id"][fair], orders["supplier_id"][fair], strict=True)
    counted: dict[tuple[str, str], int] = {}
    for pair in pairs:
        counted[pair] = counted.get(pair, 0) + 1
    return counted


def test_half_of_the_pairs_with_three_orders_stop_there(healthy: Market, departed: Market) -> None:
    before, after = pair_orders(healthy, "Electrical"), pair_orders(departed, "Electrical")
    longer = [pair for pair, count in before.items() if count > 3]
    stopped = [pair for pair in longer if after[pair] == 3]
    assert len(stopped) / len(longer) == pytest.approx(0.5, abs=0.12)
    assert all(after[pair] == count for pair, count in before.items() if pair not in stopped)


def test_other_places_keep_every_order(healthy: Market, departed: Market) -> None:
    for category in set(healthy.plan.categories) - {"Electrical"}:
        assert pair_orders(departed, category) == pair_orders(healthy, category)


def test_the_truth_names_the_pairs_and_what_went_with_them(healthy: Market, departed: Market) -> None:
    told = departed.truth.planted[0]["measured"]
    before, after = pair_orders(healthy, "Electrical"), pair_orders(departed, "Electrical")
    lost = {pair for pair in before if after.get(pair, 0) < before[pair]}
    named = {tuple(pair) for pair in told["pairs_off_platform"]}
    assert lost <= named
    assert told["orders_off_platform"] == len(healthy.tables["orders"]["placed_at"]) - len(
        departed.tables["orders"]["placed_at"]
    )
    gone = healthy.truth.totals["gmv_booked_minor"]["EUR"] - departed.truth.totals["gmv_booked_minor"]["EUR"]
    assert told["gmv_off_platform"] <= gone / 100 * 1.1
    assert told["quiet_share"]["here"] > told["quiet_share"]["elsewhere"] + 0.1


def test_those_who_left_still_look_their_supplier_up(departed: Market) -> None:
    told = departed.truth.planted[0]["measured"]
    orders, events = decode(departed, "orders"), decode(departed, "events")
    last: dict[tuple[str, str], np.datetime64] = {}
    for buyer, supplier, at in zip(orders["buyer_id"], orders["supplier_id"], orders["placed_at"], strict=True):
        last[buyer, supplier] = at
    viewed = events["name"] == "supplier_view"
    looks = zip(*(events[name][viewed] for name in ("account_id", "supplier_id", "occurred_at")), strict=True)
    named = {tuple(pair) for pair in told["pairs_off_platform"]}
    since = sum((buyer, supplier) in named and at > last[buyer, supplier] for buyer, supplier, at in looks)
    # Six looks in ten orders gone, besides those that would have come to nothing anyway.
    assert 0.5 * told["orders_off_platform"] < since < 1.2 * told["orders_off_platform"]


def test_ledgers_stay_whole_without_the_orders_that_went(departed: Market) -> None:
    orders, fees, quotes = (departed.tables[name] for name in ("orders", "fees", "quotes"))
    assert np.array_equal(orders["order_id"], np.arange(1, len(orders["order_id"]) + 1))
    assert (np.diff(orders["placed_at"]) >= 0).all()
    assert fees["order_id"].max() <= len(orders["order_id"])
    of_order = quotes["order_id"] >= 0
    assert (orders["quote_id"][quotes["order_id"][of_order & (quotes["kind"] == 0)] - 1] >= 0).all()


def test_a_region_of_a_category_can_leave_alone() -> None:
    where = Disintermediation(category="Packaging", region="West", pair_share=1.0, after_orders=2)
    market = simulate(replace(healthy_plan(seed=5, orders=6_000), planted=(where,)))
    accounts = decode(market, "accounts")
    home = dict(zip(accounts["account_id"], zip(accounts["category"], accounts["region"], strict=True), strict=True))
    left = {home[buyer] for buyer, _ in market.truth.planted[0]["measured"]["pairs_off_platform"]}
    assert left == {("Packaging", "West")}


def test_the_anchors_of_planted_concentration_stay(demo: Market) -> None:
    market = simulate(replace(demo.plan, planted=(*demo.plan.planted, Disintermediation(pair_share=1.0))))
    told = {problem["kind"]: problem["measured"] for problem in market.truth.planted}
    gone = {name for pair in told["Disintermediation"]["pairs_off_platform"] for name in pair}
    assert not gone & {told["SupplierConcentration"]["account_id"], told["BuyerConcentration"]["account_id"]}


@pytest.mark.parametrize("wrong", [{"pair_share": 1.2}, {"after_orders": 0}])
def test_a_departure_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Disintermediation: pair_share"):
        Disintermediation(**wrong)  # type: ignore[arg-type] # wrong on purpose
