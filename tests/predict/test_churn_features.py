"""Features of an account's trade counted by hand, and the proof that none of them looks past its cut-off."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day
from bothsides.predict.churn_features import CHURN_SIGNALS, trade_months
from bothsides.predict.purchase import COUNTED
from bothsides.predict.validation import changed_by_the_future
from bothsides.schema import Side
from tests.diagnosis.conftest import market_of
from tests.metrics.cases import dated
from tests.metrics.conftest import build_market

CUTOFF = date(2025, 1, 1)
NAMES = [signal.name for signal in CHURN_SIGNALS]


def _order(buyer: str, day: str, amount: int = 10_000, supplier: str = "S") -> dict[str, Any]:
    return {"buyer_id": buyer, "supplier_id": supplier, "placed_at": day, "completed_at": day, "amount": amount}


ORDERS = [
    _order("steady", "2024-02-01"),
    _order("steady", "2024-05-10"),
    _order("steady", "2024-08-10"),
    _order("steady", "2024-11-10"),
    _order("steady", "2024-12-12", 25_000),
    _order("steady", "2024-12-30"),
    _order("once", "2024-06-15"),
    _order("gone", "2022-11-30"),
    _order("later", "2025-02-01"),
    _order("steady", "2025-03-31"),
    _order("once", "2025-04-01"),
]


@pytest.fixture(scope="module")
def by_hand() -> dict[str, dict[str, float]]:
    store = market_of(orders=ORDERS)
    names = dict(store.engine.rows("SELECT account, name FROM dim_accounts"))
    with trade_months(store, Side.BUYER, date(2025, 5, 1)) as trade:
        cases = trade.cases(CUTOFF, 3)
    found = {}
    for row, account in enumerate(cases.accounts.tolist()):
        numbers = dict(zip(NAMES, cases.features[row].tolist(), strict=True))
        assert cases.amounts is not None
        extra = {"rule": float(cases.rule[row]), "came": float(cases.known[row]), "amount": float(cases.amounts[row])}
        found[names[account]] = numbers | extra
    return found


def test_who_left_long_ago_and_who_has_not_come_yet_is_no_case(by_hand: dict[str, dict[str, float]]) -> None:
    assert set(by_hand) == {"steady", "once"}


def test_a_steady_buyer_by_hand(by_hand: dict[str, dict[str, float]]) -> None:
    steady = by_hand["steady"]
    assert steady["rule"] == 2
    assert steady["recency"] == pytest.approx(np.log1p(2))
    assert steady["tenure"] == pytest.approx(np.log1p(335))
    assert (steady["active_recent"], steady["active_earlier"], steady["active_year"]) == (2, 1, 2)
    assert steady["active_share"] == pytest.approx(5 / (335 / 30.4375))
    assert steady["orders_recent"] == pytest.approx(np.log1p(3))
    assert steady["orders_trend"] == pytest.approx(np.log1p(3) - np.log1p(1))
    assert steady["hiatus"] == pytest.approx(np.log1p(2) - np.log1p((335 - 2) / 4))
    assert steady["value_year"] == pytest.approx(np.log1p(750))
    assert steady["amount"] == pytest.approx(750 / (335 / 30.4375))


def test_who_orders_on_the_last_day_of_the_span_has_stayed(by_hand: dict[str, dict[str, float]]) -> None:
    assert by_hand["steady"]["came"] == 0
    assert by_hand["once"]["came"] == 1  # the day after the span is too late


def test_one_order_has_no_usual_pause_and_takes_the_others(by_hand: dict[str, dict[str, float]]) -> None:
    once = by_hand["once"]
    assert once["hiatus"] == pytest.approx(np.log1p(200) - np.log1p((335 - 2) / 4))


@pytest.mark.parametrize("side", list(Side))
def test_no_feature_looks_past_its_cut_off(demo: Store, demo_by_march: Store, side: Side) -> None:
    """The same cut-off read from everything and from facts that end the day before it."""
    cutoff = date(2026, 4, 1)
    with trade_months(demo, side, date(2026, 10, 1)) as trade:
        whole = trade.cases(cutoff, 3)
    with trade_months(demo_by_march, side, cutoff) as trade:
        truncated = trade.cases(cutoff, None)
    assert len(whole) > 200
    assert whole.accounts.tolist() == truncated.accounts.tolist()
    assert changed_by_the_future(whole.features, truncated.features, CHURN_SIGNALS) == ()
    assert whole.rule.tolist() == truncated.rule.tolist()


def test_above_the_bound_a_fixed_one_in_so_many_is_taken(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bothsides.predict.churn_features.MOST_CASES", 150)
    with trade_months(demo, Side.BUYER, date(2026, 10, 1)) as trade:
        some, everyone = trade.cases(date(2026, 4, 1), 3), trade.cases(date(2026, 4, 1), None)
    assert some.stride == -(-trade.accounts // 150) > 1
    assert everyone.stride == 1
    assert (some.accounts % some.stride == 0).all()
    assert set(some.accounts) < set(everyone.accounts)
    taken = np.isin(everyone.accounts, some.accounts)
    assert np.array_equal(everyone.rule[taken], some.rule)
    assert np.array_equal(everyone.features[taken][:, 2:], some.features[:, 2:])  # but for the usual pause of others
    assert len(some) <= 150


def _known(orders: list[dict[str, Any]], **tables: Any) -> tuple[dict[str, tuple[float, float]], tuple[str, ...]]:
    """Orders lately and what came of each buyer at the cut-off, and what is said of who is no case, asked today."""
    store = market_of(orders=orders, **tables)
    names = dict(store.engine.rows("SELECT account, name FROM dim_accounts"))
    with trade_months(store, Side.BUYER, date(2025, 5, 1)) as trade:
        then, now = trade.cases(CUTOFF, 3), trade.cases(CUTOFF, None)
    lately = then.features[:, NAMES.index("orders_recent")]
    rows = zip(then.accounts.tolist(), lately.tolist(), then.known.tolist(), strict=True)
    return {names[who]: (round(np.expm1(orders)), left) for who, orders, left in rows}, now.notes


def test_who_was_closed_before_the_cut_off_has_left_and_is_no_case() -> None:
    """A day that comes later is not known yet, and whoever orders after it was closed has not left."""
    orders = [_order(name, "2024-12-02") for name in ("open", "closed", "closes later", "back")]
    orders += [_order("back", "2024-12-30")]
    closed = {"closed": "2024-12-10", "closes later": "2025-01-15", "back": "2024-12-20"}
    accounts = [
        {"account_id": who, "side": "buyer", "name": who, "closed_at": closed.get(who)} for who in ("open", *closed)
    ]
    accounts.append({"account_id": "S", "side": "supplier", "name": "S"})
    found, notes = _known(orders, accounts=accounts)
    assert set(found) == {"open", "closes later", "back"}
    assert "1 account on record as closed is left out: it has left already" in notes


def test_a_credit_note_is_no_order_and_takes_its_value_back() -> None:
    """Nor is an order of no value: neither shows that the account still buys, nor that it came back."""
    orders = [
        _order("buys", "2024-11-10", 30_000),
        _order("buys", "2024-12-10", -10_000),
        _order("buys", "2024-12-12", 0),
        _order("buys", "2025-02-01", -5_000),
        _order("credit only", "2024-12-10", -700),
    ]
    found, notes = _known(orders)
    assert found == {"buys": (1, True)}
    assert "4 credit notes and orders of no value are not counted as orders" in notes
    with trade_months(market_of(orders=orders), Side.BUYER, date(2025, 5, 1)) as trade:
        amounts = trade.cases(CUTOFF, None).amounts
    assert amounts is not None
    assert amounts.tolist() == [pytest.approx(200 / (52 / 30.4375))]


def test_an_order_without_an_exchange_rate_is_an_order_of_unknown_value() -> None:
    orders = [_order("buys", "2024-11-10"), _order("buys", "2024-12-10") | {"currency": "USD"}]
    found, notes = _known(orders)
    assert found == {"buys": (2, True)}
    assert "1 order has no value in EUR (no amount, or no exchange rate): " + COUNTED in notes


LATER = [order | {"loaded_in": 2} for order in ORDERS if order["placed_at"] >= "2025"]
EARLIER = [order for order in ORDERS if order["placed_at"] < "2025"]


def _seen(store: Store, side: Side = Side.BUYER) -> tuple[set[str], float]:
    """Who counts at a cut-off after the last order, and the orders of its last three months."""
    names = dict(store.engine.rows("SELECT account, name FROM dim_accounts"))
    with trade_months(store, side, date(2025, 4, 1)) as trade:
        cases = trade.cases(date(2025, 4, 1), None)
    lately = cases.features[:, NAMES.index("orders_recent")]
    return {names[account] for account in cases.accounts.tolist()}, float(np.expm1(lately).sum())


def test_as_known_at_an_earlier_load_later_orders_are_not_seen() -> None:
    days = [dated(order) for order in EARLIER + LATER]
    assert _seen(build_market(orders=days)) == ({"steady", "once", "later"}, pytest.approx(2))
    assert _seen(build_market(orders=days, known_on=1)) == ({"steady", "once"}, 0)
    assert _seen(build_market(orders=days, known_on=1), Side.SUPPLIER) == ({"S"}, 0)


def test_as_of_an_earlier_day_later_orders_are_not_seen() -> None:
    with on_day(market_of(orders=ORDERS), date(2024, 12, 31)) as then:
        assert _seen(then) == ({"steady", "once"}, 0)


def test_every_month_of_a_long_history_counts_once() -> None:
    """Seventy-five months, of which sixty-two fit into one number; two orders of a month are one month."""
    days = [date(2018 + month // 12, month % 12 + 1, day).isoformat() for month in range(4, 79) for day in (3, 20)]
    store = market_of(orders=[_order("steady", day) for day in days])
    with trade_months(store, Side.BUYER, date(2024, 9, 1)) as trade:
        cases = trade.cases(date(2024, 9, 1), None)
    found = dict(zip(NAMES, cases.features[0].tolist(), strict=True))
    lived = (date(2024, 9, 1) - date(2018, 5, 3)).days
    assert found["active_share"] == pytest.approx(75 / (lived / 30.4375))
    assert (found["active_recent"], found["active_earlier"], found["active_year"]) == (2, 3, 6)
