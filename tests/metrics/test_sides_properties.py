"""A side is a role: in any market each party counts once on its side, an order once in the total, roles stay apart."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.metrics import METRICS, Metric, Query, SideRule, Status, Store, Value, ask
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Measure, measures_of
from bothsides.schema import Grain
from tests.metrics.conftest import build_market
from tests.metrics.test_identities import FEW

FIRST = date(2023, 1, 1)
SIDES = ("buyer", "supplier")
BUYERS, SUPPLIERS = ("b1", "b2", "b3", "b4"), ("s1", "s2", "s3", "s4")

Rows = list[dict[str, Any]]


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Rows]:
    """Companies that buy, sell or do both, some as branches, with orders, credit notes, fees and refunds."""
    accounts = []
    for name in (*BUYERS, *SUPPLIERS):
        same_side = BUYERS if name in BUYERS else SUPPLIERS
        accounts.append(
            {
                "account_id": name,
                "side": "buyer" if name in BUYERS else "supplier",
                "organization_id": draw(st.sampled_from([None, None, "group", "both"])),
                "parent_id": draw(st.sampled_from([None, None, *same_side[: same_side.index(name)]])),
                "is_internal": draw(st.integers(0, 9)) == 0,
            }
        )
    orders = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "buyer_id": st.sampled_from(BUYERS),
                    "supplier_id": st.sampled_from(SUPPLIERS),
                    "placed_at": st.integers(0, 800).map(lambda days: FIRST + timedelta(days=days)),
                    "amount": st.integers(-20_000, 90_000),
                    "category": st.sampled_from([None, "x", "y"]),
                    "region": st.sampled_from([None, "north"]),
                    "status": st.sampled_from(["completed", "completed", "completed", "cancelled"]),
                    "is_test": st.integers(0, 9).map(lambda n: n == 0),
                }
            ),
            min_size=1,
            max_size=16,
        )
    )
    fees, refunds = [], []
    for i, one in enumerate(orders):
        one["order_id"] = f"o{i}"
        fees.append({"order_id": f"o{i}", "charged_at": one["placed_at"], "amount": abs(one["amount"]) // 10})
        if draw(st.integers(0, 3)) == 0:
            on = one["placed_at"] + timedelta(days=draw(st.integers(0, 40)))
            refunds.append({"order_id": f"o{i}", "refunded_at": on, "amount": abs(one["amount"]) // 3, "fee_amount": 7})
    refunds.append({"order_id": "o0", "refunded_at": FIRST, "amount": 0})
    fees.append({"account_id": "s1", "charged_at": FIRST, "amount": 999, "kind": "subscription"})
    fees.append({"account_id": "b1", "charged_at": FIRST, "amount": 501, "kind": "subscription"})
    return {"accounts": accounts, "orders": orders, "fees": fees, "refunds": refunds}


def counted(tables: dict[str, Rows]) -> Rows:
    """The completed orders that count, by a second reading of the rules: no tests, internals or self-dealing."""
    of = {account["account_id"]: account for account in tables["accounts"]}

    def group(name: str | None) -> str | None:
        while name is not None:
            if of[name]["organization_id"]:
                return str(of[name]["organization_id"])
            name = of[name]["parent_id"]
        return None

    return [
        one
        for one in tables["orders"]
        if one["status"] == "completed"
        and not one["is_test"]
        and not of[one["buyer_id"]]["is_internal"]
        and not of[one["supplier_id"]]["is_internal"]
        and (group(one["buyer_id"]) is None or group(one["buyer_id"]) != group(one["supplier_id"]))
    ]


def values(store: Store, metrics: Iterable[str], **query: Any) -> list[Value]:
    return ask(store, Query(metrics=tuple(metrics), **query))


def sums(found: Iterable[Value]) -> dict[str, float]:
    added: dict[str, float] = defaultdict(float)
    for value in found:
        added[value.metric] += value.value or 0
    return added


@FEW
@given(companies())
def test_each_party_counts_once_on_its_side_and_an_order_once_in_the_total(tables: dict[str, Rows]) -> None:
    store, orders = build_market(**tables), counted(tables)
    names = ("gmv", "orders", "active_accounts")
    total = {v.metric: v.value for v in values(store, names)}
    by_side = {(v.metric, v.side): v.value for v in values(store, names, by_side=True)}
    gmv = sum(one["amount"] for one in orders) / 100
    assert (total["gmv"], total["orders"]) == (pytest.approx(gmv), len(orders))
    for side in SIDES:
        assert by_side["gmv", side] == pytest.approx(gmv)
        assert by_side["orders", side] == len(orders)
        assert by_side["active_accounts", side] == len({one[f"{side}_id"] for one in orders})
    assert total["active_accounts"] == sum(by_side["active_accounts", side] or 0 for side in SIDES)


@FEW
@given(companies())
def test_a_company_that_buys_and_sells_keeps_its_roles_apart(tables: dict[str, Rows]) -> None:
    """What a company sells never changes what it is seen to buy: take its sales away and its purchases stay."""
    sellers = {
        a["account_id"] for a in tables["accounts"] if a["side"] == "supplier" and a["organization_id"] == "both"
    }
    for account in tables["accounts"]:
        if account["side"] == "supplier":
            account["parent_id"] = None
    whole = counted(tables)
    bought = [one for one in whole if one["supplier_id"] not in sellers]
    if not bought:
        return
    fewer = {**tables, "orders": [o for o in tables["orders"] if o["supplier_id"] not in sellers]}
    kept = {one["order_id"] for one in fewer["orders"]}
    fewer["fees"] = [f for f in tables["fees"] if f.get("order_id") in kept or "account_id" in f]
    fewer["refunds"] = [r for r in tables["refunds"] if r["order_id"] in kept]
    asked = {"grain": Grain.MONTH, "where": (("side", ("buyer",)),)}
    months = {v.period: v.value or 0 for v in values(build_market(**fewer), ("gmv",), **asked)}
    expected: dict[str, float] = defaultdict(float)
    for one in bought:
        expected[f"{one['placed_at']:%Y-%m}"] += one["amount"] / 100
    assert {period: value for period, value in months.items() if value} == pytest.approx(
        {period: value for period, value in expected.items() if value}
    )


def _of_orders(metric: Metric) -> bool:
    """Whether it is a sum of what both parties of an order share in full."""
    if metric.side is not SideRule.EACH or not isinstance(metric.formula, Measure | Combination):
        return False
    return all(
        m.fact in ("orders", "bookings", "refunds")
        and m.side is None
        and m.aggregate != "count_distinct"
        and not {m.column, m.on, *(test.column for test in m.where)} & {"fee_amount", "earned", *_party(m)}
        for m in measures_of(metric.formula)
    )


def _party(measure: Measure) -> set[str]:
    return set(FACTS[measure.fact].party_columns)


def _of_fees(metric: Metric) -> bool:
    """Whether it is a sum of fees, which go half to each party of an order or wholly to the account that pays."""
    if metric.side is not SideRule.EACH or not isinstance(metric.formula, Measure | Combination):
        return False
    columns = {(m.fact, m.column, m.aggregate) for m in measures_of(metric.formula)}
    return columns <= {("fees", "amount", "sum"), ("refunds", "fee_amount", "sum")}


TWICE = [m.id for m in METRICS.values() if _of_orders(m)]
ONCE = [m.id for m in METRICS.values() if _of_fees(m)]


def test_the_rules_below_are_about_many_metrics() -> None:
    assert {"gmv", "booked_gmv", "net_gmv", "orders"} <= set(TWICE)
    assert {"fees", "net_revenue", "subscription_revenue"} <= set(ONCE)


@FEW
@given(companies(), st.sampled_from([None, Grain.QUARTER]))
def test_the_sides_add_up_to_twice_the_orders_and_once_the_fees(tables: dict[str, Rows], grain: Grain | None) -> None:
    store = build_market(**tables)
    found = values(store, (*TWICE, *ONCE), grain=grain)
    known = list(dict.fromkeys(v.metric for v in found if v.status is not Status.UNAVAILABLE))
    total, parts = sums(found), sums(values(store, known, grain=grain, by_side=True))
    assert {m: parts[m] for m in known} == pytest.approx({m: total[m] * (2 if m in TWICE else 1) for m in known})


@FEW
@given(companies(), st.sampled_from(SIDES), st.sampled_from([None, Grain.QUARTER]))
def test_a_filter_on_a_side_is_that_side_s_row(tables: dict[str, Rows], side: str, grain: Grain | None) -> None:
    store = build_market(**tables)
    for rule in (SideRule.EACH, SideRule.SPLIT, SideRule.OWN, SideRule(side)):
        names = [m.id for m in METRICS.values() if m.side is rule]
        rows = {(v.metric, v.period): v for v in values(store, names, grain=grain, by_side=True) if v.side == side}
        for value in values(store, names, grain=grain, where=(("side", (side,)),)):
            row = rows.get((value.metric, value.period))
            if row is None:
                assert value.value is None or value.value == 0 or value.status is Status.UNAVAILABLE, value
                continue
            assert (row.value, row.low, row.high) == (
                pytest.approx(value.value),
                pytest.approx(value.low),
                pytest.approx(value.high),
            ), value.metric
            assert (row.n, row.status) == (value.n, value.status), value.metric


def _additive(metric: Metric) -> bool:
    if not isinstance(metric.formula, Measure | Combination) or metric.side is SideRule.SPLIT:
        return False
    return all(
        m.aggregate != "count_distinct" and "category" in FACTS[m.fact].dimensions for m in measures_of(metric.formula)
    )


ADDITIVE = [m.id for m in METRICS.values() if _additive(m)]


@FEW
@given(companies(), st.booleans())
def test_categories_are_a_partition(tables: dict[str, Rows], by_side: bool) -> None:
    store = build_market(**tables)
    names = [m for m in ADDITIVE if not by_side or METRICS[m].side is not SideRule.MARKET]
    found = values(store, names, by_side=by_side)
    known = list(dict.fromkeys(v.metric for v in found if v.status is not Status.UNAVAILABLE))
    total, parts = sums(found), sums(values(store, known, by_side=by_side, dims=("category",)))
    assert {m: parts[m] for m in known} == pytest.approx({m: total[m] for m in known})


@FEW
@given(companies())
def test_identities_hold_on_each_side(tables: dict[str, Rows]) -> None:
    store = build_market(**tables)
    cells: dict[Any, dict[str, Value]] = defaultdict(dict)
    names = ("gmv", "orders", "aov", "active_accounts", "gmv_per_active_account", "grr_gmv", "ndr_gmv")
    for value in values(store, names, by_side=True, grain=Grain.YEAR):
        cells[value.cell][value.metric] = value
    for cell in cells.values():
        if "aov" not in cell or cell["aov"].value is None:
            continue
        gmv, orders, accounts = (cell[name].value or 0 for name in ("gmv", "orders", "active_accounts"))
        assert gmv == pytest.approx((cell["aov"].value or 0) * orders)
        assert gmv == pytest.approx((cell["gmv_per_active_account"].value or 0) * accounts)
        if "grr_gmv" in cell and cell["grr_gmv"].value is not None:
            assert cell["grr_gmv"].value <= min(1, cell["ndr_gmv"].value or 1) + 1e-12
