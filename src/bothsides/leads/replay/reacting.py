"""What people do with a lead that a replay gives them: as recorded where the owner is the same, drawn where not."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bothsides.leads.desk.happenings import Did, Happening, Moved, Reached, Touched
from bothsides.leads.replay.courses import Course, Courses, Hours
from bothsides.leads.replay.happened import Step
from bothsides.schema.instant import Instant

LAST = 1 << 62
"""A place behind everything that the desk learnt at the same moment."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The moment at which the desk took the lead away in the record: whoever still has it then goes on."""

    course: Course


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that will be told. Whoever loses the lead before it occurs does not do it."""

    moment: Instant
    order: int
    occurred_at: Instant | None
    """None for what is told whoever has the lead."""
    what: Happening | AskAgain


@dataclass(slots=True, kw_only=True)
class Reacting:
    """Reactions of one replay, and on how many leads they were not those of the record."""

    courses: Courses
    hours: Hours
    seed: str
    used: dict[str, list[Course]] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    """Leads whose owner is the same, but got them at another moment."""
    drawn: set[str] = field(default_factory=set)
    """Leads for which something was drawn from what the owner did with others."""
    from_others: set[str] = field(default_factory=set)
    """Among them, those whose owner has too little record of their own."""

    def to(self, lead: str, owner: str, at: Instant) -> list[Planned]:
        """What follows from giving the lead to the owner at this moment."""
        used = self.used.setdefault(lead, [])
        left = [one for one in self.courses.by_lead.get(lead, ()) if not any(one is gone for gone in used)]
        same = next((one for one in left if one.owner == owner), None)
        own = same or next((one for one in left if one.first_touch is not None), None)
        if own is not None:
            used.append(own)
        return list(self._as_recorded(same, at) if same is not None else self._drawn(lead, owner, at, own))

    def _as_recorded(self, course: Course, at: Instant) -> Iterator[Planned]:
        exact = at == course.since
        if not exact:
            self.moved.add(course.lead)
        for step in course.steps:
            what = _happening(step)
            after = course.ended_at is not None and what.occurred_at >= course.ended_at
            if exact:
                yield Planned(step.moment, step.order, None if after else what.occurred_at, what)
            else:
                yield _told(step, what, self._later(course.owner, course.since, at, what.occurred_at))
        if course.cut and course.first_touch is None and course.ended_at is not None:
            until = course.ended_at if exact else self._later(course.owner, course.since, at, course.ended_at)
            yield Planned(until, LAST, until, AskAgain(course))

    def again(self, course: Course, since: Instant, now: Instant) -> list[Planned]:
        """What an owner does who keeps a lead that the record took away untouched: drawn among the longer waits."""
        owner, lead = course.owner, course.lead
        waited = self.hours(owner, course.since).elapsed(course.since, course.ended_at or course.since)
        other, own = self.courses.drawn(owner, course.side, self.seed, "again", lead, owner, longer_than=waited)
        self._note(lead, own)
        return [] if other is None else [one for one in self._like(lead, owner, since, other) if one.moment > now]

    def _drawn(self, lead: str, owner: str, at: Instant, own: Course | None) -> Iterator[Planned]:
        """Another owner: the time until the first touch is drawn from what that owner did; what follows is the lead's
        own course where it has one, else the drawn one's."""
        other, known = self.courses.drawn(owner, self.courses.sides[lead], self.seed, lead, owner)
        self._note(lead, known)
        if other is None or other.delay is None:
            return
        if own is None or own.first_touch is None:
            yield from self._like(lead, owner, at, other)
            return
        first = self.hours(owner, at).deadline(at, other.delay)
        for step in own.steps:
            what = _happening(step)
            before = what.occurred_at < own.first_touch
            since, then = (own.since, at) if before else (own.first_touch, first)
            yield _told(step, _by(what, own.owner, owner), self._later(owner, since, then, what.occurred_at))

    def _like(self, lead: str, owner: str, at: Instant, other: Course) -> Iterator[Planned]:
        """The same as with another lead; amounts stay behind, since they are the other lead's."""
        for place, step in enumerate(other.steps):
            what = _by(_happening(step), other.owner, owner)
            if isinstance(what, Touched):
                what = replace(what, touch_id=f"replay:{lead}:{owner}:{at}:{place}")
            if isinstance(what, Moved):
                what = replace(what, amount=None)
            named = replace(what, subject=lead) if isinstance(what, Reached) else replace(what, lead_id=lead)
            yield _told(step, named, self._later(owner, other.since, at, what.occurred_at))

    def _note(self, lead: str, own: bool) -> None:
        self.drawn.add(lead)
        if not own:
            self.from_others.add(lead)

    def _later(self, owner: str, since: Instant, then: Instant, moment: Instant) -> Instant:
        """The moment that lies as many of the owner's working seconds after `then` as it did after `since`."""
        if moment <= since or since == then:
            return then + max(0, moment - since)
        return self.hours(owner, then).deadline(then, self.hours(owner, since).elapsed(since, moment))


def _happening(step: Step) -> Happening:
    assert isinstance(step.what, Happening), step
    return step.what


def _by(what: Happening, before: str, owner: str) -> Happening:
    return what if isinstance(what, Did) or what.by != before else replace(what, by=owner)


def _told(step: Step, what: Happening, occurred_at: Instant) -> Planned:
    """It comes to be known as long after it occurred as it did in the record."""
    lag = step.moment - _happening(step).occurred_at
    return Planned(max(occurred_at, occurred_at + lag), step.order, occurred_at, replace(what, occurred_at=occurred_at))
