"""Claim-and-assign by many processes at once, and a sweep over a million open clocks, one in a hundred due."""

import argparse
import gc
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Literal

import desk_queue
import harness

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.clockwork import start_clocks
from bothsides.leads.desk.considering import assigned
from bothsides.leads.desk.draining import drain_pool
from bothsides.leads.desk.standing import waiting_leads
from bothsides.leads.desk.turns import read_turns
from bothsides.leads.route import route_in_pool
from bothsides.logbook import Entry, Kind, Logbook, advance, alone, seal
from bothsides.schedule import tick
from bothsides.schema.instant import instant
from bothsides.workspace import Workspace

FORK = multiprocessing.get_context("fork")
BATCH = 50
Way = Literal["turns", "batches", "naive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What a round of workers came to."""

    leads: int
    workers: int
    seconds: float
    cpu: float
    twice: int
    left: int
    spread: int
    miscounted: int
    """Members whose load is not the number of leads they were given."""

    @property
    def rate(self) -> float:
        """Leads a second on the wall."""
        return self.leads / self.seconds


def work(
    agreed: Agreed, address: Path | str, schema: str, number: int, way: Way, start: Barrier, done: Barrier
) -> None:
    """A worker: goes from pool to pool until none waits, by turns as a round of the desk does, with a lock for each
    batch alone, or naively, looking first and writing then."""
    opened = desk_queue.opened_at(address, schema)
    pools = list(agreed.routing.pools)
    with opened.reading() as book:
        book.one("SELECT 1")
    start.wait()
    for place in range(len(pools)):
        pool = pools[(number + place) % len(pools)]
        with alone(opened, f"drain {pool}") if way == "turns" else nullcontext():
            while (naive_batch if way == "naive" else batch)(opened, agreed, pool):
                pass
    done.wait()
    opened.close()


def batch(opened: Logbook, agreed: Agreed, pool: str) -> int:
    """One batch of a pool; how many leads were looked at."""
    with opened.writing() as book:
        return drain_pool(book, agreed, pool, now=desk_queue.NOW, limit=BATCH).seen


def naive_batch(opened: Logbook, agreed: Agreed, pool: str) -> int:
    """Looks who waits and whose turn it is, then writes: what others wrote in between is not seen."""
    with opened.reading() as book:
        leads = waiting_leads(book, pool, pool, limit=BATCH)
        turns = read_turns(book, agreed, desk_queue.NOW)
    entries: list[Entry] = []
    for lead in leads:
        decision = route_in_pool(agreed.routing, agreed.routing.pools[pool], lead.lead_id, turns, desk_queue.NOW)
        entries += assigned(agreed, lead, lead.facts, decision, turns, desk_queue.NOW)
    with opened.writing() as book:
        book.post(entries, now=desk_queue.NOW)
    return len(leads)


def share(
    folder: Path,
    address: Path | str,
    *,
    leads: int,
    workers: int,
    pools: tuple[str, ...],
    terms: bool,
    way: Way = "turns",
) -> Shared:
    """The leads shared by the workers, from the moment all are ready to the moment none waits."""
    schema = f"bench_sweep_{os.getpid()}"
    made = desk_queue.workspace(folder, pools=pools, terms=terms)
    with desk_queue.logbook(address, schema) as opened:
        agreed = desk_queue.agreed(made, opened)
        assert set(agreed.routing.pools) == set(pools)
        desk_queue.fill(opened, leads, pools=pools)
        opened.engine.dispose()
        start, done = FORK.Barrier(workers + 1), FORK.Barrier(workers + 1)
        crowd = [
            FORK.Process(target=work, args=(agreed, address, schema, number, way, start, done))
            for number in range(workers)
        ]
        for one in crowd:
            one.start()
        start.wait()
        begun, used = time.monotonic(), children()
        done.wait()
        seconds = time.monotonic() - begun
        for one in crowd:
            one.join()
        return judged(opened, leads, workers, seconds, children() - used)


def children() -> float:
    """CPU-seconds of the processes that ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def judged(opened: Logbook, leads: int, workers: int, seconds: float, cpu: float) -> Shared:
    """Counted in the journal, not in what the workers say."""
    with opened.reading() as book:
        twice = book.one(
            "SELECT count(*) FROM (SELECT subject FROM entries WHERE kind = 'assigned' GROUP BY subject"
            " HAVING count(*) > 1) AS again"
        )
        left = book.one("SELECT count(*) FROM leads WHERE owner IS NULL OR queue IS NOT NULL")
        counts = book.all("SELECT pool, member, count(*) FROM assignments GROUP BY pool, member")
        loads = dict(book.all("SELECT member, open_leads FROM members"))
    by_pool: dict[str, list[int]] = {}
    for pool, _, n in counts:
        by_pool.setdefault(pool, []).append(n)
    assert twice is not None
    assert left is not None
    return Shared(
        leads=leads,
        workers=workers,
        seconds=seconds,
        cpu=cpu,
        twice=int(twice[0]),
        left=int(left[0]),
        spread=max(max(numbers) - min(numbers) for numbers in by_pool.values()),
        miscounted=sum(loads[member] != n for _, member, n in counts),
    )


STARTED = (instant(datetime(2026, 3, 31, 8, 0, tzinfo=UTC)), instant(datetime(2026, 3, 31, 16, 0, tzinfo=UTC)))
"""When the clocks began that are due, and all others."""
SWEPT_AT = instant(datetime(2026, 4, 1, 8, 20, tzinfo=UTC))
"""Five minutes after the first touch of the first was due; nothing of the others is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep found, counted in the journal."""

    clocks: int
    due: int
    workers: int
    seconds: float
    cpu: float
    breached: int
    escalated: int
    twice: int


def clocks(opened: Logbook, agreed: Agreed, count: int, due: int) -> int:
    """Leads with three open clocks each, of which the first of `due` leads is due; how many clocks there are."""
    made = 0
    for start in range(0, count // 3, 2_000):
        entries: list[Entry] = []
        for number in range(start, min(start + 2_000, count // 3)):
            lead, at = desk_queue.lead_id(number), STARTED[number >= due]
            fields = {"side": "buyer", "company": f"Company {number}", "deal_size": 1000 + number % 500}
            data = {"side": "buyer", "source": "web-form", "fields": fields, "received_at": at}
            entries.append(Entry(kind=Kind.LEAD_RECEIVED, subject=lead, at=at, data=data, key=f"{lead}:received"))
            owner = f"pool0-{number % desk_queue.MEMBERS}"
            begun = start_clocks(agreed, "assigned", lead, fields, at, key=str(at), owner=owner)
            made += len(begun)
            entries += begun
        with opened.writing() as book:
            book.post(entries, now=STARTED[1])
    with opened.writing() as book:
        seal(book, now=STARTED[1])
        # All touches are known, so that what is overdue is breached at once and not after its grace.
        advance(book, "touches:all", SWEPT_AT)
    desk_queue.analyse(opened)
    return made


def go_round(made: Workspace, agreed: Agreed, address: Path | str, schema: str, start: Barrier, done: Barrier) -> None:
    """A worker: one round of the desk."""
    opened = desk_queue.opened_at(address, schema)
    start.wait()
    tick(made, opened, agreed, now=SWEPT_AT, timetable=(), batch=SWEEP_BATCH)
    done.wait()
    opened.close()


SWEEP_BATCH = 500


def sweep(folder: Path, address: Path | str, *, count: int, workers: int) -> Swept:
    """One round over the clocks, one in a hundred due, by so many processes."""
    schema, due = f"bench_sweep_{os.getpid()}", count // 100
    made = desk_queue.workspace(folder, pools=("pool0",), terms=True)
    with desk_queue.logbook(address, schema) as opened:
        agreed = desk_queue.agreed(made, opened)
        there = clocks(opened, agreed, count, due)
        opened.engine.dispose()
        used = children()
        start, done = FORK.Barrier(workers + 1), FORK.Barrier(workers + 1)
        crowd = [
            FORK.Process(target=go_round, args=(made, agreed, address, schema, start, done)) for _ in range(workers)
        ]
        for one in crowd:
            one.start()
        start.wait()
        begun = time.monotonic()
        done.wait()
        seconds = time.monotonic() - begun
        for one in crowd:
            one.join()
        cpu = children() - used
        with opened.reading() as book:
            rows = book.all(
                "SELECT kind, count(*), count(DISTINCT subject) FROM entries WHERE kind IN ('breached', 'escalated')"
                " GROUP BY kind ORDER BY kind"
            )
    found = {kind: (number, subjects) for kind, number, subjects in rows}
    return Swept(
        clocks=there,
        due=due,
        workers=workers,
        seconds=seconds,
        cpu=cpu,
        breached=found.get("breached", (0, 0))[1],
        escalated=found.get("escalated", (0, 0))[1],
        twice=sum(number - subjects for number, subjects in found.values()),
    )


def main() -> int:
    """Both benchmarks on both databases; write the section. 1 where something was done twice or not at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000, help="shared on PostgreSQL; a fifth of them on SQLite")
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3, help="of claim-and-assign; the best counts")
    parser.add_argument("--only", choices=["assign", "sweep"], help="one of the two")
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    url = os.environ.get("BOTHSIDES_PG_URL")
    lines, wrong = [], 0
    with tempfile.TemporaryDirectory() as name:
        if words.only != "sweep":
            told, failed = assign_all(Path(name), url, words.leads, words.rounds)
            lines, wrong = lines + told, wrong + failed
        if words.only != "assign":
            told, failed = sweep_all(Path(name), url, words.clocks)
            lines, wrong = [*lines, "", *told], wrong + failed
    if url is None:
        lines.append("- PostgreSQL was not asked: BOTHSIDES_PG_URL is not set")
    harness.write_section("Claim and assign, and the sweep", lines, results=words.results)
    harness.say(wrong=wrong)
    return 1 if wrong else 0


