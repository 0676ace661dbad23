"""What was asked for and not met: counted by hand, priced as the usual share would have brought it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bothsides.diagnosis.cell_audit import read_gaps
from bothsides.diagnosis.cell_findings import cell_findings
from bothsides.diagnosis.cell_trade import read_trade
from bothsides.diagnosis.cells import Cells, Outcomes, read_cells, split_of
from bothsides.diagnosis.concentration import Ledger
from bothsides.diagnosis.coverage import (
    Unmet,
    coverage_gaps,
    lost_orders,
    missing_suppliers,
    read_titles,
    read_unmet,
    usual_need,
)
from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.liquidity import judge
from bothsides.diagnosis.span import Span
from bothsides.metrics import Query, Store, ask
from bothsides.schema import Side
from bothsides.simulate.market import settle
from bothsides.simulate.trade import conditions
from tests.diagnosis.cell_markets import DEMO, HEALTHY, POLICY, look
from tests.diagnosis.test_liquidity import even, outcomes
from tests.diagnosis.test_liquidity import market as market_of_cells

YEAR = Span(start=date(2024, 1, 1), end=date(2024, 12, 31))
D = date(2024, 6, 1)
HERE = {"category": "x", "region": "N"}


def search(account: str | None, results: int | None, day: date = D) -> dict[str, object]:
    return {"account_id": account, "name": "search", "occurred_at": day, "results": results, **HERE}


def request(buyer: str, status: str, responses: int | None, **more: object) -> dict[str, object]:
    asked = {"kind": "request", "buyer_id": buyer, "requested_at": D, "status": status, "responses": responses}
    return {**asked, **HERE, **more}


ORDERS = [
    {"buyer_id": "b1", "supplier_id": "s", "placed_at": D + timedelta(days=1), "amount": 100, **HERE},
    {"buyer_id": "b2", "supplier_id": "s", "placed_at": D, "amount": 100, "category": "y", "region": "S"},
]


def unmet_of(build: Callable[..., Store], **tables: object) -> tuple[Store, Cells, Unmet]:
    accounts = [{"account_id": a, "side": "supplier" if a == "s" else "buyer"} for a in ("b1", "b2", "b3", "s")]
    store = build(orders=ORDERS, accounts=accounts, known_until=date(2024, 12, 31), **tables)
    found = read_cells(store, YEAR)
    assert found is not None
    return store, found, read_unmet(store, found)["x", "N"]


def test_unmet_searches_are_counted_and_who_left_empty_handed(market: Callable[..., Store]) -> None:
    events = [search("b1", 3), search("b2", 0), search("b2", 0), search("b3", 2), search(None, 0)]
    _, _, unmet = unmet_of(market, events=events)
    assert (unmet.searches, unmet.without_result, unmet.empty_handed) == (4, 3, 2)
    assert (unmet.answered.asked, unmet.answered.met) == (5, 2)


def test_unanswered_and_unfilled_requests_are_told_apart(market: Callable[..., Store]) -> None:
    quotes = [
        request("b1", "awarded", 2),
        request("b2", "closed", 0, title="Steel bolts"),
        request("b2", "closed", 0, title="Steel bolts"),
        request("b3", "unsuccessful", 4, title="Nuts"),
        request("b3", "cancelled", 0, title="Steel bolts"),
        request("b3", "closed", 0) | {"requested_at": date(2024, 12, 28)},
    ]
    store, found, unmet = unmet_of(market, quotes=quotes)
    assert (unmet.requests, unmet.without_reply, unmet.replied_not_filled) == (4, 2, 1)
    assert unmet.empty_handed == 2
    assert read_titles(store, found) == {("x", "N"): (("Steel bolts", 2),)}


def test_what_accounts_did_in_more_days_tells_the_same_of_the_window(market: Callable[..., Store]) -> None:
    before = date(2023, 6, 1)
    events = [search("b1", 3), search("b2", 0), search(None, 0), search("b3", 0, before), search("b2", 5, before)]
    quotes = [request("b2", "closed", 0), request("b3", "awarded", 2)]
    store, found, unmet = unmet_of(market, events=events, quotes=quotes)
    trade = read_trade(store, split_of(found), [Span(start=date(2023, 1, 1), end=date(2023, 12, 31)), YEAR])
    assert read_unmet(store, found, trade=trade) == read_unmet(store, found)
    assert (unmet.searches, unmet.without_result, unmet.requests, unmet.without_reply) == (2, 2, 2, 1)


def test_without_searches_or_requests_nothing_is_known_to_be_unmet(market: Callable[..., Store]) -> None:
    store = market(orders=ORDERS, known_until=date(2024, 12, 31))
    found = read_cells(store, YEAR)
    assert found is not None
    assert read_unmet(store, found) == {}
    assert read_gaps(store, found, judge(found, POLICY), POLICY) == ()


def test_lost_orders_are_the_larger_of_two_readings_and_never_negative() -> None:
    cells = market_of_cells(even())
    stand = judge(cells, POLICY)[0].standing
    usual = (0.4, 0.3, 0.5)
    poor, good = outcomes(1000, 0.1), outcomes(1000, 0.6)
    assert lost_orders(poor, stand.search, usual, 10) == pytest.approx((300, 282, 316), abs=8)
    assert lost_orders(good, stand.search, usual, 10) == pytest.approx((4, 3, 5))
    assert lost_orders(Outcomes(), None, usual, 10) == pytest.approx((4, 3, 5))
    assert lost_orders(poor, stand.search, None, 10) is None


def gap_market(unmet: dict[tuple[str, str], Unmet], **change: object):  # type: ignore[no-untyped-def]
    cells = even()
    if change:
        cells["Pumps", "North"] = replace(cells["Pumps", "North"], **change)
    found = market_of_cells(cells)
    values = {cell.where: 100.0 for cell in found.cells}
    return coverage_gaps(judge(found, POLICY), found, unmet, values, POLICY)


def test_gaps_are_ranked_by_money_and_a_met_cell_is_no_gap() -> None:
    unmet = {
        ("Bolts", "East"): Unmet(searches=1600, without_result=10),
        ("Pumps", "North"): Unmet(searches=1800, without_result=300),
        ("Wire", "East"): Unmet(searches=1200),
    }
    gaps = gap_market(unmet)
    assert [gap.label for gap in gaps[:2]] == ["Pumps / North", "Bolts / East"]
    assert all((gap.orders_a_month or 0) < 0.1 for gap in gaps[2:])
    assert gaps[0].money == pytest.approx(300 * 0.4 * 100 / YEAR.months, rel=0.01)
    assert gaps[0].unanswered == gaps[0].money


def test_only_a_lack_of_suppliers_is_laid_to_them() -> None:
    """Served less than usual with suppliers enough is no lack of suppliers; short of them it is."""
    unmet = {("Pumps", "North"): Unmet(searches=1800)}
    (enough,) = gap_market(unmet, searches=outcomes(1800, 0.15))
    (short,) = gap_market(unmet, searches=outcomes(1800, 0.15), suppliers=6)
    assert enough.money == pytest.approx(short.money or 0, rel=0.01)
    assert (enough.for_lack_of_suppliers, short.for_lack_of_suppliers) == (False, True)
    assert (enough.cause, short.cause) == ("for another reason than suppliers", "for want of suppliers")


def test_a_cell_where_much_meets_nobody_lacks_suppliers_whatever_its_balance() -> None:
    answered = {where: outcomes(1000, 0.95) for where in even()}
    unmet = {where: Unmet(searches=1000, without_result=50, answered=o) for where, o in answered.items()}
    assert not any(gap.for_lack_of_suppliers for gap in gap_market(unmet))
    unmet["Pumps", "North"] = Unmet(searches=1000, without_result=500, answered=outcomes(1000, 0.5))
    lacking = [gap.label for gap in gap_market(unmet) if gap.for_lack_of_suppliers]
    assert lacking == ["Pumps / North"]


def findings_of(unmet: dict[tuple[str, str], Unmet], **change: object) -> list[Finding]:
    cells = even()
    cells["Pumps", "North"] = replace(cells["Pumps", "North"], **change)
    found = market_of_cells(cells)
    judged = judge(found, POLICY)
    gaps = coverage_gaps(judged, found, unmet, {cell.where: 100.0 for cell in found.cells}, POLICY)
    ledger = read_ledger_of_nothing()
    return cell_findings(judged, found, ledger, POLICY, dict.fromkeys(Side, None), named=frozenset(), gaps=gaps)


def read_ledger_of_nothing() -> Ledger:
    return Ledger(trades=(), names={}, currency="EUR", months=YEAR.months)


def half_uncovered() -> dict[tuple[str, str], Unmet]:
    met = {where: Unmet(searches=1000, without_result=50, answered=outcomes(1000, 0.95)) for where in even()}
    return met | {("Pumps", "North"): Unmet(searches=1000, without_result=500, answered=outcomes(1000, 0.5))}


def test_much_that_meets_nobody_in_a_balanced_cell_is_a_finding_of_its_own() -> None:
    (finding,) = findings_of(half_uncovered())
    assert (finding.kind, finding.place.label) == ("coverage_gap", "suppliers · Pumps · North")
    assert finding.title.startswith("50 % of what is searched and asked for in Pumps / North meets no supplier")
    assert finding.worth is not None
    assert finding.worth.per_month == pytest.approx(500 * 0.4 * 100 / YEAR.months, rel=0.01)
    assert finding.worth.low is not None
    assert finding.worth.low <= finding.worth.per_month <= (finding.worth.high or 0)
    assert finding.success.metric == "coverage"


def test_a_short_cell_carries_its_gap_as_evidence_and_is_said_once() -> None:
    (finding,) = findings_of(half_uncovered(), suppliers=6, searches=outcomes(1800, 0.15))
    assert finding.kind == "supply_short_cell"
    assert any("500 searches without a result" in evidence.sentence for evidence in finding.evidence)


def test_money_without_anything_usual_is_not_known_rather_than_nothing() -> None:
    cells = even(searches=False)
    found = market_of_cells(cells)
    unmet = {("Pumps", "North"): Unmet(searches=5, without_result=5)}
    (gap,) = coverage_gaps(judge(found, POLICY), found, unmet, {}, POLICY)
    assert (gap.money, gap.orders_a_month) == (None, None)
    assert "too few searches and requests" in gap.reason


def test_the_gap_of_the_planted_cell_is_the_demand_its_suppliers_could_not_serve() -> None:
    """The simulator knows what buyers wished to order each week and what part supply could serve."""
    store, _, found, judged = look(DEMO)
    gaps = {gap.label: gap for gap in read_gaps(store, found, judged, POLICY)}
    at, weeks = conditions(settle(DEMO)), slice(DEMO.weeks - 52, DEMO.weeks)
    missed = {}
    for category in DEMO.categories:
        for region in DEMO.regions:
            cell = DEMO.cell(category, region)
            wished = at.scale * at.intent[weeks, cell] * at.cart[cell]
            missed[f"{category} / {region}"] = float((wished * (1 - at.served[weeks, cell])).sum()) / 12
    planted = "Electrical / South"
    assert gaps[planted].orders_a_month == pytest.approx(missed[planted], rel=0.5)
    assert gaps[planted].for_lack_of_suppliers
    assert max(missed, key=missed.__getitem__) == planted
    lacking = {label for label, gap in gaps.items() if gap.for_lack_of_suppliers}
    served = {label for label, lost in missed.items() if lost < 0.05 * missed[planted]}
    assert not lacking & served


def test_in_a_healthy_market_no_gap_is_laid_to_suppliers() -> None:
    store, _, found, judged = look(HEALTHY)
    gaps = read_gaps(store, found, judged, POLICY)
    assert gaps
    assert not any(gap.told for gap in gaps)
    assert {gap.cause for gap in gaps} == {"no more than chance brings"}


def test_unmet_searches_of_all_cells_are_those_of_the_market() -> None:
    store, covered, found, _ = look(DEMO)
    (total,) = ask(
        store,
        Query(
            metrics=("unmet_searches",),
            start=covered.window.start,
            end=covered.window.end,
            where=(("side", ("buyer",)),),
        ),
    )
    unmet = read_unmet(store, found)
    assert sum(cell.without_result for cell in unmet.values()) == total.value


def test_missing_suppliers_bring_a_cell_to_the_usual_balance() -> None:
    found = market_of_cells(even())
    usual = usual_need(found)
    assert usual is not None
    assert usual[1] <= usual[0] <= usual[2]
    cell = replace(found.cells[0], buyers=100, suppliers=10)
    point, low, high = missing_suppliers(cell, usual)
    assert low <= point <= high
    assert cell.buyers / (cell.suppliers + point) == pytest.approx(usual[0], rel=0.05)
