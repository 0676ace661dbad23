"""Every moment at which a round of the desk, or a delivery, touches a file of SQLite: killed there, or the disk fails.

The work runs in a fork of a warm process; strace waits at its system calls on the logbook's files and, at the chosen
one, kills the fork or lets the call fail. Afterwards a sound process does the work again: the outcome must be that of a
run nobody disturbed, and the receiver must have done each message once.
"""

import argparse
import collections
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import desk_story as story
import harness
from faulty_receiver import Receiver, in_order, receiver

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.happenings import record
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.desk.taking import take
from bothsides.logbook import Logbook, LogbookUnavailable, rebuild, standing
from bothsides.logbook.upgrading import upgrade
from bothsides.schedule import tick
from bothsides.schedule.tick import available
from bothsides.workspace import Workspace

CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "openat", "write")
FAULTS = {"kill": "signal=KILL", "EIO": "error=EIO", "ENOSPC": "error=ENOSPC"}
STEPS = 60
"""Of the story before the round that is disturbed."""
Work = Callable[[Workspace, Logbook, Agreed, str], None]


def one_round(made: Workspace, logbook: Logbook, agreed: Agreed, _: str) -> None:
    """One round of the desk after a day of silence: breaches, returns, a job, the seal; nothing is sent."""
    tick(made, logbook, agreed, now=story.moment(STEPS + 48), timetable=story.TIMETABLE, batch=6)


def one_delivery(made: Workspace, logbook: Logbook, agreed: Agreed, url: str) -> None:
    """The messages that are due: claimed, routed, sent, settled."""
    out = story.sending(made, logbook, story.hook(url))
    with available(logbook):
        for _ in range(2):
            out.some(agreed, clock=lambda: story.moment(STEPS + 49))


def afterwards(made: Workspace, logbook: Logbook, agreed: Agreed, url: str) -> None:
    """A sound process comes later, when every claim has run out."""
    now = story.moment(STEPS + 48)
    tick(made, logbook, agreed, now=now, timetable=story.TIMETABLE, batch=6)
    out = story.sending(made, logbook, story.hook(url))
    for later in range(1, 30):
        while out.some(agreed, clock=lambda later=later: story.moment(STEPS + 50 + later)):
            pass


@dataclass(slots=True, kw_only=True)
class Tried:
    """What the points of one kind of fault came to."""

    work: str
    fault: str
    all_points: int = 0
    points: int = 0
    hit: int = 0
    raised: int = 0
    went_on: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Stage:
    """A logbook as it stands before the work, the receiver, and what an undisturbed run comes to."""

    folder: Path
    made: Workspace
    agreed: Agreed
    post: Receiver
    count: int = 0
    sound: Any = None

    def fresh(self) -> Path:
        """A copy of the logbook before the work."""
        self.count += 1
        place = self.folder / f"try{self.count}"
        place.mkdir()
        shutil.copy(self.folder / "before.sqlite", place / "logbook.sqlite")
        return place

    def finish(self, place: Path) -> tuple[Any, list[str]]:
        """The outcome once a sound process came by; what is wrong with it."""
        logbook = Logbook.open(place / "logbook.sqlite")
        wrong = []
        with logbook.reading() as book:
            ((said,),) = book.all("PRAGMA integrity_check")
            if said != "ok":
                wrong.append(f"the file is torn: {said}")
        with logbook.writing() as book:
            stood = standing(book)
            rebuild(book)
            wrong += [f"half a state: {name}" for name, rows in standing(book).items() if rows != stood[name]]
        afterwards(self.made, logbook, self.agreed, self.post.url)
        found = story.outcome(logbook)
        logbook.close()
        sent = {row[0] for row in found["outbox"] if row[4] == "hook"}
        wrong += [f"message {name} never came" for name in sorted(sent - self.post.effects.keys())]
        wrong += [f"message {name} was never asked for" for name in sorted(self.post.effects.keys() - sent)]
        wrong += [f"message {row[0]} ended {row[5]}" for row in found["outbox"] if row[5] != "done"]
        self.post.effects.clear()
        shutil.rmtree(place)
        return found, wrong


def prepare(folder: Path, post: Receiver) -> Stage:
    """Two days of the story, its last messages not sent."""
    made = story.workspace(folder / "ws")
    logbook = Logbook.open(folder / "before.sqlite")
    upgrade(logbook)
    agreed = open_desk(made, logbook, now=story.BEGUN - 3600)
    for step in range(STEPS):
        now = story.moment(step)
        with logbook.writing() as book:
            take(book, agreed, [story.lead_of(step)], now=now)
        with logbook.writing() as book:
            record(book, agreed, story.happenings_of(step), now=now)
        tick(made, logbook, agreed, now=now, timetable=story.TIMETABLE)
    # The last connection takes the write-ahead log into the file.
    logbook.close()
    stage = Stage(folder=folder, made=made, agreed=agreed, post=post)
    place = stage.fresh()
    stage.sound, wrong = stage.finish(place)
    if wrong:
        raise RuntimeError(f"the undisturbed run is wrong: {wrong}")
    return stage


