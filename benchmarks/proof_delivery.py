"""Kills workers that deliver effects, at any moment, over a receiver that misbehaves: nothing lost, nothing done twice.

Each effect has a key; the receiver counts what it did by key. Beside it run three naive ways, which must be found out.
"""

import argparse
import hashlib
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import harness
from faulty_receiver import receiver

from bothsides.delivery import DeliveryPolicy, Effect, Message, Outcome, Post, Recipient, Secret, Sink, deliver_due
from bothsides.delivery.egress import EgressPolicy
from bothsides.delivery.journal_outbox import BEGUN, JournalOutbox
from bothsides.delivery.limits import BreakerPolicy
from bothsides.delivery.policy import WebhookPolicy
from bothsides.delivery.retry import RetryPolicy
from bothsides.delivery.templates import Template
from bothsides.delivery.webhook import WebhookSink
from bothsides.logbook import Entry, Kind, Logbook, rebuild, standing
from bothsides.logbook.upgrading import upgrade

FORK = multiprocessing.get_context("fork")
START = 1_000_000
HOUR = 3600
PER_KILL = 6
"""Effects that are added before each kill, so that there is always work to be killed in."""
_FAULTS = ("ok", "ok", "ok", "ok", "500_after", "reset_after", "503", "truncated")
POLICY = DeliveryPolicy(
    webhook={"hook": WebhookPolicy(url="https://x.test", timeout_seconds=5)},
    retry=RetryPolicy(most_attempts=1000, oldest_hours=10**6, longest_wait_hours=0.5),
    breaker=BreakerPolicy(failures=10**9),
)
WAYS = ("ours", "mark first", "a new key each time", "no key")


class NoSends:
    """There are no limits here."""

    def newest(self, who: str, rank: int, *, but: str) -> None:
        """Nothing was sent."""

    def note(self, who: str, *, key: str, at: int) -> None:
        """Nothing to keep."""


