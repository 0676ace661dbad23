"""The liquidity audit on simulated markets whose truth is known: unserved demand, verdicts by quarter, whom to recruit.

The simulator knows what buyers of each cell wished to order each week and what part its suppliers could serve; what was
not served is the truth a coverage gap should come near. Each seed draws a market with a problem of every kind and a
healthy one. In a healthy market no period of any cell, by quarter or by month, may be called short, stalled or fragile,
and nobody may be asked for.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import harness

sys.path.insert(0, str(harness.FOLDER.parent))
from tests.diagnosis.cell_markets import UNREAD
from tests.diagnosis.conftest import store_of

from bothsides.diagnosis.cell_audit import audit_cells, by_period, read_gaps
from bothsides.diagnosis.cells import read_cells
from bothsides.diagnosis.liquidity import judge
from bothsides.diagnosis.liquidity_audit import CellVerdict, LiquidityAudit
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import spans
from bothsides.schema import Grain
from bothsides.simulate import MarketPlan, demo_plan, healthy_plan, simulate
from bothsides.simulate.market import settle
from bothsides.simulate.planted import DemandShort, Stalled, SupplyShort
from bothsides.simulate.trade import conditions

POLICY = DiagnosisPolicy()
WEEKS, NEAR, SERVED = 52, 1.6, 0.05
RECRUIT_BAR, NEAR_BAR, QUARTER_BAR, SERVED_BAR, HEALTHY_BAR = 0.95, 0.90, 0.90, 0.95, 0.999
FINE = (CellVerdict.BALANCED, CellVerdict.UNKNOWN)
LAST_QUARTERS = 4
PLANTED = {
    SupplyShort: CellVerdict.SUPPLY_SHORT,
    DemandShort: CellVerdict.DEMAND_SHORT,
    Stalled: CellVerdict.STALLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One market with planted problems: what the audit told of it beside what is true."""

    recruited: bool
    """The planted short cell leads the list of whom to recruit."""
    ratio: float
    """Orders lost a month in the planted short cell as reckoned, over those that truly went unserved."""
    quarters: tuple[int, int]
    """Planted cells' last quarters with the planted verdict, and how many there were."""
    served: tuple[int, int]
    """Cells that suppliers served nearly in full and not asked suppliers for, and how many there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthy:
    """One healthy market: periods of cells, those called anything but well, and supplier types asked for."""

    periods: int
    alarms: int
    asked: int


def audited(plan: MarketPlan, *, monthly: bool = False) -> list[LiquidityAudit]:
    """The audit of a drawn market by quarter, and by month where asked."""
    store = store_of(simulate(plan), without=UNREAD)
    covered = spans(store, "orders", as_of=None, months=12, slack=3)
    found = None if covered is None else read_cells(store, covered.window)
    if covered is None or found is None:
        raise ValueError(f"plan {plan.name!r} with seed {plan.seed} has no cells")
    judged = judge(found, POLICY)
    audit = audit_cells(store, found, judged, read_gaps(store, found, judged, POLICY), POLICY, known=covered.known)
    return [audit, by_period(store, audit, Grain.MONTH, POLICY)] if monthly else [audit]


def unserved(plan: MarketPlan) -> dict[tuple[str | None, str | None], float]:
    """Orders a month of the last year that buyers wished for and suppliers could not serve, by cell."""
    at, weeks = conditions(settle(plan)), slice(plan.weeks - WEEKS, plan.weeks)
    wished = at.scale * at.intent[weeks] * at.cart
    lost = (wished * (1 - at.served[weeks])).sum(axis=0) / 12
    return {(c, r): float(lost[plan.cell(c, r)]) for c in plan.categories for r in plan.regions}


def planted(seed: int) -> Planted:
    """The audit of a market with every problem against its truth."""
    plan = demo_plan(seed=seed)
    (audit,) = audited(plan)
    lost, gaps = unserved(plan), {(gap.category, gap.region): gap for gap in audit.gaps}
    problem = next(problem for problem in plan.planted if isinstance(problem, SupplyShort))
    short = (problem.category, problem.region)
    first = audit.recruits.types[0] if audit.recruits.types else None
    told = gaps.get(short)
    full = [where for where, orders in lost.items() if orders <= SERVED * lost[short]]
    wanted = {where for where, gap in gaps.items() if gap.for_lack_of_suppliers}
    return Planted(
        recruited=first is not None and (first.category, first.region) == short,
        ratio=(told.orders_a_month or 0.0) / lost[short] if told else 0.0,
        quarters=_quarters(plan, audit),
        served=(sum(where not in wanted for where in full), len(full)),
    )


def _quarters(plan: MarketPlan, audit: LiquidityAudit) -> tuple[int, int]:
    pages = {(page.category, page.region): page for page in audit.cells}
    right = total = 0
    for problem in plan.planted:
        verdict = PLANTED.get(type(problem))
        if verdict is None or not isinstance(problem, SupplyShort | DemandShort | Stalled):
            continue
        told = [period.verdict for period in pages[problem.category, problem.region].periods[-LAST_QUARTERS:]]
        right, total = right + told.count(verdict), total + len(told)
    return right, total


def healthy(seed: int) -> Healthy:
    """The audit of a healthy market, by quarter and by month."""
    audits = audited(healthy_plan(seed=seed), monthly=True)
    verdicts = [period.verdict for audit in audits for page in audit.cells for period in page.periods]
    return Healthy(
        periods=len(verdicts),
        alarms=sum(verdict not in FINE for verdict in verdicts),
        asked=len(audits[0].recruits.types),
    )


def report(ill: Sequence[Planted], well: Sequence[Healthy], cpu: float, results: Path) -> bool:
    """Write the section of RESULTS.md; whether every bar is met."""
    ratios = sorted(p.ratio for p in ill)
    periods, alarms = sum(h.periods for h in well), sum(h.alarms for h in well)
    bars = (
        ("the planted short cell leads the recruit list", sum(p.recruited for p in ill), len(ill), RECRUIT_BAR),
        (
            f"its lost orders within {NEAR} times of what truly went unserved",
            sum(1 / NEAR <= p.ratio <= NEAR for p in ill),
            len(ill),
            NEAR_BAR,
        ),
        (
            f"last {LAST_QUARTERS} quarters of planted cells with the planted verdict",
            sum(p.quarters[0] for p in ill),
            sum(p.quarters[1] for p in ill),
            QUARTER_BAR,
        ),
        (
            "cells served nearly in full for which nobody is asked",
            sum(p.served[0] for p in ill),
            sum(p.served[1] for p in ill),
            SERVED_BAR,
        ),
        ("cell-periods of healthy markets without an alarm", periods - alarms, periods, HEALTHY_BAR),
        ("healthy markets in which nobody is asked for", sum(not h.asked for h in well), len(well), RECRUIT_BAR),
    )
    kinds = f"{len(ill)} simulated markets with a problem of every kind and {len(well)} healthy ones"
    each = f"{cpu / (len(ill) + len(well)):.1f} CPU-s each, simulation and loading included"
    middle = ratios[len(ratios) // 2]
    over = f"Lost orders of the planted short cell over the truth: {ratios[0]:.2f} to {ratios[-1]:.2f}"
    lines = [
        f"{kinds}, 24 cells and about 20,000 orders; {each}.",
        "",
        f"{over}, middle {middle:.2f}.",
        "",
        *(f"- {label}: {_bar(hits, of, bar)}" for label, hits, of, bar in bars),
    ]
    harness.write_section("Liquidity audit", lines, results=results)
    return all(of and hits / of >= bar for _, hits, of, bar in bars)


def _bar(hits: int, of: int, bar: float) -> str:
    part = hits / of if of else 0.0
    return f"{hits} of {of} ({part:.1%}), bar {bar:.1%}: {'met' if part >= bar else 'MISSED'}"


def main() -> int:
    """Draw the markets, audit them, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=40, help="of either kind")
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    start = harness.cpu_seconds()
    ill = [planted(seed) for seed in range(1, words.worlds + 1)]
    well = [healthy(seed) for seed in range(1, words.worlds + 1)]
    return 0 if report(ill, well, harness.cpu_seconds() - start, words.results) else 1


if __name__ == "__main__":
    sys.exit(main())
