"""What one round of the desk came to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import Instant, in_utc, iso
from bothsides.schema.stage import LeadStage


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """What one round did. Counts are of this worker; others may have done their share."""

    at: Instant
    timers: int
    """Timers that were due: clocks, decay, scores, queues, jobs."""
    clocks: int
    breaches: int
    escalations: int
    returned: int
    """Leads that went back to marketing."""
    assigned: int
    """Leads that were given to somebody, out of a queue or from another owner."""
    drained: dict[str, int]
    """Leads given out of the queue, by pool."""
    effects: dict[str, int]
    """Effects that were worked on, by outcome."""
    outbox: dict[str, int]
    """Effects as they stand after it, by state."""
    jobs: dict[str, str]
    """What came of each job that was due."""
    parked: tuple[str, ...]
    """Timers that could not be done and wait for the operator, each with the reason."""
    lines: int
    """Lines of the journal that were written."""
    sealed: int | None
    """The last line that is sealed now; None where there was nothing to seal."""
    next_due: Instant | None
    """When there is something to do again, as far as is known."""
    finished: bool
    """Whether all that was due was done; False where it was told to stop before."""
    notes: tuple[str, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was to be done."""
        return not (self.lines or self.timers or self.effects or self.parked)

    def plain(self, zone: ZoneInfo) -> dict[str, Any]:
        """As a record for scripts: moments in UTC, and the business date on which the round was."""
        told = {name: getattr(self, name) for name in self.__slots__ if name not in ("at", "next_due", "sealed")}
        return {
            "at": iso(self.at),
            "business_date": in_utc(self.at).astimezone(zone).date().isoformat(),
            **told,
            "sealed_up_to": self.sealed,
            "next_due": None if self.next_due is None else iso(self.next_due),
        }


@dataclass(slots=True, kw_only=True)
class Counts:
    """What a round has come to so far."""

    kinds: Counter[Kind] = field(default_factory=Counter)
    returned: int = 0
    timers: int = 0
    clocks: int = 0
    drained: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    jobs: dict[str, str] = field(default_factory=dict)
    parked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: "Counts") -> None:
        """What a transaction came to, once it is written."""
        self.kinds += other.kinds
        self.returned += other.returned
        self.timers += other.timers
        self.clocks += other.clocks
        self.drained += other.drained
        self.jobs |= other.jobs
        self.parked += other.parked


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingBook(Book):
    """A book that counts the lines that are posted."""

    counts: Counts

    def post(self, entries: Sequence[Entry], *, now: Instant) -> None:
        """Writes the lines and counts them by kind."""
        Book.post(self, entries, now=now)
        for entry in entries:
            self.counts.kinds[entry.kind] += 1
            recycled = entry.kind is Kind.STAGE_CHANGED and entry.data.get("stage") == LeadStage.RECYCLED
            if recycled and not entry.data.get("late"):
                self.counts.returned += 1
