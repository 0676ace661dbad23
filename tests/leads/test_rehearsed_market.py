"""The market of a rehearsal: cells of the quarter's leads, and effects that trade by week tells, held against truth."""

import shutil
from pathlib import Path

import pytest

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.elasticity import Identification, Margin, effects_of
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.quality import Fallback, MarketFacts, QualityPolicy, compile_quality, priority
from bothsides.leads.rehearsal import rehearse
from bothsides.leads.rehearsed_market import facts_of, panel_of
from bothsides.schema import Side
from bothsides.schema.instant import DAY, HOUR
from bothsides.simulate.desk import AGREEMENT, START, market, quarter
from bothsides.simulate.desk.truth import planted
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

SEED = 7
"""That of the demo."""


@pytest.fixture(scope="module")
def facts() -> MarketFacts:
    return facts_of(market(SEED, START), currency="GBP", snapshot=1)


def test_the_market_ends_where_the_quarter_begins_and_is_the_same_each_time() -> None:
    one, again = market(SEED, START), market(SEED, START)
    assert (START - one.weeks[-1]).days == 7
    assert one.cells == again.cells
    assert (one.orders == again.orders).all()


def test_every_lead_of_the_quarter_comes_into_a_known_cell(facts: MarketFacts) -> None:
    known = {(cell.category, cell.region) for cell in facts.cells}
    leads = quarter(SEED, leads_per_week=10).leads
    cells = {(lead.company.category, lead.company.region) for lead in leads}
    assert cells <= known
    assert len(cells) > 8


def test_the_effect_found_of_suppliers_on_buyers_is_by_the_lot_and_holds_the_true_one() -> None:
    world = market(SEED, START)
    found = {(one.side, one.margin): one for one in effects_of(panel_of(world), DiagnosisPolicy())}
    joining = found[Side.BUYER, Margin.INFLOW]
    assert joining.interval is not None
    assert joining.grade is Identification.RANDOMISED
    assert joining.interval.low < world.plan.buyers.elasticity < joining.interval.high


def test_one_more_supplier_brings_orders_by_the_lot_and_what_one_more_buyer_brings_is_open(facts: MarketFacts) -> None:
    found = {one.added: one for one in facts.whole.extra_fills}
    supplier, buyer = found[Side.SUPPLIER], found[Side.BUYER]
    assert supplier.grade == "randomised"
    assert supplier.low > 0
    assert buyer.is_open
    ready = compile_quality(QualityPolicy(fallback=Fallback(contribution_per_order=1, own_contribution=900)), facts)
    cell = facts.cells[0]
    lead = priority(ready, side=Side.SUPPLIER, category=cell.category, region=cell.region, win_chance=0.2)
    assert "(randomised), counted at 100%" in lead.lines[5].says
    assert lead.others > 0
    assert lead.worth.per_order.value == pytest.approx(5500, rel=0.1)  # 10 % of an order of GBP 550, in pence


def test_buyers_are_lost_for_want_of_suppliers_where_fewest_stand_against_a_buyer(facts: MarketFacts) -> None:
    lacks = next(one for one in planted(quarter(SEED)) if one["problem"] == "buyers are lost for want of suppliers")
    by_buyer = {(one.category, one.region): (one.suppliers or 0) / (one.buyers or 1) for one in facts.cells}
    assert min(by_buyer, key=lambda cell: by_buyer[cell]) == (lacks["category"], lacks["region"])


def test_leads_of_a_rehearsal_that_knows_its_market_are_worth_money_and_points_tell(
    facts: MarketFacts, tmp_path: Path
) -> None:
    workspace = Workspace.create(tmp_path / "desk", Settings(name="fixwell", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(AGREEMENT, workspace.agreement_dir, dirs_exist_ok=True)
    small = quarter(SEED, leads_per_week=10)
    logbook = open_logbook(workspace, {}, create=True)
    agreed = open_desk(workspace, logbook, now=small.opens_at)
    rehearse(logbook, agreed, small, tick=HOUR, until=small.opens_at + 21 * DAY, facts=facts)
    with logbook.reading() as book:
        worth = book.all("SELECT side, band, min(priority), max(priority) FROM leads"
                         " WHERE merged_into IS NULL GROUP BY side, band")  # fmt: skip
    by = {(side, band): (least, most) for side, band, least, most in worth}
    assert len(by) == 6
    for side in ("buyer", "supplier"):
        assert by[side, "nurture"][1] < by[side, "sales"][0]
    assert by["supplier", "nurture"][1] < by["buyer", "sales"][0], "who has the points goes before who has none"
    assert 10_00 < by["buyer", "nurture"][0] < by["supplier", "sales"][1] < 500_00, "pence"
