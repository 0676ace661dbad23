"""Lets `bothsides sync` run out of disk at every size of a small disk: a clear end, the published file as it was.

Needs root to mount a tmpfs; without it one line says so and nothing is proved.
"""

import argparse
import collections
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import harness
import published_state as state
from changing_market import ChangingMarket
from crash_points import SyncServer
from survivor import Reference, Survivor

ROOMY = 512 << 20
PAGE = 4096
REACH = 4
"""The largest size tried, in times of the bytes that the sync is known to write."""


@contextmanager
def small_disk(folder: Path, size: int = ROOMY) -> Iterator[bool]:
    """A tmpfs of so many bytes mounted on the folder; False where this user may not mount."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def resize(folder: Path, free: int) -> None:
    """Leave so many bytes free on the small disk."""
    usage = shutil.disk_usage(folder)
    subprocess.run(["mount", "-o", f"remount,size={usage.used + max(PAGE, free)}", str(folder)], check=True)


@dataclass(slots=True, kw_only=True)
class Squeezed:
    """What the syncs on a disk of shrinking free space came to."""

    name: str
    needed: int
    fitted: int = 0
    ended: collections.Counter[str] = field(default_factory=collections.Counter)
    broken: list[str] = field(default_factory=list)


def mebibytes(size: int) -> str:
    """Bytes for people."""
    return f"{size / (1 << 20):.1f} MiB" if size else "never"


def digest(path: Path) -> str:
    """The published file's hash, empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def attempt(survivor: Survivor, step: int, found: Squeezed, reference: Reference, where: str) -> bool:
    """One sync by the real command on the small disk. Returns whether it found room."""
    before = digest(survivor.warehouse)
    done = subprocess.run(
        [sys.executable, "-m", "bothsides.cli", "sync", str(survivor.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        survivor.finished(step, reference.states[step], 0, "", where)
        return True
    said = done.stderr.strip()
    if done.returncode != 2 or not said.startswith("bothsides: ") or "full" not in said or len(said.splitlines()) > 1:
        found.broken.append(f"{where}: code {done.returncode}: {said[-400:]!r}")
    if digest(survivor.warehouse) != before:
        found.broken.append(f"{where}: the published file changed")
    if left := state.left_behind(survivor.folder):
        found.broken.append(f"{where}: left behind {left}")
    if torn := state.torn_copies(survivor.folder):
        found.broken.append(f"{where}: torn {torn}")
    found.ended["'" + said.removeprefix("bothsides: ").replace(str(survivor.folder), "FOLDER")[:90] + " ...'"] += 1
    for run in state.runs(survivor.folder):
        if survivor.steps.setdefault(run.load_id, step) == step and survivor.ended.get(run.load_id) is None:
            # A log that could not be written to says 'started' until the next sync calls the run killed.
            survivor.ended[run.load_id] = "failed" if run.status == "failed" else "killed"
    return False


def squeeze(disk: Path, market: ChangingMarket, reference: Reference, *, step: int, sizes: int) -> Squeezed:
    """Load the steps before, then try `step` with nothing free and ever more, until it fits and comes out right."""
    survivor = Survivor.create(disk / f"workspace {step}", market)
    resize(disk, ROOMY)
    for number in range(step + 1):
        if number == len(reference.states):
            reference.advance()
        market.write(survivor.folder, number)
        if number < step:
            attempt(survivor, number, Squeezed(name="", needed=0), reference, "with room")
    found = Squeezed(name="the first sync" if step == 0 else "a later sync", needed=room_needed(survivor, reference))
    for number in range(sizes):
        free = number * REACH * found.needed // sizes
        resize(disk, free)
        if attempt(survivor, step, found, reference, f"{found.name}, {free} bytes free"):
            found.fitted = free
            break
    else:
        resize(disk, ROOMY)
        if not attempt(survivor, step, found, reference, f"{found.name}, with room again"):
            found.broken.append(f"{found.name}: it failed with room as well")
    found.broken += survivor.broken
    return found


def room_needed(survivor: Survivor, reference: Reference) -> int:
    """How many bytes the next sync writes at least: the build and the landed copies."""
    exports = sum(path.stat().st_size for path in survivor.folder.glob("*.csv"))
    return (reference.folder / "warehouse.duckdb").stat().st_size + 2 * exports


def main() -> int:
    """Mount, squeeze, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, default=30, help="how many sizes of the disk for each sync")
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    market = ChangingMarket(rows=words.rows)
    with tempfile.TemporaryDirectory() as name, SyncServer() as server:
        disk = Path(name) / "disk"
        disk.mkdir()
        with small_disk(disk) as mounted:
            if not mounted:
                print(f"skipped: user {os.getuid()} may not mount a tmpfs")
                return 0
            reference = Reference(folder=Path(name) / "reference", market=market, server=server)
            squeezed = [squeeze(disk, market, reference, step=step, sizes=words.sizes) for step in (0, 2)]
    broken = [line for found in squeezed for line in found.broken]
    lines = [
        (
            "The workspace lies on a tmpfs whose free space grows from nothing until the sync fits; then every table "
            "must equal an undisturbed run's."
        ),
        "",
        "| | it writes | fitted into | how the syncs before ended | count |",
        "|---|---|---|---|---|",
        *(
            f"| {found.name} | {mebibytes(found.needed)} | {mebibytes(found.fitted)} | {how} | {count} |"
            for found in squeezed
            for how, count in sorted(found.ended.items())
        ),
        "",
        f"- Violations (no clear message, the published file changed, leftovers, a torn copy): {len(broken)}.",
        *(f"  - {line}" for line in broken[:10]),
    ]
    harness.write_section("Proof: full disk", lines, results=words.results)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
