"""Below the map: whom to recruit, what was asked for and not met, and a folded page for each cell worth one."""

from collections.abc import Sequence
from dataclasses import replace

from bothsides.diagnosis.cell_findings import unmet_sentence
from bothsides.diagnosis.explained import explaining, fewer_served
from bothsides.diagnosis.finding import Finding, Place, problem_id
from bothsides.diagnosis.liquidity_audit import CellHistory, CellVerdict, CoverageGap, LiquidityAudit, SupplierType
from bothsides.diagnosis.recruits import how_many
from bothsides.metrics import Basis, Value
from bothsides.reports.marks import verdict_mark
from bothsides.reports.markup import Child, Markup, element, join
from bothsides.reports.names import measure_name, unit_of
from bothsides.reports.numbers import money, percent, plural, spoken
from bothsides.reports.pieces import Column, figure, fold, number_of, prose, table
from bothsides.schema import Side

_MOST_PAGES, _LARGEST, _MOST_GAPS, _PERIODS = 8, 2, 10, 4
_USUAL = (CellVerdict.BALANCED, CellVerdict.UNKNOWN)
_MEASURES = (
    "gmv",
    "orders",
    "cell_buyers",
    "cell_suppliers",
    "buyers_per_supplier",
    "matching_efficiency",
    "search_to_order",
    "zero_result_rate",
    "fill_rate",
    "unanswered_request_rate",
    "first_reply_hours",
    "time_to_fill_days",
    "coverage",
    "supplier_utilisation",
    "median_listings_per_supplier",
)
_RECRUIT_NOTE = (
    "Counted are cells where the evidence says that suppliers are missing. How many: what brings the cell to the usual "
    "buyers per supplier, with the middle half of cells as range."
)


def cell_anchor(category: str | None, region: str | None) -> str:
    """Where a cell's page stands in the report.

    >>> cell_anchor("Safety equipment", "South")
    'cell/safety-equipment/south'
    """
    return problem_id("cell", Place(category=category, region=region))


def told_cells(audit: LiquidityAudit | None) -> tuple[CellHistory, ...]:
    """The cells that get a page: those that are not balanced, most unmet money first, and the largest."""
    if audit is None:
        return ()
    lost = {(gap.category, gap.region): gap.money or 0.0 for gap in audit.gaps}
    ill = [page for page in audit.cells if page.verdict not in _USUAL]
    ill.sort(key=lambda page: (-lost.get((page.category, page.region), 0.0), -_gmv(page), page.label))
    well = sorted((p for p in audit.cells if p.verdict in _USUAL), key=lambda page: (-_gmv(page), page.label))
    return (*ill[:_MOST_PAGES], *well[:_LARGEST])


def _gmv(page: CellHistory) -> float:
    value = page.window.get("gmv")
    return float(value.value or 0.0) if value else 0.0


def cell_pages(audit: LiquidityAudit, currency: str, findings: Sequence[Finding]) -> Markup:
    """Whom to recruit, what was not met, and the folded pages; each part only where there is something to say."""
    pages = told_cells(audit)
    parts = [
        _recruits(audit, currency),
        _gaps(audit.gaps, currency, findings),
        _pages(audit, pages, currency, findings),
    ]
    return join(parts)


def _pages(
    audit: LiquidityAudit, pages: Sequence[CellHistory], currency: str, findings: Sequence[Finding]
) -> Markup | None:
    """The cells' pages in one fold; a link from the map opens it."""
    if not pages:
        return None
    told = [_page(audit, page, currency, findings) for page in pages]
    rest = _rest(len(audit.cells) - len(pages))
    ill = sum(page.verdict not in _USUAL for page in pages)
    what = (
        f"{plural(ill, 'cell that is', 'cells that are')} not balanced, and the largest" if ill else "the largest cells"
    )
    return fold(f"Cell by cell: {what}", *told, rest, printed=False)


def _recruits(audit: LiquidityAudit, currency: str) -> Markup | None:
    recruits = audit.recruits
    if not recruits.types:
        return None
    columns = (
        Column(label="supplier type"),
        Column(label="how many", numeric=True),
        Column(label="GMV of unmet orders a month", numeric=True),
        Column(label="covered so far", numeric=True),
    )
    listed = table("Supplier types to recruit", columns, [_type(kind, currency) for kind in recruits.types])
    return figure(recruits.sentence, listed, note=_RECRUIT_NOTE)


def _type(kind: SupplierType, currency: str) -> list[Child]:
    others = [part.label for part in kind.covers if (part.category, part.region) != (kind.category, kind.region)]
    notes = [f"also serves {', '.join(others)}"] if others else []
    notes += [f"lifts {kind.lifts} over its threshold"] if kind.lifts else []
    small = element("small", "; ".join(notes)) if notes else None
    return [[kind.label, small], how_many(kind), money(kind.money, currency), percent(kind.running_share)]


