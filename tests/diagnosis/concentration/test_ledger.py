"""The window's trade in columns: added up by pair and cell, whatever the labels are."""

import time
from datetime import date
from types import SimpleNamespace
from typing import cast

import duckdb
import numpy as np

from bothsides.diagnosis.concentration import Ledger, read_ledger
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Side
from bothsides.warehouse import DuckDB
from tests.diagnosis.conftest import market_of

SPAN = Span(start=date(2024, 1, 1), end=date(2024, 3, 31))


def order(buyer: str, supplier: str, month: int, amount: int, **labels: str) -> dict[str, object]:
    return {"buyer_id": buyer, "supplier_id": supplier, "placed_at": date(2024, month, 5), "amount": amount, **labels}


ORDERS = [
    order("b1", "s1", 1, 1_000, category="Pumps", region="North"),
    order("b1", "s1", 2, 3_000, category="Pumps", region="North"),
    order("b1", "s1", 3, -500, category="Pumps", region="South"),
    order("b2", "s1", 1, 2_000, category="Valves"),
    order("b2", "s2", 1, 700),
    order("b2", "s2", 4, 9_900, category="Seals"),  # after the window
]


def lines(ledger: Ledger) -> list[tuple[str, str, str | None, str | None, int, float]]:
    trades, categories, regions = ledger.trades, (None, *ledger.trades.categories), (None, *ledger.trades.regions)
    rows = zip(*(getattr(trades, name).tolist() for name in ("buyer", "supplier", "category", "region")), strict=True)
    return [
        (ledger.name(b), ledger.name(s), categories[c], regions[r], orders, amount)
        for (b, s, c, r), orders, amount in zip(rows, trades.orders.tolist(), trades.amount.tolist(), strict=True)
    ]


def test_orders_are_added_up_by_pair_and_cell_in_the_order_of_categories() -> None:
    found = read_ledger(market_of(orders=ORDERS), SPAN)
    assert found.trades.categories == ("Pumps", "Valves")
    assert lines(found) == [
        ("b2", "s2", None, None, 1, 7.0),
        ("b1", "s1", "Pumps", "North", 2, 40.0),
        ("b1", "s1", "Pumps", "South", 1, -5.0),
        ("b2", "s1", "Valves", None, 1, 20.0),
    ]


def test_the_months_of_an_account_vary_by_category_and_as_a_whole() -> None:
    found = read_ledger(market_of(orders=ORDERS), SPAN)
    (supplier,) = (account for account, name in found.names.items() if name == "s1")
    pumps, whole = np.array([10.0, 30.0, -5.0]), np.array([30.0, 30.0, -5.0])
    for label, months in (("Pumps", pumps), (None, whole)):
        assert np.isclose(found.wobble[Side.SUPPLIER, label][supplier], 3 * months.var(ddof=1), rtol=1e-3)
    assert found.wobble[Side.BUYER, "Valves"][supplier] == 0


def test_a_window_without_an_order_has_no_trade() -> None:
    found = read_ledger(market_of(orders=ORDERS), Span(start=date(2023, 1, 1), end=date(2023, 12, 31)))
    assert (len(found.trades), found.total) == (0, 0.0)


def test_thousands_of_labels_cost_no_more_than_a_few() -> None:
    few, many = (_cpu_of_reading(labels) for labels in (5, 4_000))
    assert many < 4 * few + 0.15


def _cpu_of_reading(labels: int) -> float:
    """CPU seconds that reading 200 k orders takes whose category is one of so many."""
    con = duckdb.connect(config={"threads": 1})
    con.execute("CREATE TABLE dim_accounts AS SELECT i::INTEGER AS account, 'a' AS name FROM range(20) t(i)")
    con.execute(
        f"""
        CREATE TABLE fact_orders AS
        SELECT DATE '2024-01-01' + (i % 60)::INTEGER AS placed_on, 'c' || i % {labels} AS category, 'r' AS region,
               (i % 9)::INTEGER AS buyer, (10 + i % 7)::INTEGER AS supplier, i AS value
        FROM range(200_000) t(i)
        """
    )
    store = SimpleNamespace(engine=DuckDB(con), currency="EUR")
    short = Span(start=SPAN.start, end=date(2024, 2, 29))  # two months: how they vary is not read
    began = time.process_time()
    found = read_ledger(cast("Store", store), short)
    took = time.process_time() - began
    assert (len(found.trades.categories), int(found.trades.orders.sum())) == (labels, 200_000)
    return took
