"""The flywheel: what a point is worth by hand, which edge limits, what the data cannot show."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.figures import rate
from bothsides.diagnosis.flywheel import (
    EDGES,
    Edge,
    _gain,
    _label,
    _of_newcomers,
    flywheel,
    point_worth,
    shrunk,
    upper_quartile,
)
from bothsides.diagnosis.span import Span, Spans, spans
from bothsides.diagnosis.wheel import Flow
from bothsides.metrics import Store
from bothsides.schema.period import add_months
from tests.diagnosis.test_liquidity import even, outcomes
from tests.diagnosis.test_liquidity import market as crossed

FLOW = Flow(
    gmv=100_000.0,
    active_buyers=200,
    active_suppliers=100,
    new_buyers=10.0,
    new_suppliers=5.0,
    signups=20.0,
    repeat_gmv=30_000.0,
    order_value=500.0,
)


def test_a_point_of_conversion_carries_orders_one_for_one() -> None:
    assert point_worth("buy", 0.25, FLOW, DiagnosisPolicy()) == pytest.approx(100_000 * 0.01 / 0.25)
    assert point_worth("repeat", 0.5, FLOW, DiagnosisPolicy()) == pytest.approx(30_000 * 0.01 / 0.5)


def test_a_point_of_supply_adds_suppliers_and_orders_by_the_exponent() -> None:
    # 20 applications a month x 1 % x 12 months are 2.4 more suppliers on 100.
    assert point_worth("go_live", 0.4, FLOW, DiagnosisPolicy()) == pytest.approx(100_000 * (1.024**0.5 - 1))


def test_the_loop_closes() -> None:
    loop = [edge for edge in EDGES if edge.id not in ("review", "refer_buyers")]
    assert all(a.target == b.source for a, b in pairwise(loop))
    assert loop[-1].target == loop[0].source


def edge(now: float, before: float | None, n: int = 500, name: str = "repeat") -> Edge:
    declared = next(e for e in EDGES if e.id == name)
    return Edge(
        id=name,
        label=declared.label,
        source=declared.source,
        target=declared.target,
        side=declared.side,
        rate=rate("search_to_order" if name == "buy" else "x", now * n, n),
        before=None if before is None else rate("x", before * n, n),
        lag_days=None,
        point_worth=1_000.0,
    )


def test_an_edge_limits_where_it_fell_beyond_chance() -> None:
    gain = _gain(edge(0.4, 0.6), None, DiagnosisPolicy())
    assert gain is not None
    assert gain.worth == pytest.approx(20 * 1_000)
    assert _gain(edge(0.58, 0.6), None, DiagnosisPolicy()) is None
    assert _gain(edge(0.6, 0.4), None, DiagnosisPolicy()) is None
    assert _gain(edge(0.4, 0.6, n=40), None, DiagnosisPolicy()) is None


def test_better_cells_show_what_can_be_reached_and_luck_does_not() -> None:
    cells = even()
    assert _gain(edge(0.4, None, name="buy"), crossed(cells), DiagnosisPolicy()) is None
    for category in ("Bolts", "Pumps", "Valves"):
        for region in ("East", "North"):
            cells[category, region] = replace(cells[category, region], searches=outcomes(1000, 0.2))
    gain = _gain(edge(0.3, None, name="buy"), crossed(cells), DiagnosisPolicy())
    assert gain is not None
    assert gain.level == pytest.approx(0.4, abs=0.02)


def test_luck_is_shrunk_away_and_real_spread_is_kept() -> None:
    lucky = shrunk([(10, 40), (14, 40), (12, 40), (11, 40)])
    assert max(lucky) - min(lucky) < 0.01
    real = shrunk([(1000, 4000), (2000, 4000), (1500, 4000), (1200, 4000)])
    assert upper_quartile(real) == pytest.approx(0.5, abs=0.01)


def test_edges_the_data_cannot_show_say_why(market: Callable[..., Store]) -> None:
    orders = [
        {"buyer_id": f"b{b}", "supplier_id": "s", "placed_at": add_months(date(2023, 1, 5), m), "amount": 100}
        for m in range(26)
        for b in range(5)
    ]
    store = market(orders=orders, known_until=date(2025, 2, 28))
    covered = spans(store, "orders", as_of=None, months=12)
    assert covered is not None
    wheel = flywheel(store, covered, None, frozenset({"orders.placed_at"}), DiagnosisPolicy())
    known = {e.id for e in wheel.edges if e.rate is not None}
    assert known == {"keep_suppliers"}
    assert all(e.reason for e in wheel.edges if e.rate is None)
    assert wheel.limiting is None
    assert "bookkeeping, not cause and effect" in wheel.sentence


def test_orders_whose_supplier_is_reviewed_are_counted_and_priced_at_nothing(market: Callable[..., Store]) -> None:
    orders = [
        {"order_id": f"o{m}-{b}", "buyer_id": f"b{b}", "supplier_id": "s", "amount": 100}
        | {"placed_at": add_months(date(2023, 1, 5), m)}
        for m in range(26)
        for b in range(5)
    ]
    reviews = [
        {"order_id": f"o{m}-{b}", "reviewed_at": add_months(date(2023, 1, 5), m) + timedelta(days=days), "rating": 4}
        for m in range(26)
        for b, days in ((0, 60), (1, 61))  # the second comes too late to count
    ]
    store = market(orders=orders, reviews=reviews, known_until=date(2025, 2, 28))
    covered = spans(store, "orders", as_of=None, months=12)
    assert covered is not None
    wheel = flywheel(store, covered, None, frozenset({"orders.placed_at", "reviews.order_id"}), DiagnosisPolicy())
    (review,) = (e for e in wheel.edges if e.id == "review")
    assert review.rate is not None
    # Orders of March to December 2024; those of January and February 2025 are younger than 60 days.
    assert (review.rate.value, review.rate.n) == (pytest.approx(0.2), 50)
    assert review.point_worth is None


def test_buyers_are_followed_from_orders_known_to_be_first_and_old_enough() -> None:
    def months(first: int, last: int) -> Span:
        return Span(start=date(2024, first, 1), end=add_months(date(2024, last, 1), 1) - timedelta(days=1))

    covered = Spans(known=months(1, 8), window=months(1, 8), now=months(5, 8), before=months(1, 4))
    assert _of_newcomers(covered, None, 90) is covered
    told = _of_newcomers(covered, date(2024, 4, 1), 90)
    assert (told.now, told.before) == (months(5, 8), None)
    # Of the latest four months, known to August, none is 130 days old: the whole window, from April on.
    assert _of_newcomers(covered, date(2024, 4, 1), 130).now == months(4, 8)
    assert _of_newcomers(covered, None, 130).now == months(1, 8)


@pytest.mark.parametrize("start", [date(2027, 1, 3), date(2023, 1, 3)], ids=["other years", "the same months"])
def test_outcomes_are_not_held_against_the_beginnings_of_their_record(
    market: Callable[..., Store], start: date
) -> None:
    orders = [
        {"buyer_id": f"b{b}", "supplier_id": "s", "placed_at": add_months(date(2023, 1, 5), m), "amount": 100}
        for m in range(26)
        for b in range(5)
    ]
    quotes = [
        {"quote_id": f"q{m}-{i}", "request_id": f"q{m}-{i}", "buyer_id": "b1", "requested_at": when}
        | {"status": "awarded" if i < m else "closed"}
        for m in range(27)
        for i in range(40)
        for when in (add_months(start, m),)
    ]
    store = market(orders=orders, quotes=quotes)
    covered = spans(store, "orders", as_of=None, months=12)
    assert covered is not None
    wheel = flywheel(store, covered, None, frozenset({"orders.placed_at", "quotes.requested_at"}), DiagnosisPolicy())
    (buy,) = (e for e in wheel.edges if e.id == "buy")
    assert buy.rate is not None
    assert buy.before is None


def test_an_edge_measured_on_other_days_than_the_report_says_so() -> None:
    days = Span(start=date(2017, 7, 1), end=date(2018, 6, 30))
    labels = {declared.id: _label(declared, days) for declared in EDGES}
    assert labels["buy"].endswith("end in an order, outside this report, 2017-07-01 to 2018-06-30")
    assert "outside" not in labels["repeat"]
