"""Panels read from markets written out by hand: who came, who went, and what is not yet known."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from bothsides.diagnosis.panel import Assignment, Floats, Panel
from bothsides.diagnosis.panel.reading import NoPanel, read_panel
from bothsides.schema import Side
from tests.diagnosis.conftest import market_of

MONDAY = date(2024, 1, 1)
END = MONDAY + timedelta(days=7 * 60 - 1)
"""Sixty whole weeks are known."""


def day(week: int, weekday: int = 0) -> date:
    return MONDAY + timedelta(days=7 * week + weekday)


def order(buyer: str, week: int, *, supplier: str = "s", cell: str = "x", amount: int = 500) -> dict[str, Any]:
    return {
        "buyer_id": buyer,
        "supplier_id": supplier,
        "placed_at": day(week),
        "amount": amount,
        "category": cell,
        "region": None,
    }


def account(name: str, side: str, **more: Any) -> dict[str, Any]:
    return {"account_id": name, "side": side, "category": "x"} | more


def weekly(buyer: str, weeks: range, **more: Any) -> list[dict[str, Any]]:
    return [order(buyer, week, **more) for week in weeks]


STEADY = [*weekly("steady", range(60)), *weekly("elsewhere", range(60), supplier="s2", cell="y")]
"""One buyer and one supplier in each of two cells, every week."""

KNOWN = [
    account("s", "supplier", live_at=MONDAY, signed_up_at=MONDAY),
    account("s2", "supplier", category="y", live_at=MONDAY, signed_up_at=MONDAY),
    account("steady", "buyer", signed_up_at=MONDAY),
    account("elsewhere", "buyer", category="y", signed_up_at=MONDAY),
]


def panel_of_rows(orders: list[dict[str, Any]], *accounts: dict[str, Any], **more: Any) -> Panel:
    store = market_of(orders=[*STEADY, *orders], accounts=[*KNOWN, *accounts], known_until=END, **more)
    found = read_panel(store)
    assert isinstance(found, Panel)
    return found


def weeks_of(panel: Panel, array: Floats, *, cell: str = "x") -> dict[int, float]:
    row = panel.cells.index((cell, None))
    return {i: float(n) for i, n in enumerate(array[row]) if n}


def test_an_account_joins_with_its_signup_and_leaves_the_week_after_its_last_order() -> None:
    panel = panel_of_rows(weekly("b", range(10, 21)), account("b", "buyer", signed_up_at=day(6)))
    assert panel.weeks[0] == MONDAY
    assert len(panel.weeks) == 60
    assert weeks_of(panel, np.nan_to_num(panel.buyers.joined)) == {0: 1, 6: 1}
    assert weeks_of(panel, np.nan_to_num(panel.buyers.left)) == {21: 1}
    stock = panel.buyers.stock[panel.cells.index(("x", None))]
    assert stock[[6, 7, 21, 22]].tolist() == [1, 2, 2, 1]


def test_without_a_signup_it_joins_with_its_first_order() -> None:
    panel = panel_of_rows(weekly("b", range(30, 40)), account("b", "buyer"))
    assert weeks_of(panel, np.nan_to_num(panel.buyers.joined))[30] == 1


def test_who_signs_up_and_never_trades_has_not_joined() -> None:
    panel = panel_of_rows([], account("b", "buyer", signed_up_at=day(6)))
    assert weeks_of(panel, np.nan_to_num(panel.buyers.joined)) == {0: 1}


def test_a_signup_too_long_before_the_first_order_is_not_when_it_joined() -> None:
    panel = panel_of_rows(weekly("b", range(30, 33)), account("b", "buyer", signed_up_at=day(6)))
    assert weeks_of(panel, np.nan_to_num(panel.buyers.joined)) == {0: 1, 30: 1}


def test_an_account_that_returns_after_a_gap_leaves_and_joins_again() -> None:
    orders = [order("b", 5), order("b", 5 + 12), order("b", 5 + 12 + 14)]
    panel = panel_of_rows(orders, account("b", "buyer", signed_up_at=day(5)))
    assert weeks_of(panel, np.nan_to_num(panel.buyers.left)) == {18: 1, 32: 1}
    assert weeks_of(panel, np.nan_to_num(panel.buyers.joined)) == {0: 1, 5: 1, 31: 1}


@pytest.mark.parametrize(("closed", "left"), [(25, 25), (20, 21), (40, 21)])
def test_a_closing_dates_the_leaving_unless_the_account_was_gone_before(closed: int, left: int) -> None:
    who = account("b", "buyer", signed_up_at=day(10), closed_at=day(closed, 5))
    panel = panel_of_rows(weekly("b", range(10, 21)), who)
    assert weeks_of(panel, np.nan_to_num(panel.buyers.left)) == {left: 1}


def test_suppliers_join_by_going_live() -> None:
    who = account("new", "supplier", signed_up_at=day(3), live_at=day(8), category="y")
    panel = panel_of_rows(weekly("elsewhere", range(12, 20), supplier="new", cell="y"), who)
    assert weeks_of(panel, np.nan_to_num(panel.suppliers.joined), cell="y") == {0: 1, 8: 1}
    assert weeks_of(panel, np.nan_to_num(panel.suppliers.left), cell="y") == {20: 1}


def test_an_account_without_labels_belongs_to_the_cell_of_its_first_order() -> None:
    orders = [order("b", 5, cell="y"), *weekly("b", range(6, 12))]
    panel = panel_of_rows(orders, account("b", "buyer", signed_up_at=day(5), category=None))
    assert weeks_of(panel, np.nan_to_num(panel.buyers.left), cell="y") == {12: 1}
    assert weeks_of(panel, np.nan_to_num(panel.buyers.left)) == {}


def test_leaving_and_joining_of_the_last_ninety_days_are_not_yet_known() -> None:
    panel = panel_of_rows([])
    row = panel.cells.index(("x", None))
    assert np.flatnonzero(np.isnan(panel.buyers.left[row])).tolist() == list(range(48, 60))
    assert np.flatnonzero(np.isnan(panel.buyers.joined[row])).tolist() == list(range(47, 60))
    assert np.flatnonzero(np.isnan(panel.buyers.stock[row])).tolist() == list(range(48, 60))


def test_stocks_change_by_who_joined_and_left() -> None:
    rows = [*weekly("b", range(7, 20)), *weekly("c", range(15, 30)), *weekly("d", range(40))]
    panel = panel_of_rows(rows, *(account(name, "buyer", signed_up_at=day(4)) for name in "bcd"))
    change = panel.buyers.stock[:, :-1] + panel.buyers.joined[:, :-1] - panel.buyers.left[:, :-1]
    known = ~np.isnan(change)
    assert known.sum() > 80
    assert (change[known] == panel.buyers.stock[:, 1:][known]).all()


def test_the_first_months_are_unknown_where_accounts_may_be_older_than_the_orders() -> None:
    panel = panel_of_rows([order("old", 3)], account("old", "buyer"))
    assert np.isnan(panel.buyers.stock[:, :13]).all()
    assert not np.isnan(panel.buyers.stock[:, 13:47]).any()


def test_orders_and_gmv_count_where_and_when_they_were_placed() -> None:
    panel = panel_of_rows([order("steady", 50, cell="y", amount=700)])
    row = panel.cells.index(("y", None))
    assert (panel.orders[row, 50], panel.gmv[row, 50]) == (2, 12.0)
    assert panel.orders.sum() == 121


def test_an_earlier_day_knows_nothing_of_what_came_later() -> None:
    until = day(40, 6)
    later = market_of(
        orders=[*STEADY, *weekly("b", range(10, 21)), order("b", 45)],
        accounts=[*KNOWN, account("b", "buyer", signed_up_at=day(10))],
        known_until=END,
    )
    then = market_of(
        orders=[o for o in [*STEADY, *weekly("b", range(10, 21))] if o["placed_at"] <= until],
        accounts=[*KNOWN, account("b", "buyer", signed_up_at=day(10))],
        known_until=until,
    )
    seen, known = read_panel(later, as_of=until), read_panel(then)
    assert isinstance(seen, Panel)
    assert isinstance(known, Panel)
    assert seen.weeks == known.weeks
    for side in Side:
        for name in ("stock", "joined", "left"):
            assert np.array_equal(getattr(seen.side(side), name), getattr(known.side(side), name), equal_nan=True)


def test_without_labels_there_is_no_panel() -> None:
    orders = [order("b", week) | {"category": None} for week in range(30)]
    found = read_panel(market_of(orders=orders, known_until=END))
    assert isinstance(found, NoPanel)
    assert "neither a category nor a region" in found.reason


def test_a_history_shorter_than_the_lapse_gives_no_panel() -> None:
    orders = [order(f"b {cell}", week, supplier=f"s {cell}", cell=cell) for week in range(8) for cell in "xy"]
    found = read_panel(market_of(orders=orders))
    assert isinstance(found, NoPanel)
    assert "too short a history" in found.reason


def test_a_declared_sample_gives_no_panel() -> None:
    found = read_panel(market_of(orders=STEADY, known_until=END, sample=True))
    assert isinstance(found, NoPanel)
    assert "sample" in found.reason


def test_declared_pushes_stand_where_and_when_they_ran() -> None:
    pushes = [
        {"name": "spring", "side": "supplier", "category": "x", "started_at": day(20), "ended_at": day(21, 6)}
        | {"assignment": "randomised"}
    ]
    panel = panel_of_rows([], pushes=pushes)
    row, other = (panel.cells.index((name, None)) for name in "xy")
    assert np.flatnonzero(panel.suppliers.push[row]).tolist() == [20, 21]
    assert panel.suppliers.push[row, 20] == 1.0
    assert not panel.suppliers.push[other].any()
    assert panel.assignment == {Side.SUPPLIER: Assignment.RANDOMISED, Side.BUYER: Assignment.NONE}


def monthly(buyer: str, supplier: str, cell: str, on: int) -> list[dict[str, Any]]:
    """An order a month of 2024, always on the same day, the last one for 31."""
    ends = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return [
        order(buyer, 0, supplier=supplier, cell=cell) | {"placed_at": date(2024, month, min(on, ends[month - 1]))}
        for month in range(1, 13)
    ]


@pytest.mark.parametrize(("on", "said"), [(1, "the first of a month"), (15, "day 15 of a"), (31, "the last day of a")])
def test_orders_dated_by_month_are_not_followed_by_week(on: int, said: str) -> None:
    rows = [*monthly("a", "s", "x", on), *monthly("b", "s2", "y", on)]
    found = read_panel(market_of(orders=rows, known_until=END))
    assert isinstance(found, NoPanel)
    assert "100 % of orders" in found.reason
    assert said in found.reason
    assert "by week" in found.reason


def test_a_market_of_one_supplier_has_no_panel_and_says_so() -> None:
    rows = [*weekly("a", range(60)), *weekly("b", range(60), cell="y")]
    found = read_panel(market_of(orders=rows, known_until=END))
    assert isinstance(found, NoPanel)
    assert found.reason.startswith("the market has one supplier: what more or fewer suppliers do")
