"""Whether each team kept its word in a month: marketing's qualified leads, sales' and customer success's clocks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bothsides.agreement.conditions import read_tests
from bothsides.goals import GoalsPolicy, goals_of
from bothsides.leads.sla.commitment_terms import CommitmentsPolicy, Counting, LeadsOwed, ServiceOwed, Team
from bothsides.leads.sla.contact_rate import Attempted, ContactRate, contact_rate
from bothsides.leads.sla.policy import ClockKind
from bothsides.metrics.interval import wilson
from bothsides.schema import Period, Side
from bothsides.schema.instant import HOUR, Instant

ROUNDING = 1e-9
"""Sums of shares fall this much short of what they are."""


class Word(StrEnum):
    """Whether a clause was kept."""

    KEPT = "kept"
    MISSED = "missed"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifiedLead:
    """A lead that marketing handed over. `attempts` are those of sales within the agreed hours, up to the contact.

    `withdrawn` is one that proved not to be a lead at all (a duplicate, a test); it counts for nobody. `quality` is its
    lead quality in major units of the reporting currency, `win_chance` its calibrated chance of being won.
    """

    lead_id: str
    side: Side
    qualified_at: Instant
    assigned_at: Instant | None = None
    attempts: int = 0
    contacted_at: Instant | None = None
    win_chance: float | None = None
    quality: float | None = None
    withdrawn: bool = False
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResult:
    """One clock that ran: who owed what on which lead, when it was due, and how it ended.

    `breached_at` is set where a breach was written, `reversed_at` where later proof took it back. `working_seconds` is
    the time it took by the agreed calendar, `paused_seconds` the time that was excused.
    """

    clock_id: str
    clock: ClockKind
    side: Side
    lead_id: str
    owner: str | None
    due_at: Instant
    met_at: Instant | None = None
    breached_at: Instant | None = None
    reversed_at: Instant | None = None
    working_seconds: int | None = None
    paused_seconds: int = 0

    def broken_by(self, close: Instant) -> bool:
        """Whether a breach stood, unreversed, at that moment."""
        if self.breached_at is None or self.breached_at > close:
            return False
        return self.reversed_at is None or self.reversed_at > close

    def kept_by(self, close: Instant) -> bool:
        """Whether it was known by that moment to have been kept: met in time, or proved to be by a reversal."""
        if self.reversed_at is not None and self.reversed_at <= close:
            return True
        return self.met_at is not None and self.met_at <= min(close, self.due_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One clause in one month. `owed` and `delivered` in the clause's own unit, `attainment` is their ratio.

    Of a clock clause they are shares: agreed, and met of the `n` that were decided; `low` and `high` are Wilson's 95 %
    interval. `waiting` are cases not yet due; `leads` the ids behind it; `contact` the contact rate of marketing's.
    """

    clause: str
    team: Team
    side: Side
    period: str
    word: Word
    owed: float
    delivered: float
    n: int
    unit: str
    low: float | None = None
    high: float | None = None
    waiting: int = 0
    leads: tuple[str, ...] = ()
    contact: ContactRate | None = None
    reason: str = ""

    @property
    def attainment(self) -> float | None:
        """Delivered over owed; None where the clause was not judged for want of cases."""
        return self.delivered / self.owed if self.owed and (self.n or self.unit != "share") else None


def judge_month(
    policy: CommitmentsPolicy,
    *,
    period: Period,
    start: Instant,
    close: Instant,
    leads: Sequence[QualifiedLead],
    clocks: Sequence[ClockResult],
    goals: GoalsPolicy | None = None,
    known_at: Instant | None = None,
) -> tuple[Kept, ...]:
    """Every clause of the agreement over the month from `start` (included) to `close` (excluded), in its order.

    The two instants are the month's ends in the workspace's zone; clocks count in the month in which they were due.
    `known_at` is when it is looked at, the close unless told: a later look sees late proof, and is what
    `statements.adjustments` compares with what was told.
    """
    now = close if known_at is None else known_at
    handed_over = [lead for lead in leads if start <= lead.qualified_at < close and not lead.withdrawn]
    kept = [leads_kept(clause, handed_over, period=period, now=now, goals=goals) for clause in policy.marketing]
    due = [clock for clock in clocks if start <= clock.due_at < close]
    kept += [service_kept(team, clause, due, period=period, now=now) for team, clause in policy.services]
    return tuple(kept)


def counted(clause: LeadsOwed, leads: Iterable[QualifiedLead]) -> list[QualifiedLead]:
    """The leads that the clause speaks of."""
    tests = read_tests(clause.when)
    return [lead for lead in leads if lead.side is clause.side and not lead.withdrawn and tests.hold(lead.fields)]


