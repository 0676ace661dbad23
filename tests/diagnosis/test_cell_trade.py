"""What accounts did in cells: summed as an engine would, told by any of the spans it was read for, read only once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.diagnosis import cell_trade
from bothsides.diagnosis.cell_audit import main_accounts, read_history
from bothsides.diagnosis.cell_history import history_periods
from bothsides.diagnosis.cell_trade import Labels, Split, Trade, edges_of, read_trade, summed
from bothsides.diagnosis.cells import read_cells, read_periods
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Grain, Side
from tests.diagnosis.cell_markets import DEMO, look
from tests.metrics.cases import account, order
from tests.metrics.conftest import build_market

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(-1, 4), st.integers(-1_000, 1_000)), max_size=40
)


@given(ROWS, st.sampled_from([0, 2**40]))
@settings(max_examples=60, deadline=None)
def test_rows_are_summed_by_span_cell_and_account(rows: list[tuple[int, int, int, int]], far: int) -> None:
    """Also where an id is so large that key and row do not fit in one number."""
    rows = [(span, cell, who + far * (who > 0), amount) for span, cell, who, amount in rows]
    wanted: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    for span, cell, who, amount in rows:
        wanted[span, cell, who][0] += amount
        wanted[span, cell, who][1] += 1
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    held = summed(columns[0], columns[1], columns[2], {"amount": columns[3]})
    found = zip(held.span, held.cell, held.account, held["amount"], held["rows"], strict=True)
    assert [tuple(map(int, row)) for row in found] == [(*key, *sums) for key, sums in sorted(wanted.items())]


def test_the_largest_of_equal_accounts_is_the_first() -> None:
    ids = np.array([9, 5, 7, 3])
    held = summed(np.zeros(4, int), np.array([0, 0, 0, 1]), ids, {"amount": np.array([8, 8, 1, -2])})
    by = held.by_cell()
    assert held.account[by.largest(held["amount"])].tolist() == [5, 3]
    assert by.total(held["amount"]).tolist() == [17, -2]
    assert by.accounts.tolist() == [3, 1]


def test_cells_are_those_that_there_are_and_not_every_pair_of_labels() -> None:
    """Thousands of categories and regions with hardly two rows in common: their pairs would not fit in memory."""
    alone = [
        order(f"b{i}", f"s{i}", "2024-03-01", 100_00, category=f"category {i % 50}", region=f"region {i}")
        for i in range(100)
    ]
    accounts = [account(f"{side}{i}", "2024-01-01") for side in "bs" for i in range(100)]
    bare = order("b1", "s1", "2024-03-01", 50_00, category=None, region="region 1")
    again = [order(f"b{i}", f"s{i}", "2024-03-02", 1_00, category="category 0", region="region 0") for i in range(3)]
    orders = [*alone, bare, *again]
    store = build_market(accounts=accounts, orders=orders, known_until=date(2024, 3, 31))
    trade = read_trade(store, Split(True, True), [Span(start=date(2024, 1, 1), end=date(2024, 3, 31))])
    assert len(trade.cells) == 101
    assert _amounts(trade, Side.BUYER) == _by_hand(orders, trade.split)


@pytest.mark.parametrize("split", [Split(True, True), Split(True, False), Split(False, True)])
def test_a_market_known_from_orders_alone_has_each_cell_once(split: Split) -> None:
    accounts = [account(f"{side}{i}", "2024-01-01") for side in "bs" for i in range(4)]
    orders = [
        order(f"b{i % 4}", f"s{i % 3}", "2024-03-01", i + 1, category="AB"[i % 2], region="NS"[i // 2 % 2])
        for i in range(40)
    ]
    store = build_market(accounts=accounts, orders=orders, known_until=date(2024, 3, 31))
    span = Span(start=date(2024, 1, 1), end=date(2024, 3, 31))
    trade = read_trade(store, split, [span])
    assert len(trade.cells) == 2 ** sum(split)
    cells = read_cells(store, span, trade=trade) if split == Split(True, True) else None
    assert _amounts(trade, Side.SUPPLIER) == _by_hand(orders, split)
    if cells is not None:
        assert [(cell.where, cell.orders) for cell in cells.cells] == [
            (("A", "N"), 10), (("A", "S"), 10), (("B", "N"), 10), (("B", "S"), 10),
        ]  # fmt: skip


def _amounts(trade: Trade, side: Side) -> dict[Labels, int]:
    told: dict[Labels, int] = defaultdict(int)
    for cell, amount in zip(trade.orders[side].cell.tolist(), trade.orders[side]["amount"].tolist(), strict=True):
        told[trade.cells[cell]] += amount
    return told


def _by_hand(orders: list[dict[str, Any]], split: Split) -> dict[Labels, int]:
    wanted: dict[Labels, int] = defaultdict(int)
    for row in orders:
        wanted[row["category"] if split.category else None, row["region"] if split.region else None] += row["amount"]
    return wanted


def test_stretches_make_up_spans_that_overlap() -> None:
    """A window that begins within a quarter: each is told as if read by itself."""
    first = date(2024, 1, 1)
    days = np.arange(120)
    quarter, window = Span(start=first, end=date(2024, 3, 31)), Span(start=date(2024, 2, 1), end=date(2024, 4, 15))
    edges = edges_of((quarter, window))
    stretch = np.searchsorted(edges, days + first.toordinal(), side="right")
    held = summed(stretch, np.zeros(120, int), np.ones(120, int), {"amount": days})
    trade = Trade(split=Split(True, True), cells=(("a", "b"),), edges=edges, orders={}, searches=None, requests=None)
    for span in (quarter, window):
        told = trade.over(held, [span])
        inside = [day for day in range(120) if span.start <= first + timedelta(days=day) <= span.end]
        assert (told["rows"].tolist(), told["amount"].tolist()) == ([len(inside)], [sum(inside)])


def test_what_is_read_once_tells_the_window_and_its_periods() -> None:
    store, covered, found, _ = look(DEMO)
    trade = read_history(store, covered.known, covered.window)
    assert trade is not None
    assert read_cells(store, covered.window, trade=trade) == found
    periods = history_periods(covered.known, covered.window, Grain.QUARTER)
    assert read_periods(store, found, periods, trade=trade) == read_periods(store, found, periods)


def test_each_fact_is_read_once_for_all_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    store, covered, _, _ = look(DEMO)
    read: list[str] = []
    columns = cell_trade.read_columns

    def counted(
        store: Store, cells: Sequence[Labels], statement: str, given: Mapping[str, object]
    ) -> dict[str, cell_trade.Numbers]:
        read.append(statement)
        return columns(store, cells, statement, given)

    monkeypatch.setattr(cell_trade, "read_columns", counted)
    read_history(store, covered.known, covered.window, grain=Grain.MONTH)
    for fact in ("fact_orders", "fact_events", "fact_requests"):
        assert sum(f"FROM {fact}" in " ".join(text.split()) for text in read) == 1
    assert len(read) == 3


def test_amounts_too_large_for_whole_numbers_still_add_up() -> None:
    huge = np.array([2**61, 2**61, 2**61])
    held = summed(np.zeros(3, int), np.zeros(3, int), np.ones(3, int), {"amount": cell_trade._addable(huge)})
    assert held["amount"].tolist() == [3 * 2.0**61]


def test_an_account_without_any_priced_order_is_no_main_account() -> None:
    store, _, found, _ = look(DEMO)
    trade = read_trade(store, Split(found.by_category, found.by_region), [found.span])
    held = trade.orders[Side.SUPPLIER]
    free = replace(held, sums={**held.sums, "unpriced": held["rows"]})
    accounts = main_accounts(store, found, trade)
    assert {account.side for cell in accounts.values() for account in cell} == set(Side)
    without = main_accounts(store, found, replace(trade, orders={**trade.orders, Side.SUPPLIER: free}))
    assert {account.side for cell in without.values() for account in cell} == {Side.BUYER}
