"""Leads' ways as the records that the clauses, the review, the rep scorecards and the proposals are counted from."""

from collections.abc import Iterable, Mapping, Sequence

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.review.lives import History, Life, Turn
from bothsides.leads.sla.commitment_terms import CommitmentsPolicy
from bothsides.leads.sla.commitments import ClockResult, QualifiedLead
from bothsides.leads.sla.policy import ClockKind
from bothsides.leads.sla.proposals import Answered
from bothsides.leads.sla.scorecard import Worked
from bothsides.leads.teams.feedback import Feedback
from bothsides.leads.teams.lead_quality import Handed
from bothsides.leads.teams.rep_scorecard import Given
from bothsides.leads.teams.win_loss import Closing
from bothsides.schema import Side
from bothsides.schema.instant import HOUR, Instant
from bothsides.schema.working_time import WorkingTime

NO_LEADS = frozenset({"duplicate", "test"})
"""Reject codes that say that it never was a lead: it counts for nobody, where a workspace signed them."""
CONTACT_HOURS = 240.0
"""Within which attempts count, of a side for which no clause says it."""
FIFTHS, PRIOR_LEADS = 5, 5.0


def qualified_leads(history: History, terms: CommitmentsPolicy) -> tuple[QualifiedLead, ...]:
    """Every lead that qualified, once: what was merged into another is withdrawn.

    Attempts are touches of ours from the first assignment to the first answer, within the hours that the side's clause
    allows. A contact is an answer: a call that was taken, a message that came back.
    """
    hours: dict[Side, float] = dict.fromkeys(Side, CONTACT_HOURS)
    hours |= {clause.side: clause.contact_within_hours for clause in terms.marketing}
    return tuple(
        _qualified(life, int(hours[life.side] * HOUR))
        for life in history.lives.values()
        if life.qualified_at is not None
    )


def _qualified(life: Life, limit: int) -> QualifiedLead:
    assert life.qualified_at is not None
    assert life.stood is not None
    given, contact, attempts = life.assigned_at, None, 0
    if given is not None:
        contact = first_contact(life)
        until = given + limit if contact is None else min(given + limit, contact)
        attempts = sum(1 for at, out in life.touches if out and given <= at <= until)
    return QualifiedLead(
        lead_id=life.lead_id,
        side=life.side,
        qualified_at=life.qualified_at,
        assigned_at=given,
        attempts=attempts,
        contacted_at=contact,
        win_chance=life.stood.win_chance,
        quality=life.stood.quality,
        withdrawn=life.merged_into is not None or _no_lead(life),
        fields=life.stood.fields,
    )


def first_contact(life: Life) -> Instant | None:
    """The first answer after the lead was given to somebody."""
    given = life.assigned_at
    return min((at for at, out in life.touches if not out and given is not None and at >= given), default=None)


def _no_lead(life: Life) -> bool:
    answer = life.answer
    return answer is not None and answer.verdict == "rejected" and answer.reason in NO_LEADS


def worked(lives: Iterable[Life]) -> tuple[Worked, ...]:
    """What became of the leads; each is listed under who has it, or had it last."""
    return tuple(_worked(life) for life in lives)


def _worked(life: Life) -> Worked:
    given = life.assigned_at
    first = min((at for at, out in life.touches if out and given is not None and at >= given), default=None)
    answer = life.answer
    back = life.returned[-1] if life.returned else None
    again = bool(life.returned) and any(turn.given_at > life.returned[0] for turn in life.turns)
    return Worked(
        lead_id=life.lead_id,
        side=life.side,
        owner=life.turns[-1].owner if life.turns else None,
        asked_at=life.asked_at,
        assigned_at=given,
        first_touch_at=first,
        accepted=_accepted(life),
        disposition=None if answer is None else answer.reason or answer.verdict,
        returned_at=back,
        recovered=again,
        won=life.won,
    )


