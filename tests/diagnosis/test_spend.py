"""Spend into thin cells: found where the other side cannot serve it, moved to where it can."""

from dataclasses import replace
from datetime import date

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.finding import Place
from bothsides.diagnosis.liquidity import judge
from bothsides.diagnosis.spend import Spent, below_threshold_spend, better_cells, read_spend, spend_findings, stay_lost
from bothsides.diagnosis.threshold import Distance, Ground, ThresholdReading, ThresholdStatus
from bothsides.schema import Side
from tests.diagnosis.test_liquidity import even, market, outcomes
from tests.metrics.cases import account, order
from tests.metrics.cases_acquisition import spend
from tests.metrics.conftest import build_market

SICK = ("Pumps", "North")


def sick():  # type: ignore[no-untyped-def]
    cells = even()
    cells[SICK] = replace(cells[SICK], suppliers=6, searches=outcomes(1800, 0.15))
    cells["Wire", "East"] = replace(cells["Wire", "East"], buyers=8, orders=80, gmv=8000.0, searches=outcomes(200, 0.4))
    return market(cells)


def spent(**amounts: float) -> Spent:
    by_cell = {(Side.BUYER, ("Bolts", "East")): 90_000.0, (Side.BUYER, SICK): amounts.get("sick", 0.0)}
    return Spent(by_cell=by_cell, total={Side.BUYER: sum(by_cell.values()), Side.SUPPLIER: 0.0})


def test_buyers_bought_for_a_cell_without_suppliers() -> None:
    found = sick()
    judged = judge(found, DiagnosisPolicy())
    (finding,) = spend_findings(spent(sick=12_000.0), judged, found, "EUR", DiagnosisPolicy())
    assert (finding.kind, finding.place.category, finding.place.side) == ("thin_cell_spend", "Pumps", Side.BUYER)
    assert finding.worth is not None
    assert finding.worth.of == "spend"
    monthly = 12_000 / found.span.months
    assert 0.5 * monthly < finding.worth.per_month < 0.75 * monthly
    assert "Move it to Wire / East" in finding.first_step


def test_buyers_buy_and_suppliers_serve_in_the_words_of_the_finding() -> None:
    found = sick()
    judged = judge(found, DiagnosisPolicy())
    (bought,) = spend_findings(spent(sick=12_000.0), judged, found, "EUR", DiagnosisPolicy())
    assert bought.title.endswith("where only 6 suppliers can serve them")
    short = Spent(by_cell={(Side.SUPPLIER, ("Wire", "East")): 9_000.0}, total={Side.BUYER: 0.0, Side.SUPPLIER: 9_000.0})
    (won,) = spend_findings(short, judged, found, "EUR", DiagnosisPolicy())
    assert won.title.endswith("where only 8 buyers look, ask or buy")


def test_a_trifle_is_not_named() -> None:
    found = sick()
    judged = judge(found, DiagnosisPolicy())
    assert spend_findings(spent(sick=2_000.0), judged, found, "EUR", DiagnosisPolicy()) == []


def test_supplier_spend_in_a_cell_that_lacks_suppliers_is_right() -> None:
    found = sick()
    judged = judge(found, DiagnosisPolicy())
    money = Spent(by_cell={(Side.SUPPLIER, SICK): 50_000.0}, total={Side.BUYER: 0.0, Side.SUPPLIER: 50_000.0})
    assert spend_findings(money, judged, found, "EUR", DiagnosisPolicy()) == []


def test_money_moves_first_to_where_its_side_is_short() -> None:
    judged = judge(sick(), DiagnosisPolicy())
    assert better_cells(Side.SUPPLIER, judged)[0].cell.where == SICK
    assert better_cells(Side.BUYER, judged)[0].cell.where == ("Wire", "East")


def threshold(**changes: object) -> ThresholdReading:
    """Buyers leave 5 % a week below 12 suppliers and 2 % above; Bolts / East has 4 of them."""
    at = {"own": 40, "per_week": 0.0, "weeks": None, "cost": None, "kept": None, "needed": 12, "holds": False}
    short = Distance(category="Bolts", region="East", other=4, missing=8, **at)  # type: ignore[arg-type]
    across = Distance(category="Wire", region="East", other=15, missing=0, **at)  # type: ignore[arg-type]
    reading = ThresholdReading(
        side=Side.BUYER,
        status=ThresholdStatus.CLAIMED,
        reason="",
        ground=Ground(cells=20, weeks=90, cell_weeks=1800, leavers=900),
        hazard_below=0.05,
        hazard_above=0.02,
        distances=(short, across),
    )
    return replace(reading, **changes)  # type: ignore[arg-type]


def test_spend_below_a_claimed_threshold_is_at_risk_for_what_leaves_sooner() -> None:
    (finding,) = below_threshold_spend(spent(), [threshold()], 12.0, "EUR", DiagnosisPolicy())
    assert (finding.kind, finding.place.label) == ("thin_cell_spend", "buyers · Bolts · East")
    assert "4 of the 12 suppliers" in finding.title
    assert finding.worth is not None
    assert finding.worth.per_month == 90_000 / 12 * stay_lost(0.05, 0.02)
    assert finding.first_step == "Move it to Wire / East until Bolts / East has 12 suppliers."


def test_no_threshold_no_guard_and_a_cell_is_named_once() -> None:
    quiet = threshold(status=ThresholdStatus.NONE)
    assert below_threshold_spend(spent(), [quiet], 12.0, "EUR", DiagnosisPolicy()) == []
    named = [Place(side=Side.BUYER, category="Bolts", region="East")]
    assert below_threshold_spend(spent(), [threshold()], 12.0, "EUR", DiagnosisPolicy(), named=named) == []


def test_spend_without_an_exchange_rate_is_no_amount_of_its_cell() -> None:
    """A side whose every amount lacks a rate has spent an unknown sum, not nothing, and the rest is still told."""
    place = {"category": "Bolts", "region": "East"}
    store = build_market(
        accounts=[account("b1", "2024-01-01"), account("s1", "2024-01-01")],
        orders=[order("b1", "s1", "2024-03-01", 100_00, category="Bolts", region="East")],
        spend=[
            spend(100_00, "2024-03-01", "buyer", **place),
            spend(100_00, "2024-03-01", "supplier", currency="USD", **place),
        ],
        known_until=date(2024, 12, 31),
    )
    spent = read_spend(store, market(even()))
    assert spent is not None
    assert spent.total == {Side.BUYER: 100.0, Side.SUPPLIER: 0.0}
    assert spent.by_cell == {(Side.BUYER, ("Bolts", "East")): 100.0}
