"""The facts as they are built: what was known when, in which currency, and which rows never come in."""

import re
from datetime import date
from typing import Any

import pytest

from bothsides.metrics import Query, Store, ask, build_facts, refresh
from bothsides.metrics.facts import FACTS, fact
from bothsides.warehouse import DuckDB
from bothsides.warehouse.engine import Parameters
from tests.metrics.cases import account, dated, order
from tests.metrics.conftest import build_market


def value(store: Store, metric: str, **query: Any) -> float | None:
    (found,) = ask(store, Query(metrics=(metric,), **query))
    return found.value


OLD, NEW = {"loaded_in": 1, "superseded_in": 2}, {"loaded_in": 2}
HISTORY: dict[str, Any] = {
    "known_until": date(2024, 3, 31),
    "accounts": [
        account("b1", "2024-01-01", channel="ads", **OLD),
        account("b1", "2024-01-01", channel="seo", **NEW),
        account("s1", "2024-01-01"),
        account("b2", "2024-02-01", **NEW),
    ],
    "orders": [
        order("b1", "s1", "2024-01-01", 100_00, order_id="o1", currency="USD"),
        order("b1", "s1", "2024-02-01", 50_00, order_id="o2", status="placed", **OLD),
        order("b1", "s1", "2024-02-01", 50_00, order_id="o2", status="completed", **NEW),
        order("b1", "s1", "2024-02-02", 70_00, order_id="gone", **OLD),
    ],
    "fees": [
        dated({"order_id": "o1", "charged_at": "2024-01-01", "amount": 8_00, "fee_id": "f", **OLD}),
        dated({"order_id": "o1", "charged_at": "2024-01-01", "amount": 5_00, "fee_id": "f", **NEW}),
    ],
    "refunds": [dated({"order_id": "o1", "refunded_at": "2024-03-01", "amount": 9_00, **NEW})],
    "fx_rates": [
        dated({"currency": "USD", "quoted_on": "2024-01-01", "rate": 0.5, **OLD}),
        dated({"currency": "USD", "quoted_on": "2024-01-01", "rate": 0.8, **NEW}),
    ],
}


def test_everything_is_read_as_it_was_known() -> None:
    """Amounts, rates, stages of orders, rows deleted since, labels of accounts: all of the same load."""
    now, then = build_market(**HISTORY), build_market(**HISTORY, known_on=1)
    assert [value(store, "gmv") for store in (now, then)] == [130.0, 120.0]  # 80 + 50; 50 + 70
    assert [value(store, "fees") for store in (now, then)] == [5.0, 8.0]
    assert [value(store, "signups", where=(("channel", ("ads",)),)) for store in (now, then)] == [None, 1]
    assert [value(store, "signups") for store in (now, then)] == [3, 2]


def test_days_known_are_those_of_the_load() -> None:
    then = build_market(**HISTORY, known_on=1)
    assert then.ranges["orders"][0] == date(2024, 1, 1)
    assert "refunds" not in then.ranges
    (refunds,) = ask(then, Query(metrics=("net_gmv",)))
    assert refunds.reason == "needs refunds: no data has been loaded for it"


def test_building_again_changes_nothing() -> None:
    store = build_market(**HISTORY)
    before = value(store, "gmv")
    assert isinstance(store.engine, DuckDB)
    refresh("EUR")(store.engine.con)
    build_facts(store.engine, currency="EUR")
    assert value(store, "gmv") == before


def test_no_fact_compares_every_row_with_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of such a statement grows with the square of the rows: a market with visits was never built."""
    store = build_market(**HISTORY)
    plans: dict[str, str] = {}
    run = DuckDB.run

    def planned(engine: DuckDB, statement: str, parameters: Parameters | None = None) -> None:
        if made := re.match(r"CREATE OR REPLACE TABLE (\w+)", statement):
            ((_, plans[made[1]]),) = engine.rows(f"EXPLAIN {statement}")
        run(engine, statement, parameters)

    monkeypatch.setattr(DuckDB, "run", planned)
    build_facts(store.engine, currency="EUR")
    assert {"state_steps", "state_lead_steps", "state_visitor_steps"} <= plans.keys()
    assert [name for name, plan in plans.items() if "BLOCKWISE_NL_JOIN" in plan] == []


def test_an_unlisted_currency_is_refused() -> None:
    store = build_market(**HISTORY)
    with pytest.raises(ValueError, match="currency 'EURO' is not an active ISO 4217 code"):
        build_facts(store.engine, currency="EURO")


@pytest.mark.parametrize(
    ("reporting", "foreign", "rate", "minor", "expected"),
    [
        ("EUR", "KWD", 3.0, 1_015, 304),  # 304.5 cents
        ("EUR", "KWD", 3.0, 1_005, 302),  # 301.5 cents
        ("EUR", "JPY", 0.00625, 100, 62),  # 62.5 cents
        ("JPY", "EUR", 160.0, 1, 2),  # 1.6 yen
        ("KWD", "JPY", 0.002, 1, 2),
        ("EUR", "USD", 0.5, 5, 2),  # 2.5 cents
        ("EUR", "USD", 0.5, -5, -2),
        ("EUR", "USD", 0.5, 7, 4),  # 3.5 cents
    ],
)
def test_amounts_round_half_to_even(reporting: str, foreign: str, rate: float, minor: int, expected: int) -> None:
    store = build_market(
        currency=reporting,
        orders=[order("b1", "s1", "2024-01-01", minor, currency=foreign)],
        fx_rates=[dated({"currency": foreign, "quoted_on": "2023-01-01", "rate": rate})],
    )
    assert store.engine.rows("SELECT value FROM fact_orders") == [(expected,)]


def test_every_fact_has_its_columns_and_dates() -> None:
    """What a declaration may name is there, whatever was loaded."""
    store = build_market(orders=[order("b1", "s1", "2024-01-01", 1)])
    for one in FACTS.values():
        if not one.dates:
            continue
        named = {*one.columns, *one.dimensions, *one.dates, *([one.weight] if one.weight else [])}
        sided = one.parties or one.relation
        columns = {row[0] for row in store.engine.rows(f"DESCRIBE {sided}")}
        assert named - set(one.party_columns) <= columns | set(one.party_columns), one.name
        if one.parties:
            assert set(one.party_columns) <= columns, one.name
            total = {row[0] for row in store.engine.rows(f"DESCRIBE {one.relation}")}
            assert named - set(one.party_columns) <= total, one.name
        assert {word for amount in one.money for word in re.findall(r"[a-z_]\w*", amount)} <= columns, one.name
        assert set(one.histories) <= named | set(one.party_columns)


def test_an_unknown_fact_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="fact 'order' is not one of dim_accounts, bookings, orders"):
        fact("order")
