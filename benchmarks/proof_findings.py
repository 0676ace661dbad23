"""A hundred markets with random problems planted at random places, a hundred with none: what the diagnosis finds.

Every market is drawn at 20,000 orders, held as a published warehouse holds it and diagnosed whole. A planted problem
counts as found where a finding names it by kind and exact place; a finding is false where no planted problem of the
market explains it, consequences included only as `planted_worlds.CONSEQUENCES` lists them; advice, such as which side
to fund, is held against the plan's own truth. Seeds are not chosen.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import harness
from planted_worlds import calm_plan, cause, explains, in_rows, names, planted_plan, true_of_plan

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.diagnosis.conftest import store_of

from bothsides.diagnosis import Finding, diagnose
from bothsides.diagnosis.finding import FindingSeverity
from bothsides.metrics.interval import wilson
from bothsides.schema import Side
from bothsides.simulate import MarketPlan, simulate
from bothsides.simulate.planted import Planted

LEAST_RECALL, MOST_FALSE, MOST_HIGH = 0.95, 0.05, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One market: what was planted, what was found, and the findings that nothing planted explains."""

    name: str
    planted: tuple[Planted, ...]
    findings: tuple[Finding, ...]
    smaller: tuple[Finding, ...]
    """Found, but without a rank: worth too little of the market, or beyond the number that is listed."""
    plan: MarketPlan
    side_to_fund: Side
    """The side whose spend returns more by the plan."""

    @property
    def missed(self) -> tuple[Planted, ...]:
        """Planted problems without a finding, not even one too small to be ranked."""
        every = (*self.findings, *self.smaller)
        return tuple(p for p in self.planted if not any(names(cause(p), f) for f in every))

    @property
    def false(self) -> tuple[Finding, ...]:
        """Findings without a planted problem behind them."""
        return tuple(f for f in self.findings if not self._true(f))

    @property
    def named(self) -> int:
        """How many findings name a planted problem itself."""
        return sum(any(names(cause(p), f) for p in self.planted) for f in self.findings)

    def _true(self, finding: Finding) -> bool:
        """Whether a planted problem explains the finding, or it is advice that holds in the plan."""
        explained = any(explains(problem, finding) for problem in self.planted)
        return explained or true_of_plan(self.plan, self.side_to_fund, finding)

    @property
    def high(self) -> int:
        """Findings of high severity."""
        return sum(f.severity is FindingSeverity.HIGH for f in self.findings)


def look(plan: MarketPlan) -> World:
    """Draw the market, hold it as a warehouse would, diagnose it."""
    drawn = simulate(plan)
    returns = drawn.truth.parameters["return_on_spend"]
    found = diagnose(store_of(drawn))
    return World(
        name=plan.name,
        planted=in_rows(drawn),
        findings=found.findings,
        smaller=found.unranked,
        plan=plan,
        side_to_fund=max(Side, key=lambda side: returns[side.value]),
    )


def share(part: int, whole: int) -> str:
    """A share with its 95 % interval (Wilson), e.g. '97.1 % (95.0 to 98.4), 334 of 344'."""
    if not whole:
        return "none to judge"
    low, high = wilson(part, whole)
    return f"{part / whole:.1%} ({low:.1%} to {high:.1%}), {part} of {whole}"


def met(holds: bool) -> str:
    """The verdict in one word."""
    return "met" if holds else "MISSED"