def _accepted(life: Life) -> bool | None:
    """What sales said of it; a win says yes, being sent back for later says neither."""
    if life.answer is None or life.answer.verdict == "recycled":
        return True if life.won else None
    return life.answer.verdict == "accepted"


def handed(lives: Iterable[Life]) -> tuple[Handed, ...]:
    """Leads that were given to somebody, for the review of their quality."""
    found = []
    for life in lives:
        if life.assigned_at is None or life.stood is None or life.merged_into is not None:
            continue
        answer, contact, close = life.answer, first_contact(life), life.close
        campaign = life.stood.fields.get("campaign")
        found.append(
            Handed(
                lead_id=life.lead_id,
                side=life.side,
                handed_at=life.assigned_at,
                source=life.source,
                campaign=campaign if isinstance(campaign, str) else None,
                band=life.stood.band,
                score=life.stood.score,
                win_chance=life.stood.win_chance,
                owner=answer.owner if answer is not None else life.turns[-1].owner,
                accepted=_accepted(life),
                code=answer.reason if answer is not None and answer.verdict == "rejected" else None,
                attempts=sum(1 for at, out in life.touches if out and (contact is None or at <= contact)),
                contacted=contact is not None,
                opportunity=life.opportunity_at is not None or close is not None,
                won=life.won,
                amount=close.amount or 0.0 if close is not None else 0.0,
            )
        )
    return tuple(found)


def feedback(lives: Iterable[Life]) -> tuple[Feedback, ...]:
    """The last verdict on each lead, where it was accepted or rejected."""
    found = []
    for life in lives:
        said = life.answer
        if said is not None and said.verdict != "recycled":
            accepted = said.verdict == "accepted"
            found.append(
                Feedback(
                    lead_id=life.lead_id,
                    side=life.side,
                    accepted=accepted,
                    code=None if accepted else said.reason,
                    note=said.note,
                    by=said.by,
                    at=said.at,
                )
            )
    return tuple(found)


