"""The whole diagnosis on ten million orders in four hundred cells: CPU-seconds by part, and peak memory.

The market is simulated and published once to benchmarks/data (about a quarter of an hour and 5 GB); each run reads it
in a fresh process with two threads. CPU is that of the process, its engine's threads included.
"""

import argparse
import cProfile
import pstats
import sys
from collections import defaultdict
from pathlib import Path

import harness
from diagnosis_market import build, connected

from bothsides.diagnosis import diagnose
from bothsides.diagnosis.panel import Panel, read_panel
from bothsides.diagnosis.threshold import ThresholdPolicy, read_thresholds
from bothsides.metrics import read_store
from bothsides.warehouse import DuckDB

CPU_BAR, MEMORY_BAR = 60.0, 4.0
THRESHOLD_BAR = 5.0
ORDERS, SPLIT = 10_000_000, 20
LISTED = 25
TIMED = ("cpu", "panel", "threshold")
"""What is timed, in this order."""

WHOLES = ("diagnosis/diagnose.py", "diagnosis/accounts.py")
"""The files whose functions call the parts."""


def run_diagnosis(path: Path) -> None:
    """One diagnosis; then the panel and the thresholds once more, alone."""
    with connected(path, read_only=True) as con:
        store = read_store(DuckDB(con))
        (orders,) = store.engine.row("SELECT count(*) FROM fact_orders") or (0,)
        clock = [harness.cpu_seconds()]
        found = diagnose(store)
        clock.append(harness.cpu_seconds())
        panel = read_panel(store)
        clock.append(harness.cpu_seconds())
        thresholds = read_thresholds(panel, ThresholdPolicy())
        clock.append(harness.cpu_seconds())
    harness.say(
        orders=orders,
        findings=len(found.findings),
        cells=len(found.cells),
        panel_cells=len(panel.cells) if isinstance(panel, Panel) else 0,
        weeks=len(panel.weeks) if isinstance(panel, Panel) else 0,
        told="; ".join(f"{r.side}s: {r.status.value}" for r in thresholds.readings) or thresholds.reason,
        **{name: after - before for name, before, after in zip(TIMED, clock, clock[1:], strict=False)},
    )


def run_parts(path: Path) -> None:
    """What each part of one diagnosis costs, the profiler's own work included: where to look, not how long it takes."""
    with connected(path, read_only=True) as con:
        store = read_store(DuckDB(con))
        profile = cProfile.Profile(harness.cpu_seconds)
        profile.runcall(diagnose, store)
    harness.say(parts=by_part(pstats.Stats(profile)))


def by_part(stats: pstats.Stats) -> dict[str, float]:
    """CPU-seconds of each function that the diagnosis calls, its own files' left to those that they call."""
    used: dict[str, float] = defaultdict(float)
    for called, said in stats.stats.items():  # type: ignore[attr-defined]  # not in typeshed
        if "bothsides" in called[0] and not called[0].endswith(WHOLES):
            for by, (*_, cumulative) in said[-1].items():
                used[called[2]] += cumulative if by[0].endswith(WHOLES) else 0.0
    return dict(sorted(used.items(), key=lambda item: -item[1]))


def compare(path: Path, rounds: int, results: Path) -> int:
    """Write the section of RESULTS.md; 1 where a bar is missed.

    Fresh processes, of which the one with the least CPU counts, as the machine is shared.
    """
    runs = [harness.run_self(__file__, "--part", "diagnosis", "--market", str(path)) for _ in range(rounds)]
    best = min(runs, key=lambda run: run.said["cpu"]).said
    cpu, panel, threshold = (min(run.said[name] for run in runs) for name in TIMED)
    peak = max(run.peak for run in runs) / harness.GIB
    parts = harness.run_self(__file__, "--part", "parts", "--market", str(path)).said["parts"]
    setting = (
        f"{best['orders']:,} orders, {best['cells']} cells, {best['findings']} findings, 200 resamples; fresh "
        f"processes, the least CPU of {rounds} rounds."
    )
    lines = [
        setting,
        "",
        "| part, in a run of its own under the profiler | CPU-s |",
        "|---|---|",
        *(f"| {name} | {used:.2f} |" for name, used in list(parts.items())[:LISTED] if used >= 0.05),
        "",
        f"- Whole diagnosis: {harness.verdict(cpu, CPU_BAR, ' s of CPU')}",
        f"- Peak memory: {harness.verdict(peak, MEMORY_BAR, ' GiB')}",
        f"- Reading the panel, {best['panel_cells']} cells x {best['weeks']} weeks: {panel:.2f} s of CPU",
        f"- Both thresholds ({best['told']}): {harness.verdict(threshold, THRESHOLD_BAR, ' s of CPU')}",
    ]
    harness.write_section("Diagnosis", lines, results=results)
    return 0 if cpu <= CPU_BAR and peak <= MEMORY_BAR and threshold <= THRESHOLD_BAR else 1


def main() -> int:
    """Build the market if it is not there, diagnose it, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--market", type=Path, help="the warehouse file (default in benchmarks/data)")
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--split", type=int, default=SPLIT, help="categories, and as many regions")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--part", choices=("build", "diagnosis", "parts"), help=argparse.SUPPRESS)
    words = parser.parse_args()
    path = words.market or harness.DATA / f"diagnosis-{words.orders}-{words.split}.duckdb"
    if words.part == "build":
        build(words.orders, words.split, path)
        return 0
    if words.part:
        (run_parts if words.part == "parts" else run_diagnosis)(path)
        return 0
    if not path.exists():
        size = ("--orders", str(words.orders), "--split", str(words.split))
        harness.run_self(__file__, "--part", "build", "--market", str(path), *size)
    return compare(path, words.rounds, words.results)


if __name__ == "__main__":
    sys.exit(main())
