"""Exports that know only the day: it may have been any time of the day, so it follows what has one."""

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from bothsides.ingest.moments import to_utc
from bothsides.metrics import Query, Store, ask
from bothsides.metrics.only_days import with_day_ends
from tests.metrics.cases import account, dated, day, order
from tests.metrics.cases_pipeline import lead, stage
from tests.metrics.conftest import build_market
from tests.metrics.test_funnels import answer, funnel, step

UNTIL = day("2024-12-31")
ACCOUNTS = [account("b1", "2024-01-01"), account("s1", "2024-01-01")]


def at(hour: int, on: str = "2024-03-05") -> datetime:
    """A moment of a day."""
    return datetime.combine(day(on), datetime.min.time()) + timedelta(hours=hour)


def walked(*orders: dict[str, Any]) -> Store:
    """A search at nine, a look at ten, a cart at eleven on the 5th of March, and these orders."""
    events = [
        {"account_id": "b1", "name": name, "occurred_at": at(hour), "supplier_id": "s1"}
        for name, hour in (("search", 9), ("supplier_view", 10), ("cart_add", 11))
    ]
    return build_market(known_until=UNTIL, accounts=ACCOUNTS, events=events, orders=list(orders))


def values(store: Store, *metrics: str) -> list[float | None]:
    return [value.value for value in ask(store, Query(metrics=metrics))]


RATES = ("search_to_order", "view_to_order_rate", "cart_abandonment_rate")


@pytest.mark.parametrize(
    ("orders", "rates"),
    [
        ([order("b1", "s1", "2024-03-05", 1)], [1, 1, 0]),
        ([order("b1", "s1", "2024-03-04", 1)], [0, 0, 1]),  # the day before
        ([order("b1", "s1", "2024-03-12", 1)], [1, 1, 1]),  # a week later, as far as one can know
        ([order("b1", "s1", "2024-03-13", 1)], [0, 0, 1]),
        ([order("b1", "s1", "2024-03-05", 1) | {"placed_at": at(8)}], [0, 0, 1]),  # its time is known
        ([order("b1", "s1", "2024-03-05", 1) | {"placed_at": at(12)}], [1, 1, 0]),
    ],
)
def test_an_order_of_the_same_day_follows(orders: list[dict[str, Any]], rates: list[float]) -> None:
    assert values(walked(*orders), *RATES) == rates


def test_one_order_belongs_to_the_last_search_of_its_day() -> None:
    events = [{"account_id": "b1", "name": "search", "occurred_at": at(hour)} for hour in (9, 15)]
    store = build_market(
        known_until=UNTIL, accounts=ACCOUNTS, events=events, orders=[order("b1", "s1", "2024-03-05", 1)]
    )
    assert values(store, "search_to_order") == [0.5]
    assert store.engine.rows("SELECT converted FROM fact_events ORDER BY occurred_at") == [(False,), (True,)]


def test_a_search_of_a_visit_is_followed_as_well() -> None:
    visits = [{"visitor_id": "v1", "account_id": "b1", "started_at": at(9), "searches": 1, "side": "buyer"}]
    store = build_market(
        known_until=UNTIL, accounts=ACCOUNTS, visits=visits, orders=[order("b1", "s1", "2024-03-05", 1)]
    )
    assert store.engine.rows("SELECT converted FROM fact_visits") == [(True,)]


def test_a_visitor_that_signs_up_on_the_day_of_its_first_visit_had_no_account_before() -> None:
    visits = [{"visitor_id": "v1", "account_id": "b1", "started_at": at(9), "side": "buyer"}]
    accounts = [account("b1", "2024-03-05"), account("s1", "2024-01-01")]
    store = build_market(known_until=UNTIL, accounts=accounts, visits=visits)
    assert store.engine.rows("SELECT days_to_signup FROM fact_visitors") == [(0,)]
    assert answer(store, funnel("site_visit", "signup", walker="visitor", count="entries")) == [1, 1]


def test_a_touch_of_the_day_of_its_lead_answers_it_at_once() -> None:
    """Nothing takes less than no time; a touch of the next day counts from its midnight, as it always did."""

    def called(on: str) -> list[float | None]:
        store = build_market(
            known_until=UNTIL,
            leads=[lead("l1", "buyer", "2024-03-05") | {"created_at": at(9)}],
            touches=[{"lead_id": "l1", "kind": "call", "direction": "out", "occurred_at": day(on)}],
            stage_changes=[stage("l1", "closed_won", on)],
        )
        return values(store, "first_touch_24h_rate", "first_touch_hours", "lead_to_won_days")

    assert called("2024-03-05") == [1, 0, 0]
    assert called("2024-03-06") == [1, 15, 15 / 24]
    assert called("2024-03-04")[0] == 0


def test_a_lead_closed_on_its_first_day_is_not_open() -> None:
    store = build_market(
        known_until=UNTIL,
        leads=[lead("l1", "buyer", "2024-03-05") | {"created_at": at(9)}],
        stage_changes=[stage("l1", "closed_lost", "2024-03-05")],
    )
    assert store.engine.rows("SELECT moved_on, next_on FROM fact_lead_standing") == [(day("2024-03-05"),) * 2]


