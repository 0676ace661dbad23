"""A pacing miss within the month opens an alignment meeting: who comes, with which figures and leads, until when."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bothsides.goals import Goal, GoalKind, GoalsPolicy, Pace, Verdict, pace
from bothsides.leads.sla.commitment_terms import CommitmentsPolicy, Counting, LeadsOwed, MeetingTerms, Team
from bothsides.leads.sla.commitments import (
    ClockResult,
    Kept,
    QualifiedLead,
    Word,
    counted,
    leads_kept,
    owed_in,
    service_kept,
    weight,
)
from bothsides.schema import Period, Side
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of a meeting's pack: what, how much (None where it cannot be known), and the sentence about it."""

    name: str
    value: float | None
    unit: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadList:
    """Leads to look at together; `n` counts all of them, `leads` are those that are listed."""

    name: str
    n: int
    leads: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a meeting decided: the words, who is to do it, who wrote it down and when."""

    words: str
    owner: str
    recorded_by: str
    recorded_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """An alignment meeting on one clause of one month. There is one per clause and month, by its `meeting_id`."""

    meeting_id: str
    clause: str
    team: Team
    side: Side
    period: str
    why: str
    opened_on: date
    due_on: date
    who: tuple[str, ...]
    owner: str
    figures: tuple[Figure, ...]
    lists: tuple[LeadList, ...]
    decision: Decision | None = None

    def overdue(self, today: date) -> bool:
        """Whether the decision is still missing after its day."""
        return self.decision is None and today > self.due_on


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSoFar:
    """What is known of a month at the end of the business day `as_of`, which ends at the instant `now`.

    `working_days` are the agreed calendar's, from the month's first to at least the days in which a meeting is due;
    `day_of` gives the business day of an instant in the workspace's zone. Leads and clocks are the month's.
    """

    period: Period
    as_of: date
    now: Instant
    working_days: Sequence[date]
    day_of: Callable[[Instant], date]
    leads: Sequence[QualifiedLead]
    clocks: Sequence[ClockResult] = ()
    goals: GoalsPolicy | None = None


def pace_of(policy: CommitmentsPolicy, clause: LeadsOwed, month: MonthSoFar) -> Pace:
    """How marketing's number paces over the working days of the month."""
    by_day: dict[date, float] = {}
    for lead in counted(clause, month.leads):
        day = month.day_of(lead.qualified_at)
        by_day[day] = by_day.get(day, 0.0) + (weight(clause, lead) or 0.0)
    goal = Goal(
        metric=clause.name,
        kind=GoalKind.COUNT if clause.counted is Counting.LEADS else GoalKind.AMOUNT,
        side=clause.side,
        period=month.period.label,
        target=owed_in(clause, month.period, month.goals),
    )
    return pace(goal, by_day, working_days=month.working_days, as_of=month.as_of, terms=policy.pacing)


def meetings(policy: CommitmentsPolicy, month: MonthSoFar, *, opened: Collection[str] = ()) -> tuple[Meeting, ...]:
    """The meetings that the month calls for; those whose id is in `opened` stand already and are not opened again.

    Marketing's clause calls for one where it paces behind, or its contact rate lies below the agreed one with its whole
    interval; a clause on clocks where the share met does. Before a pace can be told there is none.
    """
    found = []
    for clause in policy.marketing:
        pacing = pace_of(policy, clause, month)
        kept = leads_kept(clause, month.leads, period=month.period, now=month.now, goals=month.goals)
        why = _why_leads(clause, pacing, kept)
        if why:
            found.append(_meeting(policy.meeting, month, kept, why, (*_paced(pacing), *_reached(kept)), clause))
    for team, service in policy.services:
        kept = service_kept(team, service, month.clocks, period=month.period, now=month.now)
        few = kept.n < policy.meeting.least_clocks
        if kept.word is Word.MISSED and not few and kept.high is not None and kept.high < service.share:
            figure = Figure(name=service.name, value=kept.delivered, unit="share", words=kept.reason)
            found.append(_meeting(policy.meeting, month, kept, f"{service.name}: {kept.reason}", (figure,), None))
    return tuple(meeting for meeting in found if meeting.meeting_id not in opened)