def weight(clause: LeadsOwed, lead: QualifiedLead) -> float | None:
    """What one lead counts towards the number owed; None where its chance or quality is unknown."""
    if clause.counted is Counting.LEADS:
        return 1.0
    if clause.counted is Counting.MONEY:
        return lead.quality
    return None if lead.win_chance is None else lead.win_chance / (clause.standard_win_chance or 1.0)


def owed_in(clause: LeadsOwed, period: Period, goals: GoalsPolicy | None) -> float:
    """The number owed in the month: the shared goal's target where the clause names one that was agreed."""
    if goals is None or clause.goal_metric is None:
        return clause.leads
    goal = goals_of(goals, clause.goal_metric, side=clause.side, period=period.label)
    return goal.target if goal else clause.leads


def leads_kept(
    clause: LeadsOwed,
    leads: Sequence[QualifiedLead],
    *,
    period: Period,
    now: Instant,
    goals: GoalsPolicy | None = None,
) -> Kept:
    """Marketing's clause over the leads of the month: the number, plain or weighted, and the contact rate."""
    chosen = counted(clause, leads)
    weights = [weight(clause, lead) for lead in chosen]
    known = [one for one in weights if one is not None]
    owed, delivered = owed_in(clause, period, goals), float(sum(known))
    contact = _contact(clause, chosen, now) if clause.contact_rate is not None else None
    reasons = []
    if unknown := len(weights) - len(known):
        reasons.append(f"{unknown} of {len(weights)} leads have no {_wanted(clause)} and count 0")
    if delivered < owed:
        reasons.append(f"{delivered:g} of {owed:g} owed")
    word = Word.KEPT if delivered >= owed - ROUNDING else Word.MISSED
    if contact is not None:
        reasons.append(contact.words)
        if contact.rate is None:
            word = Word.NOT_JUDGED if word is Word.KEPT else word
        elif contact.rate < (clause.contact_rate or 0.0) - ROUNDING:
            word = Word.MISSED
    if chosen and not known:
        word = Word.NOT_JUDGED
    return Kept(
        clause=clause.name,
        team=Team.MARKETING,
        side=clause.side,
        period=period.label,
        word=word,
        owed=owed,
        delivered=delivered,
        n=len(chosen),
        unit={Counting.LEADS: "leads", Counting.MONEY: "money"}.get(clause.counted, "standard leads"),
        waiting=contact.waiting if contact else 0,
        leads=tuple(lead.lead_id for lead in chosen),
        contact=contact,
        reason="; ".join(reasons),
    )


def service_kept(
    team: Team, clause: ServiceOwed, clocks: Iterable[ClockResult], *, period: Period, now: Instant
) -> Kept:
    """A clause on clocks: met of those decided by `now`. A reversed breach counts as met, for the proof came late."""
    mine = [clock for clock in clocks if clock.clock == clause.clock and clock.side is clause.side]
    broken = [clock for clock in mine if clock.broken_by(now)]
    stands = {clock.clock_id for clock in broken}
    met = sum(1 for clock in mine if clock.clock_id not in stands and clock.kept_by(now))
    n = met + len(broken)
    share = met / n if n else 0.0
    low, high = wilson(met, n) if n else (None, None)
    word = Word.NOT_JUDGED if not n else Word.KEPT if share >= clause.share - ROUNDING else Word.MISSED
    reason = f"{met} of {n} in time, {100 * clause.share:g} % agreed" if n else "no clock of it was decided"
    if word is Word.MISSED and high is not None and high >= clause.share:
        reason += "; so few cases may fall short by chance"
    return Kept(
        clause=clause.name,
        team=team,
        side=clause.side,
        period=period.label,
        word=word,
        owed=clause.share,
        delivered=share,
        n=n,
        unit="share",
        low=low,
        high=high,
        waiting=len(mine) - n,
        leads=tuple(clock.lead_id for clock in broken),
        reason=reason,
    )


def _contact(clause: LeadsOwed, leads: Sequence[QualifiedLead], now: Instant) -> ContactRate:
    limit = int(clause.contact_within_hours * HOUR)
    tried = []
    for lead in leads:
        since = lead.assigned_at
        contacted = lead.contacted_at is not None and since is not None and lead.contacted_at <= min(now, since + limit)
        over = since is not None and since + limit <= now
        tried.append(Attempted(lead_id=lead.lead_id, attempts=lead.attempts, contacted=contacted, over=over))
    return contact_rate(tried, attempts=clause.attempts)


def _wanted(clause: LeadsOwed) -> str:
    return "quality in money" if clause.counted is Counting.MONEY else "chance of being won"
