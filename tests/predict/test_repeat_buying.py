"""The record of repeat buying: occasions, recency and age as of a day, from arrays and from the facts."""

from dataclasses import replace
from datetime import date

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
