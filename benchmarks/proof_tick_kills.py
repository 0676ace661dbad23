"""Kills workers of the desk at any moment while leads come, clocks run out and messages go: the outcome is the same.

Compared with a run that nobody disturbed; messages are counted at a receiver that knows keys. Naive ways of doing the
same work run beside it under the same checks, which must find each of them out.
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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import desk_queue
import desk_story as story
import harness
from faulty_receiver import receiver

from bothsides.delivery import Effect, Message, Outcome, Sink
from bothsides.delivery.journal_outbox import JournalOutbox
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.considering import consider
from bothsides.leads.desk.effects import notice
from bothsides.leads.desk.happenings import Touched, record
from bothsides.leads.desk.looking import look
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.desk.standing import leads_by_id
from bothsides.leads.desk.taking import take
from bothsides.leads.desk.turns import read_turns
from bothsides.logbook import Book, Entry, Kind, Logbook, Timer, advance, claim, rebuild, standing, unset, watermarks
from bothsides.schedule import Sending, sending, tick
from bothsides.schema.instant import Instant
from bothsides.workspace import Workspace

FORK = multiprocessing.get_context("fork")
# Without locks: who is killed would hold one for ever.
BUSY: Any = FORK.Value("b", 0, lock=False)
"""Whether the worker has a transaction open or a message under way."""
READY: Any = FORK.Value("b", 0, lock=False)
"""Whether the worker has its logbook open."""
_FAULTS = ("ok", "ok", "ok", "ok", "ok", "500_after", "reset_after", "503")
WAYS: Mapping[str, str] = {
    "ours": "",
    "looks at what fell due since the last run": "state",
    "takes the timer away, then does the work": "state",
    "writes the lead, then considers it": "state",
    "marks a message as sent, then sends it": "effects",
    "a message has a new key at each attempt": "effects",
    "a message has no key": "effects",
    "a lead has a new id at each attempt": "counts",
    "a touch has no name": "counts",
}
"""Each way, and which check finds it out."""
COUNTED = ("lead_received", "touched", "event_seen", "assigned", "breached", "escalated", "agenda_opened", "scored")


MESSAGES = 4
"""That each step asks for, beside those of the clocks."""


class WatchedLogbook(Logbook):
    """A logbook that tells when a transaction is open."""

    @contextmanager
    def writing(self) -> Iterator[Book]:
        """One transaction."""
        BUSY.value = 1
        with Logbook.writing(self) as book:
            yield book
        BUSY.value = 0


@dataclass(frozen=True, slots=True)
class WatchedSink:
    """A way out that tells when a message is under way, and gives it the key of the way that is tried."""

    sink: Sink
    way: str
    idempotent: bool = True

    def send(self, message: Message, *, key: str, now: Instant, timeout: float) -> Outcome:
        """Send it."""
        if self.way == "a message has a new key at each attempt":
            key = f"{key}:{os.getpid()}:{time.monotonic_ns()}"
        elif self.way == "a message has no key":
            key = f"{time.monotonic_ns()}"
        BUSY.value = 1
        outcome = self.sink.send(message, key=key, now=now, timeout=timeout)
        BUSY.value = 0
        return outcome


class MarkFirst(JournalOutbox):
    """An outbox that says done before it is."""

    def begin(self, effect: Effect, *, now: Instant) -> bool:
        """Mark, then let act."""
        return JournalOutbox.done(self, effect, now=now)


def step_of(way: str, made: Workspace, logbook: Logbook, agreed: Agreed, out: Sending, step: int) -> None:
    """One step of the story; it may be begun again after a crash."""
    now = story.moment(step)
    lead = story.lead_of(step, f"S{step}-{time.monotonic_ns()}" if "new id" in way else "")
    if way == "writes the lead, then considers it":
        _in_two(logbook, agreed, lead.lead_id, step, now)
    else:
        with logbook.writing() as book:
            take(book, agreed, [lead], now=now)
    heard = story.happenings_of(step) if "new id" not in way else []
    if way == "a touch has no name":
        heard = [replace(one, touch_id=f"{time.monotonic_ns()}") if isinstance(one, Touched) else one for one in heard]
    with logbook.writing() as book:
        record(book, agreed, heard, now=now)
    with logbook.writing() as book:
        if not book.one("SELECT 1 FROM entries WHERE key = ?", f"effect:lead_assigned:story:{step}:0"):
            asked = [notice("lead_assigned", lead.lead_id, None, now, key=f"story:{step}:{n}") for n in range(MESSAGES)]
            book.post(asked, now=now)
    round_of(way, made, logbook, agreed, out, now)


def round_of(way: str, made: Workspace, logbook: Logbook, agreed: Agreed, out: Sending, now: Instant) -> None:
    """One round of the desk."""
    if way == "looks at what fell due since the last run":
        _since_last(logbook, agreed, now)
    elif way == "takes the timer away, then does the work":
        while _timer_first(logbook, agreed, now):
            pass
    else:
        tick(made, logbook, agreed, now=now, sending=out, timetable=story.TIMETABLE, batch=10)


def _in_two(logbook: Logbook, agreed: Agreed, lead_id: str, step: int, now: Instant) -> None:
    lead = story.lead_of(step)
    with logbook.writing() as book:
        if leads_by_id(book, [lead_id]):
            return
        data = {"side": lead.side.value, "source": lead.source, "fields": dict(lead.fields), "received_at": now}
        book.post([Entry(kind=Kind.LEAD_RECEIVED, subject=lead_id, at=lead.created_at, data=data)], now=now)
    with logbook.writing() as book:
        standing_now = leads_by_id(book, [lead_id])[lead_id]
        standing_now.events = [(one.event, one.occurred_at, one.amount) for one in lead.events]
        book.post(consider(agreed, standing_now, read_turns(book, agreed, now), now).entries, now=now)


def _since_last(logbook: Logbook, agreed: Agreed, now: Instant) -> None:
    with logbook.writing() as book:
        last = watermarks(book).get("naive", 0)
        advance(book, "naive", now)
    with logbook.writing() as book:
        rows = book.all(
            "SELECT timer_id, purpose, subject, due_at FROM timers WHERE due_at > ? AND due_at <= ?"
            " AND purpose IN ('clock', 'decay', 'score') ORDER BY due_at, timer_id",
            last,
            now,
        )
        look(book, agreed, [Timer(timer_id=a, purpose=b, subject=c, due_at=d) for a, b, c, d in rows], now=now)


def _timer_first(logbook: Logbook, agreed: Agreed, now: Instant) -> int:
    with logbook.writing() as book:
        timers = [one for one in claim(book, now=now, limit=10) if one.purpose in ("clock", "decay", "score")]
        book.post([unset(one, now) for one in timers], now=now)
    with logbook.writing() as book:
        look(book, agreed, timers, now=now)
    return len(timers)


def work(
    folder: Path, address: Path | str, schema: str, agreed: Agreed, url: str, way: str, at: Any, most: int
) -> None:
    """A worker: goes on with the story until it is killed, or has done `most` steps."""
    logbook = WatchedLogbook.open(address, schema=schema if isinstance(address, str) else None)
    made = Workspace.open(folder)
    out = story.sending(made, logbook, WatchedSink(story.hook(url), way))
    if way == "marks a message as sent, then sends it":
        sending.JournalOutbox = MarkFirst  # type: ignore[misc]  # the way that is tried
    with logbook.reading() as book:
        book.one("SELECT 1")
    READY.value = 1
    while at.value < most:
        step_of(way, made, logbook, agreed, out, at.value)
        at.value += 1
    logbook.close()


def choose(key: str, nth: int) -> str:
    """The fault of a key: its first request may meet one, the next are answered."""
    return _FAULTS[hashlib.sha256(key.encode()).digest()[0] % len(_FAULTS)] if nth == 0 else "ok"


def serve(pipe: Connection) -> None:
    """The receiver's process: says where it listens, and at the end what it did by key."""
    with receiver(choose) as running:
        pipe.send(running.url)
        pipe.recv()
        pipe.send((dict(running.effects), running.requests.total()))


