"""One read per fact and date, whatever is asked together; statements that a person can read."""

import random
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bothsides.metrics import METRICS, Query, SideRule, Store, ask, explain
from bothsides.metrics.compile import Cut, Window, plan
from bothsides.metrics.compile.aggregate import name_of, rows_name, variance_name
from bothsides.metrics.compile.statement import numbered
from bothsides.metrics.measure import Measure, Test
from bothsides.schema import Grain, Side
from tests.metrics.cases import World
from tests.metrics.cases_acquisition import TRADING
from tests.metrics.cases_activation import MARKET
from tests.metrics.cases_liquidity import ASKED, SHOP
from tests.metrics.cases_pipeline import PIPELINE
from tests.metrics.cases_take_rate import FEES
from tests.metrics.cases_volume import REFUNDS
from tests.metrics.conftest import build_market
from tests.metrics.test_distinct import plain

EVERYTHING = World(
    {
        **{name: PIPELINE.tables[name] for name in ("leads", "stage_changes", "touches", "opportunities")},
        **{name: SHOP.tables[name] for name in ("listings", "order_lines", "events")},
        "quotes": ASKED.tables["quotes"],
        "accounts": MARKET.tables["accounts"],
        "orders": [*SHOP.tables["orders"], *MARKET.tables["orders"]],
        "spend": TRADING.tables["spend"],
        "fees": [{**fee, "account_id": None} if fee.get("order_id") else fee for fee in FEES],
        "refunds": REFUNDS,
    }
)


@pytest.fixture(scope="module")
def everything() -> Store:
    """A market in which every table is fed, each known from and to a day of its own."""
    return build_market(**EVERYTHING.tables)


def formulas(*, sided: bool) -> tuple[str, ...]:
    """Ids of what can be asked with or without sides."""
    rules = {SideRule.MARKET} if sided else {SideRule.SPLIT}
    return tuple(m.id for m in METRICS.values() if m.side not in rules)


@pytest.mark.parametrize("dims", [(), ("category",)])
def test_one_read_per_fact_and_date_by_side(everything: Store, dims: tuple[str, ...]) -> None:
    query = Query(metrics=formulas(sided=True), grain=Grain.WEEK, by_side=True, dims=dims)
    reads = Counter(_reads(explain(everything, query)))
    expected = {
        ("fact_order_parties", "placed_on"),
        ("fact_booking_parties", "placed_on"),
        ("fact_fee_parties", "charged_on"),
        ("fact_refund_parties", "refunded_on"),
        ("fact_accounts", "signed_up_on"),
        ("fact_accounts", "first_order_on"),
        ("fact_events", "occurred_on"),
        ("fact_requests", "requested_on"),
        ("fact_listings", "listed_on"),
        ("fact_leads", "created_on"),
    }
    assert expected <= set(reads)
    assert set(reads.values()) == {1}


def test_one_read_per_fact_and_date_in_total(everything: Store) -> None:
    reads = Counter(_reads(explain(everything, Query(metrics=formulas(sided=False)))))
    assert {("fact_orders", "buyer_lapsed_on"), ("fact_orders", "supplier_lapsed_on")} <= set(reads)
    assert set(reads.values()) == {1}


def _reads(statement: str) -> list[tuple[str, str]]:
    return re.findall(r"FROM (fact_\w+)(?: AS \w+)?\s+WHERE\s+(\w+) BETWEEN", statement)


def test_every_read_is_found_by_the_pattern(everything: Store) -> None:
    text = explain(everything, Query(metrics=formulas(sided=False)))
    assert len(_reads(text)) == len(re.findall(r"FROM fact_\w+", text))


@pytest.mark.parametrize(
    ("grain", "dims", "by_side"),
    [
        (Grain.MONTH, (), False),
        (None, ("category", "region"), True),
    ],
)
def test_asked_together_or_alone_in_any_order(
    everything: Store, grain: Grain | None, dims: tuple[str, ...], by_side: bool
) -> None:
    names = list(METRICS)
    random.Random(1).shuffle(names)
    query = {"grain": grain, "dims": dims, "by_side": by_side, "start": date(2024, 1, 4), "end": date(2024, 5, 20)}
    together = ask(everything, Query(metrics=tuple(names), **query))  # type: ignore[arg-type]
    alone = [v for name in names for v in ask(everything, Query(metrics=(name,), **query))]  # type: ignore[arg-type]
    assert together == alone


