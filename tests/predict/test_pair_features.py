"""Pairs that have not met, counted by hand, and the proof that none of their features looks past its cut-off."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day
from bothsides.predict.pair_features import MOST_PAIRS, PAIR_SIGNALS, pair_trade, strides_for
from bothsides.predict.validation import changed_by_the_future
from tests.diagnosis.conftest import market_of
from tests.metrics.cases import dated
from tests.metrics.conftest import build_market

CUTOFF = date(2025, 1, 1)
NAMES = [signal.name for signal in PAIR_SIGNALS]


def _order(buyer: str, supplier: str, day: str, category: str = "Pumps", region: str = "North") -> dict[str, Any]:
    return {
        "buyer_id": buyer,
        "supplier_id": supplier,
        "placed_at": day,
        "amount": 100,
        "category": category,
        "region": region,
    }


ORDERS = [
    _order("n1", "acme", "2024-02-05"),
    _order("n1", "acme", "2024-03-05", "Valves"),
    _order("n2", "acme", "2024-11-20"),
    _order("n2", "bolt", "2024-12-22", "Valves"),
    _order("s1", "bolt", "2024-10-03", "Valves", "South"),
    _order("gone", "old", "2021-05-05"),
    _order("n1", "bolt", "2025-02-10", "Valves"),
    _order("s1", "acme", "2025-04-01", region="South"),
    _order("new", "acme", "2025-01-15"),
]


@pytest.fixture(scope="module")
def pairs() -> dict[tuple[str, str], dict[str, float]]:
    store = market_of(orders=ORDERS)
    names = dict(store.engine.rows("SELECT account, name FROM dim_accounts"))
    with pair_trade(store, date(2025, 5, 1)) as trade:
        cases = trade.cases(CUTOFF, 3)
    found = {}
    assert cases.counterparties is not None
    for row, (buyer, supplier) in enumerate(zip(cases.accounts.tolist(), cases.counterparties.tolist(), strict=True)):
        numbers = dict(zip(NAMES, cases.features[row].tolist(), strict=True))
        numbers |= {"rule": float(cases.rule[row]), "came": float(cases.known[row])}
        found[names[buyer], names[supplier]] = numbers
    return found


def test_only_pairs_that_still_trade_and_have_not_met_are_asked_about(
    pairs: dict[tuple[str, str], dict[str, float]],
) -> None:
    assert set(pairs) == {("n1", "bolt"), ("s1", "acme")}


def test_a_pair_by_hand(pairs: dict[tuple[str, str], dict[str, float]]) -> None:
    """Four buyers are known, three in the north (one of them gone); one of those buys from bolt, two won lately."""
    pair = pairs["n1", "bolt"]
    assert pair["rule"] == 1
    assert pair["region_share"] == pytest.approx(np.log((1 + 5 * 2.5 / 4) / (3 + 5)))
    assert pair["winning"] == pytest.approx(np.log(2.5 / 4))
    assert pair["category_fit"] == pytest.approx(np.sqrt(0.5))
    assert pair["breadth"] == pytest.approx(np.log(1))
    assert pair["buyer_away"] == pytest.approx(np.log1p((CUTOFF - date(2024, 3, 5)).days))
    assert pair["supplier_away"] == pytest.approx(np.log1p(10))


def test_a_first_order_counts_within_the_months_and_not_after(pairs: dict[tuple[str, str], dict[str, float]]) -> None:
    assert pairs["n1", "bolt"]["came"] == 1
    assert pairs["s1", "acme"]["came"] == 0


def test_no_feature_looks_past_its_cut_off(demo: Store, demo_by_march: Store) -> None:
    cutoff = date(2026, 4, 1)
    with pair_trade(demo, date(2026, 10, 1)) as trade:
        whole = trade.cases(cutoff, 6)
        # The later read takes a fixed share by its own numbers of accounts: the same share is asked of the earlier.
        strides = trade.buyer_stride, trade.supplier_stride
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bothsides.predict.pair_features.strides_for", lambda *_: strides)
        with pair_trade(demo_by_march, cutoff) as trade:
            truncated = trade.cases(cutoff, None)
    assert len(whole) > 50_000
    assert whole.counterparties is not None
    assert truncated.counterparties is not None
    assert (whole.accounts == truncated.accounts).all()
    assert (whole.counterparties == truncated.counterparties).all()
    assert changed_by_the_future(whole.features, truncated.features, PAIR_SIGNALS) == ()


def test_a_share_of_a_large_market_counts_each_account_taken_in_full(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Features of a pair are the same whether all pairs are read or few."""
    read = {}
    for bound in (MOST_PAIRS * 10, 20_000):
        monkeypatch.setattr("bothsides.predict.pair_features.MOST_PAIRS", bound)
        with pair_trade(demo, date(2026, 10, 1)) as trade:
            cases = trade.cases(date(2026, 7, 1), 3)
        assert cases.counterparties is not None
        read[bound] = dict(
            zip(zip(cases.accounts.tolist(), cases.counterparties.tolist(), strict=True), cases.features, strict=True)
        )
    every, some = read.values()
    assert 5_000 < len(some) <= 20_000 < len(every)
    asked = list(some)[::50]
    assert all(every[pair] == pytest.approx(some[pair]) for pair in asked)