@dataclass(slots=True, kw_only=True)
class Found:
    """What a run of one way came to."""

    way: str
    kills: int = 0
    in_flight: int = 0
    steps: int = 0
    asked: int = 0
    requests: int = 0
    lost: int = 0
    doubled: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Nothing lost, nothing twice, the same outcome."""
        return not (self.lost or self.doubled or self.differences)

    @property
    def line(self) -> str:
        """One row of the table."""
        share = f"{self.in_flight / self.kills:.0%}" if self.kills else "-"
        figures = (self.way, self.kills, share, self.steps, self.asked, self.lost, self.doubled, len(self.differences))
        return f"| {' | '.join(map(str, figures))} |"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A logbook at the end of its story, and what the receiver did."""

    outcome: Mapping[str, Any]
    kinds: Mapping[str, int]
    asked: frozenset[str]
    effects: Mapping[str, int]
    requests: int
    said: list[str]


@contextmanager
def receiving() -> Iterator[tuple[str, Callable[[], tuple[dict[str, int], int]]]]:
    """A receiver in a process of its own: where it listens, and how to ask what it did."""
    ours, theirs = FORK.Pipe()
    server = FORK.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    theirs.close()

    def ask() -> tuple[dict[str, int], int]:
        ours.send("stop")
        told: tuple[dict[str, int], int] = ours.recv()
        return told

    try:
        yield ours.recv(), ask
    finally:
        server.terminate()
        server.join()