def test_a_reply_and_an_award_of_the_day_of_their_request_come_after_it() -> None:
    asked = {"quote_id": "q1", "kind": "request", "buyer_id": "b1", "requested_at": at(9)}
    quotes = [
        asked | {"awarded_at": day("2024-03-05"), "status": "awarded"},
        dated({"kind": "reply", "request_id": "q1", "supplier_id": "s1", "requested_at": "2024-03-05"}),
    ]
    store = build_market(known_until=UNTIL, accounts=ACCOUNTS, quotes=quotes)
    assert values(store, "first_reply_hours", "supplier_reply_hours") == [0, 0]
    assert answer(store, funnel("request", "reply", "award")) == [1, 1, 1]


PATH = ("search", "supplier_view", "cart_add", "order")


def test_funnels_end_with_the_order_of_the_day() -> None:
    same, before, late = (walked(order("b1", "s1", f"2024-03-{n}", 1)) for n in ("05", "04", "12"))
    assert answer(same, funnel(*PATH)) == [1, 1, 1, 1]
    assert answer(before, funnel(*PATH)) == [1, 1, 1, 0]
    # Windows reach a day that is as many days later.
    week = {"window": timedelta(days=7)}
    assert answer(late, funnel(*PATH, **week)) == [1, 1, 1, 1]
    assert answer(same, funnel("search", step("order", within=timedelta(hours=3)))) == [1, 1]
    # A sale after what its supplier did that day.
    listed = [{"listing_id": "l1", "supplier_id": "s1", "listed_at": at(9)}]
    sold = build_market(
        known_until=UNTIL, accounts=ACCOUNTS, listings=listed, orders=[order("b1", "s1", "2024-03-05", 1)]
    )
    assert answer(sold, funnel("listing", "sale", side=None)) == [1, 1]


def test_leads_and_visitors_end_with_the_order_of_the_day() -> None:
    store = build_market(
        known_until=UNTIL,
        accounts=[account("b1", "2024-03-05"), account("s1", "2024-01-01")],
        leads=[lead("l1", "buyer", "2024-03-05") | {"created_at": at(9), "account_id": "b1"}],
        stage_changes=[stage("l1", "closed_won", "2024-03-05") | {"changed_at": at(14)}],
        visits=[{"visitor_id": "v1", "account_id": "b1", "started_at": at(8), "side": "buyer"}],
        orders=[order("b1", "s1", "2024-03-05", 1)],
    )
    assert answer(store, funnel("lead", "closed_won", "order", walker="lead", count="entries")) == [1, 1, 1]
    assert answer(store, funnel("site_visit", "lead", "order", walker="visitor", count="entries")) == [1, 1, 1]


def ends(zone: str, *rows: tuple[datetime, date]) -> list[datetime]:
    """Moments in UTC with their business days, read as ends of days."""
    listed = ", ".join(f"(TIMESTAMP '{moment}', DATE '{on}')" for moment, on in rows)
    statement = f"SELECT {{ends:o.placed}} FROM (VALUES {listed}) o(placed_at, placed_on)"
    return [moment for (moment,) in duckdb.sql(with_day_ends(statement, zone)).fetchall()]


def test_a_day_ends_where_the_workspace_is() -> None:
    """In London a summer day begins at 23:00 UTC of the day before; what was sold at 1:00 there has its time known."""
    assert ends(
        "Europe/London",
        (datetime(2024, 7, 4, 23), date(2024, 7, 5)),
        (datetime(2024, 7, 5, 0), date(2024, 7, 5)),
        (datetime(2024, 1, 5, 0), date(2024, 1, 5)),
        (datetime(2024, 3, 31, 0), date(2024, 3, 31)),
        (datetime(2024, 3, 31, 23), date(2024, 4, 1)),
    ) == [
        datetime(2024, 7, 5, 22, 59, 59),
        datetime(2024, 7, 5, 0),
        datetime(2024, 1, 5, 23, 59, 59),
        datetime(2024, 3, 31, 23, 59, 59),
        datetime(2024, 4, 1, 22, 59, 59),
    ]
    assert ends(
        "America/Sao_Paulo",
        (datetime(2024, 7, 5, 3), date(2024, 7, 5)),
        (datetime(2018, 1, 5, 2), date(2018, 1, 5)),
        (datetime(2018, 1, 5, 3), date(2018, 1, 5)),
    ) == [datetime(2024, 7, 6, 2, 59, 59), datetime(2018, 1, 6, 1, 59, 59), datetime(2018, 1, 5, 3)]


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia"])
def test_a_day_begins_where_dates_are_loaded(zone: str) -> None:
    """On every day of twenty years, also on those whose midnight never was (Brazil's clocks changed at midnight)."""
    begins = to_utc("CAST(d AS TIMESTAMP)", zone)
    days = "SELECT CAST(unnest(generate_series(DATE '2005-01-01', DATE '2024-12-31', INTERVAL 1 DAY)) AS DATE) AS d"
    statement = f"SELECT count(*) FROM (SELECT d AS placed_on, {begins} AS placed_at FROM ({days})) o"
    known = "{ends:o.placed} = o.placed_at"
    assert duckdb.sql(with_day_ends(f"{statement} WHERE {known}", zone)).fetchall() == [(0,)]
