"""What the month calls people together for: meetings on a missed pace, reviews of leads, and what they decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import orjson

from bothsides.goals import GoalsPolicy
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.effects import notice
from bothsides.leads.desk.reviewing import closing
from bothsides.leads.review.judging import DAYS_AHEAD, history_at, judged, month_so_far, signed_at
from bothsides.leads.review.lives import History
from bothsides.leads.review.months import day_of, ends, first_month, midnight, month_of, working_days
from bothsides.leads.review.plain import plain
from bothsides.leads.review.records import feedback, fields_of, handed
from bothsides.leads.review.statement_book import due_statements
from bothsides.leads.review.suspects import Suspect, suspects
from bothsides.leads.sla.commitment_terms import CommitmentsPolicy
from bothsides.leads.sla.pacing import Meeting, meetings
from bothsides.leads.teams.escalation import MONTH_DAYS, Proposal, Proposed, Review, open_review, why_review
from bothsides.leads.teams.feedback import AttributeSign, attribute_signs
from bothsides.leads.teams.lead_quality import Handed
from bothsides.leads.wording import plural, was
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema import Period, Side
from bothsides.schema.instant import DAY, Instant

MEETING, ESCALATION, CONSEQUENCE = "meeting", "escalation", "consequence"
KINDS = (MEETING, ESCALATION, CONSEQUENCE)
"""What of the agenda is decided here."""
ATTRIBUTES = ("campaign", "source", "channel", "segment", "category", "country", "job_title")
"""Fields of which a review says which values go with rejections."""
SENT = ("campaign", "source", "channel")
"""Those of them that marketing can hold back."""
ATTEMPTS = 6
"""Attempts asked for of a side for which no clause says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that waits for a decision, or was decided; `content` is its pack as it was opened."""

    item_id: str
    kind: str
    state: str
    """`open`, or what was decided: decided, used, waived."""
    opened_at: Instant
    due_at: Instant | None
    owner: str | None
    content: dict[str, Any]
    decision: dict[str, Any] | None = None
    """The words, the owner, by whom and when; None while it is open."""


def due_reviews(book: Book, agreed: Agreed, now: Instant) -> list[Entry]:
    """What the last midnight calls for and was not called for yet: statements, meetings, reviews of leads.

    Meant to be asked once a day and posted in the same transaction; asked again it gives nothing new.
    """
    moment = midnight(agreed, day_of(agreed)(now))
    entries = due_statements(book, agreed, now)
    history = history_at(book, agreed, moment, since=_looked_back(agreed, moment))
    entries += _due_meetings(book, agreed, history, moment)
    entries += _due_escalations(book, agreed, history, moment)
    return entries


def call_review(book: Book, agreed: Agreed, side: Side, *, by: str, now: Instant, why: str = "") -> list[Entry]:
    """The review of a side's leads that a person calls for, by what is known now.

    Raises ValueError where one of that side is open already, naming it.
    """
    standing = [one for one in read_items(book, kinds=(ESCALATION,)) if one.content["side"] == side.value]
    if waiting := [one.item_id for one in standing if one.state == "open"]:
        raise ValueError(f"{waiting[0]} is open already; decide on it first")
    history = history_at(book, agreed, now, since=_looked_back(agreed, now))
    item = f"escalation/{side.value}/{day_of(agreed)(now).isoformat()}"
    if item in {one.item_id for one in standing}:
        raise ValueError(f"{item} was decided today; call the next review tomorrow")
    leads = handed(history.lives.values())
    told = why_review(agreed.reasons.escalation, side, leads, now=now, called_by=by) or f"called by {by}"
    return _escalation(agreed, history, side, leads, now, why=f"{told}; {why}" if why else told, called_by=by)


def decide(
    book: Book,
    item_id: str,
    *,
    words: str,
    by: str,
    now: Instant,
    owner: str = "",
    chosen: Sequence[str] = (),
    state: str = "decided",
) -> Entry:
    """The line that writes a decision down: what, who does it (the item's owner unless told), by whom.

    `chosen` are proposals of a review by id; a consequence is `used` or `waived`. Raises LookupError for an item that
    was never opened, ValueError for a second decision, an empty one, or a proposal or state that is not offered.
    """
    found = next((one for one in read_items(book) if one.item_id == item_id), None)
    if found is None:
        waiting = [one.item_id for one in read_items(book) if one.state == "open"]
        raise LookupError(f"{item_id!r} is not on the agenda; open are {', '.join(waiting) or 'none'}")
    if found.state != "open":
        raise ValueError(f"{item_id} was {found.state} already; a decision is not written twice")
    allowed = ("used", "waived") if found.kind == CONSEQUENCE else ("decided",)
    if state not in allowed:
        raise ValueError(f"{item_id}: {state!r}; allowed: {' or '.join(allowed)}")
    offered = [one["proposal_id"] for one in found.content.get("proposals", ())]
    if unknown := [one for one in chosen if one not in offered]:
        raise ValueError(f"{item_id}: chosen {unknown}; allowed are {offered}, or none")
    if not words.strip() or not by.strip():
        raise ValueError(f"{item_id}: words {words!r}, by {by!r}: both must say something")
    return closing(
        item_id,
        item_id,
        state,
        who=by.strip(),
        why=words.strip(),
        now=now,
        owner=owner.strip() or found.owner,
        chosen=list(chosen),
    )


def _looked_back(agreed: Agreed, moment: Instant) -> Instant:
    """From when on leads can matter to a meeting on the month, or to a review with the span it is compared with."""
    terms = agreed.reasons.escalation
    start, _ = ends(agreed, month_of(agreed, moment - 1))
    return min(start, moment - int((terms.window_days + terms.compare_days) * DAY) - DAY)


def read_items(book: Book, *, kinds: Sequence[str] = KINDS) -> tuple[Item, ...]:
    """Meetings, reviews and consequences, the latest first, with what was decided."""
    rows = book.all(
        "SELECT item_id, kind, state, opened_at, due_at, owner, data FROM agenda WHERE kind {any}"
        " ORDER BY opened_at DESC, item_id",
        list(kinds),
    )
    closed = {
        item: {"chosen": [], **told, "words": words, "by": actor, "at": at}
        for data, words, actor, at in book.all(
            "SELECT data, reason, actor, at FROM entries WHERE kind = ? AND subject {any}",
            Kind.AGENDA_CLOSED.value,
            [row[0] for row in rows],
        )
        if (item := (told := orjson.loads(data))["item"])
    }
    return tuple(
        Item(
            item_id=name,
            kind=kind,
            state=state,
            opened_at=opened_at,
            due_at=due_at,
            owner=owner,
            content=orjson.loads(data),
            decision=closed.get(name),
        )
        for name, kind, state, opened_at, due_at, owner, data in rows
    )


def items_of(book: Book, agreed: Agreed, period: Period, *, now: Instant) -> tuple[Item, ...]:
    """What the month put on the agenda until now, its close included, the latest first; decisions to come left out."""
    start, close = ends(agreed, period)
    found = (one for one in read_items(book) if start < one.opened_at <= min(now, close))
    return tuple(
        replace(one, state="open", decision=None) if one.decision is not None and one.decision["at"] > now else one
        for one in found
    )


def last_day(agreed: Agreed, due_at: Instant) -> date:
    """The day by whose end something is due, by the desk's own days."""
    return day_of(agreed)(due_at - 1)


def _due_meetings(book: Book, agreed: Agreed, history: History, moment: Instant) -> list[Entry]:
    period, first = month_of(agreed, moment - 1), first_month(book, agreed)
    if first is None or period < first:
        return []
    terms = signed_at(book, "commitments", moment - 1, CommitmentsPolicy, agreed.commitments)
    goals = signed_at(book, "goals", moment - 1, GoalsPolicy, agreed.goals)
    month = month_so_far(agreed, judged(book, agreed, history, period), period, moment, goals)
    opened = [one.item_id for one in read_items(book, kinds=(MEETING,))]
    return [line for one in meetings(terms, month, opened=opened) for line in _meeting(agreed, one, moment)]


def _meeting(agreed: Agreed, meeting: Meeting, moment: Instant) -> list[Entry]:
    data = _opened(agreed, MEETING, meeting.meeting_id, meeting.due_on, meeting.owner, plain(meeting))
    told = notice(
        "alignment_meeting",
        meeting.meeting_id,
        meeting.owner,
        moment,
        key=meeting.meeting_id,
        why=meeting.why,
        who=", ".join(meeting.who) or meeting.owner,
        due_at=data["due_at"],
        due_on=meeting.due_on.isoformat(),
    )
    return [_entry(agreed, meeting.meeting_id, moment, data, "commitments"), told]


def _due_escalations(book: Book, agreed: Agreed, history: History, moment: Instant) -> list[Entry]:
    terms = agreed.reasons.escalation
    leads = handed(history.lives.values())
    recent = moment - int(terms.window_days * DAY)
    entries: list[Entry] = []
    for side in Side:
        mine = [one for one in read_items(book, kinds=(ESCALATION,)) if one.content["side"] == side.value]
        if any(one.state == "open" or one.opened_at > recent for one in mine):
            continue
        why = why_review(terms, side, leads, now=moment)
        if why is not None:
            entries += _escalation(agreed, history, side, leads, moment, why=why)
    return entries


def _escalation(
    agreed: Agreed,
    history: History,
    side: Side,
    leads: Sequence[Handed],
    now: Instant,
    *,
    why: str,
    called_by: str | None = None,
) -> list[Entry]:
    today = day_of(agreed)(now - 1)
    card = agreed.cards.get(side)
    thresholds = None if card is None else card.card.thresholds
    review = open_review(
        agreed.reasons.escalation,
        side,
        leads,
        why=why,
        now=now,
        today=today,
        working_days=working_days(agreed, today, today + timedelta(days=DAYS_AHEAD)),
        attempts=max((one.attempts for one in agreed.commitments.marketing if one.side is side), default=ATTEMPTS),
        qualifies_at=None if thresholds is None else thresholds.sales_from,
        called_by=called_by,
    )
    signs = _signs(agreed, history, side, now)
    rejected_at = suspects(_window(agreed, leads, side, now), fields_of(history.lives.values()), ATTRIBUTES)
    item = f"{ESCALATION}/{side.value}/{day_of(agreed)(now).isoformat()}"
    held = [_held(one, len(_window(agreed, leads, side, now)), agreed) for one in rejected_at if one.attribute in SENT]
    content = {
        **plain(replace(review, proposals=(*held, *review.proposals))),
        "signs": plain(signs),
        "suspects": plain(rejected_at),
        "in_words": _in_words(review, rejected_at),
        "rejected_leads": _rejected(_window(agreed, leads, side, now)),
    }
    data = _opened(agreed, ESCALATION, item, review.due_on, review.owner, content)
    told = notice(
        "lead_review",
        item,
        review.owner,
        now,
        key=item,
        why=why,
        who=", ".join(review.who) or review.owner,
        due_at=data["due_at"],
        due_on=review.due_on.isoformat(),
    )
    return [_entry(agreed, item, now, data, "reasons"), told]


def _signs(agreed: Agreed, history: History, side: Side, now: Instant) -> tuple[AttributeSign, ...]:
    """Which values of fields the rejections go with, over the window and the span it is compared with."""
    terms = agreed.reasons.escalation
    since = now - int((terms.window_days + terms.compare_days) * DAY)
    lives = [
        life
        for life in history.lives.values()
        if life.side is side and life.assigned_at is not None and life.assigned_at >= since
    ]
    return attribute_signs(agreed.reasons, feedback(lives), fields_of(lives), ATTRIBUTES)


def _held(one: Suspect, window: int, agreed: Agreed) -> Proposal:
    """To hold back what the rejected leads came by: fewer leads, and nobody knows yet how many wins it would bring."""
    month = MONTH_DAYS / agreed.reasons.escalation.window_days
    return Proposal(
        proposal_id=f"{one.attribute}/{one.value}",
        what=Proposed.HOLD_SOURCE,
        words=one.words,
        leads_before=window * month,
        leads_after=(window - one.answered) * month,
    )


def _in_words(review: Review, rejected_at: Sequence[Suspect]) -> str:
    """What the pack says, in a sentence or two."""
    said = [one.words for one in rejected_at[:1]] + [review.verdict]
    if review.rejected and review.unhandled:
        leads = plural(review.rejected, "rejected lead")
        said.append(f"{review.unhandled} of {leads} {was(review.unhandled)} not tried as often as agreed")
    return "; ".join(said)


def _window(agreed: Agreed, leads: Sequence[Handed], side: Side, now: Instant) -> list[Handed]:
    since = now - int(agreed.reasons.escalation.window_days * DAY)
    return [one for one in leads if one.side is side and since <= one.handed_at < now]


def _rejected(leads: Sequence[Handed]) -> list[dict[str, Any]]:
    """The rejected leads, one line each."""
    return [
        {"lead": one.lead_id, "owner": one.owner, "code": one.code, "campaign": one.campaign, "source": one.source,
         "score": one.score, "attempts": one.attempts}
        for one in leads
        if one.accepted is False
    ]  # fmt: skip


def _opened(agreed: Agreed, kind: str, item: str, due_on: date, owner: str, content: dict[str, Any]) -> dict[str, Any]:
    due_at = midnight(agreed, due_on + timedelta(days=1))
    return {"item": item, "kind": kind, "due_at": due_at, "owner": owner, "content": content}


def _entry(agreed: Agreed, item: str, at: Instant, data: dict[str, Any], section: str) -> Entry:
    version = agreed.versions.get(section, "")
    return Entry(kind=Kind.AGENDA_OPENED, subject=item, at=at, data=data, key=item, policy=version)
