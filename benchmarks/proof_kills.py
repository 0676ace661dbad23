"""Kills `bothsides sync` by SIGKILL hundreds of times while readers query, and compares with an undisturbed run.

Two ways: real processes at random moments, and forks that die before a chosen line of the code that writes files.
"""

import argparse
import collections
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import harness
from changing_market import ChangingMarket
from crash_points import SyncServer
from published_state import differing, runs
from survivor import Readers, Reference, State, Survivor

IN_FLIGHT_BAR = 0.30
PHASES = (
    "before it began", "landing files", "reading", "checking references", "merging versions", "building states",
    "publishing", "published",
)  # fmt: skip
TAIL = 20
"""Crash points at the end of each sync, one before every line."""
LONGEST_WAIT = 0.15
"""Between a line of progress and the kill, at most: a share of the time that a sync takes."""


@dataclass(slots=True, kw_only=True)
class Kills:
    """What the random kills hit."""

    at: collections.Counter[str] = field(default_factory=collections.Counter)
    flying: collections.Counter[str] = field(default_factory=collections.Counter)
    published: collections.Counter[str] = field(default_factory=collections.Counter)
    too_late: int = 0

    @property
    def share(self) -> float:
        """Share of the kills that hit a sync at work."""
        return self.flying.total() / max(1, self.at.total())


def command(folder: Path) -> list[str]:
    """The real command."""
    return [sys.executable, "-m", "bothsides.cli", "sync", str(folder)]


