"""Copies of the logbook made while the desk writes, bytes changed in it, and a quarter whose lines must explain it.

Copies: each is verified, and must hold everything acknowledged before it began. Beside it runs the careless way, which
copies the file. Bytes: each change must be found, and where. The quarter: every score the sum of its reasons, every
owner whom the lines gave the lead to, every breach one line.
"""

import argparse
import multiprocessing
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import harness
from changed_bytes import change_a_byte
from desk_queue import drop
from power_stores import EXAMPLE, at_the_desk, look_over
from sqlalchemy.exc import DatabaseError

from bothsides.leads.desk.opening import open_desk
from bothsides.leads.rehearsal import rehearse
from bothsides.logbook import Logbook
from bothsides.logbook.copying import copy
from bothsides.logbook.upgrading import upgrade
from bothsides.logbook.verifying import Verified, verify
from bothsides.schema.instant import HOUR
from bothsides.simulate.desk import quarter
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

FORK = multiprocessing.get_context("fork")
SCHEMA = "proof_logbook"
PAUSE = 0.1
"""Seconds of writing before each copy."""


@dataclass(slots=True, kw_only=True)
class Copies:
    """How the copies of one way came out."""

    way: str
    made: int = 0
    whole: int = 0
    leads: int = 0
    seconds: float = 0.0
    written: int = 0
    """Leads that were taken while the copies were made."""
    said: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """One row of the table."""
        each = self.seconds / self.made if self.made else 0.0
        return f"| {self.way} | {self.made} | {self.whole} | {self.leads} | {self.written} | {each:.2f} s |"


def work(opened: Callable[[], Logbook], aside: Path, acknowledged: Any) -> None:
    """The writer's process."""
    for number in at_the_desk(opened(), aside):
        acknowledged.value = number


@contextmanager
def writing(opened: Callable[[], Logbook], aside: Path) -> Iterator[Any]:
    """Leads come in one by one, and the desk goes round, until the end; yields the number acknowledged."""
    logbook = opened()
    upgrade(logbook, schema=SCHEMA if logbook.dialect == "postgresql" else None)
    logbook.close()
    acknowledged = FORK.Value("q", 0, lock=False)
    writer = FORK.Process(target=work, args=(opened, aside, acknowledged), daemon=True)
    writer.start()
    try:
        while not acknowledged.value and writer.is_alive():
            time.sleep(0.01)
        yield acknowledged
    finally:
        writer.kill()
        writer.join()


def copies(way: str, opened: Callable[[], Logbook], folder: Path, count: int, make: Callable[[Path], object]) -> Copies:
    """Copy after copy while the desk writes; each is looked over."""
    found = Copies(way=way)
    folder.mkdir()
    with writing(opened, folder) as acknowledged:
        for number in range(count):
            time.sleep(PAUSE)
            known, path = int(acknowledged.value), folder / f"copy{number}.sqlite"
            began = time.perf_counter()
            make(path)
            found.seconds += time.perf_counter() - began
            found.written += int(acknowledged.value) - known
            try:
                lost, torn = look_over(Logbook.open(path), known)
            except (sqlite3.DatabaseError, DatabaseError) as error:
                lost, torn = known, str(error).splitlines()[0]
            found.made += 1
            found.leads = known
            found.whole += not lost and not torn
            if (lost or torn) and len(found.said) < 3:
                found.said.append(f"{way}: {lost} leads missing {torn}")
            path.unlink()
    return found


def all_copies(folder: Path, words: argparse.Namespace) -> list[Copies]:
    """From a file, from PostgreSQL where there is one, and by copying the file."""
    path, naive = folder / "live.sqlite", folder / "naive.sqlite"
    found = [
        copies("from SQLite", lambda: Logbook.open(path), folder / "a", words.copies, lambda to: _copied(path, to)),
        copies(
            "careless: the file copied",
            lambda: Logbook.open(naive),
            folder / "b",
            words.copies,
            lambda to: shutil.copyfile(naive, to),
        ),
    ]
    if url := os.environ.get("BOTHSIDES_PG_URL"):

        def opened() -> Logbook:
            return Logbook.open(url, schema=SCHEMA)

        live = opened()
        drop(live, SCHEMA)
        try:
            found.insert(1, copies("from PostgreSQL", opened, folder / "c", words.copies, lambda to: copy(live, to)))
        finally:
            drop(live, SCHEMA)
            live.close()
    return found


