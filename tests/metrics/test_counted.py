"""Counts that the caller brings are told as if they had been read, and only for the days they were made for."""

from dataclasses import replace
from datetime import timedelta

from bothsides.diagnosis.cell_audit import read_history
from bothsides.diagnosis.cell_measures import orders_counted
from bothsides.metrics import Query, ask
from bothsides.metrics.catalogue.volume import ACTIVE_BUYERS, ACTIVE_SUPPLIERS, GMV, ORDERS
from bothsides.metrics.counted import is_of_sides
from bothsides.metrics.measure import Ratio
from bothsides.schema import Grain
from tests.diagnosis.cell_markets import DEMO, look

ASKED = ("gmv", "orders", "active_buyers", "buyer_to_seller_ratio", "liquidity_ratio", "search_to_order", "take_rate")


def test_what_is_counted_is_told_as_if_it_were_read() -> None:
    store, covered, _, _ = look(DEMO)
    trade = read_history(store, covered.known, covered.window)
    assert trade is not None
    days = covered.window
    for grain in (None, Grain.QUARTER):
        query = Query(metrics=ASKED, grain=grain, dims=("category", "region"), start=days.start, end=days.end)
        assert ask(store, query, counted=orders_counted(trade, days, grain)) == ask(store, query)


def test_counts_are_used_for_their_own_days_alone() -> None:
    store, covered, _, _ = look(DEMO)
    trade = read_history(store, covered.known, covered.window)
    assert trade is not None
    days = covered.window
    counted = orders_counted(trade, days, None)
    doubled = {key: (2 * total, 2 * rows) for key, (total, rows) in counted.totals[ORDERS].items()}
    wrong = replace(counted, totals={**counted.totals, ORDERS: doubled})
    query = Query(metrics=("orders",), dims=("category", "region"), start=days.start, end=days.end)
    told = {value.dims: value.value for value in ask(store, query)}
    assert {value.dims: value.value for value in ask(store, query, counted=wrong)} == {
        dims: 2 * float(value or 0) for dims, value in told.items()
    }
    later = replace(wrong, first=days.start + timedelta(days=1))
    assert {value.dims: value.value for value in ask(store, query, counted=later)} == told


def test_only_accounts_of_two_sides_are_never_the_same() -> None:
    assert is_of_sides(Ratio(numerator=ACTIVE_BUYERS, denominator=ACTIVE_SUPPLIERS))
    assert not is_of_sides(Ratio(numerator=ACTIVE_BUYERS, denominator=ACTIVE_BUYERS))
    assert not is_of_sides(Ratio(numerator=ACTIVE_BUYERS, denominator=ORDERS))
    assert not is_of_sides(Ratio(numerator=GMV, denominator=ORDERS))
