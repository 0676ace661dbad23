"""What is planted in the demo shows in its rows, and the healthy market shows none of it."""

from itertools import pairwise

import numpy as np
import pytest

from bothsides.simulate import Market
from bothsides.simulate.planted import (
    BuyerConcentration,
    DemandShort,
    FirstOrderLeak,
    Stalled,
    SupplierConcentration,
    SupplyShort,
    ThinCellSpend,
)

DAY = 86_400
YEAR = 364 * DAY


def done(market: Market) -> dict[str, np.ndarray]:
    orders, accounts = market.tables["orders"], market.tables["accounts"]
    inside = accounts["account_id"][accounts["is_internal"]]
    fair = ~np.isin(orders["buyer_id"], inside) & ~np.isin(orders["supplier_id"], inside) & ~orders["is_test"]
    return {name: values[fair & (orders["status"] == 1)] for name, values in orders.items()}


def per_cell(market: Market, table: dict[str, np.ndarray], keep: np.ndarray) -> np.ndarray:
    return np.bincount((table["category"].astype(int) * 4 + table["region"])[keep], minlength=24)


def stocks(market: Market) -> tuple[np.ndarray, np.ndarray]:
    accounts = market.tables["accounts"]
    still = accounts["closed_at"] < 0
    live = per_cell(market, accounts, still & (accounts["live_at"] >= 0))
    return live, per_cell(market, accounts, still & (accounts["side"] == 0))


def fill(market: Market) -> tuple[np.ndarray, np.ndarray]:
    quotes = market.tables["quotes"]
    asked = (quotes["kind"] == 0) & (quotes["status"] != 0)
    requests = per_cell(market, quotes, asked)
    return requests, per_cell(market, quotes, asked & (quotes["status"] == 2)) / np.maximum(requests, 1)


def search_to_checkout(market: Market) -> np.ndarray:
    events = market.tables["events"]
    return per_cell(market, events, events["name"] == 5) / per_cell(market, events, events["name"] == 1)


def top_share(market: Market, party: str) -> np.ndarray:
    orders = done(market)
    shares = []
    for category in range(6):
        mine = (orders["category"] == category) & (orders["currency"] == 0)
        value = np.bincount(orders[party][mine], weights=orders["amount"][mine])
        shares.append(value.max() / value.sum())
    return np.array(shares)


def ndr(market: Market, party: str, days: int) -> float:
    """Value of the last `days` over that of the same days a year before, of those active then."""
    orders, end = done(market), np.datetime64(market.plan.end, "s").astype(np.int64) + DAY
    age = end - orders["placed_at"]
    size, now, then = orders[party].max() + 1, age <= days * DAY, (age > YEAR) & (age <= YEAR + days * DAY)
    before = np.bincount(orders[party][then], weights=orders["amount"][then], minlength=size)
    after = np.bincount(orders[party][now], weights=orders["amount"][now], minlength=size)
    return float(after[before > 0].sum() / before.sum())


def cac(market: Market, side: int) -> np.ndarray:
    """Spend per transacting account of the side, by channel."""
    accounts, spend, orders = market.tables["accounts"], market.tables["spend"], done(market)
    party = orders["supplier_id" if side else "buyer_id"]
    won = (accounts["side"] == side) & np.isin(accounts["account_id"], party)
    mine = (spend["side"] == side) & (spend["channel"] >= 0)
    cost = np.bincount(spend["channel"][mine], weights=spend["amount"][mine] / 100, minlength=7)
    return cost / np.maximum(np.bincount(accounts["channel"][won], minlength=7), 1)


def monthly_contribution(market: Market, side: int) -> float:
    """Half of commissions (and a supplier's subscriptions) per month since an account's first order, at 70 %."""
    orders, fees = done(market), market.tables["fees"]
    party = orders["supplier_id" if side else "buyer_id"]
    end = np.datetime64(market.plan.end, "s").astype(np.int64) + DAY
    first = np.full(party.max() + 1, end)
    np.minimum.at(first, party, orders["placed_at"])
    revenue = fees["amount"][fees["kind"] == 0].sum() / 2 + side * fees["amount"][fees["kind"] == 1].sum()
    return float(0.7 * revenue / 100 / ((end - first).sum() / (30.44 * DAY)))


def onboarding(market: Market) -> list[float]:
    accounts = market.tables["accounts"]
    end = np.datetime64(market.plan.end, "s").astype(np.int64)
    mature = (accounts["side"] == 1) & (accounts["signed_up_at"] < end - 90 * DAY)
    counts = [(mature & (accounts[f"{step}_at"] >= 0)).sum() for step in ("signed_up", "verified", "catalogue", "live")]
    return [after / before for before, after in pairwise(counts)]


def carts(market: Market) -> np.ndarray:
    events = market.tables["events"]
    return np.bincount(events["region"][events["name"] == 5]) / np.bincount(events["region"][events["name"] == 3])


def cell(market: Market, kind: type) -> int:
    problem = market.plan.problem(kind)
    assert problem is not None
    return market.plan.cell(problem.category, problem.region)


