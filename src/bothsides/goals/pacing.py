"""How a goal paces over working days: share passed, share reached, the gap, the end that is to be expected."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bothsides.goals.policy import Goal, GoalKind, PacingTerms
from bothsides.goals.prediction import LEVEL, Ahead, amounts_ahead, counts_ahead, share_at_end


class Verdict(StrEnum):
    """How a goal stands, in a word."""

    TOO_EARLY = "too early"
    BEHIND = "behind"
    ON_PACE = "on pace"
    AHEAD = "ahead"
    REACHED = "reached"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A goal as it stood at the end of `as_of`.

    `passed` is the share of the period's working days that are over, `gap` what was reached beyond (or below) that
    share of the target. `projected` with `low` and `high` (90 %) is the period's end at the present pace and `chance`
    how likely the target is; all four are None, with a `reason`, where it is too early to tell.
    """

    goal: Goal
    as_of: date
    days_passed: int
    days: int
    reached: float
    gap: float
    verdict: Verdict
    words: str
    projected: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    reason: str | None = None

    @property
    def passed(self) -> float:
        """Share of the working days that are over."""
        return self.days_passed / self.days

    @property
    def share_reached(self) -> float:
        """What was reached as a share of the target; of a rate, its level over the target's."""
        return self.reached / self.goal.target


def pace(
    goal: Goal, by_day: Mapping[date, float], *, working_days: Sequence[date], as_of: date, terms: PacingTerms
) -> Pace:
    """How a count or an amount paces. `by_day` holds what came on each day, `working_days` the period's, ascending.

    What came on a day off counts with the next working day. Days after `as_of` and outside the period are left out.
    Raises ValueError for a rate (see `pace_rate`), and where the period has no working day.
    """
    if goal.kind is GoalKind.RATE:
        raise ValueError(f"{goal.metric} is a rate: use pace_rate with its cases; allowed here: count, amount")
    days = _within(goal, working_days)
    over = bisect_left(days, as_of) + (as_of in days)
    sums = [0.0] * len(days)
    span = goal.span
    for day, amount in by_day.items():
        if span.start <= day <= min(as_of, span.end):
            sums[min(bisect_left(days, day), len(days) - 1)] += amount
    reached = sum(sums)
    early = _too_early(over, len(days), terms)
    if early or over == 0:
        return _early(goal, as_of, over, len(days), reached, early or "no working day has passed")
    # What came on days off after the last working day that is over still came: it belongs to the days so far.
    so_far = [*sums[: over - 1], sum(sums[over - 1 :])]
    left = len(days) - over
    ahead = counts_ahead(so_far, left) if goal.kind is GoalKind.COUNT else amounts_ahead(so_far, left)
    return _judged(goal, as_of, over, len(days), reached, ahead, reached, terms)


def pace_rate(
    goal: Goal, successes: float, trials: float, *, working_days: Sequence[date], as_of: date, terms: PacingTerms
) -> Pace:
    """How a share paces: its level against the target, cases going on to come as they came so far.

    Raises ValueError for a goal of another kind, and where successes exceed trials.
    """
    if goal.kind is not GoalKind.RATE:
        raise ValueError(f"{goal.metric} is a {goal.kind}: use pace; allowed here: rate")
    if not 0 <= successes <= trials:
        raise ValueError(f"{goal.metric}: {successes} of {trials}; needs 0 <= successes <= trials")
    days = _within(goal, working_days)
    over = bisect_left(days, as_of) + (as_of in days)
    early = _too_early(over, len(days), terms) or ("no case so far" if trials == 0 else None)
    level = successes / trials if trials else 0.0
    if early:
        return _early(goal, as_of, over, len(days), level, early)
    end = share_at_end(successes, trials, trials * (len(days) - over) / over)
    return _judged(goal, as_of, over, len(days), level, end, 0.0, terms)


def _within(goal: Goal, working_days: Sequence[date]) -> list[date]:
    span = goal.span
    days = sorted(day for day in set(working_days) if span.start <= day <= span.end)
    if not days:
        raise ValueError(f"{goal.period} has no working day; give those of the agreed calendar")
    return days


def _too_early(over: int, days: int, terms: PacingTerms) -> str | None:
    needed = min(days, max(terms.earliest_days, terms.earliest_share * days))
    if over >= needed:
        return None
    return f"{over} of {days} working days have passed; a pace is told from {needed:.0f} on"


def _early(goal: Goal, as_of: date, over: int, days: int, reached: float, why: str) -> Pace:
    due = goal.target * over / days if goal.kind is not GoalKind.RATE else goal.target
    return Pace(
        goal=goal,
        as_of=as_of,
        days_passed=over,
        days=days,
        reached=reached,
        gap=reached - due,
        verdict=Verdict.TOO_EARLY,
        words=f"{goal.metric}: too early to tell, {why}",
        reason=why,
    )


def _judged(
    goal: Goal, as_of: date, over: int, days: int, reached: float, ahead: Ahead, behind: float, terms: PacingTerms
) -> Pace:
    """`ahead` is what is to come beyond `behind`, which stands already."""
    up, accumulates = goal.better == "up", goal.kind is not GoalKind.RATE
    due = goal.target * over / days if accumulates else goal.target
    needed = goal.target - behind
    if over == days:
        fulfilled = reached >= goal.target if up else reached <= goal.target
        projected = low = high = reached
        chance = float(fulfilled)
        verdict = Verdict.REACHED if fulfilled else Verdict.MISSED
    else:
        projected = behind + ahead.mean
        low, high = (behind + ahead.quantile(level) for level in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        if goal.kind is GoalKind.COUNT:
            chance = ahead.at_least(needed) if up else 1 - ahead.at_least(needed + 1)
        else:
            chance = ahead.at_least(needed) if up else 1 - ahead.at_least(needed)
        verdict = _verdict(goal, reached, reached - due, chance, terms)
    return Pace(
        goal=goal,
        as_of=as_of,
        days_passed=over,
        days=days,
        reached=reached,
        gap=reached - due,
        verdict=verdict,
        words=_words(goal, over, days, reached, verdict, projected, low, high),
        projected=projected,
        low=low,
        high=high,
        chance=chance,
    )


def _verdict(goal: Goal, reached: float, gap: float, chance: float, terms: PacingTerms) -> Verdict:
    up = goal.better == "up"
    if goal.kind is not GoalKind.RATE and up and reached >= goal.target:
        return Verdict.REACHED
    if goal.kind is not GoalKind.RATE and not up and reached > goal.target:
        return Verdict.MISSED
    if chance < terms.behind_chance:
        return Verdict.BEHIND
    ahead = gap > 0 if up else gap < 0
    return Verdict.AHEAD if chance >= terms.ahead_chance and ahead else Verdict.ON_PACE


def _words(
    goal: Goal, over: int, days: int, reached: float, verdict: Verdict, projected: float, low: float, high: float
) -> str:
    def told(number: float) -> str:
        return f"{100 * number:.0f} %" if goal.kind is GoalKind.RATE else f"{number:,.0f}"

    so_far = f"{told(reached)} of {told(goal.target)} after {over} of {days} working days"
    if over == days:
        return f"{goal.metric}: {verdict}, {so_far}"
    return f"{goal.metric}: {verdict}, {so_far}; {told(projected)} to be expected ({told(low)} to {told(high)})"
