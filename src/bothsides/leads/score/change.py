"""When a score will next move by itself, and why it moved between two moments."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.agreement.conditions import Fields
from bothsides.leads.score.bands import Standing
from bothsides.leads.score.lines import Line
from bothsides.leads.score.points import Event, Score, score
from bothsides.leads.score.policy import Band
from bothsides.leads.score.worth import MILLION
from bothsides.schema.instant import Instant

LOOKS = 200
"""Moments looked at before a timer is set to look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextChange:
    """When to score the lead again if it does nothing before."""

    due_at: Instant
    points: int
    """What the score will be then; the same as now where only the band, or nothing yet, moves."""


def next_change(now: Score, fields: Fields, events: Sequence[Event], *, banded: bool = False) -> NextChange | None:
    """The first second at which decay moves the points, the grade or the band; with `banded` only the band counts, and
    what is hot. None where nothing will move.

    No line falls faster than it falls now, so the time that the fastest group needs to its next whole point is safe to
    leap over, and what lies above a cap falls unseen; so is the time to the next end of a time frame. After 200 leaps
    the moment reached is given: the timer then looks again.
    """
    at = now
    was = standing(now)
    past = [event for event in events if event[1] <= now.at]
    for _ in range(LOOKS):
        leap = _leap(at, past, banded=banded)
        if leap is None:
            return None
        later = score(now.card, fields, past, at.at + leap, was=was)
        if _differs(now, later, banded=banded):
            return NextChange(due_at=later.at, points=later.points)
        at = later
    return NextChange(due_at=at.at, points=at.points)


def standing(of: Score) -> Standing:
    """What hysteresis holds on to when the lead is scored again."""
    return Standing(earned=of.earned, grade=of.grade)


def _differs(before: Score, after: Score, *, banded: bool) -> bool:
    if before.band is not after.band or len(before.hot) != len(after.hot):
        return True
    return not banded and (before.points, before.grade) != (after.points, after.grade)


def _leap(at: Score, events: Sequence[Event], *, banded: bool) -> int | None:
    """Seconds for which nothing can move, at least 1; None where nothing moves any more."""
    groups: dict[tuple[str, str], tuple[int, float, float]] = {}
    for line in at.lines:
        slope = _slope(line)
        exact, falls, rises = groups.get((line.part, line.group), (0, 0.0, 0.0))
        exact += 0 if line.replaced_by is not None else line.exact
        groups[line.part, line.group] = (exact, falls + max(slope, 0.0), rises + max(-slope, 0.0))
    slack = len(at.lines)  # each is rounded to a millionth, which may bring the moment forward
    over = {cap.code: -cap.points for cap in at.caps} if at.by_hand else {}
    loses, gains = _room(at, over.get("cap:score", 0), banded=banded)
    frames = [line for line in at.lines if line.term.within is not None]
    if banded:
        at_stake = sum(max(line.exact, 0) for line in frames) // MILLION
        if loses is None or at_stake <= loses:
            loses = None if loses is None else loses - at_stake
            frames = [] if gains is None else [line for line in frames if line.exact < 0]
    ends = [end - at.at for end in (*_frame_ends(at, frames), *_hot_ends(at, events)) if end > at.at]
    falling = sum(falls > 0 for _, falls, _ in groups.values())
    rising = sum(rises > 0 for _, _, rises in groups.values())
    for (part, group), (exact, falls, rises) in groups.items():
        past_half = (exact + MILLION // 2) % MILLION
        if falls and loses is not None:
            hidden = over.get(f"cap:{group}", 0) + (over.get(f"cap:{part}", 0) + loses) // falling
            ends.append(max(1, math.floor((past_half + hidden * MILLION - slack) / falls)))
        if rises and gains is not None:
            room = MILLION - past_half + gains // rising * MILLION
            ends.append(max(1, math.floor((room - slack) / rises)))
    return min(ends, default=None)


def _room(at: Score, over: int, *, banded: bool) -> tuple[int | None, int | None]:
    """Whole points that can be lost and gained without being seen; None where no loss or gain will ever be."""
    by = at.card.card.thresholds
    if not at.by_hand or by is None:
        return 0, 0
    if not banded:
        return over, 0
    keeps = {Band.SALES: by.sales_from, Band.SELF_SERVE: by.self_serve_from}.get(at.earned)
    rises_at = {Band.NURTURE: by.self_serve_from, Band.SELF_SERVE: by.sales_from}.get(at.earned)
    loses = None if keeps is None else over + at.points - (keeps - by.hysteresis)
    return loses, None if rises_at is None else rises_at - at.points - 1


def _slope(line: Line) -> float:
    """Millionths of a point that the line loses a second, at most; below 0 for a deduction that wears off."""
    if line.term.half_life is not None:
        return line.exact * math.log(2) / line.term.half_life
    return line.term.lost_a_second * len(line.ages) if line.exact else 0.0


def _frame_ends(at: Score, frames: Sequence[Line]) -> list[Instant]:
    """The first seconds after the time frames of these lines."""
    return [at.at - age + line.term.within + 1 for line in frames if line.term.within is not None for age in line.ages]


def _hot_ends(at: Score, events: Sequence[Event]) -> list[Instant]:
    """The first seconds after which the signs that are hot now are so no more."""
    ends = []
    for sign in at.hot:
        if sign.within is not None:
            for key, times in sign.needs:
                moments = sorted(moment for name, moment, _ in events if name == key and moment <= at.at)
                ends.append(moments[-times] + sign.within + 1)
    return ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What one reason did between two scores; over all of them `change` sums to the change of the score."""

    code: str
    text: str
    before: int
    after: int
    how: str = ""

    @property
    def change(self) -> int:
        """Points gained or lost."""
        return self.after - self.before


def why_it_moved(before: Score, after: Score) -> tuple[Move, ...]:
    """Each reason whose points changed, the largest change first; also between two cards. Empty where none did."""
    was, now = ({reason.code: reason for reason in of.reasons} for of in (before, after))
    moves = []
    for code in dict.fromkeys((*was, *now)):
        old, new = was.get(code), now.get(code)
        told = new or old
        if told is None or (old.points if old else 0) == (new.points if new else 0):
            continue
        how = new.how if new else "holds no more"
        points = (old.points if old else 0, new.points if new else 0)
        moves.append(Move(code=code, text=told.text, before=points[0], after=points[1], how=how))
    return tuple(sorted(moves, key=lambda move: (-abs(move.change), move.code)))
