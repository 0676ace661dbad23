"""Values by cell: totals count an order once, sides count each party once, and every value says how far to trust it."""

from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from bothsides.metrics import Basis, Query, Status, Store, Value, ask, read_store
from bothsides.schema import Grain
from bothsides.warehouse import DuckDB
from bothsides.warehouse.engine import Parameters, Row
from tests.metrics.conftest import Market


def order(buyer: str, supplier: str, day: date, amount: int, **more: object) -> dict[str, object]:
    return {"buyer_id": buyer, "supplier_id": supplier, "placed_at": day, "amount": amount, **more}


ORDERS = [
    order("b1", "s1", date(2024, 1, 10), 10_000, category="x"),
    order("b1", "s2", date(2024, 1, 20), 20_000, category="y"),
    order("b2", "s1", date(2024, 2, 5), 30_000, category="x"),
    order("b2", "s1", date(2024, 3, 31), -5_000, category="x"),
]


def one(store: Store, metric: str, **query: object) -> Value:
    (value,) = ask(store, Query(metrics=(metric,), **query))  # type: ignore[arg-type]
    return value


def test_totals_count_an_order_once_and_sides_once_each(market: Market) -> None:
    store = market(orders=ORDERS)
    assert one(store, "gmv").value == 550.0
    by_side = ask(store, Query(metrics=("gmv",), by_side=True))
    assert [(v.side, v.value) for v in by_side] == [("buyer", 550.0), ("supplier", 550.0)]


def test_active_accounts_are_distinct_per_side(market: Market) -> None:
    store = market(orders=ORDERS)
    assert one(store, "active_buyers").value == 2
    assert one(store, "active_suppliers").value == 2
    assert one(store, "active_accounts").value == 4


def test_one_sided_metric_has_no_cell_on_the_other_side(market: Market) -> None:
    values = ask(market(orders=ORDERS), Query(metrics=("active_suppliers",), by_side=True))
    assert [(v.side, v.value) for v in values] == [("supplier", 2)]


def test_months_without_orders_are_zero_within_what_is_known(market: Market) -> None:
    store = market(orders=[order("b1", "s1", date(2024, 1, 1), 100), order("b1", "s1", date(2024, 3, 31), 200)])
    values = ask(store, Query(metrics=("gmv", "aov"), grain=Grain.MONTH))
    assert [(v.period, v.value) for v in values if v.metric == "gmv"] == [
        ("2024-01", 1.0),
        ("2024-02", 0.0),
        ("2024-03", 2.0),
    ]
    empty = next(v for v in values if v.metric == "aov" and v.period == "2024-02")
    assert (empty.value, empty.status) == (None, Status.NO_DENOMINATOR)


def test_a_period_that_is_not_over_is_partial(market: Market) -> None:
    store = market(orders=ORDERS)
    values = ask(store, Query(metrics=("gmv",), grain=Grain.MONTH, as_of=date(2024, 2, 10)))
    assert [(v.period, v.status) for v in values] == [("2024-01", Status.PARTIAL), ("2024-02", Status.PARTIAL)]
    assert values[1].reason == "known until 2024-02-10, the period ends 2024-02-29"


def test_ledger_totals_are_a_census(market: Market) -> None:
    value = one(market(orders=ORDERS), "gmv")
    assert (value.basis, value.low, value.high, value.n) == (Basis.CENSUS, None, None, 4)


def test_missing_table_is_unavailable_not_zero(market: Market) -> None:
    value = one(market(orders=ORDERS), "signups")
    assert value.value is None
    assert value.status is Status.UNAVAILABLE
    fees = one(market(orders=ORDERS), "fees")
    assert fees.reason == "needs fees: no data has been loaded for it"


def test_filter_words_are_values_never_text_of_the_query(market: Market) -> None:
    store = market(orders=ORDERS)
    hostile = "x') OR 1=1 --"
    (value,) = ask(store, Query(metrics=("gmv",), where=(("category", (hostile,)),)))
    assert (value.value, value.status) == (None, Status.UNAVAILABLE)