def report(worlds: Sequence[World], calm: Sequence[World], cpu: float) -> list[str]:
    """The results: both bars of the planted worlds, the bar of the calm ones, and what was missed or false by kind."""
    planted = sum(len(world.planted) for world in worlds)
    found = planted - sum(len(world.missed) for world in worlds)
    findings = sum(len(world.findings) for world in worlds)
    false = sum(len(world.false) for world in worlds)
    high = sum(world.high for world in calm)
    each = f"{cpu / max(1, len(worlds) + len(calm)):.1f} CPU-s a world"
    recall = met(found >= LEAST_RECALL * planted)
    trust = met(false <= MOST_FALSE * findings)
    calmness = f"{high / max(1, len(calm)):.2f} ({high} in {len(calm)}); bar 0.2: {met(high <= MOST_HIGH * len(calm))}"
    named = sum(world.named for world in worlds)
    rest = f"{named} name a planted problem, {findings - named - false} a declared consequence or true advice"
    lines = [
        f"{len(worlds)} worlds with {planted} planted problems, {len(calm)} without any; 20,000 orders each, {each}.",
        "",
        f"- Planted problems found: {share(found, planted)}; bar 95 %: {recall}.",
        f"- Findings that nothing planted explains: {share(false, findings)}; bar 5 %: {trust}.",
        f"- Of the {findings} findings in worlds with problems {rest}, {false} nothing planted.",
        f"- High-severity findings in a world without problems: {calmness}.",
        "",
        "| Problem | planted | found |",
        "|---|---|---|",
    ]
    all_of = Counter(type(p).__name__ for world in worlds for p in world.planted)
    missed = Counter(type(p).__name__ for world in worlds for p in world.missed)
    lines += [f"| {kind} | {n} | {n - missed[kind]} |" for kind, n in sorted(all_of.items())]
    lines += ["", f"False by kind, in worlds with problems: {_counted(f.kind for w in worlds for f in w.false)}."]
    lines += [
        f"All findings in worlds without: {_counted(f'{f.kind} ({f.severity})' for w in calm for f in w.findings)}."
    ]
    return lines


def _told(world: World, seed: int) -> World:
    """Say what was missed and what is false in a world as soon as it has been looked at."""
    for problem in world.missed:
        print(f"{world.name}: missed {problem}", flush=True)
    for finding in world.false:
        print(f"{world.name}, seed {seed}: false {finding.id} ({finding.sure}, {finding.severity})", flush=True)
    return world


def _counted(kinds: Iterable[str]) -> str:
    counted = Counter(kinds)
    return ", ".join(f"{kind} {n}" for kind, n in counted.most_common()) or "none"


def look_at(task: tuple[str, int]) -> tuple[World, float]:
    """A world of a kind by its seed, and the CPU-seconds that it took."""
    kind, seed = task
    began = harness.cpu_seconds()
    world = look(planted_plan(seed) if kind == "planted" else calm_plan(seed))
    return world, harness.cpu_seconds() - began


def main() -> int:
    """Look at the worlds, two at a time, write the results, also when the time is up; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=100, help="worlds with planted problems")
    parser.add_argument("--healthy", type=int, default=100, help="worlds without")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--minutes", type=float, default=240, help="then the worlds looked at so far are written")
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    seeds = range(words.first, words.first + max(words.worlds, words.healthy))
    sizes = (("planted", words.worlds), ("calm", words.healthy))
    tasks = [(kind, seed) for seed in seeds for kind, many in sizes if seed < words.first + many]
    found: dict[str, list[World]] = {"planted": [], "calm": []}
    cpu, until = 0.0, time.monotonic() + 60 * words.minutes
    with ProcessPoolExecutor(max_workers=2) as pool:
        for (kind, seed), future in [(task, pool.submit(look_at, task)) for task in tasks]:
            try:
                world, used = future.result(timeout=max(0.0, until - time.monotonic()))
            except TimeoutError:
                print("the time is up: the worlds looked at so far are written", flush=True)
                break
            found[kind].append(_told(world, seed))
            cpu += used
        pool.shutdown(wait=False, cancel_futures=True)
    lines = report(found["planted"], found["calm"], cpu)
    harness.write_section("Planted problems found", lines, results=words.results)
    return 1 if not found["planted"] or any("MISSED" in line for line in lines) else 0


if __name__ == "__main__":
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        # Matrices are small: threads would only wait for each other, and the setting is read before the first import.
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    sys.exit(main())
