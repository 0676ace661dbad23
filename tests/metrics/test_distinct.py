"""Distinct counts by bits: the same numbers as COUNT(DISTINCT), within the memory they may take."""

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bothsides.metrics import METRICS, Query, SideRule, Store, ask, explain
from bothsides.metrics.distinct import MOST_GROUPS, MOST_IDS, BitBudget, Bounds
from bothsides.schema import Grain
from bothsides.warehouse import Capabilities, DuckDB
from tests.metrics.conftest import Market, build_market
from tests.metrics.test_identities import markets


class Plain(DuckDB):
    """DuckDB as an engine without bitstrings."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(bitstrings=False, columns=True)


def plain(store: Store) -> Store:
    """The same store on an engine without bitstrings."""
    assert isinstance(store.engine, DuckDB)
    return replace(store, engine=Plain(store.engine.con))


def counted(*, sided: bool) -> tuple[str, ...]:
    """Ids of the metrics that can be asked with or without sides."""
    rules = {SideRule.MARKET} if sided else {SideRule.SPLIT}
    return tuple(m.id for m in METRICS.values() if m.side not in rules)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    tables=markets(),
    grain=st.sampled_from([None, Grain.WEEK, Grain.QUARTER]),
    by_side=st.booleans(),
    dims=st.sampled_from([(), ("category",), ("category", "region")]),
    where=st.sampled_from([(), (("category", ("x", "(none)")),), (("side", ("supplier",)),)]),
)
def test_bits_count_what_count_distinct_counts(
    tables: dict[str, Any], grain: Grain | None, by_side: bool, dims: tuple[str, ...], where: Any
) -> None:
    store = build_market(**tables)
    names = counted(sided=by_side or bool(where and where[0][0] == "side"))
    query = Query(metrics=names, grain=grain, by_side=by_side, dims=dims, where=where)
    assert "bitstring_agg" in explain(store, query)
    assert "bitstring_agg" not in explain(plain(store), query)
    assert ask(store, query) == ask(plain(store), query)


_IDS = st.lists(st.none() | st.integers(-70, 70) | st.integers(2**31 - 40, 2**31 - 1), max_size=30)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(ids=_IDS, kind=st.sampled_from(["INTEGER", "BIGINT"]))
def test_every_id_lies_in_the_span_that_is_looked_up(ids: list[int | None], kind: str) -> None:
    con = duckdb.connect(config={"threads": 1})
    con.execute(f"CREATE TABLE t (account {kind})")
    if ids:
        con.execute(f"INSERT INTO t VALUES {', '.join(f'({one})' if one is not None else '(NULL)' for one in ids)}")
    spans = BitBudget(DuckDB(con), Bounds()).take("t", "account", lambda: 1)
    known = [one for one in ids if one is not None]
    if not known or max(known) - min(known) >= MOST_IDS:
        assert spans == ()
        return
    assert spans == ((min(known), max(known)),)
    (span,) = spans
    found = con.execute(f"SELECT bit_count(bitstring_agg(account, {span[0]}, {span[1]})) FROM t").fetchone()
    assert found == (len(set(known)),)


def test_no_row_of_the_kind_counts_zero_not_nothing(market: Market) -> None:
    """Buyer b1 orders in January; in February only a cancelled order stands, in March b2 and b1 order."""
    orders = [
        {"buyer_id": "b1", "supplier_id": "s1", "placed_at": date(2024, 1, 5), "amount": 100},
        {"buyer_id": "b1", "supplier_id": "s1", "placed_at": date(2024, 2, 5), "amount": 100, "status": "cancelled"},
        {"buyer_id": "b2", "supplier_id": "s1", "placed_at": date(2024, 3, 5), "amount": 100},
        {"buyer_id": "b1", "supplier_id": "s1", "placed_at": date(2024, 3, 31), "amount": 100},
    ]
    values = ask(market(orders=orders), Query(metrics=("active_buyers",), grain=Grain.MONTH))
    assert [(v.period, v.value) for v in values] == [("2024-01", 1), ("2024-02", 0), ("2024-03", 2)]


def _ids(count: int) -> DuckDB:
    con = duckdb.connect(config={"threads": 1})
    con.execute(f"CREATE TABLE t AS SELECT i AS account, 'l' || i % 3 AS label FROM range({count}) r(i)")
    return DuckDB(con)


def test_the_budget_is_spent_once() -> None:
    """1,000 ids take 125 bytes a group: ten groups are 1,250 bytes, of which 2,000 hold one column and not two."""
    bits = BitBudget(_ids(1000), Bounds(), left=2000)
    assert bits.take("t", "account", lambda: 10) == ((0, 999),)
    assert bits.left == 750
    assert bits.take("t", "account", lambda: 10) == ()
    assert bits.take("t", "account", lambda: 6) == ((0, 999),)
    assert bits.left == 0


def test_by_side_each_side_has_bits_of_its_own() -> None:
    """Buyers are 0 to 899, 113 bytes; suppliers 900 to 999, 13 bytes: ten cells of each are 1,260 bytes, not 2,500."""
    engine = _ids(1000)
    engine.run("CREATE TABLE dim_accounts AS SELECT account, CASE WHEN account < 900 THEN 'buyer' END AS side FROM t")
    bits = BitBudget(engine, Bounds(), left=1260)
    assert bits.take("t", "account", lambda: 20, by_side=True) == ((0, 899), (900, 999))
    assert bits.left == 0


def test_sides_that_later_loads_have_mixed_are_booked_whole() -> None:
    """The second load's buyers are 500 to 899, above the first's suppliers 400 to 499: any cell may take all the bits.

    Twenty cells of 1,000 ids are 20 times 125 bytes; they were booked as if each had the bits of one side.
    """
    engine = _ids(1000)
    engine.run(
        "CREATE TABLE dim_accounts AS SELECT account,"
        " CASE WHEN account < 400 OR account BETWEEN 500 AND 899 THEN 'buyer' ELSE 'supplier' END AS side FROM t"
    )
    bits = BitBudget(engine, Bounds(), left=2499)
    assert bits.take("t", "account", lambda: 20, by_side=True) == ()
    bits = BitBudget(engine, Bounds(), left=2500)
    assert bits.take("t", "account", lambda: 20, by_side=True) == ((0, 999),)
    assert bits.left == 0


def test_an_edge_outside_the_ids_halves_nothing() -> None:
    engine = _ids(100)
    engine.run("CREATE TABLE dim_accounts AS SELECT 99 AS account, 'buyer' AS side")
    assert BitBudget(engine, Bounds()).take("t", "account", lambda: 1, by_side=True) == ((0, 99),)


def test_too_many_groups_are_counted_the_other_way() -> None:
    bits = BitBudget(_ids(8), Bounds())
    assert bits.take("t", "account", lambda: MOST_GROUPS + 1) == ()
    assert bits.take("t", "account", lambda: MOST_GROUPS) == ((0, 7),)


def test_words_are_not_counted_by_bits() -> None:
    assert BitBudget(_ids(8), Bounds()).take("t", "label", lambda: 1) == ()


def test_labels_are_estimated_once_and_none_is_one_of_them() -> None:
    engine, bounds = _ids(3000), Bounds()
    assert BitBudget(engine, bounds).labels("t", "label") == pytest.approx(4, abs=1)
    engine.run("DROP TABLE t")
    assert BitBudget(engine, bounds).labels("t", "label") == pytest.approx(4, abs=1)
