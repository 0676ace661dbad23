"""Cuts the power of the disk the desk writes to, at random moments, and looks what of the acknowledged is left.

The disk is an ext4 image; a clone of it at a random moment is what a power cut leaves (`power.py`). Each clone is
mounted, recovered and checked in a process of its own. Beside what the house does run careless ways, which must lose.
"""

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import harness
from power import NoPower, PowerDisk, power_disk
from power_stores import FileSinks, PostgresLogbook, SqliteLogbook, Store

FORK = multiprocessing.get_context("fork")
PER_DISK = 50
"""Images of one disk; then the store begins anew on a fresh one, so that young stores are met too."""
MEGABYTES = 400
SHORTEST, LONGEST = 0.01, 0.12
"""Seconds of writing between two cuts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A store, how many images of it, and whether it must lose nothing."""

    store: Store
    images: int
    careless: bool = False
    may_hold: str = ""
    """Why a careless way may lose nothing here, where that is so."""
    until_found: bool = False
    """Whether one image with a loss is enough."""


@dataclass(slots=True, kw_only=True)
class Found:
    """What the images of one way held."""

    way: Way
    images: int = 0
    acknowledged: int = 0
    lossy: int = 0
    worst: int = 0
    torn: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether nothing acknowledged was missing and nothing torn."""
        return not self.lossy and not self.torn

    @property
    def is_enough(self) -> bool:
        """Whether no further image is wanted."""
        return self.way.until_found and not self.held

    @property
    def line(self) -> str:
        """One row of the table."""
        what = "careless" if self.way.careless else "ours"
        figures = (self.way.store.name, what, self.images, self.acknowledged, self.lossy, self.worst, self.torn)
        return f"| {' | '.join(map(str, figures))} |"


def write(store: Store, disk: Path, aside: Path, acknowledged: Any) -> None:
    """The writer's process: writes until it is killed."""
    os.setpgrp()
    for number in store.write(disk, aside):
        acknowledged.value = number


def check(store: Store, disk: PowerDisk, clone: Path, aside: Path, acknowledged: int, answer: Any) -> None:
    """A process of its own for each clone: mounts it, recovers, compares, and leaves nothing mounted."""
    with disk.restarted(clone) as folder:
        answer.send(store.check(folder, aside, acknowledged))


def run(way: Way, folder: Path, dice: random.Random) -> Found:
    """Cut after cut."""
    found = Found(way=way)
    while found.images < way.images and not found.is_enough:
        name = f"disk{found.images}"
        with power_disk(folder / name, megabytes=MEGABYTES) as disk:
            _cuts(way, disk, folder / name, dice, found)
    print(found.line, file=sys.stderr, flush=True)
    return found


def _cuts(way: Way, disk: PowerDisk, folder: Path, dice: random.Random, found: Found) -> None:
    aside = folder / "aside"
    aside.mkdir()
    folder.chmod(0o755)
    acknowledged = FORK.Value("q", 0, lock=False)
    way.store.begin(disk.folder, aside)
    os.sync()  # the store was made yesterday
    writer = FORK.Process(target=write, args=(way.store, disk.folder, aside, acknowledged), daemon=True)
    writer.start()
    try:
        _until_it_writes(writer, acknowledged)
        for _ in range(min(PER_DISK, way.images - found.images)):
            if found.is_enough:
                break
            time.sleep(dice.uniform(SHORTEST, LONGEST))
            known = int(acknowledged.value)
            clone = disk.snapshot("cut")
            os.kill(writer.pid or 0, signal.SIGSTOP)  # only so that the check has the machine to itself
            _judge(way, disk, clone, aside, known, found)
            os.kill(writer.pid or 0, signal.SIGCONT)
            if not writer.is_alive():
                raise RuntimeError(f"{way.store.name}: the writer ended in code {writer.exitcode}")
    finally:
        writer.kill()
        writer.join()
        way.store.end(disk.folder, aside)


def _until_it_writes(writer: Any, acknowledged: Any) -> None:
    ends = time.monotonic() + 60
    while not acknowledged.value:
        if time.monotonic() > ends or not writer.is_alive():
            raise RuntimeError("the writer does not write")
        time.sleep(0.005)


