"""The monthly scorecard of the teams: each clause by side, breaches and excuses, speed, lead quality, consequences."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from bothsides.leads.sla.commitment_terms import CommitmentsPolicy, Team
from bothsides.leads.sla.commitments import ClockResult, Kept, QualifiedLead
from bothsides.leads.sla.consequences import ConsequenceDue
from bothsides.leads.sla.policy import ClockKind
from bothsides.leads.sla.statements import Adjustment
from bothsides.metrics.interval import wilson
from bothsides.schema import Period, Side
from bothsides.schema.instant import HOUR, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What became of one lead: the instants of its way, and what sales said of it.

    `asked_at` is when the lead acted (filled the form), `assigned_at` when a person got it. `accepted` is None until
    sales said so; `disposition` is the coded outcome with its reason, None while it is owed.
    """

    lead_id: str
    side: Side
    owner: str | None
    asked_at: Instant
    assigned_at: Instant | None = None
    first_touch_at: Instant | None = None
    accepted: bool | None = None
    disposition: str | None = None
    returned_at: Instant | None = None
    recovered: bool = False
    won: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockScore:
    """One kind of clock on one side in one month, or of one owner.

    `attainment` is met over decided with Wilson's 95 % interval. `breached` still stand, `reversed` were taken back.
    `excused_hours` is paused time, over `excused` clocks.
    """

    clock: ClockKind
    side: Side
    team: Team | None
    owner: str | None
    agreed: float | None
    due: int
    met: int
    breached: int
    reversed: int
    undecided: int
    attainment: float | None
    low: float | None
    high: float | None
    excused: int
    excused_hours: float
    median_hours: float | None
    p90_hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How long leads wait, in elapsed hours: from their own act, from assignment, and the routing between the two.

    `waiting` are leads of the month without a first touch; medians and 90th percentiles are over those touched, so a
    desk that leaves leads untouched looks quick: read them beside `waiting`.
    """

    side: Side
    n: int
    waiting: int
    lead_median: float | None
    lead_p90: float | None
    sla_median: float | None
    sla_p90: float | None
    routing_median: float | None
    routing_p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityVerdict:
    """What sales said of marketing's leads, and what the model expected of them.

    `rejected` of `answered` with Wilson's interval; `feedback_rate` is answered over handed over. `win_chance` is the
    mean calibrated chance, `won` of `decided` what came of them so far. With an `owner` it is what that person said.
    """

    side: Side
    owner: str | None
    handed_over: int
    answered: int
    feedback_rate: float | None
    rejected: int
    reject_rate: float | None
    low: float | None
    high: float | None
    win_chance: float | None
    quality: float | None
    decided: int
    won: int
    returned: int
    recovered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """Both teams' month in one record; whoever disagrees points to the ids of leads and clocks in it."""

    period: str
    policy_version: str
    load_id: str
    kept: tuple[Kept, ...]
    clocks: tuple[ClockScore, ...]
    by_owner: tuple[ClockScore, ...]
    speed: tuple[Speed, ...]
    quality: tuple[QualityVerdict, ...]
    quality_by_owner: tuple[QualityVerdict, ...]
    consequences: tuple[ConsequenceDue, ...]
    adjustments: tuple[Adjustment, ...]


def scorecard(
    policy: CommitmentsPolicy,
    *,
    period: Period,
    close: Instant,
    policy_version: str,
    load_id: str,
    kept: Sequence[Kept],
    clocks: Sequence[ClockResult],
    leads: Sequence[QualifiedLead],
    worked: Sequence[Worked],
    due: Sequence[ConsequenceDue] = (),
    adjusted: Sequence[Adjustment] = (),
) -> Scorecard:
    """The scorecard of a month, as known at `close`. Clocks, leads and worked leads are those of the month."""
    owners = sorted({clock.owner for clock in clocks if clock.owner})
    return Scorecard(
        period=period.label,
        policy_version=policy_version,
        load_id=load_id,
        kept=tuple(kept),
        clocks=_scores(policy, clocks, close, None),
        by_owner=tuple(
            score
            for owner in owners
            for score in _scores(policy, [clock for clock in clocks if clock.owner == owner], close, owner)
        ),
        speed=tuple(_speed(side, worked) for side in Side if any(one.side is side for one in worked)),
        quality=tuple(
            _quality(side, None, leads, worked, close) for side in Side if any(lead.side is side for lead in leads)
        ),
        quality_by_owner=tuple(
            verdict
            for side in Side
            for owner in sorted({one.owner for one in worked if one.owner})
            if (verdict := _of_owner(side, owner, leads, worked, close)).handed_over
        ),
        consequences=tuple(due),
        adjustments=tuple(adjusted),
    )


