"""When sales calls leads unqualified: a rapid review with the real lead quality, proposals, and the decision taken."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bothsides.leads.sla.pacing import Decision
from bothsides.leads.teams.lead_quality import Handed, QualityRow, quality_row, quality_rows
from bothsides.leads.teams.reasons import EscalationTerms
from bothsides.leads.wording import plural, was
from bothsides.metrics.interval import wilson
from bothsides.predict.comparison import worse_than
from bothsides.schema import Side
from bothsides.schema.instant import DAY, Instant

DOUBT = 0.05
"""A difference is named where chance brings one so large this seldom."""
LEAST_SOURCE = 20
"""Decided leads of a source below which no proposal rests on it."""
MONTH_DAYS = 30.4375


class Proposed(StrEnum):
    """What a review may propose."""

    RAISE_SCORE = "raise the score at which a lead qualifies"
    HOLD_SOURCE = "hold back a source until it converts"
    LOWER_TARGET = "lower the number owed to what stays after the change"
    MAKE_ATTEMPTS = "try the leads as agreed before judging them"
    RECALIBRATE = "refit the scores, which promise too much"
    KEEP = "keep criteria and target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One way to answer. Volumes are leads a month before and after, wins those expected of them a month.

    `win_rate` with its interval is that of decided leads like those that would stay. None where the answer changes no
    volume, or nothing was decided.
    """

    proposal_id: str
    what: Proposed
    words: str
    leads_before: float
    leads_after: float
    wins_before: float | None = None
    wins_after: float | None = None
    win_rate: float | None = None
    win_low: float | None = None
    win_high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review of one side's leads: why, the pack (window and the span before), proposals, and the decision.

    `unhandled` of `rejected` were rejected without the agreed attempts; `by_owner` shows whose verdicts they are.
    """

    review_id: str
    side: Side
    why: str
    called_by: str | None
    opened_on: date
    due_on: date
    who: tuple[str, ...]
    owner: str
    window: tuple[QualityRow, ...]
    before: tuple[QualityRow, ...]
    codes: tuple[tuple[str, int], ...]
    rejected: int
    unhandled: int
    by_owner: tuple[tuple[str, int, int], ...]
    verdict: str
    proposals: tuple[Proposal, ...]
    chosen: tuple[str, ...] = ()
    decision: Decision | None = None

    def overdue(self, today: date) -> bool:
        """Whether the decision is still missing after its day."""
        return self.decision is None and today > self.due_on


def why_review(
    terms: EscalationTerms, side: Side, leads: Sequence[Handed], *, now: Instant, called_by: str | None = None
) -> str | None:
    """Why a review of the side opens now: somebody called it, or too many answered leads were rejected; else None."""
    answered = [
        lead for lead in _within(leads, side, now - _seconds(terms.window_days), now) if lead.accepted is not None
    ]
    rejected = sum(1 for lead in answered if not lead.accepted)
    of = plural(len(answered), "lead")
    told = f"{rejected} of {of} answered in {terms.window_days:g} days {was(rejected)} rejected"
    if called_by:
        return f"called by {called_by}; {told}"
    if len(answered) < terms.least_answered or rejected <= terms.reject_share * len(answered):
        return None
    return f"{told}, more than the {100 * terms.reject_share:g} % agreed"


def open_review(
    terms: EscalationTerms,
    side: Side,
    leads: Sequence[Handed],
    *,
    why: str,
    now: Instant,
    today: date,
    working_days: Sequence[date],
    attempts: int,
    qualifies_at: float | None = None,
    called_by: str | None = None,
) -> Review:
    """The review of a side with its pack and proposals; `leads` reach back over the compared span.

    `attempts` are those that the commitments ask of sales, `qualifies_at` the score at which leads of the side qualify
    now. Raises ValueError where the working days given end before the decision is due.
    """
    start = now - _seconds(terms.window_days)
    window = _within(leads, side, start, now)
    before = _within(leads, side, start - _seconds(terms.compare_days), start)
    later = [day for day in sorted(working_days) if day > today]
    if len(later) < terms.due_working_days:
        raise ValueError(f"{len(later)} working days are known after {today}; {terms.due_working_days} are needed")
    rejects = [lead for lead in window if lead.accepted is False]
    unhandled = [lead for lead in rejects if lead.attempts < attempts and not lead.contacted]
    mature = now - _seconds(terms.mature_days)
    decided = [lead for lead in (*before, *window) if lead.won is not None and lead.handed_at < mature]
    return Review(
        review_id=f"review/{side}/{today.isoformat()}",
        side=side,
        why=why,
        called_by=called_by,
        opened_on=today,
        due_on=later[terms.due_working_days - 1],
        who=terms.who,
        owner=terms.owner,
        window=quality_rows(window, mature_before=mature),
        before=quality_rows(before, mature_before=mature),
        codes=tuple(sorted(Counter(lead.code or "unknown" for lead in rejects).items(), key=lambda c: (-c[1], c[0]))),
        rejected=len(rejects),
        unhandled=len(unhandled),
        by_owner=_by_owner(window),
        verdict=_verdict(window, before, decided, now),
        proposals=_proposals(terms, window, decided, len(unhandled), len(rejects), qualifies_at),
    )


def decided_review(review: Review, *, chosen: Sequence[str], words: str, owner: str, by: str, on: date) -> Review:
    """The review with what was decided: proposals by id, or none of them, and always a sentence and an owner.

    Raises ValueError for an unknown proposal, an empty sentence, or a second decision.
    """
    if review.decision is not None:
        raise ValueError(f"{review.review_id} was decided on {review.decision.recorded_on}; open another review")
    ids = [one.proposal_id for one in review.proposals]
    unknown = [one for one in chosen if one not in ids]
    if unknown:
        raise ValueError(f"chosen {unknown}: allowed are {ids}, or none")
    if not words.strip() or not owner.strip():
        raise ValueError(f"decision {words!r}, owner {owner!r}: both must say something")
    decision = Decision(words=words.strip(), owner=owner.strip(), recorded_by=by, recorded_on=on)
    return replace(review, chosen=tuple(chosen), decision=decision)


def _within(leads: Sequence[Handed], side: Side, start: Instant, end: Instant) -> list[Handed]:
    return [lead for lead in leads if lead.side is side and start <= lead.handed_at < end]


def _seconds(days: float) -> int:
    return int(days * DAY)


def _by_owner(window: Sequence[Handed]) -> tuple[tuple[str, int, int], ...]:
    """Owner, rejected, answered."""
    answered = Counter(lead.owner or "unknown" for lead in window if lead.accepted is not None)
    rejected = Counter(lead.owner or "unknown" for lead in window if lead.accepted is False)
    return tuple((owner, rejected[owner], n) for owner, n in sorted(answered.items()))


def _verdict(window: Sequence[Handed], before: Sequence[Handed], decided: Sequence[Handed], now: Instant) -> str:
    """One sentence: what the data say of the claim."""
    late = quality_row("all", "window", window, mature_before=now)
    then = quality_row("all", "before", before, mature_before=now)
    parts = []
    if late.answered and then.answered:
        fell = worse_than(late.accepted, late.answered, then.accepted, then.answered) < DOUBT
        parts.append(
            f"{100 * (late.accept_rate or 0):.0f} % accepted against {100 * (then.accept_rate or 0):.0f} % before"
            + (", which is beyond chance" if fell else ", which chance explains")
        )
    chances = [[lead.win_chance for lead in span if lead.win_chance is not None] for span in (window, before)]
    if all(chances):
        means = [100 * sum(one) / len(one) for one in chances]
        parts.append(f"their mean chance of being won is {means[0]:.1f} % against {means[1]:.1f} %")
    row = quality_row("all", "decided", decided, mature_before=now)
    if row.calibration is not None and row.calibration_low is not None and row.calibration_high is not None:
        holds = row.calibration_low <= 1 <= row.calibration_high
        parts.append(
            f"{row.won_scored} of {row.expected:.1f} expected wins came"
            + (", as the scores said" if holds else ", not what the scores said")
        )
    return "; ".join(parts) or "nothing is known yet of these leads but what sales says"


def _proposals(
    terms: EscalationTerms,
    window: Sequence[Handed],
    decided: Sequence[Handed],
    unhandled: int,
    rejected: int,
    qualifies_at: float | None,
) -> tuple[Proposal, ...]:
    month = MONTH_DAYS / terms.window_days
    found: list[Proposal] = []
    if rejected and unhandled > rejected / 2:
        leads = f"{unhandled} of {plural(rejected, 'rejected lead')} {was(unhandled)}"
        words = f"{leads} not tried as often as agreed, so the verdict is open"
        found.append(_proposal("attempts", Proposed.MAKE_ATTEMPTS, words, window, window, decided, month))
    row = quality_row("all", "decided", decided, mature_before=sys.maxsize)
    if row.calibration_high is not None and row.calibration_high < 1:
        words = f"{plural(row.won_scored, 'win')} where {row.expected:.1f} were expected: refit before moving any limit"
        found.append(_proposal("recalibrate", Proposed.RECALIBRATE, words, window, window, decided, month))
    found += _held_sources(window, decided, month)
    limit = _limit(terms, window, qualifies_at)
    if limit is not None:
        stay = [lead for lead in window if lead.score is not None and lead.score >= limit]
        like = [lead for lead in decided if lead.score is not None and lead.score >= limit]
        words = f"qualify leads from a score of {limit:g}: what sales rejected would be within what was agreed"
        found.append(_proposal("score", Proposed.RAISE_SCORE, words, window, stay, decided, month, like))
        after = len(stay) * month
        words = f"with that limit about {after:.0f} of {len(window) * month:.0f} leads a month remain: owe no more"
        found.append(_proposal("target", Proposed.LOWER_TARGET, words, window, stay, decided, month, like))
    words = "leave criteria and target as they are, and look again at the next window"
    found.append(_proposal("keep", Proposed.KEEP, words, window, window, decided, month))
    return tuple(found)


def _limit(terms: EscalationTerms, window: Sequence[Handed], qualifies_at: float | None) -> float | None:
    """The lowest score from which the rejected share is within the agreed one; None where no score does it."""
    scored = sorted(
        ((lead.score, lead.accepted) for lead in window if lead.score is not None and lead.accepted is not None),
        key=lambda pair: pair[0],
    )
    least = max(5, terms.least_answered // 2)
    for score in sorted({score for score, _ in scored}):
        answers = [accepted for other, accepted in scored if other >= score]
        if len(answers) < least:
            return None
        if sum(1 for accepted in answers if not accepted) <= terms.reject_share * len(answers):
            raised = score > (qualifies_at if qualifies_at is not None else scored[0][0])
            return score if raised else None
    return None


def _held_sources(window: Sequence[Handed], decided: Sequence[Handed], month: float) -> list[Proposal]:
    """Sources that win less than the others beyond chance."""
    found = []
    for source in sorted({lead.source for lead in window if lead.source}):
        mine = [lead for lead in decided if lead.source == source]
        others = [lead for lead in decided if lead.source != source]
        if min(len(mine), len(others)) < LEAST_SOURCE:
            continue
        won, won_others = sum(1 for lead in mine if lead.won), sum(1 for lead in others if lead.won)
        if worse_than(won, len(mine), won_others, len(others)) < DOUBT:
            stay = [lead for lead in window if lead.source != source]
            words = (
                f"{won} of {len(mine)} leads from {source} {was(won)} won, of the others {won_others} of {len(others)}"
            )
            found.append(
                _proposal(f"source/{source}", Proposed.HOLD_SOURCE, words, window, stay, decided, month, others)
            )
    return found


def _proposal(
    proposal_id: str,
    what: Proposed,
    words: str,
    window: Sequence[Handed],
    stay: Sequence[Handed],
    decided: Sequence[Handed],
    month: float,
    like: Sequence[Handed] | None = None,
) -> Proposal:
    """The proposal with its effect: leads a month, and wins by the rate of decided leads like those that stay."""
    like = decided if like is None else like
    won, all_won = sum(1 for lead in like if lead.won), sum(1 for lead in decided if lead.won)
    low, high = wilson(won, len(like)) if like else (None, None)
    before, after = len(window) * month, len(stay) * month
    return Proposal(
        proposal_id=proposal_id,
        what=what,
        words=words,
        leads_before=before,
        leads_after=after,
        wins_before=before * all_won / len(decided) if decided else None,
        wins_after=after * won / len(like) if like else None,
        win_rate=won / len(like) if like else None,
        win_low=low,
        win_high=high,
    )
