"""`bothsides liquidity` as a person runs it, and its pages on a simulated market."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests.cli.conftest import Run
from tests.diagnosis.cell_markets import DEMO, POLICY, look
from tests.reports.sample import full

from bothsides.cli.liquidity import chosen, show_map, show_page
from bothsides.diagnosis.cell_audit import audit_cells, by_period, read_gaps
from bothsides.diagnosis.cell_findings import cell_findings
from bothsides.diagnosis.concentration import read_ledger
from bothsides.diagnosis.liquidity_audit import LiquidityAudit
from bothsides.diagnosis.picture import Diagnosis
from bothsides.reports.cell_record import liquidity_json
from bothsides.schema import Grain, Side


@cache
def demo() -> tuple[Diagnosis, LiquidityAudit]:
    """The sample's diagnosis with the liquidity audit of the demo market, and its cells' findings."""
    store, covered, found, judged = look(DEMO)
    gaps = read_gaps(store, found, judged, POLICY)
    audit = audit_cells(store, found, judged, gaps, POLICY, known=covered.known)
    ledger = read_ledger(store, covered.window)
    leave = dict.fromkeys(Side, None)
    findings = cell_findings(judged, found, ledger, POLICY, leave, named=frozenset(), gaps=gaps)
    ranked = tuple(replace(finding, rank=i) for i, finding in enumerate(findings, 1))
    return replace(full(), currency="EUR", liquidity=audit, findings=ranked), audit


def printed(show: Callable[..., None], *words: object, width: int = 100) -> str:
    text = StringIO()
    show(Console(file=text, width=width), *words)
    return text.getvalue()


def page_of(label: str) -> str:
    diagnosis, audit = demo()
    (page,) = chosen(audit.cells, cell=label, category=None, region=None)
    return printed(show_page, diagnosis, audit, page)


def test_the_map_fits_a_screen_and_says_what_is_short_and_whom_to_recruit() -> None:
    diagnosis, audit = demo()
    said = printed(show_map, diagnosis, audit, audit.cells)
    assert len(said.splitlines()) <= 40
    assert "▼ 27 : 2" in said
    assert "▼ Electrical / South: Supply-short" in said
    assert "suppliers for Electrical / South" in " ".join(said.split())
    assert said.rstrip().endswith('Next: bothsides liquidity --cell "Electrical / South"')


def test_a_cells_page_has_every_measure_its_gap_whom_to_recruit_and_its_finding() -> None:
    said = " ".join(page_of("electrical / SOUTH").split())
    for part in (
        "Electrical / South · supply-short",
        "Search-to-order",
        "Fill rate",
        "Matching efficiency",
        "Hours to first reply",
        "Supplier utilisation",
        "searches without a result",
        "for want of suppliers",
        "suppliers of Electrical / South",
        "Main buyers:",
        "is short of suppliers",
        "Next: bothsides finding supply-short-cell/supplier/electrical/south",
    ):
        assert part in said


@pytest.mark.parametrize("typed", ["Electrical/South", "electrical /south", " ELECTRICAL/SOUTH "])
def test_a_cell_is_found_whatever_its_case_and_blanks(typed: str) -> None:
    (page,) = chosen(demo()[1].cells, cell=typed, category=None, region=None)
    assert page.label == "Electrical / South"


def test_a_cell_that_is_not_there_names_those_that_come_near() -> None:
    with pytest.raises(LookupError, match="did you mean Electrical / South"):
        chosen(demo()[1].cells, cell="electrcal/sout", category=None, region=None)


def test_labels_of_the_data_are_no_commands_to_the_screen() -> None:
    diagnosis, audit = demo()
    cells = tuple(replace(page, region=f"[/x]{page.region}", category=f"[red]{page.category}") for page in audit.cells)
    said = printed(show_map, diagnosis, replace(audit, cells=cells), cells, width=200)
    assert "[/x]South" in said
    assert "[red]Electrical" in said


def test_a_wider_screen_shows_more_periods() -> None:
    diagnosis, audit = demo()
    pages = [printed(show_page, diagnosis, audit, audit.cells[0], width=w) for w in (80, 160)]
    narrow, wide = (next(line for line in page.splitlines() if line.split()[:1] == ["window"]) for page in pages)
    assert "2024-Q4" in wide
    assert "2024-Q4" not in narrow
    assert "2026-Q3" in narrow


def test_a_well_served_cell_has_nobody_to_recruit() -> None:
    said = page_of("Machine parts / East")
    assert "Recruit:" not in said
    assert "balanced" in said


def test_a_cell_is_not_lifted_because_one_of_a_longer_name_is() -> None:
    diagnosis, audit = demo()
    kind = next(kind for kind in audit.recruits.types if kind.covers)
    page = next(p for p in audit.cells if p.label == kind.covers[0].label)

    def said(lifts: str) -> str:
        told = replace(audit, recruits=replace(audit.recruits, types=(replace(kind, lifts=lifts),)))
        return " ".join(printed(show_page, diagnosis, told, page).split())

    assert "over its threshold" in said(f"Elsewhere / North, {page.label}")
    assert "over its threshold" not in said(f"{page.label}west")


def test_by_month_only_the_periods_change() -> None:
    store, _, _, _ = look(DEMO)
    _, audit = demo()
    monthly = by_period(store, audit, Grain.MONTH, POLICY)
    assert (len(monthly.periods), monthly.periods[-1]) == (12, "2026-09")
    assert monthly.gaps == audit.gaps
    assert [page.window for page in monthly.cells] == [page.window for page in audit.cells]


def test_the_record_for_scripts_is_stable_and_whole() -> None:
    diagnosis, audit = demo()
    record = liquidity_json(diagnosis, audit.cells)
    assert json.loads(json.dumps(record)) == record
    assert (record["by"], len(record["periods"]), len(record["cells"])) == ("quarter", 8, 24)
    (cell,) = [c for c in record["cells"] if (c["category"], c["region"]) == ("Electrical", "South")]
    assert cell["verdict"] == "supply-short"
    assert cell["findings"] == ["supply-short-cell/supplier/electrical/south"]
    assert set(cell["measures"]["fill_rate"]) == {"value", "unit", "n", "low", "high", "status", "reason"}
    assert record["gaps"][0]["gmv_lost_per_month"] >= record["gaps"][1]["gmv_lost_per_month"]
    assert record["recruits"]["types"][0]["region"] == "South"


def test_the_record_has_the_same_names_where_no_cell_can_be_told_apart() -> None:
    diagnosis, audit = demo()
    none = liquidity_json(replace(diagnosis, liquidity=None), ())
    assert none.keys() == liquidity_json(diagnosis, audit.cells).keys()
    assert (none["currency"], none["cells"], none["gaps"], none["recruits"]) == ("EUR", [], [], None)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"cell": "Electrical / Sout", "category": None, "region": None},
            "--cell 'Electrical / Sout' is not in the market: did you mean Electrical / South",
        ),
        ({"cell": None, "category": None, "region": "Mars"}, "--region 'Mars' is not in the market: there are East, "),
        (
            {"cell": "Electrical / South", "category": "Packaging", "region": None},
            "no cell has --cell 'Electrical / South' and --category 'Packaging'",
        ),
    ],
)
def test_a_wrong_word_names_what_is_allowed(words: dict[str, str | None], message: str) -> None:
    with pytest.raises(LookupError, match=message):
        chosen(demo()[1].cells, cell=words["cell"], category=words["category"], region=words["region"])


def test_the_command_answers_a_small_ledger(run: Run, workspace: Path) -> None:
    done = run("liquidity", workspace, "--category", "pumps", "--by", "month", "--json")
    assert done.code == 0, done.err
    record = json.loads(done.out)
    (cell,) = record["cells"]
    assert (cell["category"], cell["verdict"], record["by"]) == ("Pumps", "not judged", "month")
    assert cell["measures"]["fill_rate"]["status"] == "unavailable"
    assert "needs quotes" in cell["measures"]["fill_rate"]["reason"]
    assert record["recruits"]["types"] == []
    refused = run("liquidity", workspace, "--by", "week")
    assert (refused.code, "--by 'week' is not one of quarter, month" in refused.err) == (2, True)


def test_every_measure_of_a_page_says_what_it_is_counted_in() -> None:
    said = page_of("Electrical / South")
    for label in ("GMV, EUR", "Liquidity ratio (orders per million pairs)", "Matching efficiency (orders per account)"):
        assert label in said
    per_supplier = next(line for line in said.splitlines() if line.startswith("Buyers per supplier"))
    assert " x" not in per_supplier
    diagnosis, audit = demo()
    said = " ".join(printed(show_map, diagnosis, audit, audit.cells).split())
    assert "over the window: searches without a result, requests without a reply" in said
