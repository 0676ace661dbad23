"""Thresholds on panels whose truth is known: found where one is, within a grid step; none claimed where there is none.

Every world is drawn anew for each seed. A range counts as covering when it holds the truth; a level as met when it is
at most one step of the grid away. Both sides of every world are looked at; a side without a threshold is one more
placebo. Worlds with 8 % of cell-weeks above their threshold must never be claimed.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import harness

sys.path.insert(0, str(harness.FOLDER.parent))
from tests.diagnosis.panels import panel_of

from bothsides.diagnosis.panel import Panel
from bothsides.diagnosis.threshold import ThresholdPolicy, ThresholdReading, ThresholdStatus, read_side
from bothsides.diagnosis.threshold.frontier import other_needed
from bothsides.schema import Side
from bothsides.simulate.panel import WORLDS, PanelTruth, draw

SAME_SIDE = 0.95

COVERAGE_BAR, PLACEBO_BAR, FOUND_BAR = 0.90, 0.95, 0.95

SHARP = {"sharp_threshold": Side.BUYER, "supplier_threshold": Side.SUPPLIER, "frontier": Side.BUYER}
PLACEBOS = ("smooth_placebo", "linear_placebo", "no_effect")
RARE = "rare_threshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the readings of one world ended, side by side with its truth."""

    worlds: int
    claimed: int
    met: int
    covered: int
    jump_covered: int
    refused: int
    false_claims: int
    """Worlds with a claim for a side that has no threshold."""
    cpu: float


def tally(name: str, worlds: int) -> Tally:
    """Read both sides of every world of the name."""
    start = harness.cpu_seconds()
    counts = dict.fromkeys(("claimed", "met", "covered", "jump_covered", "refused", "false_claims"), 0)
    for seed in range(worlds):
        world = draw(WORLDS[name](seed))
        panel = panel_of(world)
        readings = {side: read_side(panel, side, ThresholdPolicy(), seed=seed) for side in Side}
        for side in world.truth.threshold:
            for word, holds in _against(panel, readings[side], world.truth, side).items():
                counts[word] += holds
        counts["false_claims"] += any(
            reading.claimed and (side not in world.truth.threshold or world.truth.threshold[side].kind != "sharp")
            for side, reading in readings.items()
        )
    return Tally(worlds=worlds, cpu=harness.cpu_seconds() - start, **counts)


def _against(panel: Panel, reading: ThresholdReading, truth: PanelTruth, side: Side) -> Mapping[str, bool]:
    """A reading against a threshold that is there.

    A frontier's level is in units of its own weight, so it is met when 95 % of cell-weeks lie on the true side of it,
    and covered when the range of the weight holds the true one.
    """
    known, level, jump = truth.threshold[side], reading.level, reading.jump
    if level is None or jump is None or reading.step is None:
        return {"refused": reading.status is ThresholdStatus.REFUSED}
    if known.own_weight and reading.own_weight:
        sides = [
            panel.side(side.other).stock >= other_needed(at, own, panel.side(side).stock)
            for at, own in ((level.value, reading.own_weight.estimate), (known.level, known.own_weight))
        ]
        met = bool((sides[0] == sides[1]).mean() >= SAME_SIDE)
        covered = reading.own_weight.low <= known.own_weight <= reading.own_weight.high
    else:
        met = abs(level.value - known.level) <= reading.step
        covered = level.low <= known.level <= level.high
    right = reading.claimed and reading.in_both == (known.own_weight > 0)
    return {
        "claimed": reading.claimed,
        "met": right and met,
        "covered": right and covered,
        "jump_covered": right and jump.low <= known.jump <= jump.high,
        "refused": reading.status is ThresholdStatus.REFUSED,
    }


def _bar(hits: int, of: int, bar: float) -> str:
    part = hits / of if of else 0.0
    return f"{part:.1%} of {of}, bar {bar:.0%}: {'met' if part >= bar else 'MISSED'}"


def report(found: Mapping[str, Tally], results: Path) -> bool:
    """Write the section of RESULTS.md; whether every bar is met."""
    lines = [
        "40 cells x 104 weeks per world, 200 resamples of the cells, both sides of every world looked at.",
        "",
        "| world | worlds | claimed | met | range covers | jump covered | refused | false claims | CPU-s each |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, t in found.items():
        hits = " | ".join(str(n) for n in (t.claimed, t.met, t.covered, t.jump_covered, t.refused, t.false_claims))
        lines.append(f"| {name} | {t.worlds} | {hits} | {t.cpu / t.worlds:.2f} |")
    lines.append("")
    bars = []
    for name in SHARP:
        bars += [
            (f"{name}: found", found[name].claimed, found[name].worlds, FOUND_BAR),
            (f"{name}: level within a grid step", found[name].met, found[name].claimed, COVERAGE_BAR),
            (f"{name}: range covers the level", found[name].covered, found[name].claimed, COVERAGE_BAR),
        ]
    for name in PLACEBOS:
        bars.append(
            (
                f"{name}: no claim on either side",
                found[name].worlds - found[name].false_claims,
                found[name].worlds,
                PLACEBO_BAR,
            )
        )
    rare = found[RARE]
    bars.append((f"{RARE} (8 % above): not claimed", rare.worlds - rare.claimed, rare.worlds, 1.0))
    lines += [f"- {label}: {_bar(hits, of, bar)}" for label, hits, of, bar in bars]
    harness.write_section("Liquidity threshold", lines, results=results)
    return all(of and hits / of >= bar for _, hits, of, bar in bars)


def main() -> int:
    """Draw the worlds, read them, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="of each name")
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    found = {}
    for name in (*SHARP, *PLACEBOS, RARE):
        found[name] = tally(name, words.worlds)
        print(name, found[name], flush=True)
    return 0 if report(found, words.results) else 1


if __name__ == "__main__":
    sys.exit(main())