MONTHLY = """\
-- gmv@1 = orders_sum_value
-- aov@1 = orders_sum_value / orders_count
-- active_buyers@1 = orders_distinct_buyer
WITH orders_by_placed_on AS (
  SELECT
    CAST(date_trunc('month', placed_on) AS DATE) AS period,
    sum(value) AS orders_sum_value,
    count(*) AS orders_count,
    count(DISTINCT buyer) AS orders_distinct_buyer
  FROM fact_orders
  WHERE placed_on BETWEEN DATE '2024-01-08' AND DATE '2024-06-21'
  GROUP BY 1
)
SELECT
  period,
  orders_sum_value,
  orders_count,
  orders_distinct_buyer
FROM orders_by_placed_on"""

BY_SIDE = """\
-- active_accounts@1 = orders_distinct_account
-- signups@1 = accounts_count
-- $w0 = 'Tools'
-- $w1 = '(none)'
-- $w2 = 'Tools'
-- $w3 = '(none)'
WITH orders_by_placed_on AS (
  SELECT
    side = 'supplier' AS is_supplier,
    category,
    coalesce(bit_count(bitstring_agg(account, 1, 2) FILTER (WHERE account BETWEEN 1 AND 2)), 0) + \
coalesce(bit_count(bitstring_agg(account, 3, 3) FILTER (WHERE account BETWEEN 3 AND 3)), 0) AS orders_distinct_account
  FROM fact_order_parties
  WHERE placed_on BETWEEN DATE '2024-01-08' AND DATE '2024-06-21'
    AND coalesce(category, '(none)') IN ($w0, $w1)
  GROUP BY 1, 2
), accounts_by_signed_up_on AS (
  SELECT
    side = 'supplier' AS is_supplier,
    category,
    count(*) AS accounts_count
  FROM fact_accounts
  WHERE signed_up_on BETWEEN DATE '2024-01-01' AND DATE '2024-06-21'
    AND coalesce(category, '(none)') IN ($w2, $w3)
  GROUP BY 1, 2
), stacked AS (
  SELECT * FROM orders_by_placed_on
  UNION ALL BY NAME
  SELECT * FROM accounts_by_signed_up_on
)
SELECT
  CASE WHEN is_supplier THEN 'supplier' WHEN NOT is_supplier THEN 'buyer' END AS side,
  category,
  max(orders_distinct_account) AS orders_distinct_account,
  max(accounts_count) AS accounts_count
FROM stacked
GROUP BY is_supplier, category"""


def small() -> Store:
    """Two buyers and one supplier, who is account 3, and two orders."""
    orders = [
        {"buyer_id": "b1", "supplier_id": "s1", "placed_at": date(2024, 1, 8), "amount": 100, "category": "Tools"},
        {"buyer_id": "b2", "supplier_id": "s1", "placed_at": date(2024, 6, 21), "amount": 300},
    ]
    sides = {"b1": "buyer", "b2": "buyer", "s1": "supplier"}
    accounts = [{"account_id": n, "side": side, "signed_up_at": date(2024, 1, 1)} for n, side in sides.items()]
    return build_market(orders=orders, accounts=accounts)


def test_one_fact_reads_as_one_would_write_it() -> None:
    query = Query(metrics=("gmv", "aov", "active_buyers"), grain=Grain.MONTH)
    assert explain(plain(small()), query) == MONTHLY


def test_two_facts_are_named_and_stacked_once() -> None:
    where = (("category", ("Tools", "(none)")),)
    query = Query(metrics=("active_accounts", "signups"), by_side=True, dims=("category",), where=where)
    assert explain(small(), query) == BY_SIDE


def test_an_engine_that_cannot_stack_by_name_gets_every_column(everything: Store) -> None:
    query = Query(metrics=("gmv", "signups", "searches"), grain=Grain.MONTH)
    text = explain(plain(everything), query)
    assert "BY NAME" not in text
    assert "period, orders_sum_value, orders_count, CAST(NULL AS INT) AS accounts_count" in text
    assert ask(plain(everything), query) == ask(everything, query)