@dataclass(frozen=True, slots=True)
class WrongKey:
    """A sink that forgets what the key is for."""

    sink: Sink
    clock: Callable[[], int]
    way: str
    idempotent: bool = True

    def send(self, message: Message, *, key: str, now: int, timeout: float) -> Outcome:
        """Send it under another key at every attempt."""
        wrong = f"{key}:{self.clock()}:{os.getpid()}" if self.way == "a new key each time" else f"{time.monotonic_ns()}"
        return self.sink.send(message, key=wrong, now=now, timeout=timeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkFirst(JournalOutbox):
    """An outbox that says done before it is."""

    def begin(self, effect: Effect, *, now: int) -> bool:
        """Mark, then let act."""
        return JournalOutbox.done(self, effect, now=now)


def choose(key: str, nth: int) -> str:
    """The fault of a key: its first request may meet one, the next are answered."""
    return _FAULTS[hashlib.sha256(key.encode()).digest()[0] % len(_FAULTS)] if nth == 0 else "ok"


def serve(pipe: Connection) -> None:
    """The receiver's process: says where it listens, and at the end what it did, by subject of the effect."""
    with receiver(choose) as running:
        pipe.send(running.url)
        pipe.recv()
        pipe.send((dict(running.effects), running.requests.total(), sorted(running.naive_effects)))


def work(path: Path, url: str, way: str, now: Any) -> None:
    """A worker: delivers until it is killed."""

    def clock() -> int:
        return int(now.value)

    hook: Sink = WebhookSink(
        url=Secret("proof", url), secrets=(Secret("proof", "s"),), egress=EgressPolicy(allow_hosts=("127.0.0.1",))
    )
    sink = WrongKey(hook, clock, way) if way in ("a new key each time", "no key") else hook
    post = Post(policy=POLICY, sinks={"hook": sink}, sends=NoSends(), people=_nobody, template=_no_letter)
    logbook = Logbook.open(path)
    outbox = MarkFirst(logbook=logbook) if way == "mark first" else JournalOutbox(logbook=logbook)
    while True:
        if not deliver_due(outbox, post, clock=clock, most=5).handled:
            time.sleep(0.005)


def _nobody(address: str) -> Recipient:
    raise LookupError(address)


def _no_letter(name: str) -> Template:
    raise LookupError(name)


@dataclass(slots=True, kw_only=True)
class Found:
    """What a run of one way came to."""

    way: str
    kills: int = 0
    in_flight: int = 0
    asked: int = 0
    requests: int = 0
    lost: int = 0
    doubled: int = 0
    broken: list[str] = field(default_factory=list)
    effects: Mapping[str, int] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """One row of the table."""
        figures = (self.way, self.kills, self.in_flight, self.asked, self.requests, self.lost, self.doubled)
        return f"| {' | '.join(map(str, figures))} |"


def run(folder: Path, way: str, kills: int, seed: int) -> Found:
    """Deliver under kills, then in peace until nothing waits, then count at the receiver."""
    found, dice = Found(way=way), random.Random(seed)
    path, now = folder / f"{way.replace(' ', '_')}.sqlite", FORK.Value("q", START, lock=False)
    logbook = Logbook.open(path)
    upgrade(logbook)
    logbook.close()
    ours, theirs = FORK.Pipe()
    server = FORK.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    theirs.close()
    url = ours.recv()
    try:
        for _ in range(kills):
            _ask(path, found, now.value)
            worker = FORK.Process(target=work, args=(path, url, way, now), daemon=True)
            worker.start()
            time.sleep(dice.uniform(0.02, 0.2))
            os.kill(worker.pid or 0, signal.SIGKILL)
            worker.join()
            found.kills += 1
            found.in_flight += _count(path, "last_error = ? AND claimed_until > ?", BEGUN, now.value) > 0
            now.value += HOUR
        worker = FORK.Process(target=work, args=(path, url, way, now), daemon=True)
        worker.start()
        ends = time.monotonic() + 60 + kills
        while _count(path, "state = ?", "waiting") and time.monotonic() < ends:
            time.sleep(0.1)
            now.value += 600
        os.kill(worker.pid or 0, signal.SIGKILL)
        worker.join()
        ours.send("stop")
        effects, found.requests, bodies = ours.recv()
    finally:
        server.terminate()
        server.join()
    _judge(path, found, effects, bodies)
    return found


def _ask(path: Path, found: Found, now: int) -> None:
    logbook = Logbook.open(path)
    entries = []
    for _ in range(PER_KILL):
        found.asked += 1
        data = {"effect": f"e{found.asked}", "action": "sla_breach", "sink": "hook", "payload": {"data": {}}}
        entries.append(Entry(kind=Kind.EFFECT_REQUESTED, subject=f"lead-{found.asked}", at=now, data=data))
    with logbook.writing() as book:
        book.post(entries, now=now)
    logbook.close()


def _count(path: Path, where: str, *values: object) -> int:
    logbook = Logbook.open(path)
    with logbook.reading() as book:
        row = book.one(f"SELECT count(*) FROM outbox WHERE {where}", *values)
    logbook.close()
    return int(row[0]) if row else 0


def _judge(path: Path, found: Found, effects: Mapping[str, int], bodies: list[str]) -> None:
    """Lost: an effect whose body never came. Doubled: more keys did something than effects were asked for."""
    found.lost = found.asked - len(bodies)
    found.doubled = sum(effects.values()) - len(bodies)
    if found.way == "ours":
        found.doubled += len(Counter(effects)) - len(set(effects) & {f"e{n}" for n in range(1, found.asked + 1)})
        states = {state for (state,) in _rows(path)}
        if states != {"done"}:
            found.broken.append(f"states {sorted(states)}")
        logbook = Logbook.open(path)
        with logbook.writing() as book:
            stood = standing(book)["outbox"]
            rebuild(book)
            if standing(book)["outbox"] != stood:
                found.broken.append("the journal tells another story than the outbox")
        logbook.close()


def _rows(path: Path) -> list[tuple[str]]:
    logbook = Logbook.open(path)
    with logbook.reading() as book:
        rows = book.all("SELECT DISTINCT state FROM outbox")
    logbook.close()
    return [(str(row[0]),) for row in rows]


def main() -> None:
    """Run ours and the naive ways; write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--naive-kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = [run(Path(name), way, words.kills if way == "ours" else words.naive_kills, words.seed) for way in WAYS]
    ours, naive = found[0], found[1:]
    held = not ours.lost and not ours.doubled and not ours.broken
    caught = [way.way for way in naive if way.lost or way.doubled]
    share = ours.in_flight / ours.kills if ours.kills else 0.0
    said = (
        f"Delivery under {ours.kills} kills (SIGKILL at a random moment; half of the effects meet a fault at their "
        f"first request): {ours.lost} lost, {ours.doubled} done twice: {'met' if held else 'MISSED'}. "
        f"{share:.0%} of the kills hit a send between its beginning and its mark. "
        f"Found out: {len(caught)} of {len(naive)} naive ways."
    )
    lines = [
        said,
        "",
        "| way | kills | with a send in flight | effects | requests | lost | done twice |",
        "|---|---|---|---|---|---|---|",
        *(way.line for way in found),
        *(f"BROKEN: {text}" for text in ours.broken),
    ]
    harness.write_section("proof_delivery", lines, results=words.results)
    harness.say(lost=ours.lost, doubled=ours.doubled, in_flight=ours.in_flight, caught=caught, broken=ours.broken)
    sys.exit(0 if held and len(caught) == len(naive) else 1)


if __name__ == "__main__":
    main()
