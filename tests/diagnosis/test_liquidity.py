"""Verdicts on cells whose sickness is planted by hand in an otherwise even market."""

from dataclasses import replace
from datetime import date

import pytest

from bothsides.diagnosis import CellVerdict, DiagnosisPolicy
from bothsides.diagnosis.cell_findings import cell_findings
from bothsides.diagnosis.cells import Cell, Cells, Outcomes
from bothsides.diagnosis.concentration import Ledger, read_ledger
from bothsides.diagnosis.liquidity import Judged, judge
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.typical import standings
from bothsides.schema import Side
from tests.diagnosis.cell_markets import DEMO, POLICY, look

SPAN = Span(start=date(2024, 1, 1), end=date(2024, 12, 31))
CATEGORIES, REGIONS = ("Bolts", "Pumps", "Valves", "Wire"), ("East", "North", "South")
BIG, SMALL = (
    (("Bolts", 1.6), ("Pumps", 1.0), ("Valves", 0.8), ("Wire", 1.2)),
    (("East", 1.0), ("North", 1.3), ("South", 0.9)),
)


def outcomes(asked: float, rate: float) -> Outcomes:
    """Thirty accounts that each asked equally often and were met at the rate."""
    each = asked / 30
    return Outcomes(
        asked=asked,
        met=asked * rate,
        accounts=30,
        met_squares=30 * (each * rate) ** 2,
        asked_squares=30 * each**2,
        products=30 * each * each * rate,
    )


def even(*, searches: bool = True) -> dict[tuple[str, str], Cell]:
    """Twelve cells whose sides follow their category's and region's size."""
    found = {}
    for category, a in BIG:
        for region, b in SMALL:
            size = a * b
            found[category, region] = Cell(
                category=category,
                region=region,
                orders=round(400 * size),
                gmv=40_000.0 * size,
                active_buyers=round(40 * size),
                active_suppliers=round(20 * size),
                buyers=round(40 * size),
                suppliers=round(20 * size),
                searches=outcomes(1000 * size, 0.4) if searches else Outcomes(),
                top={Side.BUYER: (1, 0.08), Side.SUPPLIER: (2, 0.12)},
            )
    return found


def market(cells: dict[tuple[str, str], Cell]) -> Cells:
    gmv = sum(cell.gmv for cell in cells.values())
    return Cells(
        cells=tuple(cells.values()),
        by_category=True,
        by_region=True,
        span=SPAN,
        market_gmv=gmv,
        demand="orders and searches",
        supply="live listings",
    )


def verdicts(cells: dict[tuple[str, str], Cell]) -> dict[tuple[str | None, str | None], Judged]:
    return {j.cell.where: j for j in judge(market(cells), DiagnosisPolicy())}


def test_an_even_market_is_balanced_everywhere() -> None:
    for searches in (True, False):
        assert {j.verdict for j in verdicts(even(searches=searches)).values()} == {CellVerdict.BALANCED}


def test_unserved_demand_at_scarce_suppliers_is_supply_short() -> None:
    cells = even()
    cells["Pumps", "North"] = replace(cells["Pumps", "North"], suppliers=6, searches=outcomes(1800, 0.15))
    found = verdicts(cells)
    assert found["Pumps", "North"].verdict is CellVerdict.SUPPLY_SHORT
    assert sum(j.verdict is not CellVerdict.BALANCED for j in found.values()) == 1


def test_unserved_demand_with_suppliers_enough_is_not_their_shortage() -> None:
    cells = even()
    cells["Pumps", "North"] = replace(cells["Pumps", "North"], searches=outcomes(1800, 0.15))
    assert verdicts(cells)["Pumps", "North"].verdict is CellVerdict.BALANCED


def test_missing_buyers_where_suppliers_wait_is_demand_short() -> None:
    cells = even()
    cells["Wire", "East"] = replace(cells["Wire", "East"], buyers=8, orders=80, gmv=8000.0, searches=outcomes(200, 0.4))
    assert verdicts(cells)["Wire", "East"].verdict is CellVerdict.DEMAND_SHORT


def test_missing_buyers_are_said_also_where_those_who_come_find_a_broken_checkout() -> None:
    """Searches fail in a whole region for a reason of its own; that does not make the missing buyers less missing."""
    cells = even()
    cells["Wire", "East"] = replace(cells["Wire", "East"], buyers=8, orders=60, gmv=6000.0, searches=outcomes(400, 0.2))
    found = verdicts(cells)["Wire", "East"]
    assert found.verdict is CellVerdict.DEMAND_SHORT
    assert "20 % of searches led to an order, 40 % in a usual cell" in found.why


