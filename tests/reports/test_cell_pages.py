"""Below the map: a link per told cell, its folded page, whom to recruit; nothing where all is well."""

from dataclasses import replace
from datetime import date

import pytest
from tests.diagnosis.test_ranking import finding
from tests.reports import sample
from tests.reports.test_html import Outline

from bothsides.diagnosis.finding import Place
from bothsides.diagnosis.liquidity_audit import (
    CellHistory,
    CellPeriod,
    CellVerdict,
    CoverageGap,
    Covered,
    LiquidityAudit,
    MainAccount,
    RecruitList,
    SupplierType,
)
from bothsides.diagnosis.picture import Diagnosis
from bothsides.metrics import Basis, Status, Unit
from bothsides.reports.markup import Markup
from bothsides.reports.sections.cell_pages import cell_anchor, is_waiting, told_cells
from bothsides.reports.sections.liquidity import liquidity
from bothsides.schema import Grain, Side

NOBODY = RecruitList(types=(), unmet=0.0, at_most=0.0, sentence="Nobody.")


def page(category: str | None, region: str | None, verdict: CellVerdict, gmv: float) -> CellHistory:
    values = {"gmv": sample.value("gmv", gmv, Unit.MONEY), "fill_rate": sample.rate("fill_rate", 0.22, n=412)}
    day = date(2014, 6, 30)
    told = CellPeriod(label="2014-Q2", first=day, last=day, verdict=verdict, why="Why then.", values=values)
    accounts = (MainAccount(side=Side.BUYER, name="A & <B>", gmv=gmv / 4, share=0.25),)
    return CellHistory(
        category=category,
        region=region,
        verdict=verdict,
        why="6 suppliers for 74 buyers.",
        window=values,
        periods=(told,),
        moved="Supply-short since 2014-Q1, balanced before.",
        accounts=accounts,
    )


def gap(category: str | None, region: str | None, money: float | None) -> CoverageGap:
    return CoverageGap(
        category=category,
        region=region,
        searches=900,
        searches_without_result=310,
        requests=80,
        requests_without_reply=12,
        requests_replied_not_filled=7,
        buyers=1,
        orders_a_month=4.0,
        money=money,
        low=None,
        high=None,
        unanswered=money,
        covered=sample.rate("coverage", 0.6, n=980),
        for_lack_of_suppliers=True,
        reason="" if money else "no order tells what one is worth",
        asked=(("Relays", 4),),
    )


def audited(*, recruit: bool = True) -> Diagnosis:
    """The sample's cells, each with a page; the first in its list short of suppliers."""
    found = sample.full()
    short = next(cell for cell in found.cells if cell.verdict is CellVerdict.SUPPLY_SHORT)
    kind = SupplierType(
        category=short.category,
        region=short.region,
        segment="SME",
        suppliers=9,
        low=6,
        high=12,
        money=30_000.0,
        running_share=0.83,
        covers=(Covered(category=short.category, region=short.region, money=30_000.0),),
        lifts="Elsewhere / North",
    )
    listed = RecruitList(types=(kind,), unmet=36_000.0, at_most=0.9, sentence="9 suppliers cover most of it.")
    audit = LiquidityAudit(
        grain=Grain.QUARTER,
        periods=("2014-Q2",),
        cells=tuple(page(cell.category, cell.region, cell.verdict, cell.gmv) for cell in found.cells),
        gaps=(gap(short.category, short.region, 30_000.0),) if recruit else (),
        recruits=listed if recruit else NOBODY,
    )
    return replace(found, liquidity=audit)


def outline(diagnosis: Diagnosis) -> Outline:
    section = liquidity(diagnosis)
    assert section is not None
    return Outline(section.body)


def words(diagnosis: Diagnosis) -> str:
    return " ".join(" ".join(outline(diagnosis).words).replace("\u00a0", " ").split())


def test_every_link_of_the_map_leads_to_a_page() -> None:
    read = outline(audited())
    links = {
        a["href"].removeprefix("#") for tag, a in read.tags if tag == "a" and a.get("href", "").startswith("#cell")
    }
    ids = [a["id"] for _, a in read.tags if a.get("id", "").startswith("cell")]
    assert links
    assert links <= set(ids)
    assert len(ids) == len(set(ids))