def _scores(
    policy: CommitmentsPolicy, clocks: Sequence[ClockResult], close: Instant, owner: str | None
) -> tuple[ClockScore, ...]:
    """One score a kind of clock and side; clocks that no clause names are scored too, without an agreed share."""
    agreed = {(clause.clock, clause.side): (team, clause.share) for team, clause in policy.services}
    kinds = dict.fromkeys([*agreed, *((clock.clock, clock.side) for clock in clocks)])
    found = []
    for kind in kinds:
        mine = [clock for clock in clocks if (clock.clock, clock.side) == kind]
        if mine:
            team, share = agreed.get(kind, (None, None))
            found.append(_score(kind, team, share, owner, mine, close))
    return tuple(found)


def _score(
    kind: tuple[ClockKind, Side],
    team: Team | None,
    agreed: float | None,
    owner: str | None,
    clocks: Sequence[ClockResult],
    close: Instant,
) -> ClockScore:
    broken = {clock.clock_id for clock in clocks if clock.broken_by(close)}
    met = sum(1 for clock in clocks if clock.clock_id not in broken and clock.kept_by(close))
    n = met + len(broken)
    low, high = wilson(met, n) if n else (None, None)
    hours = [clock.working_seconds / HOUR for clock in clocks if clock.working_seconds is not None]
    return ClockScore(
        clock=kind[0],
        side=kind[1],
        team=team,
        owner=owner,
        agreed=agreed,
        due=len(clocks),
        met=met,
        breached=len(broken),
        reversed=sum(1 for clock in clocks if clock.reversed_at is not None and clock.reversed_at <= close),
        undecided=len(clocks) - n,
        attainment=met / n if n else None,
        low=low,
        high=high,
        excused=sum(1 for clock in clocks if clock.paused_seconds),
        excused_hours=sum(clock.paused_seconds for clock in clocks) / HOUR,
        median_hours=percentile(hours, 0.5),
        p90_hours=percentile(hours, 0.9),
    )


def _speed(side: Side, worked: Sequence[Worked]) -> Speed:
    mine = [one for one in worked if one.side is side]

    def hours(first: Callable[[Worked], Instant | None], last: Callable[[Worked], Instant | None]) -> list[float]:
        ends = [(first(one), last(one)) for one in mine]
        return [(end - start) / HOUR for start, end in ends if start is not None and end is not None]

    lead = hours(lambda one: one.asked_at, lambda one: one.first_touch_at)
    sla = hours(lambda one: one.assigned_at, lambda one: one.first_touch_at)
    routing = hours(lambda one: one.asked_at, lambda one: one.assigned_at)
    return Speed(
        side=side,
        n=len(mine),
        waiting=sum(1 for one in mine if one.first_touch_at is None),
        lead_median=percentile(lead, 0.5),
        lead_p90=percentile(lead, 0.9),
        sla_median=percentile(sla, 0.5),
        sla_p90=percentile(sla, 0.9),
        routing_median=percentile(routing, 0.5),
        routing_p90=percentile(routing, 0.9),
    )


def _of_owner(
    side: Side, owner: str, leads: Sequence[QualifiedLead], worked: Sequence[Worked], close: Instant
) -> QualityVerdict:
    mine = [one for one in worked if one.owner == owner]
    given = {one.lead_id for one in mine}
    return _quality(side, owner, [lead for lead in leads if lead.lead_id in given], mine, close)


def _quality(
    side: Side, owner: str | None, leads: Sequence[QualifiedLead], worked: Sequence[Worked], close: Instant
) -> QualityVerdict:
    handed = {lead.lead_id: lead for lead in leads if lead.side is side and not lead.withdrawn}
    mine = [one for one in worked if one.lead_id in handed]
    answered = [one for one in mine if one.accepted is not None]
    rejected = sum(1 for one in answered if not one.accepted)
    low, high = wilson(rejected, len(answered)) if answered else (None, None)
    chances = [lead.win_chance for lead in handed.values() if lead.win_chance is not None]
    money = [lead.quality for lead in handed.values() if lead.quality is not None]
    return QualityVerdict(
        side=side,
        owner=owner,
        handed_over=len(handed),
        answered=len(answered),
        feedback_rate=sum(1 for one in mine if one.disposition) / len(handed) if handed else None,
        rejected=rejected,
        reject_rate=rejected / len(answered) if answered else None,
        low=low,
        high=high,
        win_chance=fmean(chances) if chances else None,
        quality=sum(money) if money else None,
        decided=sum(1 for one in mine if one.won is not None),
        won=sum(1 for one in mine if one.won),
        returned=sum(1 for one in mine if one.returned_at is not None and one.returned_at <= close),
        recovered=sum(1 for one in mine if one.recovered),
    )


def percentile(numbers: Sequence[float], share: float) -> float | None:
    """The number that this share of them does not exceed, between neighbours by straight line; None for none.

    >>> percentile([4.0, 1.0, 2.0, 3.0], 0.5)
    2.5
    """
    if not numbers:
        return None
    ranked = sorted(numbers)
    place = share * (len(ranked) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)
