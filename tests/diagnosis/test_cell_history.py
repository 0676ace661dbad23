"""Cells over periods: every period counted on its own days, the verdicts that moved, and no alarm in health."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.diagnosis.cell_history import history_periods, moved, read_histories
from bothsides.diagnosis.cell_measures import read_measures
from bothsides.diagnosis.cells import read_cells, read_periods
from bothsides.diagnosis.liquidity_audit import CellPeriod, CellVerdict
from bothsides.diagnosis.span import Span
from bothsides.metrics import Query, Status, Store, ask
from bothsides.schema import Grain, Period
from bothsides.simulate import MarketPlan
from tests.diagnosis.cell_markets import DEMO, HEALTHY, POLICY, look

D = date(2024, 6, 1)


def histories(plan: MarketPlan, grain: Grain) -> dict[str, tuple[CellPeriod, ...]]:
    store, covered, found, judged = look(plan)
    periods = history_periods(covered.known, covered.window, grain)
    told = read_histories(store, found, judged, periods, POLICY)
    return {" / ".join(filter(None, where)): history for where, history in told.items()}


def test_every_period_counts_what_its_days_alone_would() -> None:
    store, covered, found, _ = look(DEMO)
    periods = history_periods(covered.known, covered.window, Grain.QUARTER)
    assert len(periods) == 8
    for cells in read_periods(store, found, periods):
        assert cells == read_cells(store, cells.span)


def test_the_planted_cells_are_told_quarter_by_quarter() -> None:
    told = histories(DEMO, Grain.QUARTER)
    short = [p.verdict for p in told["Electrical / South"][-4:]]
    assert short == [CellVerdict.SUPPLY_SHORT] * 4
    assert [p.verdict for p in told["Packaging / West"][-4:]] == [CellVerdict.DEMAND_SHORT] * 4
    assert [p.verdict for p in told["Cleaning supplies / East"][-4:]] == [CellVerdict.STALLED] * 4
    assert "2 suppliers" in told["Electrical / South"][-1].why


@pytest.mark.parametrize("grain", [Grain.QUARTER, Grain.MONTH])
def test_a_healthy_market_has_no_sick_cell_in_any_period(grain: Grain) -> None:
    verdicts = {p.verdict for history in histories(HEALTHY, grain).values() for p in history}
    assert verdicts <= {CellVerdict.BALANCED, CellVerdict.UNKNOWN}


def test_cells_sum_to_the_market_in_every_period() -> None:
    """What adds up over cells is the same as the dictionary's total; distinct accounts do not add up."""
    store, _, _, _ = look(DEMO)
    told = histories(DEMO, Grain.QUARTER)
    first, last = told["Electrical / South"][0].first, told["Electrical / South"][-1].last
    totals = ask(store, Query(metrics=("orders", "gmv", "requests"), grain=Grain.QUARTER, start=first, end=last))
    for total in totals:
        cells = [p.values for history in told.values() for p in history if p.label == total.period]
        parts = [values[total.metric].value or 0 for values in cells if total.metric in values]
        assert sum(parts) == pytest.approx(total.value)
    buyers = sum(p.values["active_buyers"].value or 0 for h in told.values() for p in h if p.label == "2026-Q1")
    (whole,) = ask(store, Query(metrics=("active_buyers",), start=date(2026, 1, 1), end=date(2026, 3, 31)))
    assert whole.value is not None
    assert buyers >= whole.value


def test_requests_too_young_to_be_decided_are_immature_not_unfilled() -> None:
    last = histories(DEMO, Grain.QUARTER)["Electrical / South"][-1].values["fill_rate"]
    assert (last.value, last.status) == (None, Status.IMMATURE)
    assert last.reason is not None
    assert "needs 90 days" in last.reason


def test_every_measure_has_n_status_and_its_period() -> None:
    told = histories(DEMO, Grain.QUARTER)["Fasteners / North"][-2]
    wanted = {
        "buyer_to_seller_ratio",
        "liquidity_ratio",
        "matching_efficiency",
        "fill_rate",
        "search_to_order",
        "zero_result_rate",
        "time_to_fill_days",
        "first_reply_hours",
        "responses_per_request",
        "supplier_utilisation",
        "median_listings_per_supplier",
        "coverage",
        "cell_buyers",
        "cell_suppliers",
    }
    assert wanted <= set(told.values)
    assert {value.period for value in told.values.values()} == {told.label}
    bounded = told.values["search_to_order"]
    assert bounded.low is not None
    assert bounded.value is not None
    assert bounded.low < bounded.value < (bounded.high or 1)


def order(buyer: str, supplier: str, category: str, region: str, day: date) -> dict[str, object]:
    return {
        "buyer_id": buyer,
        "supplier_id": supplier,
        "placed_at": day,
        "amount": 100,
        "category": category,
        "region": region,
    }


