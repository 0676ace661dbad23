"""The rates that growth in constant currency and the parts of a change are priced at."""

from datetime import date

import pytest

from bothsides.metrics import Query, ask
from bothsides.metrics.rates import read_rates
from tests.metrics.cases import dated, order
from tests.metrics.conftest import Market, key

ORDERS = [order("b1", "s1", "2024-01-10", 100_00, currency="USD"), order("b1", "s1", "2024-01-20", 100_00)]


def quote(name: str, on: str, rate: float) -> dict[str, object]:
    return dated({"rate_id": name, "currency": "USD", "quoted_on": on, "rate": rate})


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_quotes_for_a_day_the_one_that_amounts_are_priced_at_holds(market: Market, *, turned: bool) -> None:
    low, high = sorted(("one", "two"), key=lambda name: key(name).hex)
    quotes = [quote(low, "2024-01-01", 0.5), quote(high, "2024-01-01", 0.8), quote("next", "2024-02-01", 0.9)]
    store = market(orders=ORDERS, fx_rates=quotes[::-1] if turned else quotes)
    (gmv,) = ask(store, Query(metrics=("gmv",)))
    assert gmv.value == 180.0
    assert read_rates(store, ["USD"]).average("USD", date(2024, 1, 1), date(2024, 1, 31)) == pytest.approx(0.8)


def test_quotes_of_other_currencies_are_left_out(market: Market) -> None:
    store = market(orders=ORDERS, fx_rates=[quote("one", "2024-01-01", 0.5)])
    assert read_rates(store, ["CHF"]).average("CHF", date(2024, 1, 1), date(2024, 1, 31)) is None
    assert read_rates(store, ["USD"]).average("USD", date(2023, 12, 31), date(2024, 1, 31)) is None


def test_without_quotes_there_are_no_rates(market: Market) -> None:
    assert read_rates(market(orders=ORDERS), ["USD"]).average("USD", date(2024, 1, 1), date(2024, 1, 31)) is None
