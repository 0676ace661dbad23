"""Cells counted by hand: both sides, what was asked for, and where the counts come from."""

from collections.abc import Callable
from datetime import date

from bothsides.diagnosis.cells import Cells, read_cells
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Side

YEAR = Span(start=date(2024, 1, 1), end=date(2024, 12, 31))
D = date(2024, 6, 1)


def order(buyer: str, supplier: str, amount: int, category: str, region: str, day: date = D) -> dict[str, object]:
    return {
        "buyer_id": buyer,
        "supplier_id": supplier,
        "placed_at": day,
        "amount": amount,
        "category": category,
        "region": region,
    }


ORDERS = [
    order("b1", "s1", 700, "x", "N"),
    order("b2", "s1", 200, "x", "N"),
    order("b2", "s2", 100, "x", "N"),
    order("b1", "s1", 500, "y", "S"),
]


def of(found: Cells | None, label: str):  # type: ignore[no-untyped-def]
    assert found is not None
    return next(cell for cell in found.cells if cell.label == label)


def test_orders_alone_count_who_traded(market: Callable[..., Store]) -> None:
    found = read_cells(market(orders=ORDERS, known_until=date(2024, 12, 31)), YEAR)
    cell = of(found, "x / N")
    assert (cell.orders, cell.gmv, cell.buyers, cell.suppliers) == (3, 10.0, 2, 2)
    assert cell.top[Side.SUPPLIER][1] == 0.9
    assert cell.top[Side.BUYER][1] == 0.7
    assert found is not None
    assert (found.demand, found.supply) == ("orders", "sales")


def test_searchers_are_buyers_and_only_live_listings_are_supply(market: Callable[..., Store]) -> None:
    accounts = [
        {"account_id": a, "side": "buyer" if a[0] == "b" else "supplier"} for a in ("b1", "b2", "b3", "s1", "s2")
    ]
    events = [
        {"account_id": "b3", "name": "search", "occurred_at": D, "category": "x", "region": "N", "results": 0},
        {"account_id": "b1", "name": "search", "occurred_at": D, "category": "x", "region": "N", "results": 4},
    ]
    listings = [
        {"supplier_id": "s1", "category": "x", "region": "N", "listed_at": D},
        {"supplier_id": "s2", "category": "x", "region": "N", "listed_at": D, "closed_at": date(2024, 9, 1)},
    ]
    store = market(orders=ORDERS, accounts=accounts, events=events, listings=listings, known_until=date(2024, 12, 31))
    cell = of(read_cells(store, YEAR), "x / N")
    assert (cell.buyers, cell.suppliers, cell.active_suppliers) == (3, 1, 2)
    assert (cell.searches.asked, cell.searches.met, cell.searches.accounts) == (2, 1, 2)
    assert cell.zero_results == (1, 2)


def test_requests_too_young_to_be_decided_are_not_counted(market: Callable[..., Store]) -> None:
    quotes = [
        {"kind": "request", "buyer_id": "b1", "requested_at": day, "status": status, "category": "x", "region": "N"}
        for day, status in ((D, "awarded"), (D, "closed"), (D, "cancelled"), (date(2024, 12, 1), "closed"))
    ]
    store = market(orders=ORDERS, quotes=quotes, known_until=date(2024, 12, 31))
    cell = of(read_cells(store, YEAR), "x / N")
    assert (cell.requests.asked, cell.requests.met) == (2, 1)
    early = of(read_cells(store, YEAR, as_of=date(2024, 8, 1)), "x / N")
    assert early.requests.asked == 0


def test_another_years_requests_say_nothing_of_this_one(market: Callable[..., Store]) -> None:
    quotes = [
        {"kind": "request", "buyer_id": "b1", "requested_at": date(2026, 1, 1), "status": "closed", "category": "x"}
    ]
    store = market(orders=ORDERS, quotes=quotes)
    found = read_cells(store, YEAR)
    assert found is not None
    assert found.demand == "orders"


def test_one_label_does_not_split_a_market(market: Callable[..., Store]) -> None:
    same = [{**row, "category": "x", "region": "N"} for row in ORDERS]
    assert read_cells(market(orders=same), YEAR) is None
    only_category = [{**row, "region": None} for row in ORDERS]
    found = read_cells(market(orders=only_category), YEAR)
    assert found is not None
    assert [cell.where for cell in found.cells] == [("x", None), ("y", None)]
