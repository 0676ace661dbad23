"""How far accounts walked, counted by hand from dates."""

from collections.abc import Callable
from datetime import date, timedelta

from bothsides.diagnosis.first_transaction import MILESTONES as BUYING
from bothsides.diagnosis.onboarding import MILESTONES
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.walk import walks
from bothsides.metrics import Store
from bothsides.schema import Side

DAY0 = date(2024, 1, 10)
KNOWN = Span(start=date(2024, 1, 1), end=date(2024, 12, 31))


def supplier(name: str, **days: int) -> dict[str, object]:
    dates = {f"{step}_at": DAY0 + timedelta(days=n) for step, n in days.items()}
    return {"account_id": name, "side": "supplier", "signed_up_at": DAY0, "region": "N", **dates}


SUPPLIERS = [
    supplier("s1", verified=2, catalogue=5, live=9),
    supplier("s2", verified=2, catalogue=95),
    supplier("s3", live=20),
    supplier("s4"),
]
BUYERS = [{"account_id": "b1", "side": "buyer", "signed_up_at": DAY0}, {"account_id": "b2", "side": "buyer"}]
SALE = {"buyer_id": "b1", "supplier_id": "s1", "placed_at": DAY0 + timedelta(days=30), "amount": 100}


def test_late_steps_do_not_count_and_later_ones_imply_earlier_ones(market: Callable[..., Store]) -> None:
    store = market(accounts=[*SUPPLIERS, *BUYERS], orders=[SALE], known_until=KNOWN.end)
    found = walks(store, Side.SUPPLIER, MILESTONES, KNOWN, days=90)
    assert found is not None
    assert [m.id for m in found.milestones] == ["start", "verified", "catalogue", "live", "first_sale"]
    assert found.whole.reached == (4, 3, 2, 2, 1)


def test_signups_without_their_days_are_not_judged(market: Callable[..., Store]) -> None:
    late = {**supplier("s9"), "signed_up_at": date(2024, 11, 20)}
    store = market(accounts=[*SUPPLIERS, *BUYERS, late], orders=[SALE], known_until=KNOWN.end)
    found = walks(store, Side.SUPPLIER, MILESTONES, KNOWN, days=90)
    assert found is not None
    assert found.whole.reached[0] == 4


def test_steps_never_recorded_are_left_out(market: Callable[..., Store]) -> None:
    accounts = [{"account_id": "s1", "side": "supplier", "signed_up_at": DAY0}, *BUYERS]
    store = market(accounts=accounts, orders=[SALE], known_until=KNOWN.end)
    found = walks(store, Side.SUPPLIER, MILESTONES, KNOWN, days=90)
    assert found is not None
    assert [m.id for m in found.milestones] == ["start", "first_sale"]


def test_undated_signups_have_no_funnel(market: Callable[..., Store]) -> None:
    assert walks(market(orders=[SALE]), Side.SUPPLIER, MILESTONES, KNOWN, days=90) is None


def test_a_request_counts_as_a_cart(market: Callable[..., Store]) -> None:
    quotes = [{"kind": "request", "buyer_id": "b1", "requested_at": DAY0 + timedelta(days=3), "status": "open"}]
    events = [{"account_id": "b1", "name": "search", "occurred_at": DAY0 + timedelta(days=1), "category": None}]
    store = market(accounts=[*SUPPLIERS, *BUYERS], orders=[SALE], quotes=quotes, events=events, known_until=KNOWN.end)
    found = walks(store, Side.BUYER, BUYING, KNOWN, days=90)
    assert found is not None
    assert [m.id for m in found.milestones] == ["start", "search", "cart", "order"]
    assert found.whole.reached == (1, 1, 1, 1)
