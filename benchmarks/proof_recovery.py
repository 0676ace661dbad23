"""Does an audit find what is really wrong? Simulated markets with known problems, loaded and diagnosed whole.

Every planted problem must be found in its place, whatever the seed; a healthy market must raise no alarm.
"""

import argparse
import collections
import sys
import tempfile
from collections.abc import Mapping
from csv import reader
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import harness

from bothsides.diagnosis import Diagnosis, Finding, diagnose
from bothsides.ingest import dump_mapping, identity_mapping, sync
from bothsides.metrics import open_store, refresh
from bothsides.simulate import MarketPlan, Truth, demo_plan, healthy_plan, simulate, write
from bothsides.workspace import Settings, Workspace

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FINDINGS = {
    "SupplyShort": ("supply_short_cell", "supplier"),
    "DemandShort": ("demand_short_cell", "buyer"),
    "Stalled": ("stalled_cell", None),
    "ThinCellSpend": ("thin_cell_spend", "buyer"),
    "SupplierConcentration": ("category_depends_on_one", "supplier"),
    "BuyerConcentration": ("buyer_concentration", "buyer"),
    "OnboardingLeak": ("onboarding_leak", "supplier"),
    "FirstOrderLeak": ("first_transaction_leak", "buyer"),
    "UnprofitableChannel": ("unprofitable_channel", "buyer"),
    "RetentionFall": ("ndr_leak", "buyer"),
}
"""The finding that answers each planted problem, and the side it must name."""
HIT_BAR = 0.9
"""Share of the seeds in which each problem must be found in its place."""
FALSE_BAR = 0.1
"""Share of healthy markets that may raise an alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One planted problem in one market: found in its place, at least named somewhere, at which rank."""

    kind: str
    hit: bool
    elsewhere: bool
    rank: int


def audited(plan: MarketPlan, folder: Path) -> tuple[Diagnosis, Truth]:
    """Simulate, write as exports, load by a sync, diagnose."""
    workspace = Workspace.create(folder, Settings(name=plan.name, currency=plan.currency, time_zone="UTC"))
    market = simulate(plan)
    for path in write(market, folder / "exports", form="csv"):
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as export:
                columns = next(reader(export))
            mapping = identity_mapping(path.stem, [f"exports/{path.name}"], columns=columns, time_zone="UTC")
            (workspace.mappings_dir / f"{path.stem}.toml").write_text(dump_mapping(mapping), encoding="utf-8")
    sync(workspace, now=NOW, refresh=refresh(plan.currency))
    with open_store(workspace.warehouse_path) as store:
        return diagnose(store), market.truth


def answers(finding: Finding, kind: str, planted: Mapping[str, Any]) -> bool:
    """Whether a finding names the planted problem in its place: side, category, region, channel and step."""
    wanted, side = FINDINGS[kind]
    place = finding.place
    if finding.kind != wanted or (side and place.side is not None and place.side.value != side):
        return False
    if (step := planted.get("step")) is not None and step not in finding.title.lower():
        return False
    named = ((planted.get("category"), place.category), (planted.get("region"), place.region))
    if any(true is not None and true != said for true, said in named):
        return False
    return planted.get("channel") in (None, place.channel)


def judged(diagnosis: Diagnosis, truth: Truth) -> list[Judged]:
    """Every planted problem against the findings, those too small to be ranked among them."""
    every = (*diagnosis.findings, *diagnosis.smaller)
    found = []
    for problem in truth.planted:
        kind, planted = problem["kind"], problem["planted"]
        hits = [finding for finding in every if answers(finding, kind, planted)]
        found.append(
            Judged(
                kind=kind,
                hit=bool(hits),
                elsewhere=any(finding.kind == FINDINGS[kind][0] for finding in every),
                rank=min((finding.rank for finding in hits), default=0),
            )
        )
    return found