def _gaps(gaps: Sequence[CoverageGap], currency: str, findings: Sequence[Finding]) -> Markup | None:
    told = [gap for gap in gaps if gap.told][:_MOST_GAPS]
    if not told:
        return None
    columns = (
        Column(label="cell"),
        Column(label="GMV lost a month", numeric=True),
        Column(label="searches without result", numeric=True),
        Column(label="requests without reply", numeric=True),
        Column(label="requests not filled", numeric=True),
        Column(label="buyers who got nothing", numeric=True),
        Column(label="for want of suppliers"),
    )
    rows = [
        [
            gap.label,
            money(gap.money or 0.0, currency),
            f"{gap.searches_without_result:,}",
            f"{gap.requests_without_reply:,}",
            f"{gap.requests_replied_not_filled:,}",
            f"{gap.buyers:,}",
            "yes" if gap.for_lack_of_suppliers else _no(explaining(gap, findings)),
        ]
        for gap in told
    ]
    explained = prose(
        "Counts are of the whole window. Lost is the GMV a month of orders that the usual share served would have "
        "brought." + (f" {APART}" if any(explaining(gap, findings) for gap in told) else ""),
        class_="note",
    )
    listed = table("Asked for and not met, most money first", columns, rows)
    return fold("What was asked for and not met, cell by cell", explained, listed, printed=False)


MAIN = {Side.BUYER: "Main buyers", Side.SUPPLIER: "Main suppliers of the window, able to sell today or not"}
"""What the largest accounts of a cell are called: more have sold there than are able to."""

APART = (
    "The finding of a whole region or category holds it against the others with one typical order, and each cell here "
    "has its own: their sum differs a little from the finding's worth. Count one of them, not both."
)
"""Why the cells that a finding explains do not add up to its worth."""


def _no(finding: Finding | None) -> str:
    return f"no: see finding {finding.rank}" if finding else "no"


def _page(audit: LiquidityAudit, page: CellHistory, currency: str, findings: Sequence[Finding]) -> Markup:
    """One cell, folded; the map leads to it."""
    gap = audit.gap(page.category, page.region)
    types = [kind for kind in audit.recruits.types if (page.category, page.region) in _served(kind)]
    parts: list[Child] = [
        prose(verdict_mark(page.verdict), ". ", spoken(page.why)),
        prose(spoken(page.moved)),
        prose(f"{mark[0].upper()}{mark[1:]}.") if (mark := fewer_served(gap, findings)) else None,
        _measures(audit, page, currency),
        prose(element("b", "Not met. "), spoken(_unmet(gap, currency))) if gap else None,
        prose(element("b", "Recruit. "), "; ".join(f"{how_many(kind)} of {kind.label}" for kind in types), ".")
        if types
        else None,
        *(_accounts(page, side) for side in Side),
    ]
    summary = f"{page.label}: {page.verdict.value}, GMV {money(_gmv(page), currency)}"
    return element("div", fold(summary, *parts, printed=False), id=cell_anchor(page.category, page.region))


def _served(kind: SupplierType) -> set[tuple[str | None, str | None]]:
    return {(part.category, part.region) for part in kind.covers}


def _unmet(gap: CoverageGap, currency: str) -> str:
    said = unmet_sentence(gap)
    if gap.money is None:
        return f"{said} What it is worth is not known: {gap.reason}."
    return f"{said} About {money(gap.money, currency)} of orders a month, {gap.cause}."


def _accounts(page: CellHistory, side: Side) -> Markup | None:
    named = [f"{account.name} ({percent(account.share)})" for account in page.accounts if account.side is side]
    return prose(element("b", f"{MAIN[side]}. "), ", ".join(named), ".") if named else None


def _measures(audit: LiquidityAudit, page: CellHistory, currency: str) -> Markup:
    periods = page.periods[-_PERIODS:]
    columns = (
        Column(label="measure"),
        Column(label="window", numeric=True),
        *(Column(label=period.label, numeric=True) for period in periods),
    )
    marks: list[Child] = ["verdict", verdict_mark(page.verdict), *(verdict_mark(period.verdict) for period in periods)]
    rows = [marks]
    for name in _MEASURES:
        values = [page.window.get(name), *(period.values.get(name) for period in periods)]
        if any(value is not None and (value.value is not None or is_waiting(value)) for value in values):
            rows.append([measure_name(name, currency), *(_number(value) for value in values)])
    return table(f"{page.label} by {audit.grain.value}", columns, rows, class_="cells")


def _number(value: Value | None) -> Markup:
    if value is None or (value.value is None and not is_waiting(value)):
        return Markup("–")
    return (
        number_of(replace(value, unit=unit_of(value)))
        if value.value is not None
        else element("span", NOT_REACHED, class_="num weak")
    )


NOT_REACHED = "not reached"
"""What stands for a median time that fewer than half have come to."""


def is_waiting(value: Value) -> bool:
    """Whether a time to an event has no median because most are still waiting for it.

    Kaplan and Meier's curve has not come down to a half: longer than all that was seen, not unknown.
    """
    return value.value is None and value.basis is Basis.KAPLAN_MEIER and value.n > 0


def _rest(others: int) -> Markup | None:
    if others <= 0:
        return None
    said = f"{plural(others, 'other cell')}: bothsides liquidity --cell shows each of them."
    return prose(said, class_="of")
