"""Reasons at close: refused without, and read for messages, supply and content."""

import pytest
from tests.leads.teams.agreed import POLICY

from bothsides.leads.teams.win_loss import (
    Closing,
    coded_close,
    content_requests,
    reason_mix,
    supply_gaps,
    themes,
    unknown_share,
)
from bothsides.schema import Side


def closing(n, **changes):
    usual = {
        "opportunity_id": f"deal-{n}",
        "side": Side.BUYER,
        "won": False,
        "reasons": ("no_supplier_near",),
        "objections": ("none",),
        "amount": 1000.0,
        "owner": "ada" if n % 2 else "ben",
        "closed_at": n,
        "category": "steel",
        "region": "EU",
    }
    return Closing(**usual | changes)


def test_a_close_with_its_codes_stands():
    assert coded_close(POLICY, closing(1)) == closing(1)
    won = closing(1, won=True, reasons=("price", "choice"), objections=("payment_terms",), questions=("delivery_time",))
    assert coded_close(POLICY, won) == won


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reasons": ()}, "loss = '': must be one of no_supplier_near, too_dear, unknown"),
        ({"reasons": ("no_buyers",)}, "loss = 'no_buyers': must be one of"),
        ({"won": True}, "win = 'no_supplier_near': must be one of choice, price"),
        ({"objections": ()}, "objection = '': must be some of integration, payment_terms, or only 'none'"),
        ({"objections": ("none", "integration")}, "objection = 'none'"),
        ({"questions": ("size",)}, "question = 'size': must be one of delivery_time"),
    ],
)
def test_a_close_without_an_agreed_reason_is_refused(changes, expected):
    (refused,) = coded_close(POLICY, closing(1, **changes))
    assert expected in str(refused)


def test_every_fault_is_named_at_once():
    assert len(coded_close(POLICY, closing(1, reasons=("a", "b"), objections=("c",), questions=("d",)))) == 4


def test_the_mix_counts_deals_by_side():
    deals = [closing(n) for n in range(6)] + [closing(n, reasons=("too_dear", "unknown")) for n in range(6, 8)]
    deals += [closing(9, side=Side.SUPPLIER, reasons=("no_buyers",))]
    mix = reason_mix(POLICY, deals)
    assert [(one.side, one.code, one.count, one.n) for one in mix] == [
        (Side.BUYER, "no_supplier_near", 6, 8),
        (Side.BUYER, "too_dear", 2, 8),
        (Side.BUYER, "unknown", 2, 8),
        (Side.SUPPLIER, "no_buyers", 1, 1),
    ]
    assert mix[0].low < 0.75 < mix[0].high
    assert mix[0].amount == 6000
    assert unknown_share(mix, Side.BUYER) == pytest.approx(0.25)


def test_a_lost_buyer_shows_missing_suppliers_and_a_lost_supplier_missing_buyers():
    deals = [closing(1, amount=500), closing(2, amount=700), closing(3, won=True, reasons=("price",))]
    deals += [closing(4, side=Side.SUPPLIER, reasons=("no_buyers",), region="UK", amount=9000)]
    deals += [closing(5, reasons=("too_dear",), category="paper")]
    uk, eu = supply_gaps(POLICY, deals)
    assert (uk.region, uk.missing, uk.lost, uk.closed, uk.amount) == ("UK", Side.BUYER, 1, 1, 9000)
    assert (eu.region, eu.missing, eu.lost, eu.closed, eu.amount) == ("EU", Side.SUPPLIER, 2, 3, 1200)
    assert eu.opportunities == ("deal-1", "deal-2")


def test_themes_are_what_messages_should_say():
    deals = [closing(n, won=True, reasons=("price",), segment="large", campaign="spring") for n in range(3)]
    deals += [closing(4, reasons=("too_dear",), amount=5000)]
    dear, price = themes(POLICY, deals)
    assert (dear.code, dear.amount) == ("too_dear", 5000)
    assert (price.count, price.segments, price.campaigns) == (3, (("large", 3),), (("spring", 3),))


def test_what_keeps_coming_back_is_asked_for_in_the_customers_words():
    deals = [closing(n, objections=("integration",), note=f"Our ERP is number {n}", amount=n) for n in range(6)]
    deals += [closing(10 + n, objections=("payment_terms",), owner="ada") for n in range(9)]
    deals += [closing(30 + n, objections=("payment_terms",), side=Side.SUPPLIER) for n in range(4)]
    (request,) = content_requests(POLICY, deals)
    assert (request.code, request.deals, request.owners, request.lost_amount) == ("integration", 6, 2, 15)
    assert request.quotes == ("Our ERP is number 5", "Our ERP is number 4", "Our ERP is number 3")
    assert content_requests(POLICY, deals, answered={"integration"}) == ()