def run(folder: Path, way: str, kills: int, seed: int, address: str | None = None) -> Found:
    """The story under kills, then undisturbed; then the two are compared."""
    found, dice, at = Found(way=way), random.Random(seed), FORK.Value("q", 0, lock=False)
    schema = f"proof_tick_{os.getpid()}"
    made = story.workspace(folder / "killed")

    def disturb(place: Path, target: Path | str, agreed: Agreed, url: str) -> None:
        for _ in range(kills):
            BUSY.value = READY.value = 0
            worker = FORK.Process(target=work, args=(place, target, schema, agreed, url, way, at, 10**9), daemon=True)
            worker.start()
            while not READY.value:
                if worker.exitcode is not None:
                    raise RuntimeError(f"a worker ended with {worker.exitcode} before it began")
                time.sleep(0.001)
            time.sleep(dice.uniform(0.0, 0.1))
            os.kill(worker.pid or 0, signal.SIGKILL)
            worker.join()
            found.kills += 1
            found.in_flight += BUSY.value
        found.steps = at.value + 1

    killed = told(made, address or folder / "killed.sqlite", schema, way, at, lambda: found.steps, disturb)
    calm_at = FORK.Value("q", 0, lock=False)
    calm = told(
        story.workspace(folder / "calm"), folder / "calm.sqlite", schema, way, calm_at, lambda: found.steps, None
    )
    found.asked, found.requests = len(killed.asked), killed.requests
    found.lost = len(killed.asked) - len(killed.asked & killed.effects.keys())
    if "key" in way:
        found.lost = max(0, len(killed.asked) - len(killed.effects))
    found.doubled = max(0, sum(killed.effects.values()) - len(killed.asked))
    if "new id" in way or "no name" in way:
        found.differences = [
            f"{kind}: {killed.kinds.get(kind, 0)}, undisturbed {calm.kinds.get(kind, 0)}"
            for kind in COUNTED
            if killed.kinds.get(kind, 0) != calm.kinds.get(kind, 0)
        ]
    else:
        found.differences = story.differences(killed.outcome, calm.outcome)
    found.differences += killed.said
    return found