def beside(diagnosis: Diagnosis, truth: Truth) -> tuple[list[str], list[str]]:
    """Findings that answer no planted problem: those in a troubled place, which may be true, and those elsewhere."""
    problems = [(problem["kind"], problem["planted"]) for problem in truth.planted]
    rest = [f for f in diagnosis.findings if not any(answers(f, kind, planted) for kind, planted in problems)]
    troubled = {(planted.get("category"), planted.get("region")) for _, planted in problems}
    near, astray = [], []
    for finding in rest:
        place = finding.place
        known = place.category is not None and (place.category, place.region) in troubled
        (near if known else astray).append(f"{finding.kind} at {place.label}")
    return near, astray


@dataclass(slots=True, kw_only=True)
class Audits:
    """What the audits of all seeds said."""

    planted: list[list[Judged]] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)
    alarms: list[list[str]] = field(default_factory=list)


def run(seeds: range, orders: int) -> Audits:
    """Audit a troubled and a healthy market for each seed."""
    audits = Audits()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as name:
            diagnosis, truth = audited(demo_plan(seed=seed, orders=orders), Path(name) / "demo")
        audits.planted.append(judged(diagnosis, truth))
        near, astray = beside(diagnosis, truth)
        audits.near += near
        audits.astray += astray
        with tempfile.TemporaryDirectory() as name:
            healthy, _ = audited(healthy_plan(seed=seed, orders=orders), Path(name) / "healthy")
        audits.alarms.append([f"{finding.kind}: {finding.title}" for finding in healthy.findings])
        missed = [item.kind for item in audits.planted[-1] if not item.hit]
        told = f"seed {seed}: missed {missed}, beside {near}, astray {astray}, healthy {audits.alarms[-1]}"
        print(told, file=sys.stderr, flush=True)
    return audits


def main() -> int:
    """Simulate, audit, compare, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    audits = run(range(words.first, words.first + words.seeds), words.orders)
    hits = {kind: [item for market in audits.planted for item in market if item.kind == kind] for kind in FINDINGS}
    missed = [kind for kind, items in hits.items() if sum(item.hit for item in items) < HIT_BAR * words.seeds]
    alarmed = [found for found in audits.alarms if found]
    verdict = "MISSED for " + ", ".join(missed) if missed else "met"
    failed = bool(missed) or len(alarmed) > FALSE_BAR * words.seeds
    lines = [
        (
            f"{words.seeds} simulated markets of about {words.orders:,} orders with a problem of every kind, and as "
            "many healthy ones, written as exports, loaded by a sync and diagnosed. A problem counts as found only "
            "with the right side, category, region, channel and step."
        ),
        "",
        "| planted | finding | found in its place | named, but elsewhere | median rank |",
        "|---|---|---|---|---|",
        *(_row(kind, items) for kind, items in hits.items()),
        "",
        f"- Each problem found in {HIT_BAR:.0%} of the seeds: {verdict}.",
        f"- Healthy markets with an alarm: {len(alarmed)} of {words.seeds} (bar: at most {FALSE_BAR:.0%}).",
        *(f"  - {line}" for found in alarmed[:5] for line in found[:3]),
        f"- Other findings in a troubled cell or category, where they may be true: {counts(audits.near)}.",
        f"- Findings where nothing was planted: {counts(audits.astray)}.",
    ]
    harness.write_section("Proof: recovery", lines, results=words.results)
    return 1 if failed else 0


def counts(found: list[str]) -> str:
    """How many of each, in words."""
    return ", ".join(f"{text} ({count})" for text, count in collections.Counter(found).most_common(8)) or "none"


def _row(kind: str, items: list[Judged]) -> str:
    ranks = sorted(item.rank for item in items if item.hit)
    hit, elsewhere = sum(item.hit for item in items), sum(item.elsewhere and not item.hit for item in items)
    median = ranks[len(ranks) // 2] if ranks else "-"
    return f"| {kind} | {FINDINGS[kind][0]} | {hit} of {len(items)} | {elsewhere} | {median} |"


if __name__ == "__main__":
    sys.exit(main())
