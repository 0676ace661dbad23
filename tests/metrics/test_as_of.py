"""As of a day nothing that came after it is known: not its rows, and not what they tell of rows before it."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from bothsides.metrics import METRICS, Query, Store, Value, ask, parse_by
from bothsides.metrics.hindsight import asked_as_of, is_told_later
from tests.metrics.cases import account, dated, day, order
from tests.metrics.cases_take_rate import fee
from tests.metrics.conftest import build_market
from tests.metrics.late_market import LAST, Maker, Tables, stood

DAY, EARLIER = date(2024, 7, 31), date(2023, 9, 30)
"""Ends of months: as of a day amid one, what is known by month is told of whole months only, and its label says so."""


@cache
def pair(seed: int, on: date) -> tuple[Store, Store]:
    """The market with everything, and as it stood on the day."""
    tables = Maker(seed).tables
    return build_market(known_until=LAST, **tables), build_market(known_until=on, **stood(tables, on))


@pytest.mark.parametrize(
    ("on", "split"),
    [(DAY, ""), (DAY, "side"), (EARLIER, "quarter,side"), (DAY, "side,category"), (DAY, "owner")],
)
def test_every_metric_as_of_a_day_is_what_was_known_that_day(on: date, split: str) -> None:
    """Those that need facts as of the day are asked for apart from the others: one alone would read the kept facts."""
    now, then = pair(1, on)
    grain, by_side, dims = parse_by([word for word in split.split(",") if word])

    def asked(names: tuple[str, ...]) -> Query:
        return Query(metrics=names, grain=grain, by_side=by_side, dims=dims, as_of=on, intervals=False)

    apart = tuple(name for name in METRICS if is_told_later(now, asked((name,))))
    kept = tuple(name for name in METRICS if name not in apart)
    assert apart
    assert kept
    for names in (apart, kept):
        assert _told(ask(now, asked(names))) == _told(ask(then, asked(names)))


def _told(values: list[Value]) -> list[Value]:
    """Sums of fractions differ in their last digits by the order of the rows."""
    figures = ("value", "low", "high")
    return [replace(v, **{f: getattr(v, f) and round(getattr(v, f), 6) for f in figures}) for v in values]


REFUNDED: Tables = {
    "orders": [order("b1", "s1", "2024-01-10", 100_00, order_id="o1")],
    "refunds": [dated({"order_id": "o1", "refunded_at": "2024-03-05", "amount": 40_00, "fee_amount": 2_00})],
    "fees": [fee(10_00, "2024-01-10", order_id="o1"), fee(3_00, "2024-02-10", order_id="o1")],
}


def value(store: Store, metric: str, on: str | None = None, **more: Any) -> float | None:
    (found,) = ask(store, Query(metrics=(metric,), as_of=day(on) if on else None, **more))
    return found.value


def test_what_came_back_later_had_not_come_back() -> None:
    store = build_market(known_until=LAST, **REFUNDED)
    assert [value(store, "net_gmv_cohort", on) for on in ("2024-01-31", "2024-03-04", "2024-03-05", None)] == [
        100.0,
        100.0,
        60.0,
        60.0,
    ]
    # 10 of 100, 13 of 100 with the fee of February, 13 less 2 of 100 less 40
    rates = [value(store, "net_take_rate", on) for on in ("2024-01-31", "2024-02-29", None)]
    assert rates == [0.1, 0.13, pytest.approx(11 / 60)]


def test_what_was_answered_and_awarded_later_was_open() -> None:
    def request(name: str, **more: Any) -> dict[str, Any]:
        return dated({"quote_id": name, "kind": "request", "buyer_id": "b1", "requested_at": "2024-01-01", **more})

    answered = dated({"kind": "reply", "request_id": "q1", "supplier_id": "s1", "requested_at": "2024-10-01"})
    won = {"status": "awarded", "awarded_at": "2024-11-01", "supplier_id": "s1", "order_id": "o1"}
    store = build_market(
        known_until=LAST,
        orders=[order("b1", "s1", "2024-11-02", 1_00, order_id="o1")],
        quotes=[request("q1", **won), request("q2"), answered],
    )
    metrics = ("fill_rate", "awards", "responses", "unanswered_request_rate")
    found = {on: [value(store, name, on) for name in metrics] for on in ("2024-06-01", "2024-10-31", None)}
    assert found == {"2024-06-01": [0, 0, 0, 1], "2024-10-31": [0, 0, 1, 0.5], None: [0.5, 1, 1, 0.5]}


def test_a_deal_closed_later_was_open() -> None:
    deal = {"side": "buyer", "opened_at": "2024-01-02", "closed_at": "2024-03-10", "status": "won", "amount": 100_00}
    store = build_market(known_until=LAST, opportunities=[dated(deal)])
    assert [value(store, "open_pipeline", on) for on in ("2024-02-29", "2024-03-10")] == [100.0, 0]


def test_a_load_and_a_day_are_asked_for_together() -> None:
    """At load 1 the refund of February was not there; by the end of January none of the two was."""
    refunds = [
        dated({"order_id": "o1", "refunded_at": on, "amount": amount, "loaded_in": load})
        for on, amount, load in (("2024-02-05", 5_00, 2), ("2024-03-05", 40_00, 1))
    ]
    for load, expected in ((1, [100.0, 100.0, 60.0]), (2, [100.0, 95.0, 55.0])):
        store = build_market(known_until=LAST, known_on=load, **REFUNDED | {"refunds": refunds})
        assert [value(store, "net_gmv_cohort", on) for on in ("2024-01-31", "2024-02-29", None)] == expected


def test_the_prepared_facts_stay_as_they_are() -> None:
    store = build_market(known_until=LAST, **REFUNDED)
    assert [value(store, "net_gmv_cohort", on) for on in (None, "2024-01-31", None)] == [60.0, 100.0, 60.0]
    assert store.engine.rows("SELECT refunded FROM fact_orders") == [(40_00,)]
    assert not store.engine.rows("SELECT 1 FROM duckdb_tables() WHERE temporary")


def test_only_what_is_told_later_is_built_anew() -> None:
    """Order values never change; refunds do while there is one after the day."""
    store = build_market(known_until=LAST, **REFUNDED)

    def built(metric: str, on: str, **more: Any) -> bool:
        return is_told_later(store, Query(metrics=(metric,), as_of=day(on), **more))

    assert [built(name, "2024-01-31") for name in ("gmv", "take_rate", "net_gmv_cohort", "net_gmv")] == [
        False,
        True,
        True,
        False,
    ]
    assert [built("net_gmv_cohort", on) for on in ("2024-03-04", "2024-03-05", "9999-12-31")] == [True, False, False]
    assert [built("signups", "2024-01-01", dims=dims) for dims in ((), ("category",))] == [False, True]


def test_what_was_known_at_a_load_is_known_of_every_fact_as_of_a_day() -> None:
    """Orders alone are asked for; what tells whether buyers are older than their orders comes of the same load."""
    later = [account("b9", "2024-01-01", loaded_in=2)]
    accounts = [account("b1", "2024-01-01"), account("s1", "2024-01-01")]
    then = build_market(known_until=LAST, known_on=1, **REFUNDED | {"accounts": accounts + later})
    counted = "SELECT count(*) FROM fact_accounts"
    with asked_as_of(then, Query(metrics=("net_gmv_cohort",), as_of=day("2024-01-31"))) as asked:
        assert asked.as_of == day("2024-01-31")
        assert asked.engine.row(counted) == then.engine.row(counted) == (2,)
