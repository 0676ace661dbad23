"""What people did with the leads they were given, one course for each assignment: a replay reacts by it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bothsides.leads.desk.happenings import Judged, Moved, Reached, Touched
from bothsides.leads.replay.happened import Step, subject_of
from bothsides.logbook import Book, Kind
from bothsides.schema import Side
from bothsides.schema.instant import Instant
from bothsides.schema.working_time import WorkingTime

FEWEST = 5
"""Recorded courses of an owner on a side from which one may be drawn; with fewer the owner's other side, then the team
stands in."""

Hours = Callable[[str, Instant], WorkingTime]
"""When a member works, by the agreement of that moment."""


@dataclass(slots=True, kw_only=True)
class Course:
    """One assignment and what followed from it."""

    lead: str
    side: Side
    owner: str
    since: Instant
    ended_at: Instant | None = None
    cut: bool = False
    """Whether the desk took the lead away, so that nobody knows what the owner would still have done."""
    steps: list[Step] = field(default_factory=list)
    first_touch: Instant | None = None
    delay: int | None = None
    """The owner's working seconds from the assignment to the first touch; None where there was none."""


@dataclass(slots=True, kw_only=True)
class Courses:
    """Every course of the span, and what followed from no assignment."""

    by_lead: dict[str, list[Course]]
    sides: Mapping[str, Side]
    """Of every lead, those that were never given to anybody among them."""
    others: list[Step]
    _pools: dict[tuple[str, Side | None], list[Course]] = field(default_factory=dict)

    def drawn(self, owner: str, side: Side, *key: object, longer_than: int | None = None) -> tuple[Course | None, bool]:
        """A course of this owner on this side by a hash of the key, and whether it is the owner's own.

        `longer_than` asks for one that was still silent after so many working seconds.
        """
        pool, own = self._pool(owner, side)
        if longer_than is not None:
            pool = [one for one in pool if one.delay is None or one.delay > longer_than]
        if not pool:
            return None, own
        digest = hashlib.blake2b(repr(key).encode(), digest_size=8).digest()
        return pool[int.from_bytes(digest, "big") * len(pool) >> 64], own

    def _pool(self, owner: str, side: Side) -> tuple[list[Course], bool]:
        for name, wanted in ((owner, side), (owner, None)):
            found = self._of(name, wanted)
            if len(found) >= FEWEST:
                return found, True
        return self._of("", side), False

    def _of(self, owner: str, side: Side | None) -> list[Course]:
        key = owner, side
        if key not in self._pools:
            self._pools[key] = [
                course
                for courses in self.by_lead.values()
                for course in courses
                if owner in ("", course.owner) and side in (None, course.side)
            ]
        return self._pools[key]


def read_courses(
    book: Book, steps: Sequence[Step], hours: Hours, *, first_seq: int, last_seq: int, standing: Iterable[Course]
) -> Courses:
    """The courses of the span. `standing` are the assignments with which it began."""
    by_lead: dict[str, list[Course]] = {}
    for course in standing:
        by_lead.setdefault(course.lead, []).append(course)
    sides = {lead: Side(side) for lead, side in book.all("SELECT lead_id, side FROM leads")}
    _assignments(book, by_lead, sides, first_seq, last_seq)
    others: list[Step] = []
    for step in steps:
        followed = _course_of(step.what, by_lead)
        (others if followed is None else followed.steps).append(step)
    for courses in by_lead.values():
        for course in courses:
            _first_touch(course, hours)
    return Courses(by_lead=dict(sorted(by_lead.items())), sides=sides, others=others)


def _assignments(
    book: Book, by_lead: dict[str, list[Course]], sides: Mapping[str, Side], first_seq: int, last_seq: int
) -> None:
    seq = first_seq
    while lines := book.since(seq, kinds=(Kind.ASSIGNED, Kind.RELEASED)):
        for line in lines:
            if line.seq > last_seq:
                return
            before = by_lead.setdefault(line.subject, [])
            if before and before[-1].ended_at is None:
                before[-1].ended_at = line.written_at
                before[-1].cut = line.actor == "desk"
            if line.kind is Kind.ASSIGNED:
                course = Course(
                    lead=line.subject, side=sides[line.subject], owner=line.data["owner"], since=line.written_at
                )
                before.append(course)
        seq = lines[-1].seq


def _course_of(what: Any, by_lead: Mapping[str, Sequence[Course]]) -> Course | None:
    if not isinstance(what, Touched | Judged | Moved | Reached):
        return None
    who = what.by
    found = None
    for course in by_lead.get(subject_of(what), ()):
        if course.since <= what.occurred_at and (found is None or course.owner == who or found.owner != who):
            found = course
    return found


def _first_touch(course: Course, hours: Hours) -> None:
    for step in course.steps:
        what = step.what
        if isinstance(what, Touched) and what.direction == "out" and not what.automated and what.by == course.owner:
            at = what.occurred_at
            course.first_touch = at if course.first_touch is None else min(at, course.first_touch)
    if course.first_touch is not None:
        course.delay = hours(course.owner, course.since).elapsed(course.since, course.first_touch)