def test_words_of_a_filter_stand_beside_the_statement(everything: Store) -> None:
    text = explain(everything, Query(metrics=("gmv",), where=(("category", ("a secret word", "x")),)))
    assert [line for line in text.splitlines() if "secret" in line] == ["-- $w0 = 'a secret word'"]
    assert re.search(r"category IN \(\$\w+, \$\w+\)", text)


def test_what_no_statement_reads_is_said(everything: Store) -> None:
    text = explain(everything, Query(metrics=("supplier_path_conversion", "hhi", "gmv")))
    assert text.splitlines()[:3] == [
        "-- hhi@1: exists per side only: add side to the split, or filter on one side",
        "-- supplier_path_conversion@1: no one statement, worked out step by step from accounts, orders",
        "-- gmv@1 = orders_sum_value",
    ]
    alone = explain(everything, Query(metrics=("supplier_path_conversion",)))
    assert alone == text.splitlines()[1]
    with pytest.raises(KeyError, match="not in the dictionary"):
        explain(everything, Query(metrics=("no such metric",)))


def _plan(*measures: Measure) -> str:
    cut = Cut(grain=None, by_side=False, sided=False, dims=(), where=())
    days = Window(start=date(2024, 1, 1), end=date(2024, 12, 31), as_of=date(2024, 12, 31))
    return plan(measures, cut, {(m.fact, m.on): days for m in measures}).statement


def test_a_measure_of_a_party_must_name_it_in_totals() -> None:
    with pytest.raises(ValueError, match="the measure must name a side in totals"):
        _plan(Measure(fact="orders", on="placed_on", aggregate="count_distinct", column="account"))


def test_what_was_reached_needs_an_as_of_date() -> None:
    test = Test("won_on", "reached")
    with pytest.raises(ValueError, match="bind the formula to an as-of date"):
        _plan(Measure(fact="leads", on="created_on", aggregate="count", where=(test,)))


def test_declared_words_are_quoted() -> None:
    text = _plan(Measure(fact="fees", on="charged_on", aggregate="count", where=(Test("kind", "in", ("a'b", "c")),)))
    assert "kind IN ('a''b', 'c')" in text


def _fees(**words: Any) -> Measure:
    return Measure(fact="fees", on="charged_on", aggregate="sum", column="amount", **words)


def test_conditions_are_written_as_people_write_them() -> None:
    tests = (
        Test("on_order", "=", True),
        Test("on_order", "=", False),
        Test("kind", "!=", "commission"),
        Test("amount", ">=", 100),
        Test("charged_on", "<", date(2024, 2, 29)),
        Test("kind", "null"),
        Test("kind", "not null"),
    )
    text = _plan(*(_fees(where=(test,)) for test in tests))
    for condition in (
        "(WHERE on_order)",
        "(WHERE NOT on_order)",
        "(WHERE kind <> 'commission')",
        "(WHERE amount >= 100)",
        "(WHERE charged_on < DATE '2024-02-29')",
        "(WHERE kind IS NULL)",
        "(WHERE kind IS NOT NULL)",
    ):
        assert f"sum(amount) FILTER {condition} AS" in text


def test_a_column_that_is_an_expression_keeps_its_parts_together() -> None:
    lapsing = Measure(fact="orders", on="placed_on", aggregate="count", where=(Test("lapses", "=", False),))
    assert "count_if(NOT (buyer_lapsed_on IS NOT NULL))" in _plan(replace(lapsing, side=Side.BUYER))


def test_equal_aggregates_are_one_column_and_different_ones_have_different_names() -> None:
    """The rows behind both sums are the same; both filters differ in their value alone, past what a name says."""
    long = "x" * 60
    text = _plan(_fees(), _fees(where=(Test("kind", "=", f"{long}1"),)), _fees(where=(Test("kind", "=", f"{long}2"),)))
    assert text.count("count(*)") == 1
    names = re.findall(r" AS (fees_sum_amount_kind_x+\w*)", text)
    assert len(names) == len(set(names)) == 2
    assert max(map(len, names)) < 63