def test_missing_buyers_are_said_beside_a_stalled_cell_of_the_same_category() -> None:
    """Two sick cells of a category's four make what it usually has: held against that alone, neither stands out."""
    cells = even()
    for category, _ in BIG:
        cells[category, "West"] = replace(cells[category, "East"], region="West")
    cells = {
        where: replace(cell, buyers=cell.buyers // 3, suppliers=cell.suppliers // 3) for where, cell in cells.items()
    }
    cells["Wire", "North"] = replace(
        cells["Wire", "North"], buyers=8, suppliers=4, orders=60, gmv=6000.0, searches=outcomes(200, 0.4)
    )
    cells["Wire", "East"] = replace(
        cells["Wire", "East"], buyers=5, suppliers=16, orders=80, gmv=8000.0, searches=outcomes(200, 0.4)
    )
    found = verdicts(cells)
    assert found["Wire", "East"].standing.buyers is not None
    assert found["Wire", "East"].standing.buyers.score > -2.5
    assert found["Wire", "East"].verdict is CellVerdict.DEMAND_SHORT
    assert found["Wire", "South"].verdict is found["Wire", "West"].verdict is CellVerdict.BALANCED


def test_many_suppliers_beside_the_usual_buyers_are_no_missing_buyers() -> None:
    cells = even()
    cells["Wire", "East"] = replace(cells["Wire", "East"], suppliers=120)
    assert verdicts(cells)["Wire", "East"].verdict is CellVerdict.BALANCED


def test_little_of_both_sides_together_is_stalled_when_one_is_nearly_gone() -> None:
    """Six suppliers of 16 are a bare majority of nothing: with a fifth of the buyers the cell never started."""
    cells = even()
    cells["Bolts", "South"] = replace(
        cells["Bolts", "South"], buyers=10, suppliers=17, orders=20, gmv=2000.0, searches=outcomes(100, 0.35)
    )
    assert verdicts(cells)["Bolts", "South"].verdict is CellVerdict.STALLED
    cells["Bolts", "South"] = replace(cells["Bolts", "South"], suppliers=26)
    assert verdicts(cells)["Bolts", "South"].verdict is CellVerdict.DEMAND_SHORT


def test_a_shop_is_not_fragile_for_being_one_supplier() -> None:
    """Where the whole market is one supplier, every cell hangs on it by nature: a shop, not a fragile market."""
    cells = {
        where: replace(cell, active_suppliers=1, suppliers=1, top={Side.BUYER: (1, 0.1), Side.SUPPLIER: (2, 1.0)})
        for where, cell in even().items()
    }
    assert CellVerdict.FRAGILE not in {j.verdict for j in verdicts(cells).values()}
    two = dict(cells)
    two["Bolts", "East"] = replace(two["Bolts", "East"], top={Side.BUYER: (1, 0.1), Side.SUPPLIER: (3, 1.0)})
    assert verdicts(two)["Bolts", "East"].verdict is CellVerdict.FRAGILE


def test_little_of_both_sides_is_stalled_but_a_small_category_is_not() -> None:
    cells = even()
    cells["Bolts", "South"] = replace(
        cells["Bolts", "South"], buyers=8, suppliers=5, orders=20, gmv=2000.0, searches=outcomes(100, 0.2)
    )
    found = verdicts(cells)
    assert found["Bolts", "South"].verdict is CellVerdict.STALLED
    small = even()
    for region in REGIONS:
        whole = small["Valves", region]
        small["Valves", region] = replace(whole, buyers=whole.buyers // 4, suppliers=whole.suppliers // 4)
    assert {j.verdict for j in verdicts(small).values()} == {CellVerdict.BALANCED}


def test_one_account_makes_a_cell_fragile() -> None:
    cells = even()
    cells["Bolts", "East"] = replace(cells["Bolts", "East"], top={Side.BUYER: (1, 0.1), Side.SUPPLIER: (2, 0.6)})
    assert verdicts(cells)["Bolts", "East"].verdict is CellVerdict.FRAGILE


def test_few_orders_and_no_searches_are_too_little_to_judge() -> None:
    cells = even(searches=False)
    cells["Valves", "South"] = replace(cells["Valves", "South"], orders=10, gmv=100.0)
    assert verdicts(cells)["Valves", "South"].verdict is CellVerdict.UNKNOWN


def test_by_orders_alone_a_shortage_stays_directional() -> None:
    cells = even(searches=False)
    cells["Pumps", "North"] = replace(cells["Pumps", "North"], suppliers=3, buyers=60)
    judged = verdicts(cells)["Pumps", "North"]
    assert (judged.verdict, judged.settled) == (CellVerdict.SUPPLY_SHORT, False)


def test_where_only_sales_are_counted_no_side_is_called_short() -> None:
    cells = even(searches=False)
    cells["Pumps", "North"] = replace(cells["Pumps", "North"], suppliers=3, buyers=60)
    cells["Bolts", "East"] = replace(cells["Bolts", "East"], top={Side.SUPPLIER: (2, 0.6)})
    blind = replace(market(cells), demand="orders", supply="sales")
    found = {j.cell.where: j for j in judge(blind, DiagnosisPolicy())}
    assert found["Pumps", "North"].verdict is CellVerdict.UNKNOWN
    assert "do not show which side is short" in found["Pumps", "North"].why
    assert found["Bolts", "East"].verdict is CellVerdict.FRAGILE


def test_a_sick_cell_does_not_set_what_is_usual() -> None:
    cells = even()
    cells["Pumps", "North"] = replace(cells["Pumps", "North"], suppliers=1)
    stand = next(s for s in standings(market(cells), least_n=30) if s.cell.where == ("Pumps", "North"))
    assert stand.suppliers is not None
    assert stand.suppliers.usual == pytest.approx(26, rel=0.15)
    assert stand.balance is not None
    assert stand.balance.usual == pytest.approx(2.0, rel=0.05)


def test_a_supply_short_cell_is_worth_the_orders_it_misses() -> None:
    cells = even()
    cells["Pumps", "North"] = replace(cells["Pumps", "North"], suppliers=6, searches=outcomes(1800, 0.15))
    found = market(cells)
    judged = judge(found, DiagnosisPolicy())
    ledger = Ledger(trades=(), names={}, currency="EUR", months=SPAN.months)
    (finding,) = cell_findings(judged, found, ledger, DiagnosisPolicy(), dict.fromkeys(Side, None), named=frozenset())
    assert finding.kind == "supply_short_cell"
    assert finding.worth is not None
    missed = 1800 * (0.4 - 0.15) * 100 / SPAN.months
    assert finding.worth.per_month == pytest.approx(missed, rel=0.02)
    assert finding.worth.low is not None
    assert finding.worth.high is not None
    assert finding.worth.low < finding.worth.per_month < finding.worth.high


def test_fragile_cells_of_a_category_already_named_are_not_said_again() -> None:
    cells = even()
    cells["Bolts", "East"] = replace(cells["Bolts", "East"], top={Side.SUPPLIER: (2, 0.6)})
    found = market(cells)
    judged = judge(found, DiagnosisPolicy())
    ledger = Ledger(trades=(), names={2: "Anchor"}, currency="EUR", months=SPAN.months)
    leave = dict.fromkeys(Side, None)
    named = frozenset({(Side.SUPPLIER, "Bolts")})
    assert cell_findings(judged, found, ledger, DiagnosisPolicy(), leave, named=named) == []
    (finding,) = cell_findings(judged, found, ledger, DiagnosisPolicy(), leave, named=frozenset())
    assert "Anchor carries 60 %" in finding.title


def test_a_finding_says_which_suppliers_it_counts() -> None:
    store, covered, found, judged = look(DEMO)
    ledger = read_ledger(store, covered.window)
    leave = dict.fromkeys(Side, None)
    titles = [f.title for f in cell_findings(judged, found, ledger, POLICY, leave, named=frozenset())]
    assert any("Electrical / South is short of suppliers, 2 able to sell for 27 buyers" in title for title in titles)
    assert any("Packaging / West is short of buyers, 2 for 12 suppliers able to sell" in title for title in titles)
    assert any("4 buyers and 3 suppliers able to sell" in title for title in titles)
    sold = replace(found, supply="sales")
    titles = [f.title for f in cell_findings(judged, sold, ledger, POLICY, leave, named=frozenset())]
    assert any("2 for 12 suppliers that sold" in title for title in titles)