def kill_one(folder: Path, draw: random.Random, usual: float) -> str | None:
    """Start a sync and kill it: half at any moment of its life, half shortly after a line of its progress.

    Returns the phase it had come to, None when it ended before the kill.
    """
    with subprocess.Popen(command(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        if draw.random() < 0.5:
            time.sleep(draw.random() * usual * 1.05)
        else:
            lines += [process.stdout.readline() for _ in range(draw.randrange(1, 10))]
            time.sleep(draw.random() ** 2 * LONGEST_WAIT * usual)
        process.kill()
        lines += process.stdout.readlines()
        if process.wait() == 0:
            return None
    said = [phase for line in lines for phase in PHASES if line.strip().startswith(phase)]
    return said[-1] if said else PHASES[0]


def random_kills(
    folder: Path, market: ChangingMarket, server: SyncServer, *, count: int, seed: int
) -> tuple[Kills, Survivor, Readers]:
    """Kill until `count` kills have hit; after each few, let a sync finish and compare with the reference."""
    draw, kills = random.Random(seed), Kills()
    survivor = Survivor.create(folder / "survivor", market)
    readers = Readers(survivor.folder, folder / "enough", 2)
    reference = Reference(folder=folder / "reference", market=market, server=server)
    with readers:
        usual = 2.0
        while kills.at.total() < count:
            step = reference.advance()
            market.write(survivor.folder, step)
            for _ in range(draw.choice((1, 2, 3, 4))):
                hit(survivor, reference, step, draw, usual, kills)
            started = time.monotonic()
            done = subprocess.run(command(survivor.folder), capture_output=True, text=True, check=False)
            usual = 0.7 * usual + 0.3 * (time.monotonic() - started)
            survivor.finished(step, reference.states[step], done.returncode, done.stderr, f"step {step}")
            print(f"\r{kills.at.total()} kills, {len(survivor.broken)} broken", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    survivor.broken += readers.wrong(survivor.steps, reference.answers)
    return kills, survivor, readers


def hit(survivor: Survivor, reference: Reference, step: int, draw: random.Random, usual: float, kills: Kills) -> None:
    """One kill and the look at what it left."""
    phase = kill_one(survivor.folder, draw, usual)
    before, after = reference.around(step)
    known = state_before(survivor, before, after)
    where = f"step {step}, killed {phase or 'too late'}"
    flying, published = survivor.killed(step, known, after, where)
    if phase is None:
        kills.too_late += 1
        return
    kills.at[phase] += 1
    kills.flying[phase] += flying
    kills.published[phase] += published


def state_before(survivor: Survivor, before: State, after: State) -> State:
    """What was published before this kill: an earlier attempt at the same step may have published it already."""
    steps = {survivor.steps[load] for load, status in survivor.ended.items() if status == "ok"}
    reached = {str(step) for step in steps}
    done = after is not None and reached == set(after["loads"].split(","))
    return after if done else before


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """What the crash points of one sync came to."""

    name: str
    lines: int
    tried: int
    published: int
    broken: tuple[str, ...]


def die_everywhere(
    folder: Path,
    market: ChangingMarket,
    server: SyncServer,
    *,
    step: int,
    count: int,
    name: str,
    tail: int = 0,
    outdated: bool = False,
) -> Points:
    """Die before `count` lines (0: every line), spread over one sync of a step; the next sync must mend all.

    `tail` more are the last ones, where it publishes and says so. `outdated`: the published file says that it has
    another shape, so that the sync rebuilds it from raw.
    """
    published = 0
    reference = Reference(folder=folder / f"reference of {name}", market=market, server=server)
    base = Survivor.create(folder / f"base of {name}", market)
    for number in range(step + 1):
        reference.advance()
        market.write(base.folder, number)
        if number < step:
            (ended,) = server.sync(base.folder)
            base.finished(number, reference.states[number], ended.code, ended.said, "before the points")
    broken = list(base.broken)
    if outdated:
        outdate(base.warehouse)
    before, after = base.state(), reference.states[step]
    calm = _restored(base, folder / "dry")
    (dry,) = server.sync(calm.folder)
    lines = dry.lines
    if outdated:
        broken += rebuilt_otherwise(calm, step, after)
        after = calm.state()
    spread = range(1, lines + 1) if not count else (1 + (2 * n + 1) * lines // (2 * count) for n in range(count))
    points = sorted({*spread, *range(lines - tail + 1, lines + 1)})
    for point in points:
        subject = _restored(base, folder / "subject")
        (died,) = server.sync(subject.folder, die_at=point)
        where = f"{name}, line {point}: {died.where}"
        if died.code > 0:
            broken.append(f"{where}: it did not die but ended in {died.code}: {died.said}")
        published += subject.killed(step, before, after, where)[1]
        (ended,) = server.sync(subject.folder)
        subject.finished(step, after, ended.code, ended.said, where)
        broken += subject.broken
    return Points(name=name, lines=lines, tried=len(points), published=published, broken=tuple(broken))


def rebuilt_otherwise(rebuilt: Survivor, step: int, after: State) -> list[str]:
    """What an undisturbed rebuild shows that the loads one by one did not.

    Only which values the last load restated: a rebuild has no states of the load before to compare with.
    """
    rebuilt.steps[runs(rebuilt.folder)[-1].load_id] = step
    other = [name for name in differing(rebuilt.state(), after) if name != "restatements"]
    return [f"a rebuild without a kill came out different in {other}"] if other else []


def outdate(warehouse: Path) -> None:
    """Make the published file look as if another version of Bothsides had written it."""
    con = duckdb.connect(str(warehouse))
    con.execute("UPDATE meta SET value = 'another' WHERE key = 'schema_hash'")
    con.close()


def _restored(base: Survivor, folder: Path) -> Survivor:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base.folder, folder)
    return Survivor(folder=folder, market=base.market, steps=dict(base.steps), ended=dict(base.ended))


def report(kills: Kills, survivor: Survivor, readers: Readers, points: list[Points], results: Path) -> list[str]:
    """Write the section; returns every violation."""
    total = kills.at.total()
    broken = [*survivor.broken, *(line for item in points for line in item.broken)]
    if total and kills.share < IN_FLIGHT_BAR:
        broken.append(f"only {kills.share:.0%} of the kills hit a sync at work")
    steps = len(set(survivor.steps.values()))
    lines = [
        (
            f"{total} random SIGKILLs of `bothsides sync` over {steps} changing exports of about "
            f"{survivor.market.rows:,} orders, appended spend and incremental leads, half at any moment of the "
            f"process, half shortly after a line of its progress ({kills.too_late} more came too late). After each "
            "the published file was opened and every table compared by checksum with an undisturbed run; after one "
            "to four of them a sync was left to finish."
        ),
        "",
        "| killed while | kills | sync at work | had published |",
        "|---|---|---|---|",
        *(f"| {p} | {kills.at[p]} | {kills.flying[p]} | {kills.published[p]} |" for p in PHASES if kills.at[p]),
        f"| all | {total} | {kills.flying.total()} ({kills.share:.0%}) | {kills.published.total()} |",
        "",
        f"2 readers looked {readers.looks:,} times meanwhile, twice each time.",
        "",
        "| every line a crash point | lines that touch files | tried | had published |",
        "|---|---|---|---|",
        *(f"| {item.name} | {item.lines} | {item.tried} | {item.published} |" for item in points),
        "",
        f"- At least {IN_FLIGHT_BAR:.0%} of the kills hit a sync at work: {'met' if kills.share >= 0.3 else 'MISSED'}.",
        (
            "- Violations (a state between two, a torn copy, leftovers after the next sync, a kill not recorded, "
            f"a reader disturbed): {len(broken)}."
        ),
        *(f"  - {line}" for line in broken[:10]),
    ]
    harness.write_section("Proof: kills", lines, results=results)
    return broken


def main() -> int:
    """Kill, compare, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--points", type=int, default=150, help="crash points spread over a sync; 0 tries every line")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, SyncServer() as server:
        folder, market = Path(name), ChangingMarket(rows=words.rows)
        kills, survivor, readers = random_kills(folder, market, server, count=words.kills, seed=words.seed)
        small = ChangingMarket(rows=300)
        points = [
            die_everywhere(
                folder, small, server, step=step, count=words.points, name=called, tail=TAIL, outdated=outdated
            )
            for step, called, outdated in (
                (0, "the first sync", False),
                (2, "a later sync", False),
                (2, "a rebuild from raw", True),
            )
        ]
    return 1 if report(kills, survivor, readers, points, words.results) else 0


if __name__ == "__main__":
    sys.exit(main())
