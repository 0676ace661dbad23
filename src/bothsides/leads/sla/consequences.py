"""What follows, by the signed agreement, from breaches that still stand when a month closes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bothsides.leads.sla.commitment_terms import CommitmentsPolicy, Consequence, Team, Then
from bothsides.leads.sla.commitments import ClockResult, Kept, Word
from bothsides.schema import Period, Side
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsequenceDue:
    """One agreed consequence that a month brought: a right of `to`, held until the end of `until`.

    `breaches` are the clocks behind it, `leads` those to be returned. A right is used or waived by a person; `used` is
    None until somebody has said which. `withheld` says why it does not apply although the number was passed.
    """

    consequence_id: str
    name: str
    by: Team
    to: Team
    side: Side
    then: Then
    period: str
    until: str
    breaches: tuple[str, ...]
    due: int
    leads: tuple[str, ...] = ()
    words: str = ""
    withheld: str | None = None
    used: bool | None = None


def consequences(
    policy: CommitmentsPolicy,
    *,
    period: Period,
    start: Instant,
    close: Instant,
    clocks: Sequence[ClockResult],
    kept: Sequence[Kept],
    known_at: Instant | None = None,
    judged_from: Instant | None = None,
) -> tuple[ConsequenceDue, ...]:
    """Every consequence that the month from `start` to `close` brings, side by side and in the agreement's order.

    A breach counts once: for the month in which its clock was due, or, where the month had closed before it was
    written, for the one in which it was. What is reversed later becomes an adjustment of the next statement. `clocks`
    are all there are, `kept` the month's judged clauses; `known_at` is when it is looked at, the close unless told.
    Clocks that were due before `judged_from`, the begin of the first month that is judged, count for none.
    """
    found = []
    now = close if known_at is None else known_at
    mine = [clock for clock in clocks if judged_from is None or clock.due_at >= judged_from]
    for rule in policy.consequence:
        for side in (rule.side,) if rule.side else tuple(Side):
            due = _of_rule(policy, rule, period, side, _within(mine, side, start, close), now, kept)
            if due is not None:
                found.append(due)
    return tuple(found)


def used(consequence: ConsequenceDue, use: bool) -> ConsequenceDue:
    """The consequence with the word of the team whose right it is. Raises ValueError where it was withheld."""
    if consequence.withheld is not None:
        raise ValueError(f"{consequence.consequence_id} does not apply: {consequence.withheld}")
    return replace(consequence, used=use)


def _within(clocks: Sequence[ClockResult], side: Side, start: Instant, close: Instant) -> list[ClockResult]:
    return [clock for clock in clocks if clock.side is side and _counts(clock, start, close)]


def _counts(clock: ClockResult, start: Instant, close: Instant) -> bool:
    """Whether the month is the clock's: that in which it was due, unless its breach was written after the close."""
    written = clock.breached_at
    if start <= clock.due_at < close:
        return written is None or written <= close
    # The statement of the month in which it was due had been frozen without it.
    return clock.due_at < start and written is not None and start < written <= close


def _of_rule(
    policy: CommitmentsPolicy,
    rule: Consequence,
    period: Period,
    side: Side,
    clocks: Sequence[ClockResult],
    now: Instant,
    kept: Sequence[Kept],
) -> ConsequenceDue | None:
    if rule.by is Team.MARKETING:
        missed = tuple(one.clause for one in _own(kept, Team.MARKETING, side, rule.clauses) if one.word is Word.MISSED)
        return _due(rule, period, side, missed, len(missed), (), kept) if len(missed) > rule.more_than else None
    named = {
        clause.clock
        for team, clause in policy.services
        if team is rule.by and clause.side is side and (not rule.clauses or clause.name in rule.clauses)
    }
    mine = [clock for clock in clocks if clock.clock in named]
    broken = [clock for clock in mine if clock.broken_by(now)]
    share_passed = rule.more_than_share is None or len(broken) > rule.more_than_share * len(mine)
    if len(broken) <= rule.more_than or not share_passed:
        return None
    leads = tuple(dict.fromkeys(clock.lead_id for clock in broken)) if rule.then is Then.RETURN_LEADS else ()
    return _due(rule, period, side, tuple(clock.clock_id for clock in broken), len(mine), leads, kept)


def _due(
    rule: Consequence,
    period: Period,
    side: Side,
    breaches: tuple[str, ...],
    due: int,
    leads: tuple[str, ...],
    kept: Sequence[Kept],
) -> ConsequenceDue:
    to = Team.SALES if rule.by is not Team.SALES else Team.MARKETING
    dirty = [one.clause for one in _own(kept, to, side, ()) if one.word is Word.MISSED]
    withheld = f"{to} missed its own {', '.join(dirty)} in {period.label}" if rule.clean_hands and dirty else None
    return ConsequenceDue(
        consequence_id=f"consequence/{period.label}/{side}/{rule.name}",
        name=rule.name,
        by=rule.by,
        to=to,
        side=side,
        then=rule.then,
        period=period.label,
        until=period.next().label,
        breaches=breaches,
        due=due,
        leads=leads,
        words=rule.in_words or _words(rule, to, side, len(breaches), due),
        withheld=withheld,
    )


def _own(kept: Sequence[Kept], team: Team, side: Side, clauses: Sequence[str]) -> list[Kept]:
    return [one for one in kept if one.team is team and one.side is side and (not clauses or one.clause in clauses)]


def _words(rule: Consequence, to: Team, side: Side, n: int, due: int) -> str:
    follows = {
        Then.PAUSE_VOLUME: f"{to} may pause its volume commitment for {side} leads next month",
        Then.RETURN_LEADS: f"these leads go back to {to}",
        Then.MEETING: "both teams meet and write down what they decide",
    }[rule.then]
    what = "clauses missed" if rule.by is Team.MARKETING else f"unreversed breaches of {due} due"
    return f"{n} {what} by {rule.by} ({side}): {follows}"
