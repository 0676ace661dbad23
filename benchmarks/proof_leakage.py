"""Are pairs that leave the marketplace seen, and is nobody suspected where none leave? Simulated markets, orders alone.

In a leaking market the pairs of one category, or of one cell, leave after their third order with chance one half; the
place must be named. A healthy market, and the demo's with a problem of every other kind, must raise no suspicion. What
is said to be missing stands beside what those pairs truly ordered elsewhere in the last half year.
"""

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import harness

sys.path.insert(0, str(harness.FOLDER.parent))
from tests.diagnosis.conftest import store_of

from bothsides.diagnosis.disintermediation import disintermediation_findings, look_for_leakage
from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import known_span
from bothsides.simulate import MarketPlan, demo_plan, healthy_plan, simulate
from bothsides.simulate.departures import go_direct
from bothsides.simulate.market import settle
from bothsides.simulate.planted import Disintermediation
from bothsides.simulate.trade import COMPLETED, conditions, trade

UNREAD = ("leads", "shipments", "reviews", "touches", "stage_changes", "listings", "order_lines", "visits")
"""Tables that the question does not read."""
FOUND_BAR, FALSE_BAR = 0.95, 0.05
LAST_DAYS = 168
CATEGORY = Disintermediation(category="Electrical")
CELL = Disintermediation(category="Electrical", region="South")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was said of one market: the suspicions, and of the planted one how near its money comes to the truth."""

    findings: tuple[Finding, ...]
    right: bool
    ratio: float | None
    seconds: float


def look(plan: MarketPlan) -> Look:
    """Draw the market, look at its orders, compare with what was planted."""
    store = store_of(simulate(plan), without=UNREAD)
    known = known_span(store, "orders", None)
    if known is None:
        raise ValueError(f"plan {plan.name!r} gave no order")
    began = harness.cpu_seconds()
    found = tuple(disintermediation_findings(look_for_leakage(store, known, {}, DiagnosisPolicy())))
    seconds = harness.cpu_seconds() - began
    problem = plan.problem(Disintermediation)
    if problem is None:
        return Look(findings=found, right=not found, ratio=None, seconds=seconds)
    named = [f for f in found if (f.place.category, f.place.region) == (problem.category, problem.region)]
    ratio = named[0].worth.per_month / true_loss(plan) if named and named[0].worth else None
    return Look(findings=found, right=bool(named), ratio=ratio, seconds=seconds)


def true_loss(plan: MarketPlan) -> float:
    """Value a month of the completed orders that pairs placed elsewhere in the last half year, major units."""
    society = settle(plan)
    gone = go_direct(society, trade(society, conditions(society)))[1].orders
    lately = (gone.placed > society.end - LAST_DAYS * 86_400) & (gone.status == COMPLETED)
    return float(gone.amount[lately].sum()) / 100 / (LAST_DAYS / 30.4375)


def main() -> int:
    """Run the seeds, write the section; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=30)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    seeds = range(1, words.worlds + 1)
    looks = {
        "pairs of a category leave": [look(leaking(seed, words.orders, CATEGORY)) for seed in seeds],
        "pairs of a single cell leave": [look(leaking(seed, words.orders, CELL)) for seed in seeds],
        "healthy": [look(healthy_plan(seed=seed, orders=words.orders)) for seed in seeds],
        "a problem of every other kind": [look(demo_plan(seed=seed, orders=words.orders)) for seed in seeds],
    }
    found = share_right(looks["pairs of a category leave"])
    false = 1 - share_right([*looks["healthy"], *looks["a problem of every other kind"]])
    ratios = [each.ratio for each in looks["pairs of a category leave"] if each.ratio is not None]
    failed = found < FOUND_BAR or false > FALSE_BAR
    lines = [
        (
            f"{words.worlds} simulated markets of {words.orders:,} orders of each kind. Half of the pairs leave after "
            "their third order; nothing but orders, accounts, searches and requests is read."
        ),
        "",
        "| market | right | suspicions elsewhere |",
        "|---|---|---|",
        *(_row(name, each) for name, each in looks.items()),
        "",
        f"- A leaking category named in its place: {found:.0%}, bar {FOUND_BAR:.0%}: {_met(found >= FOUND_BAR)}.",
        f"- Markets without leakage under suspicion: {false:.1%}, bar {FALSE_BAR:.0%}: {_met(false <= FALSE_BAR)}.",
        "- A single cell has about 40 new pairs in its years: no bar, the share stands in the table.",
        f"- Money said to be missing over what was truly ordered elsewhere, median: {_median(ratios)} (a floor).",
        f"- CPU-seconds of a look, mean: {statistics.mean(e.seconds for each in looks.values() for e in each):.2f}.",
    ]
    harness.write_section("Proof: leakage", lines, results=words.results)
    return 1 if failed else 0


def leaking(seed: int, orders: int, problem: Disintermediation) -> MarketPlan:
    """The healthy market with pairs that leave."""
    return replace(healthy_plan(seed=seed, orders=orders), planted=(problem,))


def share_right(looks: Sequence[Look]) -> float:
    """Share of markets of which the right thing was said."""
    return sum(each.right for each in looks) / len(looks)


def _met(met: bool) -> str:
    return "met" if met else "MISSED"


def _median(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.2f}" if ratios else "-"


def _row(name: str, looks: Sequence[Look]) -> str:
    beside = sum(len(each.findings) - (1 if each.right and each.ratio is not None else 0) for each in looks)
    return f"| {name} | {sum(each.right for each in looks)} of {len(looks)} | {beside} |"


if __name__ == "__main__":
    sys.exit(main())
