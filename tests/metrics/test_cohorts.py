"""One market, many retentions: each choice changes the numbers as it says; the lifecycle adds up."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.metrics import Query, Status, Store, ask, parse_by, parse_where
from bothsides.metrics.cohorts import Retention, metric_of
from bothsides.metrics.dictionary import Dictionary, Version
from bothsides.schema import Grain, Side
from tests.metrics.cases import account, order
from tests.metrics.cases_activation import event
from tests.metrics.conftest import build_market

UNTIL = date(2024, 6, 30)

# b1 orders on days 0, 43 and 100 of its life; b2 on days 0 and 70; b3 once, in May; b4 is a branch of b1.
ORDERS = [
    order("b1", "s1", "2024-01-08", 10_00),
    order("b1", "s1", "2024-01-20", 10_00),  # still in period 0 of 30 days
    order("b1", "s1", "2024-02-20", 5_00),
    order("b1", "s1", "2024-04-17", 15_00),
    order("b2", "s1", "2024-01-31", 20_00),
    order("b2", "s1", "2024-04-10", 10_00),
    order("b3", "s1", "2024-05-25", 1_00),
    order("b4", "s1", "2024-03-15", 10_00),
]
ACCOUNTS = [
    account("b1", organization_id="o"),
    account("b2"),
    account("b3"),
    account("b4", organization_id="o"),
    account("s1"),
]


@pytest.fixture(scope="module")
def store() -> Store:
    searches = [event("b1", "search", day) for day in ("2024-01-01", "2024-01-09", "2024-02-01")]
    return build_market(known_until=UNTIL, accounts=ACCOUNTS, orders=ORDERS, events=searches)


def retention(**knobs: Any) -> Retention:
    plain: dict[str, Any] = {
        "id": "kept",
        "label": "Kept",
        "side": Side.BUYER,
        "kind": "first_time",
        "active": "order",
        "period": 30,
        "ages": 3,
        "span": "bounded",
        "measure": "accounts",
        "count": "accounts",
        "maturity": "left_out",
    }
    return Retention(**(plain | knobs))


def kept(
    store: Store, by: str = "age", where: tuple[str, ...] = (), *, end: date | None = None, **knobs: Any
) -> list[Any]:
    """The labels, value and number of members of every cell."""
    metric = metric_of(retention(**knobs), row=49)
    grain, by_side, dims = parse_by([word for word in by.split(",") if word])
    query = Query(metrics=("kept",), grain=grain, by_side=by_side, dims=dims, where=parse_where(list(where)), end=end)
    values = ask(replace(store, dictionary=Dictionary({"kept": (Version(metric=metric),)})), query)
    return [
        (*((v.period,) if grain else ()), *(label for _, label in v.dims), v.value and round(v.value, 4), v.n)
        for v in values
    ]


def test_exactly_in_the_period_or_later_or_within_brackets(store: Store) -> None:
    # b3 has lived through period 0 only (36 days), b4 through three periods (107 days)
    assert kept(store) == [("0", 1, 4), ("1", 0.3333, 3), ("2", 0.3333, 3), ("3", 0.5, 2)]
    later = [("0", 1, 4), ("1", 0.6667, 3), ("2", 0.6667, 3), ("3", 0.5, 2)]
    assert kept(store, span="unbounded") == later
    assert kept(store, span=((1, 1), (2, 3))) == [("1", 0.3333, 3), ("2-3", 1, 2)]


def test_a_period_of_the_calendar_is_not_thirty_days(store: Store) -> None:
    # months after the month of the first order: b1 1 and 3, b2 3, b4 none; b3's June is over on the last known day
    assert kept(store, period=Grain.MONTH) == [("0", 1, 4), ("1", 0.25, 4), ("2", 0, 3), ("3", 0.6667, 3)]
    assert kept(store, period=Grain.QUARTER, ages=1) == [("0", 1, 4), ("1", 0.6667, 3)]
    # weeks begin on Mondays: b1's first order is on one, the second in the week after
    weeks = kept(store, period=Grain.WEEK, ages=2, end=date(2024, 1, 10))
    assert weeks == [("0", 1, 1), ("1", 1, 1), ("2", 0, 1)]


def test_a_recurring_account_is_in_the_cohort_of_every_month_it_orders_in(store: Store) -> None:
    found = kept(store, by="month,age", where=("age=1",), kind="recurring", period=Grain.MONTH)
    assert found == [
        ("2024-01", "1", 0.5, 2),
        ("2024-02", "1", 0, 1),
        ("2024-03", "1", 0, 1),
        ("2024-04", "1", 0, 2),
        ("2024-05", "1", 0, 1),
    ]


def test_gmv_over_the_gmv_of_period_0(store: Store) -> None:
    # base: b1 20, b2 20, b4 10; b1 5 in period 1 and 15 in 3, b2 10 in 2
    assert kept(store, measure="gmv") == [("0", 1, 4), ("1", 0.1, 3), ("2", 0.2, 3), ("3", 0.375, 2)]


def test_an_organization_with_its_branches_is_one(store: Store) -> None:
    # b4's order in March is day 67 of b1's life: period 2
    assert kept(store, count="organizations") == [("0", 1, 3), ("1", 0.5, 2), ("2", 1, 2), ("3", 0.5, 2)]


def test_the_young_are_left_out_or_counted_as_they_stand(store: Store) -> None:
    assert kept(store, maturity="counted") == [("0", 1, 4), ("1", 0.25, 4), ("2", 0.25, 4), ("3", 0.25, 4)]


def test_active_may_be_something_else_than_an_order(store: Store) -> None:
    assert kept(store, active="search", period=7, ages=4) == [
        ("0", 1, 1),
        ("1", 1, 1),
        ("2", 0, 1),
        ("3", 0, 1),
        ("4", 1, 1),
    ]


def test_a_cohort_not_all_of_which_is_old_enough_is_immature() -> None:
    store = build_market(
        known_until=UNTIL,
        orders=[order("b1", "s1", "2024-05-01", 1_00), order("b2", "s1", "2024-05-20", 1_00)],
    )
    metric = metric_of(retention(), row=49)
    found = ask(
        replace(store, dictionary=Dictionary({"kept": (Version(metric=metric),)})),
        Query(metrics=("kept",), grain=Grain.MONTH, dims=("age",), where=(("age", ("0", "1")),)),
    )
    may = [(v.n, v.status, v.reason) for v in found if v.period == "2024-05"]
    assert may == [
        (2, Status.SMALL_N, "n = 2, below 30"),
        (1, Status.IMMATURE, "1 of 2 have not lived through it yet"),
    ]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 150)), min_size=1, max_size=12))
def test_the_lifecycle_adds_up(done: list[tuple[int, int]]) -> None:
    """Active = new + returning + resurrected; active before = returning + dormant; every account is new once."""
    first = date(2024, 1, 1)
    orders = [order("b0", "s1", "2023-12-01", 1_00)]
    orders += [order(f"b{who}", "s1", (first + timedelta(days=days)).isoformat(), 1_00) for who, days in done]
    store = build_market(known_until=UNTIL, orders=orders)
    states = ("new", "returning", "resurrected", "dormant")
    ids = (*(f"lifecycle_{state}_accounts" for state in states), "active_accounts")
    query = Query(metrics=ids, grain=Grain.MONTH, where=(("side", ("buyer",)),), start=first)
    found: dict[str, list[int]] = {}
    for value in ask(store, query):
        found.setdefault(value.metric, []).append(int(value.value or 0))
    new, returning, resurrected, dormant, active = (found[name] for name in ids)
    assert [sum(parts) for parts in zip(new, returning, resurrected, strict=True)] == active
    assert [sum(parts) for parts in zip(returning, dormant, strict=True)] == [1, *active[:-1]]
    assert sum(new) == len({who for who, _ in done})
