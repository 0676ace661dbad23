"""Which ranked finding explains why a cell with enough suppliers serves fewer than usual."""

from collections.abc import Sequence

from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.liquidity_audit import CoverageGap

EXPLAINING = ("first_transaction_leak",)
"""Findings about a region or category as a whole that keep searches and requests there from becoming orders."""


def explaining(gap: CoverageGap | None, findings: Sequence[Finding]) -> Finding | None:
    """The first ranked finding about the cell's whole region or category; None where its own verdict says why.

    Only for cells that serve less than usual beyond chance, and not for want of suppliers.
    """
    if gap is None or not gap.beyond_chance or gap.for_lack_of_suppliers:
        return None
    return next((f for f in findings if f.kind in EXPLAINING and f.rank and _holds(f, gap)), None)


def _holds(finding: Finding, gap: CoverageGap) -> bool:
    place = finding.place
    wider = place.category in (None, gap.category) and place.region in (None, gap.region)
    return wider and place.channel is None and (place.category, place.region) != (None, None)


def fewer_served(gap: CoverageGap | None, findings: Sequence[Finding]) -> str:
    """The mark of such a cell; empty for every other."""
    found = explaining(gap, findings)
    return f"fewer served than usual: see finding {found.rank}" if found else ""
