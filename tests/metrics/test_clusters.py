"""Ratios told account by account: which can be, by which side, and that the interval then holds what it says."""

import math
from datetime import date, timedelta
from typing import cast

import numpy as np
import pytest

from bothsides.metrics import METRICS, Query, Store, Value, ask
from bothsides.metrics.cells import make_reading
from bothsides.metrics.compile.clusters import account_terms, cluster_plans
from bothsides.metrics.interval import Z, clustered_ratio
from bothsides.metrics.measure import Ratio
from bothsides.schema.period import add_months
from tests.metrics.cases import World, dated, order, world
from tests.metrics.cases_volume import LEDGER
from tests.metrics.conftest import build_market

BILLED = world(
    "2024-01-31",
    orders=[
        order("b1", "s1", "2024-01-01", 100_00, order_id="o1"),
        order("b2", "s2", "2024-01-02", 300_00, order_id="o2"),
    ],
    fees=[
        dated({"order_id": "o1", "charged_at": "2024-01-01", "amount": 10_00}),
        dated({"order_id": "o2", "charged_at": "2024-01-02", "amount": 30_00}),
        dated({"account_id": "s1", "charged_at": "2024-01-05", "amount": 8_00, "kind": "subscription"}),
    ],
    refunds=[dated({"order_id": "o2", "refunded_at": "2024-01-09", "amount": 50_00, "fee_amount": 4_00})],
)


def asked(metric: str, of: World, **query: object) -> Value:
    (value,) = ask(build_market(**of.options, **of.tables), Query(metrics=(metric,), **query))  # type: ignore[arg-type]
    return value


def test_value_per_supplier_is_told_by_suppliers() -> None:
    """600, 200 and 40 after credits: mean 280, squares of the differences 166,400."""
    value = asked("gmv_per_active_supplier", LEDGER)
    spread = Z * math.sqrt(3 / 2 * 166_400) / 3
    assert (value.low, value.high, value.basis.value) == (
        pytest.approx(280 - spread),
        pytest.approx(280 + spread),
        "account-clustered delta",
    )


def test_fees_without_an_order_are_told_by_their_supplier() -> None:
    """Net fees 18 and 26 on 100 and 300, 0.11 in all: differences 7 and -7."""
    value = asked("effective_take_rate", BILLED)
    spread = Z * math.sqrt(2 * 98) / 400
    assert value.value == pytest.approx(0.11)
    assert (value.low, value.high) == (pytest.approx(0.11 - spread), pytest.approx(0.11 + spread))


def test_buyers_and_suppliers_are_told_by_themselves() -> None:
    """Three of each: every account is one away from the ratio of one."""
    value = asked("buyer_to_seller_ratio", LEDGER)
    spread = Z * math.sqrt(6 / 5 * 6) / 3
    assert (value.low, value.high) == (pytest.approx(1 - spread), pytest.approx(1 + spread))


def test_by_period_and_filter_the_accounts_are_those_of_the_cell() -> None:
    """In category x s1 alone sold: one account says nothing of others."""
    value = asked("gmv_per_active_supplier", LEDGER, where=(("category", ("x",)),))
    assert (value.value, value.low, value.basis.value) == (600, None, "not computed")


@pytest.mark.parametrize("metric", ["liquidity_ratio", "matching_efficiency", "cac", "take_rate_leakage"])
def test_products_and_spend_belong_to_no_account(metric: str) -> None:
    formula = METRICS[metric].formula
    assert isinstance(formula, Ratio)
    assert account_terms(formula, sided=False) == []


@pytest.mark.parametrize("years", [1, 8])
def test_months_of_an_account_are_told_apart_however_many(years: int) -> None:
    """Two buyers pay 10 a month, the first in every month on two categories, the second in each third on one."""
    store, months = market_of_months(years), 12 * years
    asked = Query(metrics=("monthly_contribution",), where=(("side", ("buyer",)),))
    (value,) = ask(store, asked)
    earned, active = (10.0 * months, 5.0 * (months // 3)), (months, months // 3)
    assert value.value == pytest.approx(sum(earned) / sum(active))
    squares = (sum(x * x for x in earned), sum(float(y * y) for y in active))
    cross = sum(x * y for x, y in zip(earned, active, strict=True))
    bounds = clustered_ratio(2, sum(earned), float(sum(active)), *squares, cross)
    assert (value.low, value.high) == pytest.approx(bounds)
    reading = make_reading(store, asked)
    (compiled,) = cluster_plans([cast(Ratio, METRICS["monthly_contribution"].formula)], reading.cut, reading.windows)
    assert ("count(DISTINCT" in compiled.statement) is (years > 5)


def market_of_months(years: int) -> Store:
    """One buyer with two orders in every month, one with an order in every third; each order earns 10."""
    orders, fees = [], []
    for month in range(12 * years):
        on = add_months(date(2016, 1, 1), month)
        for buyer, category in [("b1", "x"), ("b1", "y"), *([("b2", "x")] if month % 3 == 0 else [])]:
            orders.append(
                order(buyer, "s1", str(on), 100_00, order_id=f"{buyer}{category}{on}") | {"category": category}
            )
            fees.append(dated({"order_id": f"{buyer}{category}{on}", "charged_at": str(on), "amount": 10_00}))
    until = add_months(date(2016, 1, 1), 12 * years) - timedelta(days=1)
    return build_market(known_until=until, orders=orders, fees=fees)


def test_the_interval_covers_where_one_by_orders_does_not() -> None:
    """200 accounts with their own price level, whatever their number of orders: the true mean order is E[level]."""
    generator = np.random.default_rng(3)
    draws, accounts, covered, naive = 400, 200, 0, 0
    truth = math.exp(0.5 + 0.5**2 / 2)
    for _ in range(draws):
        orders = generator.poisson(generator.gamma(2, 3, accounts)) + 1
        level = generator.lognormal(0.5, 0.5, accounts)
        amounts = level * orders + generator.normal(0, 0.3, accounts) * np.sqrt(orders)
        bounds = clustered_ratio(
            accounts, amounts.sum(), orders.sum(), (amounts**2).sum(), (orders**2).sum(), (amounts * orders).sum()
        )
        assert bounds is not None
        covered += bounds[0] <= truth <= bounds[1]
        mean = amounts.sum() / orders.sum()
        within = (orders * (level - mean) ** 2).sum() + 0.09 * orders.sum()
        spread = Z * math.sqrt(within) / orders.sum()
        naive += abs(mean - truth) <= spread
    assert 0.92 <= covered / draws <= 0.98
    assert naive / draws <= 0.75
