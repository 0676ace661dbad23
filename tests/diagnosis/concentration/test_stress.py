"""What the loss of the largest would take: orders that could move, followers, unanswered requests, cells."""

from datetime import date, timedelta

import numpy as np
import pytest

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.concentration import Ledger, Trade, Trades, stress
from bothsides.diagnosis.concentration.replies import Replies, read_replies
from bothsides.diagnosis.concentration.stress import fill_without
from bothsides.diagnosis.span import Span
from bothsides.schema import Side
from tests.diagnosis.conftest import market_of


def ledger(*trades: Trade) -> Ledger:
    return Ledger(trades=Trades.of(trades), names={}, currency="EUR", months=12.0)


def test_orders_of_buyers_with_a_second_supplier_in_the_category_could_move() -> None:
    found = ledger(
        Trade(buyer=1, supplier=101, category="Pumps", amount=60),
        Trade(buyer=1, supplier=102, category="Pumps", amount=5),
        Trade(buyer=2, supplier=101, category="Pumps", amount=20),
        Trade(buyer=2, supplier=103, category="Valves", amount=15),
    )
    lost = stress(found, Side.SUPPLIER, 1)
    assert lost.gmv_lost_share == pytest.approx(0.8)
    assert lost.gmv_movable_share == pytest.approx(0.6)  # buyer 2 knows another supplier, but not of pumps
    assert lost.gmv_lost_after == pytest.approx((0.5, 0.65, 0.35))


def test_the_assumed_share_that_moves_is_policy() -> None:
    found = ledger(
        Trade(buyer=1, supplier=101, category=None, amount=90),
        Trade(buyer=1, supplier=102, category=None, amount=10),
    )
    policy = DiagnosisPolicy(recapture_share=1.0, recapture_low=0.0, recapture_high=1.0)
    assert stress(found, Side.SUPPLIER, 1, policy).gmv_lost_after == pytest.approx((0.0, 0.9, 0.0))


def test_who_lives_off_the_lost_leaves_too_and_so_on() -> None:
    found = ledger(
        Trade(buyer=1, supplier=101, category="Pumps", amount=100),
        Trade(buyer=1, supplier=102, category="Pumps", amount=10),  # buyer 1 lived off 101, supplier 102 off buyer 1
        Trade(buyer=2, supplier=103, category="Pumps", amount=50),
    )
    lost = stress(found, Side.SUPPLIER, 1)
    assert lost.followers == 2
    assert lost.gmv_lost_with_followers == pytest.approx(110 / 160)


def test_nobody_follows_where_nobody_depends() -> None:
    trades = [Trade(buyer=b, supplier=s, category="Pumps", amount=10 + s) for b in range(5) for s in range(101, 106)]
    lost = stress(ledger(*trades), Side.SUPPLIER, 1)
    assert lost.followers == 0
    assert lost.gmv_lost_with_followers == pytest.approx(lost.gmv_lost_share)


def test_cells_that_lose_their_verdict_or_come_to_hang_on_one_are_counted() -> None:
    def cell(region: str, suppliers: int, orders: int, first: int) -> list[Trade]:
        return [
            Trade(buyer=b, supplier=first + s, category="Pumps", region=region, amount=10.0, orders=orders)
            for b in range(8)
            for s in range(suppliers)
        ]

    big = [Trade(buyer=b, supplier=999, category="Pumps", region="South", amount=500.0, orders=5) for b in range(8)]
    few = [Trade(buyer=b, supplier=300, category="Pumps", region="South", amount=10.0, orders=1) for b in range(8)]
    lost = stress(ledger(*cell("North", 8, 5, 101), *big, *few), Side.SUPPLIER, 1)
    assert (lost.cells_undecided, lost.cells_fragile) == (1, 0)

    heavy = [Trade(buyer=b, supplier=300, category="Pumps", region="South", amount=60.0, orders=9) for b in range(8)]
    small = [
        Trade(buyer=b, supplier=301 + s, category="Pumps", region="South", amount=2.0, orders=1)
        for b in range(8)
        for s in range(7)
    ]
    both = [Trade(buyer=b, supplier=888, category="Pumps", region="South", amount=70.0, orders=9) for b in range(8)]
    lost = stress(ledger(*cell("North", 8, 5, 101), *heavy, *small, *both), Side.SUPPLIER, 1)
    assert lost.cells_fragile == 1


def test_a_request_that_only_the_lost_answered_is_lost_others_may_move() -> None:
    replies = Replies(
        filled=np.array([True, True, True, False]),
        winner=np.array([7, 7, 8, 0]),
        request=np.array([0, 1, 1, 2, 3]),
        supplier=np.array([7, 7, 8, 8, 7]),
    )
    left = fill_without(replies, [7])
    assert (left.now, left.low, left.high) == (0.75, 0.25, 0.5)
    assert left.only_theirs == 2


def test_where_the_winner_is_not_known_the_lost_one_may_have_won() -> None:
    replies = Replies(
        filled=np.array([True, True]),
        winner=np.array([0, 0]),
        request=np.array([0, 0, 1]),
        supplier=np.array([7, 8, 8]),
    )
    left = fill_without(replies, [7])
    assert (left.now, left.low, left.high) == (1.0, 0.5, 1.0)