def told(
    made: Workspace,
    address: Path | str,
    schema: str,
    way: str,
    at: Any,
    steps: Callable[[], int],
    disturb: Callable[[Path, Path | str, Agreed, str], None] | None,
) -> Ended:
    """A story from its beginning to the moment when no message waits any more."""
    with desk_queue.logbook(address, schema) as logbook, receiving() as (url, ask):
        agreed = open_desk(made, logbook, now=story.BEGUN - 3600)
        logbook.engine.dispose()
        if disturb is not None:
            disturb(made.folder, address, agreed, url)
        last = FORK.Process(target=work, args=(made.folder, address, schema, agreed, url, way, at, steps()))
        last.start()
        last.join()
        out = story.sending(made, logbook, WatchedSink(story.hook(url), way))
        for calm in range(1, 60):
            round_of("ours", made, logbook, agreed, out, story.moment(steps()) + calm)
            # Only messages have time to go on: the desk itself stands still.
            while out.some(agreed, clock=lambda: story.moment(steps()) + 10 * story.HOUR * 24):
                pass
            if not waiting(logbook):
                break
        effects, requests = ask()
        said = []
        with logbook.writing() as book:
            stood = standing(book)
            rebuild(book)
            said += [
                f"{name}: the journal tells another story" for name in stood if standing(book)[name] != stood[name]
            ]
        with logbook.reading() as book:
            kinds = dict(book.all("SELECT kind, count(*) FROM entries GROUP BY kind"))
            asked = frozenset(name for (name,) in book.all("SELECT effect_id FROM outbox WHERE sink = 'hook'"))
            states = dict(book.all("SELECT state, count(*) FROM outbox GROUP BY state"))
        if set(states) - {"done"}:
            said.append(f"outbox: {states}")
        return Ended(
            outcome=story.outcome(logbook), kinds=kinds, asked=asked, effects=effects, requests=requests, said=said
        )


def waiting(logbook: Logbook) -> int:
    """Messages that wait."""
    with logbook.reading() as book:
        row = book.one("SELECT count(*) FROM outbox WHERE state = 'waiting'")
    return int(row[0]) if row else 0


SAID = """SIGKILL at a random moment of intake, rounds of the desk and delivery; the same outcome as undisturbed, 0
messages lost, 0 done twice"""


def main() -> int:
    """Run ours and the naive ways; write the section. 1 where ours broke, or a naive way was not found out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--postgres-kills", type=int, default=200)
    parser.add_argument("--naive-kills", type=int, default=60)
    parser.add_argument("--ways", nargs="*", default=list(WAYS), help="only these ways")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    found: list[Found] = []
    with tempfile.TemporaryDirectory() as name:
        for number, way in enumerate(words.ways):
            place = Path(name) / str(number)
            place.mkdir()
            found.append(run(place, way, words.kills if way == "ours" else words.naive_kills, words.seed))
        url = os.environ.get("BOTHSIDES_PG_URL")
        if url and words.postgres_kills:
            place = Path(name) / "postgres"
            place.mkdir()
            ours = run(place, "ours", words.postgres_kills, words.seed, url)
            found.append(replace(ours, way="ours, on PostgreSQL"))
    right = [one for one in found if one.way.startswith("ours")]
    naive = [one for one in found if not one.way.startswith("ours")]
    caught = [one.way for one in naive if not one.is_right]
    held = all(one.is_right for one in right)
    busy = min((one.in_flight / one.kills for one in right if one.kills), default=0.0)
    lines = [
        f"- {sum(one.kills for one in right):,} kills: {SAID}: {'met' if held else 'MISSED'}.",
        f"- {busy:.0%} of the kills hit a transaction or a message, bar 30%: {'met' if busy >= 0.3 else 'MISSED'}.",
        f"- Found out by the same checks: {len(caught)} of {len(naive)} naive ways.",
        "",
        "| way | kills | in flight | steps | messages | lost | done twice | tables that differ |",
        "|---|---|---|---|---|---|---|---|",
        *(one.line for one in found),
        *(f"BROKEN: {one.way}: {text}" for one in right for text in one.differences),
    ]
    harness.write_section("Proof: kills of the desk", lines, results=words.results)
    harness.say(held=held, in_flight=busy, caught=caught, naive=len(naive))
    return 0 if held and len(caught) == len(naive) else 1


if __name__ == "__main__":
    sys.exit(main())