def decided(meeting: Meeting, *, words: str, owner: str, by: str, on: date) -> Meeting:
    """The meeting with its decision. Raises ValueError for an empty one and for a second one."""
    if not words.strip() or not owner.strip():
        raise ValueError(f"decision {words!r}, owner {owner!r}: both must say something")
    if meeting.decision is not None:
        raise ValueError(f"{meeting.meeting_id} was decided on {meeting.decision.recorded_on}; open another meeting")
    decision = Decision(words=words.strip(), owner=owner.strip(), recorded_by=by, recorded_on=on)
    return replace(meeting, decision=decision)


def _why_leads(clause: LeadsOwed, pacing: Pace, kept: Kept) -> str:
    if pacing.verdict is Verdict.TOO_EARLY:
        return ""
    reasons = [pacing.words] if pacing.verdict in (Verdict.BEHIND, Verdict.MISSED) else []
    contact = kept.contact
    if contact and contact.high is not None and clause.contact_rate and contact.high < clause.contact_rate:
        reasons.append(f"{contact.words}, {100 * clause.contact_rate:g} % agreed")
    return "; ".join(reasons)


def _paced(pacing: Pace) -> tuple[Figure, ...]:
    return (
        Figure(name="delivered so far", value=pacing.reached, unit=pacing.goal.kind, words=pacing.words),
        Figure(name="share of working days passed", value=pacing.passed, unit="share"),
        Figure(name="ahead of or behind schedule", value=pacing.gap, unit=pacing.goal.kind),
        Figure(name="expected at the month's end", value=pacing.projected, unit=pacing.goal.kind),
        Figure(name="chance of delivering what is owed", value=pacing.chance, unit="share"),
    )


def _reached(kept: Kept) -> tuple[Figure, ...]:
    if kept.contact is None:
        return ()
    return (Figure(name="contact rate", value=kept.contact.rate, unit="share", words=kept.contact.words),)


def _meeting(
    terms: MeetingTerms,
    month: MonthSoFar,
    kept: Kept,
    why: str,
    figures: tuple[Figure, ...],
    clause: LeadsOwed | None,
) -> Meeting:
    later = [day for day in month.working_days if day > month.as_of]
    due = later[terms.due_working_days - 1] if len(later) >= terms.due_working_days else None
    if due is None:
        raise ValueError(
            f"{kept.clause}: {len(later)} working days are known after {month.as_of};"
            f" {terms.due_working_days} are needed to date the decision"
        )
    if clause is not None:
        chosen = counted(clause, month.leads)
        sources = Counter(str(lead.fields.get("source") or "unknown") for lead in chosen)
        figures += tuple(
            Figure(name=f"leads from {source}", value=n, unit="count") for source, n in sorted(sources.items())
        )
        lists = _lists(chosen, kept, terms.listed_leads)
    else:
        lists = (_list("breaches that stand", kept.leads, terms.listed_leads),)
    return Meeting(
        meeting_id=f"alignment/{kept.period}/{kept.side}/{kept.clause}",
        clause=kept.clause,
        team=kept.team,
        side=kept.side,
        period=kept.period,
        why=why,
        opened_on=month.as_of,
        due_on=due,
        who=terms.who,
        owner=terms.owner,
        figures=figures,
        lists=lists,
    )


def _lists(chosen: Sequence[QualifiedLead], kept: Kept, most: int) -> tuple[LeadList, ...]:
    """The leads not tried as agreed, those tried in vain, and the weakest that were delivered."""
    by_id: Mapping[str, QualifiedLead] = {lead.lead_id: lead for lead in chosen}
    short = kept.contact.charged_to_sales if kept.contact else ()
    vain = [one for one, lead in by_id.items() if lead.attempts and lead.contacted_at is None and one not in set(short)]
    weakest = sorted(
        (lead for lead in chosen if lead.win_chance is not None), key=lambda lead: (lead.win_chance, lead.lead_id)
    )
    return (
        _list("not tried as often as agreed", short, most),
        _list("tried, not reached", sorted(vain, key=lambda one: (-by_id[one].attempts, one)), most),
        _list("delivered, least likely to be won", [lead.lead_id for lead in weakest], most),
    )


def _list(name: str, leads: Sequence[str], most: int) -> LeadList:
    return LeadList(name=name, n=len(leads), leads=tuple(leads[:most]))