ASSIGN = """Leads that wait in the queues of pools, shared by processes in batches of 50; each batch is one
transaction with a line of the journal and all folded rows for each lead. As in a round of the desk, one process at a
time gives from a pool and the others wait to look after it; "every batch for itself" leaves that to each batch's locks.
The best of the rounds counts, all are checked. CPU-s are those of the processes without the database; the spread is
within a pool."""
SWEEP = """One round of `bothsides tick` over open clocks, one in a hundred overdue: warned, at risk, breached, and the
first step of the ladder taken, with its messages put into the outbox."""


def assign_all(folder: Path, url: str | None, leads: int, rounds: int) -> tuple[list[str], int]:
    """The rows of claim-and-assign, and how many runs were wrong."""
    plans: list[tuple[str, str | None, int, int, int, bool, Way, int | None]] = [
        ("PostgreSQL, two pools", url, leads, 16, 2, False, "turns", 10_000),
        ("PostgreSQL, two pools, every batch for itself", url, leads, 16, 2, False, "batches", None),
        ("PostgreSQL, one pool", url, leads, 16, 1, False, "turns", None),
        ("PostgreSQL, two pools, the demo's clocks and decay", url, leads // 5, 16, 2, True, "turns", None),
        ("SQLite, two pools", None, leads // 5, 8, 2, False, "turns", 3_000),
    ]
    lines = [
        ASSIGN,
        "",
        "| where | leads | processes | leads/s, best | rounds | CPU-s | given twice | left | spread | bar |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    wrong = 0
    for called, address, count, workers, pools, terms, way, bar in plans:
        if address is None and called.startswith("PostgreSQL"):
            continue
        runs = []
        for turn in range(rounds):
            place = folder / f"{len(lines)}-{turn}"
            place.mkdir()
            names = tuple(f"pool{n}" for n in range(pools))
            at = address or place / "logbook.sqlite"
            runs.append(share(place / "ws", at, leads=count, workers=workers, pools=names, terms=terms, way=way))
        best = max(runs, key=lambda run: run.rate)
        faults = [run for run in runs if run.twice or run.left or run.spread > 1 or run.miscounted]
        wrong += len(faults)
        met = "" if bar is None else f"{bar:,}/s: {'met' if best.rate >= bar else 'MISSED'}"
        lines.append(
            f"| {called} | {count:,} | {workers} | {best.rate:,.0f} | "
            f"{', '.join(f'{run.rate:,.0f}' for run in runs)} | {best.cpu:.1f} | {max(r.twice for r in runs)} | "
            f"{max(r.left for r in runs)} | {max(r.spread for r in runs)} | {met} |"
        )
    place = folder / "naive"
    place.mkdir()
    at, count = place / "logbook.sqlite", min(leads, 4_000)
    naive = share(place / "ws", at, leads=count, workers=8, pools=("pool0",), terms=False, way="naive")
    wrong += naive.twice == 0
    said = "Who looks first and writes then, without a lock, fails the same checks"
    lines += ["", f"- {said}: {naive.twice:,} of {count:,} leads given twice, {naive.miscounted} loads miscounted."]
    return lines, wrong


def sweep_all(folder: Path, url: str | None, count: int) -> tuple[list[str], int]:
    """The rows of the sweep, and how many runs were wrong."""
    lines = [
        SWEEP,
        "",
        "| where | open clocks | due | processes | seconds | CPU-s | breached | escalated | twice | bar |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    wrong = 0
    for called, address, workers in (("PostgreSQL", url, 2), ("SQLite", None, 1)):
        if address is None and called == "PostgreSQL":
            continue
        place = folder / f"sweep-{called}"
        place.mkdir()
        found = sweep(place / "ws", address or place / "logbook.sqlite", count=count, workers=workers)
        once = found.breached == found.due == found.escalated and not found.twice
        wrong += not once
        met = f"10 s: {'met' if found.seconds < 10 and once else 'MISSED'}"
        lines.append(
            f"| {called} | {found.clocks:,} | {found.due:,} | {workers} | {found.seconds:.1f} | {found.cpu:.1f} | "
            f"{found.breached:,} | {found.escalated:,} | {found.twice} | {met} |"
        )
    return lines, wrong


if __name__ == "__main__":
    gc.set_threshold(50_000, 20, 50)  # as the command line does
    sys.exit(main())
