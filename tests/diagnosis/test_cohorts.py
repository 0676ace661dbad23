"""Cohorts by hand: ages count from each account's own first order, unknown cells stay blank."""

from collections.abc import Callable
from datetime import date, timedelta

from bothsides.diagnosis.cohorts import cohort_tables
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Side


def order(buyer: str, day: date, amount: int = 1000) -> dict[str, object]:
    return {"buyer_id": buyer, "supplier_id": "s", "placed_at": day, "amount": amount}


def test_ages_are_blocks_of_thirty_days_from_the_first_order(market: Callable[..., Store]) -> None:
    first = date(2024, 1, 31)
    orders = [order(f"b{i}", first) for i in range(5)]
    orders += [order("b0", first + timedelta(days=29), 500), order("b1", first + timedelta(days=30), 3000)]
    known = Span(start=date(2024, 1, 1), end=date(2024, 4, 15))
    table = next(t for t in cohort_tables(market(orders=orders, known_until=known.end), known) if t.side is Side.BUYER)
    assert (table.grain, table.cohorts, table.sizes) == ("month", ("2024-01",), (5,))
    assert table.active_share[0] == (1.0, 0.2, None, None)
    assert table.gmv_share[0] == (1.0, 3000 / 5500, None, None)


def test_long_histories_are_told_in_quarters(market: Callable[..., Store]) -> None:
    orders = [order(f"b{i}", date(2022, 2, 1)) for i in range(6)] + [order("b0", date(2024, 5, 1))]
    known = Span(start=date(2022, 2, 1), end=date(2024, 6, 30))
    tables = cohort_tables(market(orders=orders, known_until=known.end), known)
    assert {table.grain for table in tables} == {"quarter"}
    assert tables[0].cohorts == ("2022-Q1",)


def test_a_handful_of_accounts_is_left_blank(market: Callable[..., Store]) -> None:
    known = Span(start=date(2024, 1, 1), end=date(2024, 6, 30))
    store = market(orders=[order("b1", date(2024, 1, 5)), order("b2", date(2024, 1, 6))], known_until=known.end)
    table = next(t for t in cohort_tables(store, known) if t.side is Side.BUYER)
    assert set(table.active_share[0]) == {None}
    assert "old enough" in table.sentence
