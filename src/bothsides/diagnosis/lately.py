"""Findings beside the last periods: whether a cell's verdict still holds, and what a worth is at today's rate."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bothsides.diagnosis.cell_findings import recruit_step
from bothsides.diagnosis.cells import Cells
from bothsides.diagnosis.coverage import missing_suppliers, usual_need
from bothsides.diagnosis.finding import Finding, Place, Sureness
from bothsides.diagnosis.liquidity_audit import CellHistory, CellPeriod, CellVerdict, LiquidityAudit
from bothsides.diagnosis.span import DAYS_PER_MONTH, Span
from bothsides.diagnosis.wording import count, counted, money, share
from bothsides.metrics import Value
from bothsides.schema import Grain

FAR_BELOW = 0.75
"""A last period with less than this share of the window's mean trade is told beside it. A rule of thumb."""

SHORT = {
    "supply_short_cell": (CellVerdict.SUPPLY_SHORT, "short of suppliers"),
    "demand_short_cell": (CellVerdict.DEMAND_SHORT, "short of buyers"),
}
"""The verdict behind a finding that a side is short."""

OWN_TRADE = ("supply_short_cell", "coverage_gap", "fragile_cell", "onboarding_leak", "first_transaction_leak")
"""Their worth grows with the trade of their own place."""

MARKET_TRADE = ("demand_short_cell", "stalled_cell")
"""Their worth is what a usual cell brings, so it grows with the trade of the whole market."""


def beside_last_periods(
    findings: Iterable[Finding], audit: LiquidityAudit | None, found: Cells | None
) -> tuple[Finding, ...]:
    """The findings of cells and leaks, each held beside the last periods; all as they are where no cells are known."""
    if audit is None or found is None:
        return tuple(findings)
    return tuple(_still_short(_at_todays_rate(f, audit, found), audit) for f in findings)


def last_contradiction(periods: Sequence[CellPeriod], verdict: CellVerdict) -> tuple[str, CellVerdict] | None:
    """The last period that showed the verdict (empty where none did) and what the latest two judged said instead.

    None where one of the last two periods that could be judged still shows the verdict: one period is too little.
    """
    judged = [p for p in periods if p.verdict is not CellVerdict.UNKNOWN]
    if len(judged) < 2 or any(p.verdict is verdict for p in judged[-2:]):
        return None
    held = [p.label for p in judged if p.verdict is verdict]
    return (held[-1] if held else ""), judged[-1].verdict


def _still_short(finding: Finding, audit: LiquidityAudit) -> Finding:
    """A finding that a side is short, made directional where the cell's last periods say something else."""
    page = _page(finding.place, audit)
    if finding.kind not in SHORT or page is None:
        return finding
    verdict, says = SHORT[finding.kind]
    against = last_contradiction(page.periods, verdict)
    if against is None:
        return finding
    until, since = against
    head, _, rest = finding.title.partition(f" is {says}, ")
    when = f"until {until}; since then: {since}" if until else f"as a whole, not in its last {audit.grain}s: {since}"
    return replace(
        finding,
        title=f"{head} was {says} {when}. Over the window {rest}",
        sure=Sureness.DIRECTIONAL,
        contradicted=True,
        why_sure=f"The whole window says so; the last two {audit.grain}s that could be judged do not.",
        first_step=f"Look at {page.label} {audit.grain} by {audit.grain} before you act: "
        f'bothsides liquidity --cell "{page.label}".',
    )


def _page(place: Place, audit: LiquidityAudit) -> CellHistory | None:
    return next((page for page in audit.cells if (page.category, page.region) == (place.category, place.region)), None)


def trade_lately(place: Place, audit: LiquidityAudit, window: Span) -> tuple[str, float] | None:
    """The last period and GMV a month of the place in it, as a share of the window's mean; None where not known."""
    pages = [
        page for page in audit.cells if place.category in (None, page.category) and place.region in (None, page.region)
    ]
    if place.channel is not None or not audit.periods:
        return None
    label = audit.periods[-1]
    mean = sum(_number(page.window.get("gmv")) for page in pages) / window.months
    last = [p for page in pages for p in page.periods[-1:] if p.label == label]
    if mean <= 0 or not last or (last[0].last, audit.grain) != (window.end, Grain.QUARTER):
        return None
    months = ((last[0].last - last[0].first).days + 1) / DAYS_PER_MONTH
    return label, sum(_number(p.values.get("gmv")) for p in last) / months / mean


def _number(value: Value | None) -> float:
    return float(value.value or 0) if value else 0.0


def _at_todays_rate(finding: Finding, audit: LiquidityAudit, found: Cells) -> Finding:
    """What the worth, and the number to recruit, would be at the last period's rate, where that is far below."""
    if finding.worth is None or finding.kind not in (*OWN_TRADE, *MARKET_TRADE):
        return finding
    place = finding.place if finding.kind in OWN_TRADE else Place()
    lately = trade_lately(place, audit, found.span)
    if lately is None or lately[1] >= FAR_BELOW:
        return finding
    label, part = lately
    worth = finding.worth
    whose = "trade there" if place.category or place.region else "the market's trade"
    said = (
        f"{worth.reckoning.rstrip()} At the rate of the last three months ({label}, {whose} at {share(part)} of the "
        f"window's mean) about {money(worth.per_month * part, worth.currency)} a month."
    )
    told = replace(finding, worth=replace(worth, reckoning=said))
    return _recruited_lately(told, audit, found, label) if finding.kind == "supply_short_cell" else told


def _recruited_lately(finding: Finding, audit: LiquidityAudit, found: Cells, label: str) -> Finding:
    """The number to recruit with what it is for the buyers of the last period, where those are fewer."""
    page, usual = _page(finding.place, audit), usual_need(found)
    cell = next((c for c in found.cells if c.where == (finding.place.category, finding.place.region)), None)
    if page is None or usual is None or cell is None:
        return finding
    buyers = [_number(p.values.get("cell_buyers")) for p in page.periods if p.first >= found.span.start]
    mean = sum(buyers) / len(buyers) if buyers else 0.0
    if not mean or buyers[-1] >= mean:
        return finding
    now = missing_suppliers(replace(cell, buyers=round(cell.buyers * buyers[-1] / mean)), usual)[0]
    missing = missing_suppliers(cell, usual)[0]
    if now >= missing:
        return finding
    today = (
        f" (about {count(now)} at the demand of {label}: {counted(buyers[-1], 'buyer')}, {count(mean)} in a mean "
        f"{audit.grain} of the window)"
    )
    return replace(finding, first_step=recruit_step(cell.label, missing, today=today))
