"""What a fact's rows may follow from: a table left out would leave its states as they were, and wrong."""

import re

import pytest

from bothsides.metrics import read_store, refresh
from bothsides.metrics.facts import FACTS
from bothsides.metrics.states.dirty import sources
from bothsides.metrics.states.rollups import declared_rollups
from bothsides.schema import TABLES
from bothsides.warehouse import DuckDB
from tests.metrics.cases import account, order
from tests.metrics.conftest import build_market


def test_refunds_follow_from_orders_accounts_and_rates() -> None:
    assert sources(FACTS["refunds"]) >= {"refunds", "orders", "accounts", "fx_rates"}
    assert sources(FACTS["spend"]) <= {"spend", "campaigns", "fx_rates"}


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_follows_from_all_that_its_statements_read(name: str) -> None:
    """Whatever stands after FROM or JOIN is a part of the statement, a schema's table, or made by a fact."""
    fact, made = FACTS[name], {}
    for other in FACTS.values():
        for text in other.builds:
            made |= dict.fromkeys(re.findall(r"CREATE (?:TABLE|VIEW) (\w+)", text), other)
    for text in fact.builds:
        parts = set(re.findall(r"(\w+)(?: \([\w, ]+\))? AS (?:MATERIALIZED )?\(", text))
        for table, _ in re.findall(r"\{(\w+)(@\w+)?\}", text):
            if table in TABLES:
                assert table in sources(fact)
        for read in re.findall(r"\b(?:FROM|JOIN) ([a-z]\w+)", text):
            if read not in parts and re.search(rf"\b(?:FROM|JOIN) {read}\b(?!\()", text):
                assert read in made, f"{name} reads {read}, which no fact makes"
                assert sources(made[read]) <= sources(fact), f"{name} reads {read}"


def test_every_rollup_s_columns_are_there() -> None:
    """Sides, dates and labels by which states are split, in the relation and, its dates, in the total one."""
    store = build_market(orders=[order("b1", "s1", "2024-01-01", 1)])
    for rollup in declared_rollups():
        kinds = {name: kind for name, kind, *_ in store.engine.rows(f"DESCRIBE {rollup.relation}")}
        named = {rollup.on, *rollup.kept, *(["side"] if rollup.sided else [])}
        assert named <= kinds.keys(), rollup.rollup
        assert kinds[rollup.on] == "DATE"
        total = {name for name, *_ in store.engine.rows(f"DESCRIBE {rollup.fact.relation}")}
        assert set(rollup.dates) <= total, rollup.rollup


def test_a_fact_without_news_is_not_even_read() -> None:
    """An order changed behind the loads' back is not seen until a load touches a table that orders follow from."""
    found = build_market(
        orders=[order("b1", "s1", "2024-01-01", 10_00)], accounts=[account("b1"), account("s1")], events=[]
    )
    assert isinstance(found.engine, DuckDB)
    con = found.engine.con
    refresh("EUR")(con)
    con.execute("UPDATE orders SET amount = 2000")
    con.execute("INSERT INTO loads VALUES (2, NULL, NULL, 'ok', NULL)")
    refresh("EUR")(con)
    totals = "SELECT m1 FROM state_orders_placed_on_day WHERE kept = ''"
    assert con.execute(totals).fetchall() == [(1000,)]
    con.execute("UPDATE accounts SET loaded_in = 3 WHERE side = 'buyer'")
    con.execute("INSERT INTO loads VALUES (3, NULL, NULL, 'ok', NULL)")
    refresh("EUR")(con)
    assert con.execute(totals).fetchall() == [(2000,)]
    assert read_store(found.engine).states.load_id == 3
