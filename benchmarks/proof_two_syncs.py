"""Starts several syncs of one workspace at the same moment: one works, the others say so and change nothing.

Then kills the one that works and starts another at once: the lock of the dead must not stand in the way.
"""

import argparse
import collections
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import harness
import published_state as state
from changing_market import ChangingMarket
from crash_points import SyncServer
from survivor import Reference, Survivor

REFUSAL = re.compile(
    r"(bothsides|SyncRunning): another sync of this workspace is running "
    r"\((process \d+, since [\d\-T:.]+|process unknown)\); "
    r"wait for it to end, nothing was changed"
)


def judge(
    survivor: Survivor, reference: Reference, step: int, codes: list[int], said: list[str], where: str, refused: int
) -> str:
    """Check one round; `refused` is the code of a sync that had to give way.

    Returns how it went: 'one worked' or 'one after the other'.
    """
    worked = codes.count(0)
    log = state.runs(survivor.folder)
    new = [run for run in log if run.load_id not in survivor.steps]
    for run in new:
        survivor.steps[run.load_id], survivor.ended[run.load_id] = step, "ok"
    for code, text in zip(codes, said, strict=True):
        if code and (code != refused or not REFUSAL.fullmatch(text.strip())):
            survivor.broken.append(f"{where}: code {code}, but it said {text[-300:]!r}")
    if worked != len(new) or not worked:
        survivor.broken.append(f"{where}: {worked} said that they worked, the run log knows {len(new)}")
        return "broken"
    survivor.finished(step, reference.states[step], 0, "", where)
    return "one worked" if worked == 1 else "one after the other"


def forked(
    folder: Path, market: ChangingMarket, server: SyncServer, *, rounds: int, at_once: int
) -> tuple[collections.Counter[str], list[str]]:
    """Forks of a warm process: the race for the lock is as tight as it gets."""
    went: collections.Counter[str] = collections.Counter()
    reference = Reference(folder=folder / "reference", market=market, server=server)
    survivor = Survivor.create(folder / "forked", market)
    for _ in range(rounds):
        step = reference.advance()
        market.write(survivor.folder, step)
        ended = server.sync(survivor.folder, times=at_once)
        codes, said = [item.code for item in ended], [item.said for item in ended]
        went[judge(survivor, reference, step, codes, said, f"forks, round {step}", 1)] += 1
    return went, survivor.broken


def start(folder: Path) -> "subprocess.Popen[str]":
    """The real command, on its own."""
    words = [sys.executable, "-m", "bothsides.cli", "sync", str(folder)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def commands(
    folder: Path, market: ChangingMarket, server: SyncServer, *, rounds: int, at_once: int, seed: int
) -> tuple[collections.Counter[str], list[str]]:
    """Real commands started together; every third round the worker is killed and another starts at once."""
    draw, went = random.Random(seed), collections.Counter[str]()
    reference = Reference(folder=folder / "reference of commands", market=market, server=server)
    survivor = Survivor.create(folder / "commands", market)
    for number in range(rounds):
        step = reference.advance()
        market.write(survivor.folder, step)
        if number % 3 == 2:
            inherit(survivor, reference, step, draw)
            went["killed, the next worked at once"] += 1
            continue
        processes = [start(survivor.folder) for _ in range(at_once)]
        said = [process.communicate()[1] for process in processes]
        codes = [process.returncode for process in processes]
        went[judge(survivor, reference, step, codes, said, f"commands, round {step}", 2)] += 1
    return went, survivor.broken


def inherit(survivor: Survivor, reference: Reference, step: int, draw: random.Random) -> None:
    """Kill a sync that holds the lock; the next one must work at once."""
    with start(survivor.folder) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        time.sleep(draw.random() * 0.2)
        holder.kill()
        holder.communicate()
    survivor.killed(step, *reference.around(step), f"heir, round {step}")
    with start(survivor.folder) as heir:
        _, said = heir.communicate()
    survivor.finished(step, reference.states[step], heir.returncode, said, f"heir, round {step}")


def main() -> int:
    """Race, kill, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    market = ChangingMarket(rows=1000)
    with tempfile.TemporaryDirectory() as name, SyncServer() as server:
        folder, rounds, at_once = Path(name), words.rounds, words.at_once
        many = max(1, rounds // 6)
        real = max(3, rounds // 2)
        races = {
            f"forks of a warm process, {at_once} at once": forked(
                folder / "two", market, server, rounds=rounds, at_once=at_once
            ),
            "forks of a warm process, 8 at once": forked(folder / "eight", market, server, rounds=many, at_once=8),
            f"the real command, {at_once} at once": commands(
                folder / "real", market, server, rounds=real, at_once=at_once, seed=words.seed
            ),
        }
    broken = [line for _, found in races.values() for line in found]
    rows = [f"| {name} | {how} | {count} |" for name, (went, _) in races.items() for how, count in sorted(went.items())]
    overlapping = sum(went["one worked"] for went, _ in races.values())
    if not overlapping:
        broken.append("no two syncs ever met")
    lines = [
        (
            "Several syncs of one workspace started at the same moment. One works; each other must end in a code that "
            "is not 0 and say which process is at work since when, that nothing was changed, and be in no log; then "
            "every table is compared by checksum with an undisturbed run."
        ),
        "",
        "| how they were started | how it went | rounds |",
        "|---|---|---|",
        *rows,
        "",
        f"- Violations: {len(broken)}.",
        *(f"  - {line}" for line in broken[:10]),
    ]
    harness.write_section("Proof: syncs at once", lines, results=words.results)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