def test_the_supply_short_cell_asks_much_and_is_served_little(demo: Market) -> None:
    here, (live, _), (requests, rate) = cell(demo, SupplyShort), stocks(demo), fill(demo)
    assert live[here] < 0.5 * np.median(live)
    assert requests[here] > np.median(requests)
    assert rate[here] < 0.45 < 0.6 < np.median(rate)
    assert search_to_checkout(demo)[here] < 0.5 * np.median(search_to_checkout(demo))


def test_the_demand_short_cell_has_suppliers_and_hardly_a_buyer(demo: Market) -> None:
    here, (live, buyers) = cell(demo, DemandShort), stocks(demo)
    assert live[here] > 0.75 * np.median(live)
    assert buyers[here] < 0.5 * np.median(buyers)


def test_the_stalled_cell_has_little_of_both(demo: Market) -> None:
    here, (live, buyers) = cell(demo, Stalled), stocks(demo)
    assert live[here] < 0.5 * np.median(live)
    assert buyers[here] < 0.5 * np.median(buyers)
    placed = per_cell(demo, demo.tables["orders"], demo.tables["orders"]["status"] >= 0)
    assert placed[here] < 0.25 * np.median(placed)


def test_money_goes_into_a_cell_too_thin_to_serve_it(demo: Market) -> None:
    here, spend = cell(demo, ThinCellSpend), demo.tables["spend"]
    mine = spend["side"] == 0
    weight = np.bincount((spend["category"].astype(int) * 4 + spend["region"])[mine], weights=spend["amount"][mine])
    assert weight[here] / weight.sum() > 0.12
    assert stocks(demo)[0][here] < 0.55 * np.median(stocks(demo)[0])


def test_one_supplier_and_one_buyer_carry_a_category(demo: Market) -> None:
    supplying, buying = demo.plan.problem(SupplierConcentration), demo.plan.problem(BuyerConcentration)
    assert supplying is not None
    assert buying is not None
    assert top_share(demo, "supplier_id")[demo.plan.categories.index(supplying.category)] > 0.35
    assert top_share(demo, "buyer_id")[demo.plan.categories.index(buying.category)] > 0.25


def test_one_onboarding_step_loses_half(demo: Market) -> None:
    verified, catalogue, live = onboarding(demo)
    assert catalogue == pytest.approx(demo.plan.onboarding.catalogue / 2, abs=0.05)
    assert min(verified, live) > 0.8


def test_carts_of_one_region_rarely_become_orders(demo: Market) -> None:
    leak = demo.plan.problem(FirstOrderLeak)
    assert leak is not None
    rates = carts(demo)
    here = demo.plan.regions.index(leak.region)
    assert rates[here] < 0.3
    assert np.delete(rates, here).min() > 0.55


def test_one_channel_costs_far_more_than_its_buyers_return(demo: Market) -> None:
    cost = cac(demo, 0)
    social = [channel.name for channel in demo.plan.channels].index("paid_social")
    assert cost[social] > 1.5 * 24 * monthly_contribution(demo, 0)
    assert np.delete(cost, social).max() < 24 * monthly_contribution(demo, 0) / 3


def test_buyers_leave_in_the_last_two_quarters(demo: Market) -> None:
    assert ndr(demo, "buyer_id", 364) < 1
    assert ndr(demo, "buyer_id", 91) < 0.7


def test_the_healthy_market_has_none_of_it(healthy: Market) -> None:
    live, buyers = stocks(healthy)
    assert live.min() > 0.7 * np.median(live)
    assert buyers.min() > 0.7 * np.median(buyers)
    assert fill(healthy)[1].min() > 0.55
    assert search_to_checkout(healthy).min() > 0.85 * np.median(search_to_checkout(healthy))
    assert top_share(healthy, "supplier_id").max() < 0.1
    assert top_share(healthy, "buyer_id").max() < 0.12
    assert min(onboarding(healthy)) > 0.85
    assert carts(healthy).min() > 0.57
    for side, party in enumerate(("buyer_id", "supplier_id")):
        assert min(ndr(healthy, party, 364), ndr(healthy, party, 91)) > 1
        spent = healthy.tables["spend"]["side"] == side
        total = healthy.tables["spend"]["amount"][spent].sum() / 100
        blended = total / len(np.unique(done(healthy)[party]))
        assert 24 * monthly_contribution(healthy, side) / blended > 3
        assert blended / monthly_contribution(healthy, side) < 18
        assert 24 * monthly_contribution(healthy, side) / cac(healthy, side).max() > 3


def test_the_healthy_market_grows_every_quarter(healthy: Market) -> None:
    orders = done(healthy)
    end = np.datetime64(healthy.plan.end, "s").astype(np.int64) + DAY
    quarter = 8 - (end - 1 - orders["placed_at"]) // (91 * DAY)
    value = np.bincount(quarter, weights=orders["amount"])
    assert (np.diff(value) > 0).all()
    assert healthy.truth.planted == ()