def test_a_label_no_row_has_is_a_mistake_not_a_zero(market: Market) -> None:
    store = market(orders=[*ORDERS, order("b2", "s1", date(2024, 3, 31), 700)])
    (value,) = ask(store, Query(metrics=("gmv",), where=(("category", ("X",)),)))
    assert value.value is None
    assert value.reason == "no row has category 'X': did you mean 'x'?"
    (unlabelled,) = ask(store, Query(metrics=("gmv",), where=(("category", ("(none)", "y")),)))
    assert unlabelled.value == 207.0


def test_by_category_shows_the_labels_seen(market: Market) -> None:
    values = ask(market(orders=ORDERS), Query(metrics=("gmv", "orders"), dims=("category",)))
    assert [(v.metric, v.dim("category"), v.value) for v in values] == [
        ("gmv", "x", 350.0),
        ("gmv", "y", 200.0),
        ("orders", "x", 3),
        ("orders", "y", 1),
    ]


def test_unknown_metric_names_near_ones(market: Market) -> None:
    with pytest.raises(KeyError, match="did you mean gmv"):
        one(market(orders=ORDERS), "gmvv")
    with pytest.raises(KeyError, match="ndr_gmv or ndr_net_revenue"):
        one(market(orders=ORDERS), "ndr")


def test_as_known_at_an_earlier_load(market: Market) -> None:
    store = market(
        orders=[
            order("b1", "s1", date(2024, 1, 1), 100, order_id="o1", loaded_in=1, superseded_in=2),
            order("b1", "s1", date(2024, 1, 1), 900, order_id="o1", loaded_in=2),
        ]
    )
    assert one(store, "gmv").value == 9.0
    assert one(read_store(store.engine, known_on=1), "gmv").value == 1.0
    with pytest.raises(ValueError, match="no such load"):
        read_store(store.engine, known_on=7)


def test_facts_built_by_another_version_are_built_anew(market: Market) -> None:
    store = market(orders=ORDERS)
    store.engine.run("UPDATE meta SET value = 'older' WHERE key = 'facts'")
    store.engine.run("UPDATE fact_orders SET value = 0")
    assert one(read_store(store.engine), "gmv").value == 550.0


def test_branches_of_branches_deal_with_themselves_too(market: Market) -> None:
    accounts = [
        {"account_id": "head", "side": "buyer", "organization_id": "group"},
        {"account_id": "branch", "side": "supplier", "parent_id": "head"},
        {"account_id": "branch of branch", "side": "supplier", "parent_id": "branch"},
        {"account_id": "loop", "side": "supplier", "parent_id": "loop"},
    ]
    orders = [
        order("head", name, date(2024, 1, 1 + i), 100 * 10**i)
        for i, name in enumerate(["branch", "branch of branch", "loop"])
    ]
    assert one(market(accounts=accounts, orders=orders), "gmv").value == 100.0


@dataclass(frozen=True, slots=True)
class Listening(DuckDB):
    """An engine that keeps what it was asked."""

    heard: list[str] = field(default_factory=list)

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[Row]:
        self.heard.append(statement)
        return DuckDB.rows(self, statement, parameters)


def test_concentration_asked_for_together_adds_up_the_accounts_once(market: Market) -> None:
    store = market(orders=ORDERS)
    assert isinstance(store.engine, DuckDB)
    engine, metrics = Listening(store.engine.con), ("top_1_share", "top_5_share", "top_10_share", "hhi", "gini")
    together = ask(replace(store, engine=engine), Query(metrics=metrics, by_side=True))
    assert sum("FROM ranked" in statement for statement in engine.heard) == 1
    assert together == [value for name in metrics for value in ask(store, Query(metrics=(name,), by_side=True))]
    assert [v.value for v in together[:2]] == [pytest.approx(300 / 550), pytest.approx(350 / 550)]