@pytest.mark.parametrize(("buyers", "suppliers"), [(0, 0), (10, 10), (524, 343), (200_000, 20_000), (50, 1_000_000)])
def test_pairs_stay_within_the_bound(buyers: int, suppliers: int) -> None:
    one, other = strides_for(buyers, suppliers)
    assert (buyers // one) * (suppliers // other) <= MOST_PAIRS


def test_a_buyer_on_record_as_a_supplier_counts_in_its_own_region() -> None:
    """An account may buy and sell; whichever side it was loaded on, it is a buyer where it buys."""
    regions = {"n1": "North", "n2": "North", "s1": "South", "gone": "North", "new": "North"}
    names = (*regions, "acme", "bolt", "old")

    def rules(sellers: tuple[str, ...]) -> list[float]:
        accounts = [
            {"account_id": name, "side": "supplier" if name in sellers else "buyer", "region": regions.get(name)}
            for name in names
        ]
        with pair_trade(market_of(orders=ORDERS, accounts=accounts), date(2025, 5, 1)) as trade:
            return sorted(trade.cases(CUTOFF, 3).rule.tolist())

    plain = rules(("acme", "bolt", "old"))
    assert rules(("acme", "bolt", "old", "s1")) == plain
    assert rules(names) == plain


def _asked_today(orders: list[dict[str, Any]], **tables: Any) -> tuple[set[tuple[str, str]], tuple[str, ...]]:
    """Who is asked about with whom, and what is said of who is not."""
    store = market_of(orders=orders, **tables)
    names = dict(store.engine.rows("SELECT account, name FROM dim_accounts"))
    with pair_trade(store, date(2025, 5, 1)) as trade:
        cases = trade.cases(date(2025, 5, 1), None)
    assert cases.counterparties is not None
    pairs = zip(cases.accounts.tolist(), cases.counterparties.tolist(), strict=True)
    return {(names[buyer], names[supplier]) for buyer, supplier in pairs}, cases.notes


def test_a_closed_account_is_nobody_to_start_with() -> None:
    orders = [_order("a", "acme", "2025-01-05"), _order("b", "bolt", "2025-01-06"), _order("c", "acme", "2025-01-07")]
    accounts = [{"account_id": who, "side": "buyer", "name": who} for who in "abc"]
    accounts += [{"account_id": who, "side": "supplier", "name": who} for who in ("acme", "bolt")]
    assert _asked_today(orders, accounts=accounts)[0] == {("a", "bolt"), ("b", "acme"), ("c", "bolt")}
    closed = [row | ({"closed_at": "2025-02-01"} if row["account_id"] in ("c", "acme") else {}) for row in accounts]
    asked, notes = _asked_today(orders, accounts=closed)
    assert asked == {("a", "bolt")}
    assert "2 accounts on record as closed are left out: they have left already" in notes


def test_a_credit_note_is_no_meeting() -> None:
    orders = [_order("a", "acme", "2025-01-05"), _order("b", "bolt", "2025-01-06")]
    orders += [_order("a", "bolt", "2025-02-05") | {"amount": -50}]
    asked, notes = _asked_today(orders)
    assert asked == {("a", "bolt"), ("b", "acme")}
    assert "1 credit note or order of no value is not counted as an order" in notes


def _met(store: Store) -> set[tuple[str, str]]:
    names = dict(store.engine.rows("SELECT account, name FROM dim_accounts"))
    with pair_trade(store, date(2025, 5, 1)) as trade:
        return {
            (names[buyer], names[supplier])
            for buyer, supplier in zip(trade.rows["buyer"].tolist(), trade.rows["supplier"].tolist(), strict=True)
        }


LATER = {("n1", "bolt"), ("s1", "acme"), ("new", "acme")}


def test_as_known_at_an_earlier_load_later_pairs_are_not_seen() -> None:
    loads = [dated(order | {"loaded_in": 2 if order["placed_at"] >= "2025" else 1}) for order in ORDERS]
    now, then = build_market(orders=loads), build_market(orders=loads, known_on=1)
    assert _met(now) == _met(then) | LATER
    assert not _met(then) & LATER


def test_as_of_an_earlier_day_later_pairs_are_not_seen() -> None:
    store = market_of(orders=ORDERS)
    with on_day(store, date(2024, 12, 31)) as then:
        assert _met(then) == _met(store) - LATER