def _copied(path: Path, to: Path) -> None:
    logbook = Logbook.open(path)
    copy(logbook, to)
    logbook.close()


def rehearsed(folder: Path, leads_per_week: int) -> Logbook:
    """A simulated quarter under the example agreement."""
    workspace = Workspace.create(folder, Settings(name="fixwell", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    told = quarter(7, leads_per_week=leads_per_week)
    logbook = open_logbook(workspace, {}, create=True)
    rehearse(logbook, open_desk(workspace, logbook, now=told.opens_at), told, tick=HOUR)
    return logbook


def changed(whole: Path, folder: Path, count: int, seed: int) -> tuple[int, list[str]]:
    """How many changes of a byte were found where they are, and those that were not."""
    dice, damaged, missed = random.Random(seed), folder / "damaged.sqlite", []
    for _ in range(count):
        shutil.copyfile(whole, damaged)
        with closing(sqlite3.connect(damaged)) as con:
            table, seq, told = change_a_byte(con, dice)
        logbook = Logbook.open(damaged)
        found = verify(logbook)
        logbook.close()
        if found.is_whole or not _named(found, table, seq):
            missed.append(told)
    return count - len(missed), missed


def _named(found: Verified, table: str, seq: int) -> bool:
    if table == "entries":
        return seq in found.unreadable or any(one.after_seq < seq <= one.last_seq for one in found.broken)
    return bool(found.broken) if table == "seals" else table in {one.table for one in found.differing or ()}


def _of_copies(told: list[Copies], ours: list[Copies], naive: Copies) -> list[str]:
    whole, made = sum(one.whole for one in ours), sum(one.made for one in ours)
    said = (
        f"Copies made while the desk writes: {whole} of {made} whole, checksum equal: "
        f"{'met' if whole == made else 'MISSED'}. Of files copied as they lie {naive.made - naive.whole} "
        f"of {naive.made} are not whole."
    )
    return [
        said,
        "",
        "| way | copies | whole and complete | leads at the end | leads taken meanwhile | each took |",
        "|---|---|---|---|---|---|",
        *(one.line for one in told),
        "",
    ]


def _of_bytes(caught: int, count: int, missed: list[str]) -> list[str]:
    said = (
        f"Bytes changed in rows of the journal, the seals and the folded tables: {caught} of {count} found, and where: "
        f"{'met' if not missed else 'MISSED'}."
    )
    return [said, *(f"NOT FOUND {text}" for text in missed[:3]), ""]


def _of_quarter(found: Verified, took: float) -> list[str]:
    kinds = found.kinds
    said = (
        f"A quarter explained by its lines ({found.lines:,} lines, {kinds['scored']:,} scores, {kinds['assigned']:,} "
        f"assignments, {kinds['breached']} breaches of which {kinds.get('breach_reversed', 0)} taken back): "
        f"{len(found.unexplained or ())} things unexplained, all whole: {'met' if found.is_whole else 'MISSED'}. "
        f"`logbook verify --deep` took {took:.1f} CPU-s."
    )
    return [said]


def main() -> None:
    """All three; write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--leads-per-week", type=int, default=100)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = all_copies(folder, words)
        small = rehearsed(folder / "small", 10)
        whole = copy(small, folder / "whole.sqlite").path
        caught, missed = changed(whole, folder, words.changes, words.seed)
        logbook = rehearsed(folder / "quarter", words.leads_per_week)
        began = harness.cpu_seconds()
        found = verify(logbook, deep=True)
        took = harness.cpu_seconds() - began
    ours = [one for one in told if not one.way.startswith("careless")]
    (naive,) = (one for one in told if one not in ours)
    held = all(one.whole == one.made for one in ours)
    lines = [
        *_of_copies(told, ours, naive),
        *_of_bytes(caught, words.changes, missed),
        *_of_quarter(found, took),
        *(f"NOT WHOLE {text}" for one in ours for text in one.said),
    ]
    harness.write_section("proof_logbook", lines, results=words.results)
    harness.say(
        copies=[one.whole for one in ours],
        naive_whole=naive.whole,
        caught=caught,
        missed=missed[:3],
        is_whole=found.is_whole,
        unexplained=len(found.unexplained or ()),
    )
    sys.exit(0 if held and not missed and found.is_whole and naive.whole < naive.made else 1)


if __name__ == "__main__":
    main()