def test_requests_of_staff_are_left_out_and_accounts_that_buy_too_may_answer() -> None:
    day = date(2024, 3, 1)
    quotes = [
        {"quote_id": "r1", "kind": "request", "buyer_id": "b1", "requested_at": day, "status": "open"},
        {"quote_id": "a1", "kind": "reply", "request_id": "r1", "supplier_id": "both", "requested_at": day},
        {"quote_id": "r2", "kind": "request", "buyer_id": "staff", "requested_at": day, "status": "open"},
        {"quote_id": "r3", "kind": "request", "buyer_id": "b1", "requested_at": day + timedelta(days=300),
         "status": "open"},
    ]  # fmt: skip
    accounts = [
        {"account_id": "b1", "side": "buyer"},
        {"account_id": "both", "side": "buyer"},
        {"account_id": "staff", "side": "buyer", "is_internal": True},
    ]
    orders = [{"buyer_id": "b1", "supplier_id": "both", "placed_at": day, "amount": 100}]
    span = Span(start=date(2024, 1, 1), end=date(2024, 12, 31))
    found = read_replies(market_of(orders=orders, quotes=quotes, accounts=accounts), span)
    assert found is not None
    assert (len(found.filled), len(found.supplier)) == (1, 1)


def test_replies_are_read_with_who_won_and_old_enough_to_be_decided() -> None:
    day = date(2024, 3, 1)
    orders = [{"buyer_id": "b1", "supplier_id": s, "placed_at": day, "amount": 100} for s in ("s1", "s2")]
    quotes = [
        {"quote_id": "r1", "kind": "request", "buyer_id": "b1", "requested_at": day, "status": "awarded",
         "supplier_id": "s1"},
        {"quote_id": "a1", "kind": "reply", "request_id": "r1", "supplier_id": "s1", "requested_at": day},
        {"quote_id": "a2", "kind": "reply", "request_id": "r1", "supplier_id": "s2", "requested_at": day},
        {"quote_id": "r2", "kind": "request", "buyer_id": "b1", "requested_at": day, "status": "open"},
        {"quote_id": "r3", "kind": "request", "buyer_id": "b1", "requested_at": day, "status": "cancelled"},
        {"quote_id": "r4", "kind": "request", "buyer_id": "b1", "requested_at": day + timedelta(days=300),
         "status": "open"},
    ]  # fmt: skip
    span = Span(start=date(2024, 1, 1), end=date(2024, 12, 31))
    found = read_replies(market_of(orders=orders, quotes=quotes), span)
    assert found is not None
    assert sorted(found.filled.tolist()) == [False, True]  # r4 is too young, r3 was cancelled
    assert len(found.supplier) == 2
    assert read_replies(market_of(orders=orders), span) is None


def test_asked_about_some_suppliers_the_fill_rate_without_them_is_the_same() -> None:
    day = date(2024, 3, 1)
    orders = [{"buyer_id": "b1", "supplier_id": s, "placed_at": day, "amount": 100} for s in ("s1", "s2", "s3", "s4")]

    def request(key: str, status: str, winner: str | None = None) -> dict[str, object]:
        return {"quote_id": key, "kind": "request", "buyer_id": "b1", "requested_at": day, "status": status,
                "supplier_id": winner}  # fmt: skip

    def reply(key: str, request: str, supplier: str) -> dict[str, object]:
        return {"quote_id": key, "kind": "reply", "request_id": request, "supplier_id": supplier, "requested_at": day}

    quotes = [
        request("r1", "awarded", "s1"), reply("a1", "r1", "s1"), reply("a2", "r1", "s2"),
        request("r2", "awarded", "s2"), reply("a3", "r2", "s2"),
        request("r3", "open"), reply("a4", "r3", "s2"), reply("a5", "r3", "s1"),
        request("r4", "awarded"), reply("a6", "r4", "s1"),
        request("r5", "awarded", "s1"),  # won without a reply of its own
        request("r6", "open"),
    ]  # fmt: skip
    span = Span(start=date(2024, 1, 1), end=date(2024, 12, 31))
    market = market_of(orders=orders, quotes=quotes, known_until=span.end)
    names = dict(market.engine.rows("SELECT name, account FROM dim_accounts"))
    whole = read_replies(market, span)
    assert whole is not None
    assert len(whole.filled) == 6
    for leaving in (["s1"], ["s2"], ["s1", "s2"], ["s3"]):
        accounts = [names[who] for who in leaving]
        part = read_replies(market, span, accounts)
        assert part is not None
        assert fill_without(part, accounts) == fill_without(whole, accounts)
    one = read_replies(market, span, [names["s2"]])
    assert one is not None
    assert len(one.request) < len(whole.request)  # what nobody asked about is not read
    assert read_replies(market, span, [names["s4"]]) is not None  # it answered nothing, others did


def test_buyers_that_leave_take_their_requests_along_so_no_fill_rate_is_said() -> None:
    replies = Replies(
        filled=np.array([True]), winner=np.array([7]), request=np.array([0]), supplier=np.array([7])
    )  # fmt: skip
    found = ledger(
        Trade(buyer=1, supplier=7, category="Pumps", amount=60), Trade(buyer=2, supplier=7, category="Pumps", amount=9)
    )
    assert stress(found, Side.BUYER, 1, None, replies).fill is None
    assert stress(found, Side.SUPPLIER, 1, None, replies).fill is not None
