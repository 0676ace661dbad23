"""The month of the teams from the logbook: clauses, scorecard, lead quality, reasons, reps, as known at a moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from bothsides.agreement.versions import as_policy, version_at
from bothsides.goals import GoalsPolicy, Pace
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.review.lives import OF_LEADS, History, Life, read_history
from bothsides.leads.review.months import day_of, ends, first_month, midnight, working_days
from bothsides.leads.review.records import answered, closings, feedback, given, handed, qualified_leads, worked
from bothsides.leads.review.results import clock_results
from bothsides.leads.sla.commitment_terms import CommitmentsPolicy
from bothsides.leads.sla.commitments import ClockResult, Kept, QualifiedLead, judge_month
from bothsides.leads.sla.consequences import ConsequenceDue, consequences
from bothsides.leads.sla.pacing import MonthSoFar, pace_of
from bothsides.leads.sla.proposals import Proposal, propose
from bothsides.leads.sla.scorecard import Scorecard, scorecard
from bothsides.leads.sla.statements import Adjustment, Line, lines_of
from bothsides.leads.teams.feedback import ReasonCount, reject_reasons
from bothsides.leads.teams.lead_quality import QualityRow, quality_rows
from bothsides.leads.teams.reasons import ReasonsPolicy
from bothsides.leads.teams.rep_scorecard import RepScore, rep_scorecards
from bothsides.leads.teams.win_loss import ReasonShare, SupplyGap, reason_mix, supply_gaps
from bothsides.logbook import Book, Kind, latest
from bothsides.schema import Period, Side
from bothsides.schema.instant import DAY, Instant

REP_DAYS = 183
"""Days of leads behind a rep scorecard: a month has too few."""
DAYS_AHEAD = 45
"""Days after a month of which the working days are laid out, for the dates by which a meeting decides."""

_OF_FIELDS = frozenset({Kind.LEAD_CHANGED, Kind.LEAD_MATCHED, Kind.FIX_APPLIED, Kind.FIX_UNDONE})

PolicyT = TypeVar("PolicyT")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReview:
    """Everything that both teams look at for a month, as known at `known_at`; `last_seq` is the last line counted.

    `paces` stand for a month that is not over. `quality` is of the leads handed over in the month, `by_chance` of all
    that are old enough to tell promise from outcome; `reps` are of the last half year.
    """

    period: str
    start: Instant
    close: Instant
    known_at: Instant
    last_seq: int
    is_over: bool
    frozen: bool
    card: Scorecard
    paces: tuple[Pace, ...]
    quality: tuple[tuple[Side, tuple[QualityRow, ...]], ...]
    rejects: tuple[ReasonCount, ...]
    win_loss: tuple[ReasonShare, ...]
    gaps: tuple[SupplyGap, ...]
    reps: tuple[RepScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A month's clauses and what follows from them, with the clocks and leads they were counted from."""

    kept: tuple[Kept, ...]
    consequences: tuple[ConsequenceDue, ...]
    leads: tuple[QualifiedLead, ...]
    clocks: tuple[ClockResult, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The figures of the month's statement."""
        return lines_of(self.kept, self.consequences)


def history_at(
    book: Book,
    agreed: Agreed,
    known_at: Instant,
    *,
    since: Instant | None = None,
    kinds: Collection[Kind] | None = None,
) -> History:
    """The logbook as it was known at that moment; with `since` only what can matter from then on.

    With `kinds` only what lines of these tell.
    """
    real, currency = agreed.decay.real_touches, agreed.currency
    return read_history(book, known_at=known_at, real_touches=real, currency=currency, since=since, kinds=kinds)


def signed_at(book: Book, section: str, at: Instant, policy_type: type[PolicyT], now: PolicyT) -> PolicyT:
    """The section's policy that was in force at that moment; the present one where none was recorded by then."""
    version = version_at(book, section, at)
    return now if version is None else as_policy(version, policy_type)


def judged(book: Book, agreed: Agreed, history: History, period: Period) -> Judged:
    """The month by the agreement that was in force when it ended, as known at the history's moment."""
    (month,) = judged_months(book, agreed, history, [period])
    return month


def judged_months(book: Book, agreed: Agreed, history: History, periods: Sequence[Period]) -> list[Judged]:
    """Several months; their clocks, and since when months are judged, are worked out once for all of them."""
    if not periods:
        return []
    every, first = clock_results(history, agreed), first_month(book, agreed)
    return [_judged(book, agreed, history, period, every, first) for period in periods]


def _judged(
    book: Book,
    agreed: Agreed,
    history: History,
    period: Period,
    every: Sequence[ClockResult],
    first: Period | None,
) -> Judged:
    start, close = ends(agreed, period)
    known_at = history.known_at
    terms = signed_at(book, "commitments", close - 1, CommitmentsPolicy, agreed.commitments)
    goals = signed_at(book, "goals", close - 1, GoalsPolicy, agreed.goals)
    leads = [one for one in qualified_leads(history, terms) if start <= one.qualified_at < close]
    clocks = [one for one in every if start <= one.due_at < close]
    kept = judge_month(
        terms, period=period, start=start, close=close, leads=leads, clocks=clocks, goals=goals, known_at=known_at
    )
    due = consequences(
        terms,
        period=period,
        start=start,
        close=close,
        clocks=every,
        kept=kept,
        known_at=known_at,
        judged_from=None if first is None else ends(agreed, first)[0],
    )
    return Judged(kept=kept, consequences=due, leads=tuple(leads), clocks=tuple(clocks))


def review_month(
    book: Book,
    agreed: Agreed,
    period: Period,
    *,
    known_at: Instant,
    adjusted: Sequence[Adjustment] = (),
    frozen: bool = False,
) -> MonthReview:
    """The month as known at that moment; `adjusted` are what its statement says of earlier ones."""
    start, close = ends(agreed, period)
    history = history_at(book, agreed, known_at, since=min(start, known_at - REP_DAYS * DAY))
    month = judged(book, agreed, history, period)
    terms = signed_at(book, "commitments", close - 1, CommitmentsPolicy, agreed.commitments)
    goals = signed_at(book, "goals", close - 1, GoalsPolicy, agreed.goals)
    reasons = signed_at(book, "reasons", close - 1, ReasonsPolicy, agreed.reasons)
    lives = [history.lives[lead.lead_id] for lead in month.leads if not lead.withdrawn]
    snapshot = latest(book)
    return MonthReview(
        period=period.label,
        start=start,
        close=close,
        known_at=known_at,
        last_seq=history.last_seq,
        is_over=known_at >= close,
        frozen=frozen,
        card=scorecard(
            terms,
            period=period,
            close=known_at,
            policy_version=_version(book, agreed, close - 1),
            load_id="" if snapshot is None else str(snapshot.load_id),
            kept=month.kept,
            clocks=month.clocks,
            leads=month.leads,
            worked=worked(lives),
            due=month.consequences,
            adjusted=adjusted,
        ),
        paces=() if known_at >= close else _paces(agreed, terms, goals, month, period, known_at),
        quality=_quality(lives, known_at, reasons),
        rejects=reject_reasons(reasons, feedback(lives)),
        win_loss=reason_mix(reasons, _closed(history, start, close)),
        gaps=supply_gaps(reasons, _closed(history, start, close)),
        reps=rep_scores(history, agreed),
    )


def _version(book: Book, agreed: Agreed, at: Instant) -> str:
    version = version_at(book, "commitments", at)
    return agreed.versions.get("commitments", "") if version is None else version.version


def _quality(
    lives: Sequence[Life], known_at: Instant, reasons: ReasonsPolicy
) -> tuple[tuple[Side, tuple[QualityRow, ...]], ...]:
    given_out = handed(lives)
    mature = known_at - int(reasons.escalation.mature_days * DAY)
    by_side = [(side, [one for one in given_out if one.side is side]) for side in Side]
    return tuple((side, quality_rows(mine, mature_before=mature)) for side, mine in by_side if mine)


def _closed(history: History, start: Instant, close: Instant) -> list[Any]:
    return [one for one in closings(history.lives.values()) if start <= one.closed_at < close]


def read_rep_scores(book: Book, agreed: Agreed, known_at: Instant) -> tuple[RepScore, ...]:
    """What each person made of the leads given in the half year before that moment; older ones are not read."""
    return rep_scores(history_at(book, agreed, known_at, since=known_at - REP_DAYS * DAY), agreed)


def rep_scores(history: History, agreed: Agreed) -> tuple[RepScore, ...]:
    """What each person made of the leads given in the half year before, against what those promised."""
    since = history.known_at - REP_DAYS * DAY
    lives = [life for life in history.lives.values() if life.assigned_at is not None and life.assigned_at >= since]
    return rep_scorecards(given(history, agreed, lives, clock_results(history, agreed)))


def month_so_far(agreed: Agreed, month: Judged, period: Period, now: Instant, goals: GoalsPolicy) -> MonthSoFar:
    """The month at that moment, which ends a business day."""
    return MonthSoFar(
        period=period,
        as_of=day_of(agreed)(now - 1),
        now=now,
        working_days=working_days(agreed, period.start, period.end + timedelta(days=DAYS_AHEAD)),
        day_of=day_of(agreed),
        leads=month.leads,
        clocks=month.clocks,
        goals=goals,
    )


def _paces(
    agreed: Agreed, terms: CommitmentsPolicy, goals: GoalsPolicy, month: Judged, period: Period, known_at: Instant
) -> tuple[Pace, ...]:
    """How a month under way paces, by its days that are over."""
    over = midnight(agreed, day_of(agreed)(known_at))
    if over <= ends(agreed, period)[0]:
        return ()
    so_far = month_so_far(agreed, month, period, over, goals)
    return tuple(pace_of(terms, clause, so_far) for clause in terms.marketing)


def proposals(book: Book, agreed: Agreed, known_at: Instant) -> tuple[Proposal, ...]:
    """Response times to propose, by side, graded by how the effect was identified; or why none is proposed.

    Every decided lead counts, however old; of its lines those that no answer or wait is counted from are not read.
    """
    history = history_at(book, agreed, known_at, kinds=OF_LEADS - _OF_FIELDS)
    mature = history.known_at - int(agreed.reasons.escalation.mature_days * DAY)
    leads = answered(agreed, history.lives.values(), mature_before=mature)
    return tuple(propose(agreed.commitments.proposals, side, leads) for side in Side)