def test_eighty_metrics_compile_in_one_statement(everything: Store) -> None:
    """Every formula of the dictionary at once: each of its columns is named once."""
    text = explain(everything, Query(metrics=formulas(sided=True), grain=Grain.WEEK, by_side=True))
    last = text[text.rindex("\nSELECT\n") :]
    names = re.findall(r" AS (\w+)", last)
    assert len(names) == len(set(names)) > 50


def test_a_filtered_statement_lists_its_parameters_and_runs_with_them(everything: Store) -> None:
    """What stands after `-- $w0 =` is SQL: put in the parameter's place, the statement answers the question."""
    words = ("x", "it's", 'a "b" 100%', "two\nlines; DROP TABLE orders; --", "back\\slash", "\u2028")
    query = Query(metrics=("gmv",), where=(("category", words), ("side", ("buyer",))))
    text = explain(everything, query)
    listed = dict(re.findall(r"^-- \$(\w+) = (.*)$", text, flags=re.MULTILINE))
    assert listed == {
        "w0": "'x'",
        "w1": "'it''s'",
        "w2": "'a \"b\" 100%'",
        "w3": "'two' || chr(10) || 'lines; DROP TABLE orders; --'",
        "w4": "'back\\slash'",
        "w5": "'' || chr(8232) || ''",
        "w6": "'buyer'",
    }
    assert everything.engine.row(f"SELECT {', '.join(listed.values())}") == (*words, "buyer")
    statement = re.sub(r"\$(w\d+)", lambda mark: f"({listed[mark[1]]})", text)
    (value,) = ask(everything, Query(metrics=("gmv",), where=(("category", ("x",)), ("side", ("buyer",)))))
    assert (everything.engine.row(statement) or ())[0] == 100 * (value.value or 0) > 0


def test_a_statement_without_filters_has_no_parameters(everything: Store) -> None:
    assert "-- $" not in explain(everything, Query(metrics=("gmv",)))


@pytest.mark.parametrize("letter", ["x", "ü", "界", "🛒"])
def test_names_and_their_numbers_stay_within_the_bytes_that_postgresql_keeps(letter: str) -> None:
    """PostgreSQL cuts a name after 63 bytes, so that a number beyond them would be lost."""
    cut = Cut(grain=None, by_side=False, sided=False, dims=(), where=())
    two = [
        Measure(fact="orders", on="placed_on", aggregate="sum", column="value", where=(Test("channel", "=", word),))
        for word in (60 * letter, 61 * letter)
    ]
    taken: set[str] = set()
    names = [numbered(make(one, cut), taken) for make in (name_of, rows_name, variance_name) for one in two]
    assert len({name.encode()[:63] for name in names}) == len(names) == 6
    assert all("\ufffd" not in name for name in names)
    assert [name.rpartition("_")[2] for name in names[1::2]] == ["2", "2", "2"]


@pytest.mark.parametrize(("spent_until", "apart"), [(date(2024, 5, 10), False), (date(2024, 4, 10), True)])
def test_months_that_are_in_as_a_whole_are_counted_once(spent_until: date, apart: bool) -> None:
    """Where spend ends within the last month, what it is held against has the same months as without it."""
    days = [date(2024, month, 1) for month in range(1, 6)]
    store = build_market(
        known_until=date(2024, 5, 20),
        accounts=[
            {"account_id": name, "side": side, "signed_up_at": days[0]}
            for name, side in (("b", "buyer"), ("s", "supplier"))
        ],
        orders=[
            {"order_id": f"{on}", "buyer_id": "b", "supplier_id": "s", "placed_at": on, "amount": 100} for on in days
        ],
        fees=[{"order_id": f"{on}", "charged_at": on, "amount": 10} for on in days],
        spend=[{"spent_on": on, "side": "buyer", "amount": 50} for on in (days[0], spent_until)],
    )
    store.ranges["spend"] = (days[0], spent_until)
    asked = Query(metrics=("monthly_contribution", "cac_payback_months"), by_side=True)
    assert ("FILTER (WHERE month <=" in explain(store, asked)) is apart
