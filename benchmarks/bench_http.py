"""Leads one by one over HTTP with a durable commit each, on the workload of the peers: CPU of the server, latencies.

The server is a process of its own; its CPU-seconds are user plus system time, on PostgreSQL those of its database
processes too. Requests bear an Idempotency-Key, as a careful sender's do.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median

import harness
import psycopg
from desk_workload import NOW, prepared
from sqlalchemy.schema import DropSchema

from bothsides.logbook import Logbook
from bothsides.logbook.upgrading import upgrade
from bothsides.web.serving import run
from bothsides.web.standing_desk import StandingDesk
from bothsides.workspace import Settings, Workspace

BAR, STRETCH, P99_MS, PEERS = 200, 400, 20, "12 to 25"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PAGE = "Lead desk over HTTP"


def serve(folder: Path, store: str, schema: str, n_history: int, n_new: int) -> None:
    """The server's process: the workload's history in an empty logbook, then calls; prints its address."""
    if store == "sqlite":
        logbook = Logbook.open(folder / "logbook.sqlite")
        upgrade(logbook)
    else:
        logbook = Logbook.open(f"{store}?application_name={schema}", schema=schema)
        upgrade(logbook, schema=schema)
    ready = prepared(logbook, n_history=n_history, n_new=n_new)
    (folder / "leads.jsonl").write_text("\n".join(json.dumps({**one, "source": "web-form"}) for one in ready.raw))
    workspace = Workspace.create(folder / "bench", Settings(name="bench", currency="EUR"))
    workspace.agreement_dir.mkdir(exist_ok=True)
    desk = StandingDesk(workspace=workspace, logbook=logbook, clock=lambda: NOW, read=lambda _, __, ___: ready.agreed)
    desk.open()
    run(desk, "127.0.0.1", 0, started=lambda address: print(json.dumps({"address": address}), flush=True))


class Caller:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __aenter__(self) -> "Caller":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def post(self, body: bytes) -> float:
        """Milliseconds until the answer was there; it must be 2xx."""
        begin = time.perf_counter()
        head = (
            "POST /api/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: {uuid.uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        said = await self.reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 20"):
            raise RuntimeError(said.decode())
        return (time.perf_counter() - begin) * 1000


async def at_full_speed(port: int, bodies: Sequence[bytes], callers: int) -> list[float]:
    """Each caller sends its next lead when the one before is answered."""
    waiting = iter(bodies)

    async def calls() -> list[float]:
        async with Caller(port) as caller:
            return [await caller.post(body) for body in waiting]

    return [ms for found in await asyncio.gather(*(calls() for _ in range(callers))) for ms in found]


async def at_a_rate(port: int, bodies: Sequence[bytes], rate: int) -> list[float]:
    """A lead every 1/rate seconds, whether those before are answered or not; time counts from when it was due."""
    free: list[Caller] = []
    begin = time.perf_counter() + 0.2

    async def call(place: int, body: bytes) -> float:
        due = begin + place / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        caller = free.pop() if free else await Caller(port).__aenter__()
        await caller.post(body)
        free.append(caller)
        return (time.perf_counter() - due) * 1000

    return await asyncio.gather(*(call(place, body) for place, body in enumerate(bodies)))


def cpu_of(pid: int) -> float:
    """User plus system seconds of a process; 0 for one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


class Served:
    """A server under way and what it has used."""

    def __init__(self, store: str, folder: Path, leads: int, history: int) -> None:
        self.store, self.schema = store, f"bench_{uuid.uuid4().hex[:12]}"
        words = ["--part", store, "--folder", str(folder), "--schema", self.schema]
        words += ["--leads", str(leads), "--history", str(history)]
        self.process = subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(json.loads(self.process.stdout.readline())["address"].rpartition(":")[2])
        self.bodies = [line.encode() for line in (folder / "leads.jsonl").read_text().splitlines()]

    def backends(self) -> list[int]:
        """The database processes that work for it."""
        if self.store == "sqlite":
            return []
        with psycopg.connect(self.store) as con:
            rows = con.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", (self.schema,))
            return [pid for (pid,) in rows]

    def measured(self, work: Callable[[], Awaitable[list[float]]], n: int) -> dict[str, float]:
        """Leads per CPU-second and wall second, and the times of the answers."""
        pids, begin = [self.process.pid, *self.backends()], time.perf_counter()
        before = {pid: cpu_of(pid) for pid in pids}
        times = sorted(asyncio.run(_awaited(work)))
        wall = time.perf_counter() - begin
        cpu = sum(cpu_of(pid) - was for pid, was in before.items())
        p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
        return {"cpu": n / cpu, "wall": n / wall, "p50": median(times), "p99": p99}

    def end(self) -> None:
        """Stops it and drops what it wrote."""
        self.process.terminate()
        self.process.wait(30)
        if self.store != "sqlite":
            logbook = Logbook.open(self.store, schema=self.schema)
            with logbook.engine.connect() as con, con.begin():
                con.execute(DropSchema(self.schema, cascade=True))
            logbook.close()