def test_suppliers_are_those_of_each_periods_end_and_half_of_them_sold(market: Callable[..., Store]) -> None:
    days = (date(2024, 2, 1), date(2024, 5, 1))
    orders = [order("b", "s1", c, "N", day) for day in days for c in ("x", "y")]
    orders += [order("b", "s1", "x", "S", date(2024, 5, 2))]
    listings = [
        {"supplier_id": "s1", "category": "x", "region": "N", "listed_at": date(2024, 1, 5)},
        {"supplier_id": "s2", "category": "x", "region": "N", "listed_at": date(2024, 4, 5)},
    ]
    accounts = [{"account_id": "b", "side": "buyer"}] + [{"account_id": s, "side": "supplier"} for s in ("s1", "s2")]
    store = market(orders=orders, listings=listings, accounts=accounts, known_until=date(2024, 6, 30))
    found = read_cells(store, Span(start=date(2024, 1, 1), end=date(2024, 6, 30)))
    assert found is not None
    first = Period.containing(date(2024, 1, 1), Grain.QUARTER)
    then, now = read_periods(store, found, (first, first.next()))
    suppliers = [next(c.suppliers for c in cells.cells if c.where == ("x", "N")) for cells in (then, now)]
    assert suppliers == [1, 2]
    measured = read_measures(store, found, found.span, grain=Grain.QUARTER)
    used = [measured[p, ("x", "N")]["supplier_utilisation"].value for p in ("2024-Q1", "2024-Q2")]
    assert used == [1.0, 0.5]


def test_a_market_by_category_takes_utilisation_from_the_dictionary(market: Callable[..., Store]) -> None:
    orders = [order("b", "s1", c, "N", D) | {"region": None} for c in ("x", "y")]
    listings = [{"supplier_id": s, "category": "x", "listed_at": date(2024, 1, 5)} for s in ("s1", "s2")]
    accounts = [{"account_id": "b", "side": "buyer"}] + [{"account_id": s, "side": "supplier"} for s in ("s1", "s2")]
    store = market(orders=orders, listings=listings, accounts=accounts, known_until=date(2024, 12, 31))
    span = Span(start=date(2024, 1, 1), end=date(2024, 12, 31))
    found = read_cells(store, span)
    assert found is not None
    here = read_measures(store, found, span)[None, ("x", None)]
    assert here["supplier_utilisation"].definition == "supplier_utilisation@1"
    assert here["supplier_utilisation"].value == 0.5
    assert here["fill_rate"].status is Status.UNAVAILABLE


def test_periods_too_short_or_too_long_are_refused() -> None:
    year = Span(start=date(2023, 1, 1), end=date(2023, 12, 31))
    with pytest.raises(ValueError, match="cells by week cannot be judged: choose quarter or month"):
        history_periods(year, year, Grain.WEEK)


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2015, 1, 1), date(2024, 12, 31)),
    months=st.integers(1, 40),
    grain=st.sampled_from(("quarter", "month")),
)
def test_periods_are_whole_and_within_what_is_known(start: date, months: int, grain: str) -> None:
    first = Period.containing(start, Grain.MONTH)
    window = Span(start=first.start, end=first.next(months).start)
    window = replace(window, end=first.next(months - 1).end)
    periods = history_periods(Span(start=start, end=window.end), window, Grain(grain))
    for earlier, later in pairwise(periods):
        assert earlier.next() == later
    for period in periods:
        assert period.end <= window.end
        assert period.start >= start or start.day <= 10


def told(*verdicts: CellVerdict) -> tuple[CellPeriod, ...]:
    return tuple(
        CellPeriod(label=f"2024-Q{i}", first=D, last=D, verdict=verdict, why="", values={})
        for i, verdict in enumerate(verdicts, 1)
    )


def test_the_move_of_a_verdict_is_one_sentence() -> None:
    short, fine, unknown = CellVerdict.SUPPLY_SHORT, CellVerdict.BALANCED, CellVerdict.UNKNOWN
    quarter = Grain.QUARTER
    assert moved(told(fine, short, unknown, short), quarter, short) == "Supply-short since 2024-Q2, balanced before."
    assert moved(told(short, fine, short), quarter, short) == (
        "Supply-short in 2024-Q3, balanced before; supply-short in 2 of 3 quarters in all."
    )
    assert moved(told(short, short), quarter, short).startswith("Supply-short in every quarter")
    assert moved(told(unknown, short), quarter, short) == (
        "Supply-short in 2024-Q2, the only quarter that could be judged."
    )
    assert moved(told(short, fine), quarter, short) == (
        "Supply-short over the whole window, in 1 of 2 quarters by themselves; balanced in 2024-Q2."
    )
    assert "in no quarter by itself" in moved(told(fine, fine), quarter, short)
    assert moved(told(unknown, unknown), Grain.MONTH, fine).endswith(
        "each of its 2 months holds too little to be judged by itself."
    )
    assert moved((), Grain.MONTH, fine) == "No whole month is known."


def test_a_verdict_of_an_early_period_is_not_given_as_todays() -> None:
    fragile, unknown = CellVerdict.FRAGILE, CellVerdict.UNKNOWN
    assert moved(told(fragile, unknown, unknown), Grain.QUARTER, fragile) == (
        "Fragile over the whole window. By itself only 2024-Q1 could be judged; the 2 quarters since could not."
    )
    assert moved(told(fragile, fragile, unknown), Grain.QUARTER, fragile) == (
        "Fragile in every quarter that could be judged, 2024-Q1 to 2024-Q2; the quarter since could not."
    )
    assert moved(told(unknown, unknown), Grain.QUARTER, fragile) == (
        "Fragile over the whole window; each of its 2 quarters holds too little to be judged by itself."
    )
    assert moved(told(unknown, unknown), Grain.QUARTER, unknown) == (
        "None of 2 quarters can be judged by itself, and the whole window cannot either."
    )
