"""What people do with a lead once the desk has given it to somebody: touches, verdict, stages, close.

Everything is a hash of the quarter's seed, the lead and the owner: the same decision is always answered alike, and a
lead given to another person, or given sooner, shows what would have happened then.
"""

from dataclasses import dataclass
from typing import Literal

from bothsides.schema.instant import DAY, HOUR, MINUTE, Instant
from bothsides.schema.money import Money
from bothsides.schema.side import Side
from bothsides.schema.stage import LeadStage
from bothsides.simulate.desk.chance import happens, pick, share, skewed, weighted
from bothsides.simulate.desk.lead import QuarterLead
from bothsides.simulate.desk.odds import hours_between, win_probability
from bothsides.simulate.desk.quarter import Quarter
from bothsides.simulate.desk.reasons import (
    NONE_RAISED,
    OBJECTIONS,
    QUESTIONS,
    REJECTED,
    REJECTED_PRIZE_DRAW,
    UNREACHABLE,
    WON,
    WORDS,
    lost_reasons,
)
from bothsides.simulate.desk.roster import Rep

ATTEMPTS = 6
"""Nobody tries more often than this."""
OUT_OF_HOURS = 0.04
"""The share of touches that people make in the evening."""
_DAYS_TO_CLOSE = {Side.BUYER: 16.0, Side.SUPPLIER: 27.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A real touch by a person. `logged_at` is when the CRM tells of it: for some, hours after it happened."""

    lead: str
    owner: str
    occurred_at: Instant
    logged_at: Instant
    channel: Literal["call", "email"]
    connected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """Sales' verdict on a lead; a reject has a reason code."""

    lead: str
    owner: str
    given_at: Instant
    accepted: bool
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMove:
    """The lead enters a stage."""

    lead: str
    moved_at: Instant
    stage: LeadStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """How it ended, in codes ("none" for no objection). `note` keeps the customer's own words, where there were any.

    `amount` is a year's trade, won or lost.
    """

    lead: str
    owner: str
    closed_at: Instant
    won: bool
    reason: str
    objections: tuple[str, ...]
    questions: tuple[str, ...]
    note: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """Everything that follows from one assignment, each part in time order."""

    touches: tuple[Touch, ...] = ()
    disposition: Disposition | None = None
    stages: tuple[StageMove, ...] = ()
    close: Close | None = None


def reaction(quarter: Quarter, lead: QuarterLead, owner: str, assigned_at: Instant, due_at: Instant) -> Reaction:
    """What the owner does with the lead from `assigned_at` on, knowing that the first touch is due at `due_at`.

    Good leads are called first, so raw win rates overstate what speed does; the true effect stands in `odds`.
    Nothing happens after the owner has left or while nobody works; a lead never touched stays silent for good.
    Raises ValueError for an owner who is not on the roster.
    """
    rep = quarter.reps.get(owner)
    if rep is None:
        raise ValueError(f"owner {owner!r} is not on the roster: one of {', '.join(quarter.reps)}")
    if _neglected(quarter.seed, rep, lead):
        return Reaction()
    first = _first_touch(quarter.seed, rep, lead, assigned_at, due_at)
    if first is None:
        return Reaction()
    hours = hours_between(lead.arrived_at, first)
    chance = win_probability(lead.side, lead.traits, hours_to_contact=hours, skill=rep.skill)
    wins = happens(chance, quarter.seed, "wins", lead.lead)
    touches = _touches(quarter.seed, rep, lead, first, wins)
    verdict = _disposition(quarter.seed, rep, lead, touches, chance, wins)
    if verdict is None or not verdict.accepted:
        return Reaction(touches=touches, disposition=verdict)
    stages, close = _to_the_end(quarter.seed, rep, lead, verdict, wins)
    return Reaction(touches=touches, disposition=verdict, stages=stages, close=close)


def heat(seed: int, lead: QuarterLead) -> float:
    """How hot a lead looks to the person who has it, 0-1: its chance blurred by judgement.

    Nobody sees before the first call that a lead only took part in the prize draw.
    """
    chance = win_probability(lead.side, lead.traits - {"prize_draw"})
    return min(1.0, max(0.0, chance * 1.6 + 0.3 * (share(seed, "looks", lead.lead) - 0.5)))


def _neglected(seed: int, rep: Rep, lead: QuarterLead) -> bool:
    chance = rep.neglect * (1.6 - 1.4 * heat(seed, lead))
    return happens(chance, seed, "neglected", lead.lead, rep.rep_id)


def _first_touch(seed: int, rep: Rep, lead: QuarterLead, assigned_at: Instant, due_at: Instant) -> Instant | None:
    pace = 2.2 - 1.9 * heat(seed, lead)
    working = skewed(rep.median_hours * pace, 0.9, seed, "delay", lead.lead, rep.rep_id) * HOUR
    at = rep.hours.after(assigned_at, working)
    if (at is None or at > due_at > assigned_at) and happens(rep.discipline, seed, "pulled", lead.lead, rep.rep_id):
        at = _shortly_before(seed, rep, lead, assigned_at, due_at) or at
    if at is not None and happens(OUT_OF_HOURS, seed, "evening", lead.lead, rep.rep_id):
        evening = at + int((3 + share(seed, "late hour", lead.lead) * 3) * HOUR)
        at = evening if not rep.hours.inside(evening) else at
    return at


def _shortly_before(seed: int, rep: Rep, lead: QuarterLead, assigned_at: Instant, due_at: Instant) -> Instant | None:
    """A moment in the last two hours before the due time in which the person works."""
    for step in range(8):
        at = due_at - int(MINUTE * (5 + 15 * step + 10 * share(seed, "rush", lead.lead, step)))
        if at > assigned_at and rep.hours.inside(at):
            return at
    return None


def _touches(seed: int, rep: Rep, lead: QuarterLead, first: Instant, wins: bool) -> tuple[Touch, ...]:
    """Attempts until somebody answers: a lead that will be won answers in the end, another perhaps not."""
    answers = wins or happens(lead.reachable, seed, "answers", lead.lead)
    wanted = rep.answers * 4 * share(seed, "persistence", lead.lead, rep.rep_id) + heat(seed, lead)
    persistence = min(2 + int(wanted), ATTEMPTS)
    reached_at = 1 + int(share(seed, "answers when", lead.lead) ** 3 * (persistence if wins else ATTEMPTS))
    touches: list[Touch] = []
    at: Instant | None = first
    for attempt in range(1, persistence + 1):
        if at is None:
            break
        connected = answers and attempt == reached_at
        late = happens(rep.late_logging, seed, "late logging", lead.lead, attempt)
        waits = (3 + 30 * share(seed, "logged after", lead.lead, attempt)) * HOUR if late else 4 * MINUTE
        touches.append(
            Touch(
                lead=lead.lead,
                owner=rep.rep_id,
                occurred_at=at,
                logged_at=at + int(waits),
                channel="email" if happens(0.35, seed, "by mail", lead.lead, attempt) else "call",
                connected=connected,
            )
        )
        if connected:
            break
        at = rep.hours.after(at, skewed(6.0, 0.5, seed, "again after", lead.lead, attempt) * HOUR)
    return tuple(touches)


def _disposition(
    seed: int, rep: Rep, lead: QuarterLead, touches: tuple[Touch, ...], chance: float, wins: bool
) -> Disposition | None:
    last = touches[-1]
    if not wins and not happens(rep.answers, seed, "verdict", lead.lead, rep.rep_id):
        return None
    given_at = rep.hours.after(last.occurred_at, skewed(3.0, 1.0, seed, "verdict after", lead.lead) * HOUR)
    if given_at is None:
        return None
    likes = 0.05 if lead.prize_draw else 0.3 + chance
    accepted = last.connected and (wins or happens(likes, seed, "accepted", lead.lead))
    reason = None
    if not accepted and last.connected:
        codes = REJECTED_PRIZE_DRAW if lead.prize_draw else REJECTED
        reason = weighted(codes, seed, "rejected for", lead.lead)
    elif not accepted:
        reason = UNREACHABLE
    return Disposition(lead=lead.lead, owner=rep.rep_id, given_at=given_at, accepted=accepted, reason=reason)


def _to_the_end(
    seed: int, rep: Rep, lead: QuarterLead, verdict: Disposition, wins: bool
) -> tuple[tuple[StageMove, ...], Close | None]:
    """Accepted leads become opportunities and close, unless their owner leaves before that."""
    opened = verdict.given_at + int((0.5 + 4 * share(seed, "opened after", lead.lead)) * DAY)
    days = skewed(_DAYS_TO_CLOSE[lead.side], 0.6, seed, "closes after", lead.lead)
    closed = opened + int(days * (1.0 if wins else 1.3) * DAY)
    moves = [(verdict.given_at, LeadStage.SALES_QUALIFIED)]
    moves += [(at, LeadStage.OPPORTUNITY) for at in _worked(rep, opened)]
    ends = _worked(rep, closed)
    moves += [(at, LeadStage.CLOSED_WON if wins else LeadStage.CLOSED_LOST) for at in ends]
    stages = tuple(StageMove(lead=lead.lead, moved_at=at, stage=stage) for at, stage in moves)
    reasons = WON[lead.side] if wins else lost_reasons(lead.side, lead.company.category, lead.company.region)
    objects, asks = happens(0.45, seed, "objects", lead.lead), happens(0.3, seed, "asks", lead.lead)
    objection = weighted(OBJECTIONS[lead.side], seed, "objection", lead.lead) if objects else NONE_RAISED
    close = [
        Close(
            lead=lead.lead,
            owner=rep.rep_id,
            closed_at=at,
            won=wins,
            reason=weighted(reasons, seed, "closed for", lead.lead),
            objections=(objection,),
            note=pick(WORDS[objection], seed, "said", lead.lead) if objects else "",
            questions=(pick(QUESTIONS[lead.side], seed, "question", lead.lead),) if asks else (),
            amount=Money(minor=lead.deal_size * 100, currency="GBP"),
        )
        for at in ends
    ]
    return stages, close[0] if close else None


def _worked(rep: Rep, moment: Instant) -> list[Instant]:
    """The moment, moved to the owner's next working time; nothing where the owner has left by then."""
    at = rep.hours.after(moment, 0)
    return [] if at is None else [at]
