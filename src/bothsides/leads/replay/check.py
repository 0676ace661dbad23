"""Whether the record comes out again when the desk runs over it under the agreement that was in force."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bothsides.logbook import Book, Kind, Written
from bothsides.logbook.plain import sorted_text
from bothsides.schema.instant import Instant

DECISIONS = (
    Kind.LEAD_MATCHED, Kind.LEADS_MERGED, Kind.SCORED, Kind.STAGE_CHANGED, Kind.ASSIGNED, Kind.RELEASED, Kind.QUEUED,
    Kind.CLOCK_STARTED, Kind.CLOCK_CHANGED, Kind.BREACHED, Kind.BREACH_REVERSED, Kind.ESCALATED,
)  # fmt: skip
"""Lines in which the desk says what it decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A decision that stands only in the record, or only in the replay of it."""

    only_in: str
    kind: str
    subject: str
    at: Instant
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduced:
    """How much of the record came out again, to the last value."""

    decisions: int
    """In the record."""
    equal: int
    differences: tuple[Difference, ...]

    @property
    def share(self) -> float:
        """Of the recorded decisions; 1 where there are none."""
        return self.equal / self.decisions if self.decisions else 1.0


def reproduced(record: Book, replay: Book, first_seq: int, last_seq: int) -> Reproduced:
    """Compares every decision of the two, whatever the order in which different leads were decided."""
    recorded = Counter(_name(line) for line in _decisions(record, first_seq, last_seq))
    made = Counter(_name(line) for line in _decisions(replay, first_seq, None))
    lost, added = recorded - made, made - recorded
    total = sum(recorded.values())
    equal = total - sum(lost.values())
    found = []
    for where, book, last, names in (("record", record, last_seq, lost), ("replay", replay, None, added)):
        if names:
            found += [_difference(where, line) for line in _decisions(book, first_seq, last) if _takes(names, line)]
    found.sort(key=lambda one: (one.at, one.subject, one.kind, one.only_in))
    return Reproduced(decisions=total, equal=equal, differences=tuple(found))


def _decisions(book: Book, first_seq: int, last_seq: int | None) -> Iterator[Written]:
    seq = first_seq
    while lines := book.since(seq, kinds=DECISIONS):
        for line in lines:
            if last_seq is not None and line.seq > last_seq:
                return
            yield line
        seq = lines[-1].seq


def _name(line: Written) -> bytes:
    told = (line.kind.value, line.subject, line.at, line.written_at, line.data, line.key, line.actor, line.reason)
    return hashlib.blake2b(sorted_text(told).encode(), digest_size=16).digest()


def _takes(names: Counter[bytes], line: Written) -> bool:
    name = _name(line)
    if names[name] <= 0:
        return False
    names[name] -= 1
    return True


def _difference(where: str, line: Written) -> Difference:
    data = line.data
    words = {
        name: data[name] for name in ("owner", "queue", "band", "score", "stage", "clause", "what") if name in data
    }
    said = ", ".join(f"{name} {value}" for name, value in words.items() if value is not None)
    return Difference(only_in=where, kind=line.kind.value, subject=line.subject, at=line.at, said=said)