def forked(stage: Stage, work: Work, place: Path, tracer: Sequence[str], log: Path) -> tuple[int, str]:
    """The work in a fork with strace at it: the code it ended in (3: a clean error, 4: any other), and what it said."""
    go, told = multiprocessing.Pipe()
    ears, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ears)
        code, said = 0, ""
        try:
            told.recv()
            logbook = Logbook.open(place / "logbook.sqlite")
            work(stage.made, logbook, stage.agreed, stage.post.url)
        except LogbookUnavailable as error:
            code, said = 3, str(error)
        except BaseException as error:
            code, said = 4, f"{type(error).__name__}: {error}"
            raise
        finally:
            os.write(mouth, said.encode()[:2000])
            os._exit(code)
    os.close(mouth)
    files = [str(place / f"logbook.sqlite{end}") for end in ("", "-wal", "-shm", "-journal")]
    paths = [word for file in files for word in ("-P", file)]
    strace = subprocess.Popen(
        ["strace", "-f", "-q", "-o", str(log), *tracer, *paths, "-p", str(child)],
        stderr=subprocess.DEVNULL,
    )
    status = Path(f"/proc/{child}/status")
    until = time.monotonic() + 10
    while "TracerPid:\t0" in status.read_text(encoding="utf-8") and time.monotonic() < until:
        time.sleep(0.001)
    go.send("go")
    with os.fdopen(ears, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    _, ended = os.waitpid(child, 0)
    strace.wait(timeout=20)
    return os.waitstatus_to_exitcode(ended), said


def points_of(stage: Stage, work: Work) -> collections.Counter[str]:
    """How often the work makes each call on the logbook's files."""
    log = stage.folder / "calls.txt"
    place = stage.fresh()
    code, said = forked(stage, work, place, ["-e", f"trace={','.join(CALLS)}"], log)
    if code:
        raise RuntimeError(f"the undisturbed work ended in code {code}: {said}")
    calls = collections.Counter(re.findall(r"^\d+\s+(\w+)\(", log.read_text(encoding="utf-8"), re.MULTILINE))
    found, wrong = stage.finish(place)
    wrong += story.differences(found, stage.sound)
    if wrong:
        raise RuntimeError(f"the work under strace is wrong: {wrong}")
    return calls


def disturb(stage: Stage, called: str, work: Work, fault: str, most: int) -> Tried:
    """Every point of the work with that fault, or evenly so many of them."""
    tried = Tried(work=called, fault=fault)
    calls = points_of(stage, work)
    points = [(call, number) for call in CALLS for number in range(1, calls[call] + 1)]
    tried.all_points = len(points)
    step = max(1, len(points) // most) if most else 1
    log = stage.folder / "fault.txt"
    for call, number in points[::step]:
        place = stage.fresh()
        inject = f"inject={call}:{FAULTS[fault]}:when={number}"
        code, said = forked(stage, work, place, ["-e", f"trace={call}", "-e", inject], log)
        tried.points += 1
        tried.hit += code == -signal.SIGKILL if fault == "kill" else "INJECTED" in log.read_text(encoding="utf-8")
        tried.raised += code == 3
        tried.went_on += code == 0
        where = f"{fault} at {call} {number}"
        if code not in (0, 3, -signal.SIGKILL):
            tried.wrong.append(f"{where}: ended in code {code}: {said[:200]}")
        found, wrong = stage.finish(place)
        tried.wrong += [f"{where}: {text}" for text in (*wrong, *story.differences(found, stage.sound))]
    return tried


SAID = """At the system calls (all, or evenly spread) of one round of the desk, and of one delivery, on the files of
SQLite: the process is killed, or the call fails."""


def main() -> int:
    """Try every point; write the section. 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=0, help="points of each kind, evenly spread; 0 for all")
    parser.add_argument("--faults", nargs="*", default=list(FAULTS))
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    if shutil.which("strace") is None:
        print("strace is not installed: nothing was tried")
        return 0
    tried = []
    with tempfile.TemporaryDirectory() as name, receiver(in_order([])) as post:
        stage = prepare(Path(name), post)
        for called, work in (("one round", one_round), ("one delivery", one_delivery)):
            tried += [disturb(stage, called, work, fault, words.most) for fault in words.faults]
    wrong = [text for one in tried for text in one.wrong]
    lines = [
        SAID,
        "",
        "| work | fault | points | tried | hit | ended in a clean error | went on by itself | violations |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {one.work} | {one.fault} | {one.all_points} | {one.points} | {one.hit} | {one.raised} |"
            f" {one.went_on} | {len(one.wrong)} |"
            for one in tried
        ),
        "",
        (
            f"- Violations (lost or half done, a message lost or twice, a torn file, an unclear error): {len(wrong)}: "
            f"{'met' if not wrong else 'MISSED'}"
        ),
        *(f"- {text}" for text in wrong[:20]),
    ]
    harness.write_section("Proof: crash points of the desk", lines, results=words.results)
    harness.say(points=sum(one.points for one in tried), hit=sum(one.hit for one in tried), wrong=len(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
