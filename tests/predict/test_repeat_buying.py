"""The record of repeat buying: occasions, recency and age as of a day, from arrays and from the facts."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from bothsides.predict.repeat_buying import read_purchases, repeat_buying
from bothsides.schema import Side
from tests.diagnosis.conftest import market_of
from tests.predict.worlds import last_day, leaving_accounts

WHO = [7, 7, 7, 7, 9, 5]
DAYS = [0, 14, 14, 70, 7, 99]
WORTH = [10.0, 20.0, 40.0, 30.0, 5.0, 8.0]


def test_two_orders_on_one_day_are_one_occasion_and_the_first_is_no_repeat() -> None:
    record = repeat_buying(WHO, DAYS, WORTH, until=84, recent_days=28)
    assert record.accounts.tolist() == [7, 9]
    assert record.frequency.tolist() == [2, 0]
    assert record.recency.tolist() == [10, 0]
    assert record.age.tolist() == [12, 11]
    assert record.value.tolist() == pytest.approx([100 / 3, 5])
    assert record.squares.tolist() == pytest.approx(
        [(10 - 100 / 3) ** 2 + (60 - 100 / 3) ** 2 + (30 - 100 / 3) ** 2, 0]
    )
    assert record.recent.tolist() == [1, 0]
    assert repeat_buying(WHO, DAYS, WORTH, until=84, recent_days=84).recent.tolist() == [2, 0]


def test_nothing_after_the_day_is_read() -> None:
    early = repeat_buying(WHO, DAYS, WORTH, until=69, recent_days=28)
    later = [worth if day <= 69 else 1e9 for worth, day in zip(WORTH, DAYS, strict=True)]
    tampered = repeat_buying(WHO, DAYS, later, until=69, recent_days=28)
    assert early.frequency.tolist() == tampered.frequency.tolist() == [1, 0]
    assert early.value.tolist() == tampered.value.tolist()


def test_accounts_can_be_drawn_again() -> None:
    record = repeat_buying(WHO, DAYS, WORTH, until=84, recent_days=28)
    assert record.at(np.array([1, 1, 0])).accounts.tolist() == [9, 9, 7]


def test_impossible_records_are_refused() -> None:
    with pytest.raises(ValueError, match="6 accounts, 5 days"):
        repeat_buying(WHO, DAYS[:5], WORTH, until=84, recent_days=28)
    with pytest.raises(ValueError, match="recent_days 0"):
        repeat_buying(WHO, DAYS, WORTH, until=84, recent_days=0)
    record, one = repeat_buying(WHO, DAYS, WORTH, until=0, recent_days=1), np.ones(1)
    with pytest.raises(ValueError, match="recency must lie between"):
        replace(record, frequency=one, recency=2 * one, age=one)


def test_the_ledger_is_read_by_side_and_only_up_to_the_day() -> None:
    day = [date(2024, 1, 1), date(2024, 1, 15), date(2024, 3, 1), date(2024, 5, 1)]
    orders = [
        {
            "buyer_id": "b",
            "supplier_id": f"s{i % 2}",
            "amount": 100 * (i + 1) * 100,
            "placed_at": d,
            "status": "completed",
        }
        for i, d in enumerate(day)
    ]
    store = market_of(orders=orders, known_until=date(2024, 6, 30))
    until = date(2024, 3, 31)
    buyers, suppliers = (read_purchases(store, side, until=until) for side in (Side.BUYER, Side.SUPPLIER))
    assert (len(buyers.who), buyers.worth.sum()) == (3, 600.0)
    record = suppliers.known_by(until, recent_days=31)
    assert sorted(zip(record.frequency.tolist(), record.value.tolist(), strict=True)) == [(0, 200), (1, 200)]
    everything = read_purchases(store, Side.BUYER, until=date(2024, 6, 30))
    held = everything.after(buyers.known_by(until, recent_days=31).accounts, until, date(2024, 6, 30))
    assert (held.occasions.tolist(), held.value.tolist()) == ([1], [400])


def test_a_declared_sample_follows_no_account() -> None:
    orders = [
        {"buyer_id": "b", "supplier_id": "s", "amount": 100, "placed_at": date(2024, 1, 1), "status": "completed"}
    ]
    with pytest.raises(ValueError, match="declared sample"):
        read_purchases(market_of(orders=orders, sample=True), Side.BUYER, until=date(2024, 1, 2))


def test_what_was_spent_is_the_same_counted_by_occasion_or_not() -> None:
    bought = leaving_accounts(np.random.default_rng(3), 50, days=300)
    known = bought.known_by(last_day(200), recent_days=30)
    held = bought.after(known.accounts, last_day(200), last_day(260))
    assert bought.spent(known.accounts, last_day(200), last_day(260)).tolist() == pytest.approx(held.value.tolist())
    assert bought.spent(np.zeros(0, np.int64), last_day(200), last_day(260)).tolist() == []


def _order(buyer: str, day: str, amount: int, **more: Any) -> dict[str, Any]:
    order = {"buyer_id": buyer, "supplier_id": "s", "placed_at": day, "amount": amount, "status": "completed"}
    return order | more


def test_a_credit_note_is_no_occasion_and_its_money_counts_from_its_day_on() -> None:
    """A note of 30 on 90 bought over two days leaves 30 each; before its day nobody knows of it."""
    orders = [_order("b", "2024-01-10", 5_000), _order("b", "2024-02-10", 4_000), _order("b", "2024-03-10", -3_000)]
    orders += [_order("b", "2024-03-20", 0), _order("only notes", "2024-02-01", -500)]
    bought = read_purchases(market_of(orders=orders), Side.BUYER, until=date(2024, 6, 30))
    now = bought.known_by(date(2024, 6, 30), recent_days=90)
    assert (now.frequency.tolist(), now.value.tolist()) == ([1], [30])
    assert now.squares.tolist() == [pytest.approx(2 * 5**2)]
    then = bought.known_by(date(2024, 2, 28), recent_days=90)
    assert (then.frequency.tolist(), then.value.tolist()) == ([1], [45])
    held = bought.after(then.accounts, date(2024, 2, 28), date(2024, 6, 30))
    assert (held.occasions.tolist(), held.value.tolist()) == ([0], [-30])
    assert bought.spent(then.accounts, date(2024, 1, 31), date(2024, 6, 30)).tolist() == [10]
    assert bought.uncounted.credits == 3


def test_credit_notes_above_all_that_was_bought_leave_a_value_of_nothing() -> None:
    orders = [_order("b", "2024-01-10", 5_000), _order("b", "2024-03-10", -9_000)]
    bought = read_purchases(market_of(orders=orders), Side.BUYER, until=date(2024, 6, 30))
    assert bought.known_by(date(2024, 6, 30), recent_days=90).value.tolist() == [0]


def test_orders_without_an_exchange_rate_are_counted_as_left_out() -> None:
    orders = [_order("b", "2024-01-10", 5_000), _order("b", "2024-02-10", 5_000, currency="USD")]
    bought = read_purchases(market_of(orders=orders), Side.BUYER, until=date(2024, 6, 30))
    assert (len(bought.who), bought.uncounted.unvalued) == (1, 1)


def test_who_was_closed_by_a_day_and_bought_nothing_since_is_gone_by_it() -> None:
    orders = [_order(who, "2024-01-10", 100) for who in ("open", "closed", "back")] + [
        _order("back", "2024-03-10", 100)
    ]
    closed = {"closed": "2024-02-01", "back": "2024-02-01"}
    accounts = [
        {"account_id": who, "side": "buyer", "closed_at": closed.get(who)} for who in ("open", "closed", "back")
    ]
    accounts += [{"account_id": "s", "side": "supplier"}]
    bought = read_purchases(market_of(orders=orders, accounts=accounts), Side.BUYER, until=date(2024, 6, 30))

    def gone(day: date) -> int:
        return int(bought.gone(np.unique(bought.who), day).sum())

    assert (gone(date(2024, 1, 31)), gone(date(2024, 2, 28)), gone(date(2024, 6, 30))) == (0, 2, 1)
