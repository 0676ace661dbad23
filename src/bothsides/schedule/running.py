"""The service: round after round, sleeping until something is due or somebody wrote; and several of it side by side."""

import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bothsides.logbook import Logbook, LogbookUnavailable, next_due
from bothsides.schedule.in_force import InForce
from bothsides.schedule.report import TickReport
from bothsides.schedule.sending import Sending
from bothsides.schedule.tick import available, tick
from bothsides.schema.instant import Instant

LOOKS_EVERY = 1.0
"""Seconds between two looks at whether somebody wrote."""
_MOST_PAUSE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One worker of the desk. `stop` ends it after the batch in hand; `clock` tells the present moment."""

    in_force: InForce
    sending: Sending | None
    clock: Callable[[], Instant]
    stop: threading.Event
    tell: Callable[[TickReport], None]
    warn: Callable[[str], None]
    most_seconds: float = 10.0
    """The longest sleep: what only the passing of time brings about, such as a lease that ends, waits no longer."""

    @property
    def logbook(self) -> Logbook:
        """The logbook it works on."""
        return self.in_force.logbook

    def run(self) -> int:
        """Goes round until it is told to stop; how many rounds. A logbook that is out of reach is tried again."""
        rounds, troubles, mistakes = 0, 0, ""
        while not self.stop.is_set():
            try:
                with available(self.logbook):
                    written = self._round()
                    rounds, troubles = rounds + 1, 0
                    if self.in_force.mistakes != mistakes:
                        mistakes = self.in_force.mistakes
                        self.warn(f"the agreement before stays in force: {mistakes}" if mistakes else "it is mended")
                    self._sleep(written)
            except LogbookUnavailable as error:
                troubles += 1
                self.warn(str(error))
                self.stop.wait(min(LOOKS_EVERY * 2**troubles, _MOST_PAUSE))
        return rounds

    def _round(self) -> int:
        """One round; the last line of the journal after it."""
        now = self.clock()
        report = tick(
            self.in_force.workspace,
            self.logbook,
            self.in_force.at(now),
            now=now,
            sending=self.sending,
            clock=self.clock,
            stop=self.stop.is_set,
        )
        self.tell(report)
        return self._last()

    def _sleep(self, written: int) -> None:
        """Until something is due or somebody wrote, and no longer than agreed."""
        begun = self.clock()
        with self.logbook.reading() as book:
            due = next_due(book)
        until = begun + self.most_seconds if due is None else min(begun + self.most_seconds, due)
        stamp = self.in_force.stamp()
        while (left := until - self.clock()) > 0 and not self.stop.wait(min(left, LOOKS_EVERY)):
            if self._last() != written or self.in_force.stamp() != stamp:
                return

    def _last(self) -> int:
        with self.logbook.reading() as book:
            row = book.one("SELECT max(seq) FROM entries")
        return int(row[0]) if row and row[0] is not None else 0


@dataclass(slots=True, kw_only=True)
class Crew:
    """Several workers, each a process. One that dies is replaced; what it had in hand is due as it was."""

    command: Sequence[str]
    count: int
    stop: threading.Event
    warn: Callable[[str], None]

    def run(self) -> int:
        """Until it is told to stop: then each ends after its batch. How many workers had to be replaced."""
        workers = [self._start() for _ in range(self.count)]
        replaced = 0
        while not self.stop.wait(LOOKS_EVERY / 2):
            for place, worker in enumerate(workers):
                code = worker.poll()
                if code is None:
                    continue
                replaced += 1
                self.warn(f"worker {worker.pid} ended with code {code}; another begins")
                # One that ends at once, over and over, must not take the machine with it.
                if self.stop.wait(min(LOOKS_EVERY * replaced, _MOST_PAUSE)):
                    break
                workers[place] = self._start()
        for worker in workers:
            if worker.poll() is None:
                worker.terminate()
        for worker in workers:
            worker.wait()
        return replaced

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(list(self.command))
