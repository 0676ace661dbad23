"""What one more account brings the other side, as it is handed to the desk."""

from dataclasses import replace

from tests.diagnosis.conftest import market_of, store_of

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.elasticity import Identification, OneMore
from bothsides.leads.publishing.effects import told, with_effects
from bothsides.leads.quality import (
    CellFacts,
    ExtraFills,
    Fallback,
    MarketFacts,
    QualityPolicy,
    compile_quality,
    priority,
)
from bothsides.leads.quality.stored import market_facts, published_cells
from bothsides.schema import Side
from bothsides.simulate import demo_plan, simulate

NOTHING = CellFacts(category="", region="", snapshot="7")
PUMPS = CellFacts(category="pumps", region="Kent", snapshot="7", suppliers=9)
VALVES = CellFacts(category="valves", region="", snapshot="7")
FACTS = MarketFacts(snapshot="7", currency="EUR", whole=NOTHING, cells=(PUMPS, VALVES))


def one(where: tuple[str | None, str | None] | None, added: Side = Side.SUPPLIER) -> OneMore:
    return OneMore(where=where, added=added, orders=10.0, low=4.0, high=16.0, grade=Identification.FIXED_EFFECTS)


def fills(added: Side = Side.SUPPLIER) -> ExtraFills:
    return ExtraFills(added=added, a_year=10.0, low=4.0, high=16.0, grade="fixed effects")


def test_effects_go_to_the_market_and_to_the_cells_of_their_name() -> None:
    found = told(
        FACTS, [one(None), one(("pumps", "Kent")), one(("pumps", "Kent"), Side.BUYER), one(("cranes", "Kent"))]
    )
    assert found.whole.extra_fills == (fills(),)
    assert [cell.extra_fills for cell in found.cells] == [(fills(), fills(Side.BUYER)), ()]
    assert found.cells[0].suppliers == 9


def test_a_market_that_is_not_told_apart_by_region_meets_cells_without_one() -> None:
    found = told(FACTS, [one(("valves", None))])
    assert [cell.extra_fills for cell in found.cells] == [(), (fills(),)]


def test_every_grade_has_its_word() -> None:
    for grade in Identification:
        given = OneMore(where=None, added=Side.BUYER, orders=1.0, low=0.5, high=2.0, grade=grade)
        assert told(FACTS, [given]).whole.extra_fills[0].grade == grade.value


def test_the_logbook_gives_them_back() -> None:
    found = told(MarketFacts(snapshot="7", currency="EUR", whole=NOTHING, cells=(PUMPS,), effects_of="ab12"),
                 [one(None), one(("pumps", "Kent"))])  # fmt: skip
    assert market_facts(published_cells(found), 7) == found
    assert market_facts(published_cells(FACTS), 7) == FACTS


def test_a_market_without_trade_by_week_has_no_effects_and_its_leads_the_agreements_assumption() -> None:
    rows = [{"buyer_id": "b", "supplier_id": "s", "placed_at": "2026-01-05", "amount": 100, "status": "completed"}]
    found = with_effects(market_of(orders=rows), DiagnosisPolicy(), FACTS, None)  # type: ignore[arg-type]  # days as text
    assert found == FACTS


def test_effects_of_a_simulated_market_reach_the_worth_of_its_leads_and_are_reckoned_once() -> None:
    unread = ("events", "order_lines", "quotes", "visits", "touches", "stage_changes", "leads", "shipments", "reviews")
    store = store_of(simulate(demo_plan(seed=3, orders=3_000)), without=unread)
    places = store.engine.rows("SELECT DISTINCT category, region FROM fact_orders WHERE category IS NOT NULL")
    cells = tuple(CellFacts(category=c, region=r, snapshot="7", unmet_a_month=9) for c, r in sorted(places))
    facts = replace(FACTS, cells=cells)
    found = with_effects(store, DiagnosisPolicy(), facts, None)
    assert {one.added for one in found.whole.extra_fills} == set(Side)
    assert sum(len(cell.extra_fills) == len(Side) for cell in found.cells) > len(cells) / 2
    assert {one.grade for cell in found.cells for one in cell.extra_fills} == {"fixed effects"}

    ready = compile_quality(QualityPolicy(fallback=Fallback(contribution_per_order=60, own_contribution=400)), found)
    cell = next(cell for cell in found.cells if cell.extra_fills)
    lead = priority(ready, side=Side.SUPPLIER, category=cell.category, region=cell.region, win_chance=0.2)
    assert f"from how suppliers move buyers and the size of {cell.name} (fixed effects)" in lead.lines[5].says

    other = (ExtraFills(added=Side.BUYER, a_year=1.0, low=0.5, high=2.0, grade="randomised"),)
    marked = replace(found, whole=replace(found.whole, extra_fills=other))
    again = with_effects(store, DiagnosisPolicy(), facts, marked)
    assert again.whole.extra_fills == other
    assert again.cells == found.cells
    assert with_effects(store, DiagnosisPolicy(elasticity_weeks=25), facts, marked).whole == found.whole