def test_cells_that_are_not_balanced_and_the_largest_get_a_page() -> None:
    diagnosis = audited()
    assert diagnosis.liquidity is not None
    told = told_cells(diagnosis.liquidity)
    usual = (CellVerdict.BALANCED, CellVerdict.UNKNOWN)
    assert sum(page.verdict in usual for page in told) <= 2
    ill = [p.label for p in diagnosis.liquidity.cells if p.verdict not in usual]
    assert {p.label for p in told if p.verdict not in usual} == set(ill[:8]) or len(ill) > 8
    assert told[0].verdict is CellVerdict.SUPPLY_SHORT
    assert told_cells(None) == ()


def test_a_page_says_why_since_when_what_is_not_met_and_whom_to_recruit() -> None:
    said = words(audited())
    for part in (
        "6 suppliers for 74 buyers.",
        "balanced before.",
        "310 searches without a result, 12 requests without a reply",
        "Relays (4 requests)",
        "9 (6 to 12) suppliers",
        "lifts Elsewhere / North over its threshold",
        "A & <B> (25 %)",
        "22 %",
    ):
        assert part in said, part


def test_names_from_the_data_are_no_markup() -> None:
    section = liquidity(audited())
    assert section is not None
    assert isinstance(section.body, Markup)
    assert "A &amp; &lt;B&gt;" in section.body
    assert "<B>" not in section.body


def test_without_a_gap_or_a_type_neither_is_shown() -> None:
    said = words(audited(recruit=False))
    assert "Supplier types to recruit" not in said
    assert "Asked for and not met" not in said


def test_a_median_not_reached_is_said_and_what_is_unknown_stays_empty() -> None:
    waiting = sample.unknown("time_to_fill_days", Unit.DAYS, "not reached: 21 % have had it so far")
    waiting = replace(waiting, basis=Basis.KAPLAN_MEIER, status=Status.IMMATURE, n=14)
    assert is_waiting(waiting)
    assert not is_waiting(sample.unknown("fill_rate", Unit.RATE, "needs quotes"))
    found = audited()
    assert found.liquidity is not None
    cells = tuple(replace(p, window=p.window | {"time_to_fill_days": waiting}) for p in found.liquidity.cells)
    assert "Time to fill not reached" in words(replace(found, liquidity=replace(found.liquidity, cells=cells)))


def test_without_an_audit_the_map_stands_alone() -> None:
    read = outline(sample.full())
    assert not [a for tag, a in read.tags if tag == "a"]


def test_pages_stay_folded_and_off_paper() -> None:
    read = outline(audited())
    folds = [a for tag, a in read.tags if tag == "details"]
    assert folds
    assert not any("open" in a for a in folds)
    section = liquidity(audited())
    assert section is not None
    assert section.body.count('<details class="long">') >= len(told_cells(audited().liquidity))


def test_all_pages_stand_in_one_fold() -> None:
    section = liquidity(audited())
    assert section is not None
    told = section.body.partition("Cell by cell: ")[2]
    assert section.body.count("Cell by cell: ") == 1
    assert all(f'id="{cell_anchor(page.category, page.region)}"' in told for page in told_cells(audited().liquidity))


@pytest.mark.parametrize(
    ("category", "region", "anchor"),
    [("Pumps", "North", "cell/pumps/north"), ("Pumps", None, "cell/pumps"), (None, "North", "cell/region-north")],
)
def test_anchors_are_stable(category: str | None, region: str | None, anchor: str) -> None:
    assert cell_anchor(category, region) == anchor


def test_a_balanced_cell_that_serves_fewer_is_marked_with_the_finding_that_says_why() -> None:
    found = audited()
    assert found.liquidity is not None
    fine = next(cell for cell in found.cells if cell.verdict is CellVerdict.BALANCED and cell.region)
    served_less = replace(gap(fine.category, fine.region, 9_000.0), for_lack_of_suppliers=False, beyond_chance=True)
    audit = replace(found.liquidity, gaps=(served_less,), cells=found.liquidity.cells)
    leak = replace(finding("first_transaction_leak", 9_500.0, region=fine.region), rank=3)
    marked = words(replace(found, liquidity=audit, findings=(leak,)))
    assert "fewer served than usual: see finding 3" in marked
    assert "no: see finding 3" in marked
    assert "their sum differs a little from the finding's worth" in marked
    elsewhere = replace(leak, place=Place(region="Elsewhere"))
    assert "see finding" not in words(replace(found, liquidity=audit, findings=(elsewhere,)))
    assert "see finding" not in words(replace(found, liquidity=audit, findings=(replace(leak, rank=0),)))