def closings(lives: Iterable[Life]) -> tuple[Closing, ...]:
    """Every close with its codes, its cell and its campaign."""
    found = []
    for life in lives:
        close = life.close
        if close is None:
            continue
        facts = life.facts
        found.append(
            Closing(
                opportunity_id=life.lead_id,
                side=life.side,
                won=close.verdict == "won",
                reasons=(close.reason,) if close.reason else (),
                objections=close.objections,
                questions=close.questions,
                note=close.note,
                amount=close.amount or 0.0,
                owner=close.owner or close.by,
                closed_at=close.at,
                **{name: _text(facts.get(name)) for name in ("category", "region", "segment", "campaign")},
            )
        )
    return tuple(found)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def chances(lives: Iterable[Life]) -> dict[str, float]:
    """The chance that each lead was to be won, by lead: its calibrated one, else the wins of leads of like score.

    Leads without a calibrated chance are taken in fifths of the score, side by side; a fifth's share of wins is drawn
    towards the side's as if five more leads had been seen. It is what all together made of such leads, nothing more.
    """
    found: dict[str, float] = {}
    for side in Side:
        mine = [(life, life.stood) for life in lives if life.side is side and life.stood is not None]
        found |= {life.lead_id: stood.win_chance for life, stood in mine if stood.win_chance is not None}
        bare = [(life, stood.score) for life, stood in mine if stood.win_chance is None and stood.score is not None]
        scores = sorted(score for _, score in bare)
        edges = [scores[len(scores) * k // FIFTHS] for k in range(1, FIFTHS)] if scores else []
        groups: dict[int, list[Life]] = {}
        for life, score in bare:
            groups.setdefault(sum(score >= edge for edge in edges), []).append(life)
        decided = [life.won for life, _ in bare if life.won is not None]
        if not decided:
            continue
        level = sum(decided) / len(decided)
        for group in groups.values():
            known = [life.won for life in group if life.won is not None]
            chance = (sum(known) + PRIOR_LEADS * level) / (len(known) + PRIOR_LEADS)
            found |= {life.lead_id: chance for life in group}
    return found


def given(history: History, agreed: Agreed, lives: Sequence[Life], clocks: Sequence[ClockResult]) -> tuple[Given, ...]:
    """Each turn of a person with a lead, as the rep scorecard takes it.

    A lead that was taken away because its owner stayed silent was not won by that owner; one that was taken away while
    the owner was on leave, or for any other reason, is not held against anybody. Partners and others who are no members
    are left out.
    """
    first = {(clock.lead_id, clock.owner): clock for clock in clocks if clock.clock is ClockKind.FIRST_TOUCH}
    members = {member.id for member in agreed.routing_policy.member}
    promised = chances(lives)
    found = []
    for life in lives:
        if life.merged_into is not None or _no_lead(life):
            continue
        for turn in life.turns:
            if turn.owner not in members or (turn.end == "silent" and _away(history, agreed, turn)):
                continue
            clock = first.get((life.lead_id, turn.owner))
            found.append(_given(life, turn, clock, promised.get(life.lead_id), history.known_at))
    return tuple(found)


def _given(life: Life, turn: Turn, clock: ClockResult | None, chance: float | None, now: Instant) -> Given:
    in_time = None
    if clock is not None:
        in_time = False if clock.broken_by(now) else True if clock.kept_by(now) else None
    outcome = {"won": True, "lost": False, "rejected": False, "silent": False}.get(turn.end or "")
    said = [one for one in life.said if one.owner == turn.owner and one.verdict in ("accepted", "rejected")]
    return Given(
        lead_id=life.lead_id,
        side=life.side,
        rep=turn.owner,
        win_chance=chance if turn.win_chance is None else turn.win_chance,
        won=outcome,
        accepted=said[-1].verdict == "accepted" if said else None,
        in_time=in_time,
        touch_hours=clock.working_seconds / HOUR if clock is not None and clock.working_seconds is not None else None,
        by_lot=turn.by_lot,
    )


def _away(history: History, agreed: Agreed, turn: Turn) -> bool:
    """Whether leave or a reported absence took any working time of the turn."""
    end = turn.ended_at if turn.ended_at is not None else history.known_at
    spans = history.absences.get(turn.owner, ())
    if any(start < end and (over is None or over > turn.given_at) for start, over in spans):
        return True
    own = agreed.calendars.get(turn.owner)
    return own is not None and own.elapsed(turn.given_at, end) < agreed.hours(own.calendar.name).elapsed(
        turn.given_at, end
    )


def answered(agreed: Agreed, lives: Iterable[Life], *, mature_before: Instant) -> tuple[Answered, ...]:
    """Decided leads old enough that their like are decided, with how long each waited.

    One that was never touched waited until it was given up. The doors are those of whoever got it first.
    """
    found = []
    for life in lives:
        given_at, won = life.assigned_at, life.won
        if given_at is None or life.stood is None or life.asked_at >= mature_before or life.merged_into is not None:
            continue
        if won is None and life.returned:
            won = False
        if won is None:
            continue
        first = min((at for at, out in life.touches if out and at >= given_at), default=None)
        until = first if first is not None else max((*life.returned, *(one.at for one in life.said)), default=None)
        if until is None or until < life.asked_at:
            continue
        hours = _plain_hours(agreed, life.turns[0].owner)
        found.append(
            Answered(
                lead_id=life.lead_id,
                side=life.side,
                won=won,
                waited_hours=(until - life.asked_at) / HOUR,
                closed_hours=(hours.next_open(life.asked_at) - life.asked_at) / HOUR,
                score=life.stood.score,
            )
        )
    return tuple(found)


def _plain_hours(agreed: Agreed, member: str) -> WorkingTime:
    hours = agreed.hours_of(member)
    return agreed.hours(hours.calendar.name)


def fields_of(lives: Iterable[Life]) -> Mapping[str, Mapping[str, object]]:
    """The fields that leads had when they qualified, by lead."""
    return {life.lead_id: life.stood.fields for life in lives if life.stood is not None}