def _judge(way: Way, disk: PowerDisk, clone: Path, aside: Path, known: int, found: Found) -> None:
    ours, theirs = FORK.Pipe()
    checker = FORK.Process(target=check, args=(way.store, disk, clone, aside, known, theirs))
    checker.start()
    theirs.close()
    try:
        lost, torn = ours.recv()
    except EOFError:
        lost, torn = known, "the check itself broke off"
    checker.join()
    if checker.exitcode:
        torn = torn or f"the check ended in code {checker.exitcode}"
    found.images += 1
    found.acknowledged += known
    found.lossy += lost > 0
    found.worst = max(found.worst, lost)
    found.torn += bool(torn)
    if torn and len(found.said) < 3:
        found.said.append(f"{way.store.name}: {torn}")


def ways(words: argparse.Namespace) -> list[Way]:
    """Ours with the whole number of images, careless ones with a few."""
    few = words.careless
    found = [
        Way(store=SqliteLogbook(name="logbook in SQLite (WAL, FULL)"), images=words.images),
        Way(store=SqliteLogbook(name="logbook, synchronous=NORMAL", synchronous="NORMAL"), images=few, careless=True),
        Way(store=SqliteLogbook(name="logbook, synchronous=OFF", synchronous="OFF"), images=few, careless=True),
        Way(store=FileSinks(name="file sink"), images=words.images),
        Way(
            store=FileSinks(name="file sink without sync of the folder", way="no folder sync"),
            images=few,
            careless=True,
            may_hold="ext4 writes a new file's name with the file's own sync; POSIX does not promise it",
        ),
        Way(
            store=FileSinks(name="write, sync, rename, no sync of the folder", way="renamed, no folder sync"),
            images=few,
            careless=True,
        ),
        Way(store=FileSinks(name="file sink without any sync", way="no sync"), images=few, careless=True),
    ]
    if words.postgres:
        off = PostgresLogbook(name="logbook in PostgreSQL, fsync=off", fsync="off")
        found.append(Way(store=PostgresLogbook(name="logbook in PostgreSQL (fsync on)"), images=words.postgres))
        found.append(Way(store=off, images=max(3, few // 4), careless=True))
    if words.until_found:
        found = [
            replace(way, until_found=True, images=3 if way.may_hold else way.images) if way.careless else way
            for way in found
        ]
    return found


def said(found: Sequence[Found]) -> tuple[list[str], bool]:
    """The section, and whether the bar is met."""
    ours = [one for one in found if not one.way.careless]
    careless = [one for one in found if one.way.careless and not one.way.may_hold]
    held, caught = all(one.held for one in ours), [one for one in careless if not one.held]
    met = held and len(caught) == len(careless)
    cut, lossy, torn = (
        sum(counts) for counts in zip(*((one.images, one.lossy, one.torn) for one in ours), strict=True)
    )
    first = (
        f"Power cut at {cut} random moments while the desk writes: {lossy} images miss something acknowledged, {torn} "
        "are torn (held against each other: seals, folded tables and journal, scores and reasons, owners, breaches): "
        f"{'met' if held else 'MISSED'}. Found out: {len(caught)} of {len(careless)} careless ways."
    )
    lines = [
        first,
        "",
        "| store | whose way | images | acknowledged in all | images with a loss | worst loss | torn |",
        "|---|---|---|---|---|---|---|",
        *(one.line for one in found),
        "",
        *(f"{one.way.store.name}: {one.way.may_hold}." for one in found if one.way.may_hold and one.held),
        *(f"TORN {text}" for one in ours for text in one.said),
    ]
    return lines, met


def main() -> None:
    """Run all; write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--postgres", type=int, default=50)
    parser.add_argument("--careless", type=int, default=24)
    parser.add_argument("--until-found", action="store_true", help="a careless way ends with its first loss")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--folder", type=Path)
    words = parser.parse_args()
    dice = random.Random(words.seed)
    with tempfile.TemporaryDirectory(dir=words.folder) as name:
        Path(name).chmod(0o755)
        try:
            found = [run(way, Path(name) / f"way{n}", dice) for n, way in enumerate(ways(words))]
        except NoPower as error:
            print(f"not proved: {error}", file=sys.stderr)
            harness.say(not_proved=str(error))
            return
    lines, met = said(found)
    harness.write_section("proof_power_loss", lines, results=words.results)
    harness.say(
        met=met,
        lossy={one.way.store.name: one.lossy for one in found},
        torn={one.way.store.name: one.torn for one in found},
    )
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
