"""The order statistics that bound a quantile hold it in 95 of 100 samples; where rows are few there are none."""

import math
from datetime import timedelta

import duckdb
import pytest

from bothsides.metrics import Query, ask
from bothsides.metrics.shapes.holding import PERIODS_AT_ONCE
from bothsides.metrics.shapes.median import bounds
from bothsides.schema import Grain
from tests.metrics.cases import account, day, order
from tests.metrics.conftest import Market
from tests.metrics.test_answer import one

Ranks = dict[int, tuple[int | None, int | None]]


def ranks(quantile: float, most: int) -> Ranks:
    """The ranks taken in samples of 1 to so many rows: rows that are 1, 2, 3, ... show them."""
    rows = (
        duckdb.connect(config={"threads": 1})
        .execute(
            f"SELECT n, {bounds(quantile)} FROM (SELECT unnest(range(1, n + 1)) AS amount, n"
            f" FROM range(1, {most + 1}) sizes(n)) GROUP BY n ORDER BY n"
        )
        .fetchall()
    )
    assert [row[0] for row in rows] == [row[-1] for row in rows] == list(range(1, most + 1))
    return {n: (low, high) for n, _, low, high, _ in rows}


@pytest.mark.parametrize("quantile", [0.5, 0.9])
def test_the_bounds_hold_the_quantile_in_95_of_100_samples(quantile: float) -> None:
    """The r-th and s-th of n rows hold it when r to s - 1 of them lie below it: each does by a coin of that weight."""
    for n, (low, high) in ranks(quantile, 200).items():
        chances = [math.comb(n, k) * quantile**k * (1 - quantile) ** (n - k) for k in range(n + 1)]
        assert low is None or sum(chances[:low]) < 0.025
        assert high is None or sum(chances[high:]) < 0.025
        if low is not None and high is not None:
            assert sum(chances[low:high]) > 0.95


def test_few_rows_bound_nothing() -> None:
    medians, p90 = ranks(0.5, 60), ranks(0.9, 60)
    assert {n for n, found in medians.items() if found == (None, None)} == set(range(1, 8))
    assert medians[8] == (1, 8)
    assert {n for n, (_, high) in p90.items() if high is None} == set(range(1, 53))
    assert p90[53] == (43, 53)


def test_one_order_has_no_interval(market: Market) -> None:
    """It was of zero width, 1.00 to 1.00 and 2 to 2 days, and called a 95 % interval."""
    store = market(
        known_until=day("2024-12-31"),
        accounts=[account("b1", "2024-01-01"), account("s1", "2024-01-01")],
        orders=[order("b1", "s1", "2024-01-03", 1_00)],
    )
    for metric in ("median_account_aov", "p90_account_aov", "time_to_first_transaction_days"):
        found = one(store, metric, where=(("side", ("buyer",)),))
        assert found.value is not None
        assert (found.low, found.high, found.basis.value, found.n) == (None, None, "not computed", 1)


def test_many_periods_of_listings_are_each_counted_as_if_asked_for_alone(market: Market) -> None:
    listings = [
        {"listing_id": f"l{i}", "supplier_id": f"s{i % 3}", "listed_at": day("2024-01-01") + timedelta(days=i * 2)}
        | ({"closed_at": day("2024-01-01") + timedelta(days=i * 2 + 5 + i)} if i % 2 else {})
        for i in range(30)
    ]
    accounts = [account(f"s{i}", side="supplier") for i in range(3)]
    store = market(accounts=accounts, listings=listings, known_until=day("2024-12-31"))
    name = "median_listings_per_supplier"
    weeks = ask(store, Query(metrics=(name,), grain=Grain.WEEK))
    alone = [
        ask(store, Query(metrics=(name,), start=day("2024-01-01"), end=day("2024-01-07") + timedelta(weeks=i)))[0]
        for i in range(len(weeks))
    ]
    assert len(weeks) > 2 * PERIODS_AT_ONCE
    assert len({week.value for week in weeks}) > 3
    assert [(week.value, week.n, week.low, week.high) for week in weeks] == [
        (one.value, one.n, one.low, one.high) for one in alone
    ]