async def _awaited(work: Callable[[], Awaitable[list[float]]]) -> list[float]:
    return await work()


def disk_ms(n: int = 200) -> tuple[float, float]:
    """The p50 and p99 of an append of 4 kB that is made durable: what the disk alone asks for each answer."""
    times = []
    with tempfile.TemporaryFile(buffering=0) as file:
        for _ in range(n):
            begin = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            times.append((time.perf_counter() - begin) * 1000)
    return median(times), sorted(times)[int(0.99 * n)]


def measure(store: str, leads: int, history: int, seconds: int) -> dict[str, dict[str, float]]:
    """The three ways of sending, over one database."""
    with tempfile.TemporaryDirectory() as folder:
        served = Served(store, Path(folder), 2 * leads + 100 * seconds + 100, history)
        try:
            bodies, port = served.bodies, served.port
            asyncio.run(at_full_speed(port, bodies[:100], 2))
            alone, many = bodies[100 : 100 + leads], bodies[100 + leads : 100 + 2 * leads]
            paced = bodies[100 + 2 * leads : 100 + 2 * leads + 100 * seconds]
            return {
                "one caller": served.measured(lambda: at_full_speed(port, alone, 1), len(alone)),
                "16 callers": served.measured(lambda: at_full_speed(port, many, 16), len(many)),
                "100 a second": served.measured(lambda: at_a_rate(port, paced, 100), len(paced)),
            }
        finally:
            served.end()


def compare(leads: int, history: int, seconds: int, results: Path) -> None:
    """Measure over both databases and write the results."""
    stores = {"SQLite": "sqlite"}
    if url := os.environ.get("BOTHSIDES_PG_URL"):
        stores["PostgreSQL"] = url
    lines = [
        f"{leads:,} leads each over {history:,} closed ones and 10,000 accounts, 8 reps in 2 teams: each lead is",
        "matched, scored, routed and clocked and durable before its answer. Other systems on the same workload do",
        f"{PEERS} leads a CPU-s one by one (they also do permissions and chatter).",
        "",
        "| database | sent by | leads a CPU-s | leads a second | p50 ms | p99 ms |",
        "|---|---|---|---|---|---|",
    ]
    for name, store in stores.items():
        found = measure(store, leads, history, seconds)
        lines += [
            f"| {name} | {way} | {one['cpu']:,.0f} | {one['wall']:,.0f} | {one['p50']:.1f} | {one['p99']:.1f} |"
            for way, one in found.items()
        ]
        if store == "sqlite":
            rate, p99 = found["one caller"]["cpu"], found["100 a second"]["p99"]
            verdicts = [
                "",
                f"- SQLite, one by one: {rate:,.0f} leads a CPU-s, bar {BAR} (stretch {STRETCH}): "
                + ("met" if rate >= BAR else "MISSED"),
                f"- SQLite, p99 at 100 a second: {harness.verdict(p99, P99_MS, ' ms')}",
            ]
    half, most = disk_ms()
    load = f"{os.getloadavg()[1]:.1f} processes on average wanted the {os.cpu_count()} CPUs"
    beside = [
        f"- While it ran, {load}, its own among them.",
        f"- The disk alone, 4 kB made durable: p50 {half:.1f} ms, p99 {most:.1f} ms; an answer waits for one.",
    ]
    harness.write_section(PAGE, [*lines, *verdicts, *beside], results=results)


def main() -> int:
    """Run the server in a process of its own and call it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=2000)
    parser.add_argument("--history", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--schema", default="", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.part:
        serve(words.folder, words.part, words.schema, words.history, words.leads)
        return 0
    compare(words.leads, words.history, words.seconds, words.results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
