"""Which reads a state answers: by hand, on a market whose weeks and months are counted out."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bothsides.metrics import Query, Store, ask, build_facts, explain, parse_by, parse_where, read_store, refresh
from bothsides.metrics.states.books import open_books
from bothsides.metrics.states.grains import NO_STATES
from bothsides.warehouse import DuckDB
from tests.metrics.cases import account, day, order
from tests.metrics.conftest import build_market, key

ORDERS = [
    order("b1", "s1", "2024-01-01", 10_00, category="x", region="north"),
    order("b2", "s1", "2024-01-02", 20_00, category="y", region="north"),
    order("b1", "s2", "2024-01-31", 30_00, category="x", region="south"),
    order("b1", "s1", "2024-02-01", 40_00, category=None, region="south"),
    order("b3", "s1", "2024-03-30", 50_00, category="x", region="north", status="cancelled"),
    order("b3", "s1", "2024-03-31", 60_00, category="x", region="north"),
]
ACCOUNTS = [account(name, "2024-01-01") for name in ("b1", "b2", "b3", "s1", "s2")]


@pytest.fixture(scope="module")
def store() -> Store:
    """Orders of January to March 2024, in two categories and two regions, their states built."""
    found = build_market(orders=ORDERS, accounts=ACCOUNTS, known_until=day("2024-03-31"))
    assert isinstance(found.engine, DuckDB)
    refresh("EUR")(found.engine.con)
    return read_store(found.engine)


def asked(metric: str, by: str = "", where: tuple[str, ...] = (), **days: Any) -> Query:
    grain, by_side, dims = parse_by([word for word in by.split(",") if word])
    return Query(
        metrics=(metric,), grain=grain, by_side=by_side, dims=dims, where=parse_where(where), intervals=False, **days
    )


def numbers(store: Store, query: Query) -> list[Any]:
    return [value.value for value in ask(store, query)]


@pytest.mark.parametrize(
    ("query", "state", "expected"),
    [
        (asked("gmv", "month"), "state_orders_placed_on_day", [60.0, 40.0, 60.0]),
        (asked("gmv", "quarter,category"), "state_orders_placed_on_day", [40.0, 100.0, 20.0]),
        (asked("gmv", "", ("category=x",)), "state_orders_placed_on_day", [100.0]),
        (asked("gmv", "", ("category=x,(none)",)), "state_orders_placed_on_day", [140.0]),
        (asked("gmv", "", (), start=day("2024-01-02"), end=day("2024-01-31")), "state_orders_placed_on_day", [50.0]),
        (asked("booked_gmv", "quarter"), "state_bookings_placed_on_day", [210.0]),
        (asked("active_buyers", "month"), "state_order_parties_placed_on_month", [2, 1, 1]),
        (asked("active_buyers", "quarter"), "state_order_parties_placed_on_month", [3]),
        (asked("active_accounts", "fiscal_year,side"), "state_order_parties_placed_on_month", [3, 2]),
        (asked("active_buyers", "week"), "state_order_parties_placed_on_week", [2, 0, 0, 0, 1, *[0] * 7, 1]),
        (asked("active_buyers", "", ("region=north,south",)), "state_order_parties_placed_on_month", [3]),
        (asked("active_suppliers", "month,region"), "state_order_parties_placed_on_month", [1, 1, 1, 1]),
    ],
)
def test_a_state_answers(store: Store, query: Query, state: str, expected: list[Any]) -> None:
    assert f"FROM {state}" in explain(store, query)
    assert "fact_" not in explain(store, query)
    assert numbers(store, query) == expected
    assert numbers(replace(store, states=NO_STATES), query) == expected


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (asked("gmv", "category,region"), "two labels at once"),
        (asked("gmv", "category", ("region=north",)), "one label split by, another filtered on"),
        (asked("gmv", "side,segment"), "a label that is not kept"),
        (asked("active_buyers", "day"), "distinct accounts of a day"),
        (asked("active_buyers", "month", (), start=day("2024-01-02")), "a month from its second day on"),
        (asked("active_buyers", "month", (), as_of=day("2024-02-28")), "a month up to its last day but one"),
        (asked("median_account_gmv", "side"), "a median"),
    ],
)
def test_the_fact_answers(store: Store, query: Query, why: str) -> None:
    assert "state_" not in explain(store, query), why
    assert numbers(store, query) == numbers(replace(store, states=NO_STATES), query)


@pytest.mark.parametrize("known_on", [None, 1])
def test_the_word_for_no_label_is_no_label(known_on: int | None) -> None:
    """Google Analytics writes (none) as the medium of who came by itself: one buyer and two orders, not two of each."""
    orders = [
        order("b1", "s1", "2024-01-01", 100, channel=None),
        order("b1", "s1", "2024-01-02", 100, channel="(none)"),
        order("b1", "s1", "2024-01-03", 100, channel="(None) at all"),
    ]
    leads = [
        {"lead_id": "l1", "side": "buyer", "account_id": "b1", "campaign_id": "c1", "created_at": day("2024-01-01")}
    ]
    campaigns = [{"campaign_id": "c1", "name": "(none)"}]
    found = build_market(orders=orders, leads=leads, campaigns=campaigns, known_until=day("2024-01-31"))
    assert isinstance(found.engine, DuckDB)
    if known_on is not None:
        found.engine.con.execute("INSERT INTO loads VALUES (2, NULL, NULL, 'ok', NULL)")
    refresh("EUR")(found.engine.con)
    kept = read_store(found.engine, known_on=known_on)
    for one in (kept, replace(kept, states=NO_STATES)):
        for by in ("month", "month,side", ""):
            assert set(numbers(one, asked("active_buyers", by, ("channel=(none)",)))) == {1}
        assert [(v.dim("channel"), v.value) for v in ask(one, asked("orders", "channel"))] == [
            (None, 2),
            ("(None) at all", 1),
        ]
        assert [v.dim("campaign") for v in ask(one, asked("leads", "campaign"))] == [str(key("c1"))]


def test_a_month_asked_for_whole_is_a_state_s(store: Store) -> None:
    query = asked("active_buyers", "", (), start=day("2024-02-01"), end=day("2024-02-29"))
    assert "state_order_parties_placed_on_month" in explain(store, query)
    assert numbers(store, query) == [1]


def test_a_column_that_no_row_fills_is_not_kept(store: Store) -> None:
    kept = {state.name: state.kept for state in store.states.states}
    assert kept["state_orders_placed_on_day"] == ("category", "region")
    assert numbers(store, asked("gmv", "channel")) == [160.0]


def test_states_are_of_the_last_load_or_not_read() -> None:
    """Facts built anew after another load, by a caller who leaves the states as they were."""
    found = build_market(orders=ORDERS, accounts=ACCOUNTS)
    assert isinstance(found.engine, DuckDB)
    con = found.engine.con
    refresh("EUR")(con)
    con.execute("UPDATE orders SET superseded_in = 2 WHERE amount = 1000")
    con.execute("INSERT INTO loads VALUES (2, NULL, NULL, 'ok', NULL)")
    build_facts(found.engine, currency="EUR")
    late = read_store(found.engine)
    assert late.states is NO_STATES
    assert numbers(late, asked("gmv")) == [150.0]
    refresh("EUR")(con)
    assert numbers(read_store(found.engine), asked("gmv")) == [150.0]
    assert read_store(found.engine).states.states


def test_states_of_another_version_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = build_market(orders=ORDERS, accounts=ACCOUNTS)
    assert isinstance(found.engine, DuckDB)
    refresh("EUR")(found.engine.con)
    found.engine.run("UPDATE state_orders_placed_on_day SET m1 = 0, m0 = 0")
    assert numbers(read_store(found.engine), asked("gmv")) == [0.0], "the state is read"
    monkeypatch.setattr("bothsides.metrics.states.rollups.duckdb.__version__", "another")
    assert numbers(read_store(found.engine), asked("gmv")) == [160.0], "states of another version are not read"
    refresh("EUR")(found.engine.con)
    assert numbers(read_store(found.engine), asked("gmv")) == [160.0]
    assert read_store(found.engine).states.states


def test_a_reader_of_an_earlier_load_reads_facts() -> None:
    found = build_market(orders=ORDERS, accounts=ACCOUNTS)
    assert isinstance(found.engine, DuckDB)
    con = found.engine.con
    refresh("EUR")(con)
    last = read_store(found.engine, known_on=1)
    assert (bool(last.states.states), last.known_on) == (True, None), "what the last load knew is what is known now"
    con.execute("INSERT INTO loads VALUES (2, NULL, NULL, 'ok', NULL)")
    assert read_store(found.engine, known_on=1).states is NO_STATES


def test_only_days_that_changed_are_made_again() -> None:
    """A row put into the state by hand stays where its day is clean, and goes where the day is dirty."""
    found = build_market(orders=ORDERS, accounts=ACCOUNTS)
    assert isinstance(found.engine, DuckDB)
    con = found.engine.con
    refresh("EUR")(con)
    con.execute("UPDATE state_orders_placed_on_day SET m1 = -1 WHERE placed_on IN ('2024-01-01', '2024-01-31')")
    con.execute("UPDATE orders SET superseded_in = 2 WHERE amount = 3000")
    con.execute("INSERT INTO loads VALUES (2, NULL, NULL, 'ok', NULL)")
    refresh("EUR")(con)
    days = dict(con.execute("SELECT placed_on, m1 FROM state_orders_placed_on_day WHERE kept = ''").fetchall())
    assert days[date(2024, 1, 1)] == -1
    assert date(2024, 1, 31) not in days
    assert {state.name for state in open_books(found.engine).states} >= {"state_order_parties_placed_on_week"}


def test_a_day_s_sum_may_need_more_than_64_bits() -> None:
    """Two orders of 6 * 10^18 minor units on one day, of two pairs, the second in a later load."""
    big = 6_000_000_000_000_000_000
    found = build_market(
        accounts=ACCOUNTS,
        orders=[
            order("b1", "s1", "2024-01-01", big, order_id="first"),
            order("b2", "s2", "2024-01-01", big, order_id="later", loaded_in=2, superseded_in=3),
        ],
    )
    assert isinstance(found.engine, DuckDB)
    con = found.engine.con
    refresh("EUR")(con)
    assert numbers(read_store(found.engine), asked("gmv")) == [big / 100]
    con.execute("UPDATE orders SET superseded_in = NULL WHERE loaded_in = 2")
    con.execute("INSERT INTO loads VALUES (4, NULL, NULL, 'ok', NULL)")
    con.execute("UPDATE orders SET loaded_in = 4 WHERE loaded_in = 2")
    refresh("EUR")(con)
    late = read_store(found.engine)
    assert "FROM state_orders_placed_on_day" in explain(late, asked("gmv"))
    assert numbers(late, asked("gmv")) == [2 * big / 100]
