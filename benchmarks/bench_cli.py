"""How soon the command line answers: every help page, and the audit of the UK ledger from its files to its report.

The audit needs the public data (BOTHSIDES_DATA, else ../shared/data).
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import harness

from bothsides.cli.app import COMMANDS

HELP_BAR = 0.25
COMMAND_BAR = 0.6
AUDIT_BAR = 10.0
BOTHSIDES = str(Path(sys.executable).parent / "bothsides")
EXAMPLE = harness.FOLDER.parent / "examples" / "uk-digital-marketplace"


def least(words: list[str], rounds: int) -> float:
    """CPU-seconds of the command, the least of several fresh processes; one more goes first and fills the caches."""
    harness.run([BOTHSIDES, *words])
    return min(harness.run([BOTHSIDES, *words]).cpu for _ in range(rounds))


def helps(rounds: int) -> list[str]:
    """The lines on help pages."""
    front = least(["--help"], rounds)
    pages = {name: least([name, "--help"], rounds) for name in COMMANDS}
    slowest = max(pages, key=lambda name: pages[name])
    every = ", ".join(f"{name} {seconds:.2f}" for name, seconds in pages.items())
    return [
        f"- `bothsides --help`: {harness.verdict(front, HELP_BAR, ' s')}",
        f"- slowest `--help` of a command, `{slowest}`: {harness.verdict(pages[slowest], COMMAND_BAR, ' s')}",
        f"- all of them, CPU-s: {every}",
    ]


def ledger(data: Path) -> list[str]:
    """The lines on sync and audit of the UK ledger, in a copy of the example workspace."""
    if not (data / "uk-digital-marketplace").is_dir():
        return [f"- audit of the UK ledger: skipped, no public data at {data} (name its folder in BOTHSIDES_DATA)"]
    env = {"BOTHSIDES_DATA": str(data)}
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "uk"
        workspace.mkdir()
        shutil.copy(EXAMPLE / "bothsides.toml", workspace)
        shutil.copytree(EXAMPLE / "mapping", workspace / "mapping")
        synced = harness.run([BOTHSIDES, "sync", str(workspace)], env=env)
        audited = harness.run([BOTHSIDES, "audit", str(workspace)], env=env)
    both = synced.cpu + audited.cpu
    peak = harness.gigabytes(max(synced.peak, audited.peak))
    parts = f"sync {synced.cpu:.2f}, audit {audited.cpu:.2f}; peak memory {peak}"
    return [f"- UK ledger and its requests, sync and audit: {harness.verdict(both, AUDIT_BAR, ' s')} ({parts})"]


def main() -> int:
    """Run the commands, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    named = os.environ.get("BOTHSIDES_DATA")
    data = Path(named) if named else harness.FOLDER.parent.parent / "shared" / "data"
    lines = ["CPU-seconds of fresh processes, user and system; the least of several for help pages.", ""]
    harness.write_section("Command line", [*lines, *helps(words.rounds), *ledger(data)], results=words.results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
