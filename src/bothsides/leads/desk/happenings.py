"""What happens to leads after they came in: touches, events, verdicts, stages; each moves what it concerns."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import orjson

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.clockwork import begun, move, read_clocks, start_clocks
from bothsides.leads.desk.codes import NotAgreed
from bothsides.leads.desk.considering import consider, cools, decays
from bothsides.leads.desk.giving_back import released
from bothsides.leads.desk.late_words import is_late
from bothsides.leads.desk.merged_events import shared
from bothsides.leads.desk.standing import LeadNow, leads_and_finals
from bothsides.leads.desk.taking import event_line
from bothsides.leads.desk.told import (
    LOST,
    TOUCH_KINDS,
    VERDICTS,
    WON,
    Did,
    Happening,
    Judged,
    Moved,
    Reached,
    Touched,
    UnknownLead,
    by_our_clock,
    key_of,
)
from bothsides.leads.desk.turns import read_turns
from bothsides.leads.desk.unfit import STARTS, Unfit, code_refusals, other_words, unfit
from bothsides.leads.desk.worth import ready_worth
from bothsides.leads.route import RoutingState
from bothsides.leads.sla.clocks import Clock
from bothsides.leads.sla.evidence import Event, EventKind
from bothsides.leads.sla.policy import STARTED_BY
from bothsides.leads.teams.reasons import Kind as Answers
from bothsides.leads.teams.reasons import Means
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import Instant
from bothsides.schema.stage import BEFORE_SALES, LeadStage

__all__ = [
    "LOST", "TOUCH_KINDS", "VERDICTS", "WON", "Did", "Happening", "Judged", "Moved", "Reached", "Touched",
    "UnknownLead", "key_of", "record", "tell",
]  # fmt: skip

Outcome = Literal["recorded", "known"] | Unfit
"""What became of something that was told."""


@dataclass(slots=True, kw_only=True)
class _Work:
    book: Book
    agreed: Agreed
    now: Instant
    leads: dict[str, LeadNow]
    clocks: dict[str, list[Clock]]
    turns: RoutingState
    snapshot: int | None = None
    entries: list[Entry] = field(default_factory=list)


def record(
    book: Book,
    agreed: Agreed,
    happenings: Sequence[Happening],
    *,
    now: Instant,
    snapshot: int | None = None,
    coded: bool = True,
) -> int:
    """Writes down what happened, in the order given, and all that follows; how many were new.

    What was told before changes nothing. Raises UnknownLead where one names a lead that never came in, and NotAgreed
    where a verdict or close lacks its agreed code, naming those that may stand; nothing is kept then. What was said
    under another agreement is not `coded` by this one.
    """
    work, told = _work(book, agreed, happenings, now, snapshot)
    if coded:
        fresh = [(one, lead) for one in happenings if key_of(one) not in told and (lead := _known(work, one))]
        if wrong := [said for one, lead in fresh for said in code_refusals(agreed, lead.side, one)]:
            raise NotAgreed(wrong)
    new = 0
    for one in happenings:
        if (key := key_of(one)) in told:
            continue
        told.add(key)
        new += 1
        _HANDLERS[type(one)](work, by_our_clock(one, now), key)
    book.post(work.entries, now=now)
    return new


def tell(
    book: Book, agreed: Agreed, happenings: Sequence[Happening], *, now: Instant, snapshot: int | None = None
) -> list[Outcome]:
    """What became of each, in the order given: each is taken as things stand after those before it, or refused with
    every reason and left out.
    """
    work, told = _work(book, agreed, happenings, now, snapshot)

    def taken_at(lead: LeadNow) -> Instant | None:
        lines = "SELECT max(at) FROM entries WHERE subject = ? AND kind = ?"
        row = book.one(lines, lead.lead_id, Kind.RELEASED.value)
        return None if row is None else row[0]

    found: list[Outcome] = []
    for as_told in happenings:
        one, key = by_our_clock(as_told, now), key_of(as_told)
        lead = _known(work, one)
        seen = _amount_seen(lead, one)
        known = isinstance(one, Did) and seen == one.amount and (key in told or not _told_too(work, one))
        if known or (key in told and seen is None):
            found.append((not isinstance(one, Did) and other_words(one, _known_of(work, key))) or "known")
            continue
        has_clocks = isinstance(one, Reached) and one.subject in work.clocks
        if wrong := unfit(agreed, one, lead, has_clocks=has_clocks, taken_at=taken_at):
            found.append(wrong)
            continue
        told.add(key)
        found.append("recorded")
        _HANDLERS[type(one)](work, one, key)
    book.post(work.entries, now=now)
    return found


def _known_of(work: _Work, key: str) -> dict[str, Any]:
    """What the line of that key holds, written or still to be written."""
    row = work.book.one("SELECT data, reason FROM entries WHERE key = ?", key)
    if row is not None:
        return {**orjson.loads(row[0]), "reason": row[1]}
    return next(({**line.data, "reason": line.reason} for line in work.entries if line.key == key), {})


def _amount_seen(lead: LeadNow | None, one: Happening) -> float | None:
    """How much of the same event is known of the same second, whichever way it was told."""
    if lead is None or not isinstance(one, Did):
        return None
    return next((amount for name, at, amount in lead.events if (name, at) == (one.event, one.occurred_at)), None)


def _work(
    book: Book, agreed: Agreed, happenings: Sequence[Happening], now: Instant, snapshot: int | None
) -> tuple[_Work, set[str]]:
    """All that the happenings concern, held until the transaction ends, and the names of those told before."""
    subjects = sorted({one.subject if isinstance(one, Reached) else one.lead_id for one in happenings})
    leads = leads_and_finals(book, subjects)
    told = _told_before(book, happenings)
    ready_worth(book, agreed, snapshot)
    work = _Work(
        book=book,
        agreed=agreed,
        now=now,
        leads=leads,
        clocks=read_clocks(book, agreed, sorted({*subjects, *leads})),
        turns=read_turns(book, agreed, now),
        snapshot=snapshot,
    )
    return work, told


def _told_before(book: Book, happenings: Sequence[Happening]) -> set[str]:
    keys = [key_of(one) for one in happenings]
    return {key for (key,) in book.all("SELECT key FROM entries WHERE key {any}", keys)}


def _known(work: _Work, one: Happening) -> LeadNow | None:
    """The lead that stands for whom it is told of; None where that never came in."""
    lead = work.leads.get(one.subject if isinstance(one, Reached) else one.lead_id)
    while lead is not None and lead.merged_into is not None:
        lead = work.leads.get(lead.merged_into)
    return lead


def _lead(work: _Work, one: Touched | Did | Judged | Moved) -> LeadNow:
    lead = _known(work, one)
    if lead is None:
        raise UnknownLead(f"lead {one.lead_id!r} never came in; bothsides leads lists those that did")
    return lead


def _tell_clocks(work: _Work, subject: str, event: Event, *, owed: Collection[str] = ()) -> None:
    """Every clock of the subject hears it. A word on the round that stands, whatever its moment, is one on the clocks
    that began with what is `owed` in it: it counts from when such a clock does.
    """
    clocks = work.clocks.get(subject, [])
    for place, clock in enumerate(clocks):
        early = STARTED_BY[clock.clause.clock] in owed and event.occurred_at < clock.acted_at
        heard = replace(event, occurred_at=clock.acted_at) if early else event
        clocks[place], lines, _ = move(work.agreed, clock, [heard])
        work.entries += lines


def _event(work: _Work, key: str, kind: EventKind, at: Instant, *, detail: str = "", automated: bool = False) -> Event:
    return Event(event_id=key, kind=kind, occurred_at=at, known_at=work.now, detail=detail, automated=automated)


def _touched(work: _Work, one: Touched, key: str) -> None:
    lead = _lead(work, one)
    data: dict[str, Any] = {"kind": one.kind, "direction": one.direction, "automated": one.automated, "by": one.by}
    counts = one.kind in work.agreed.decay.real_touches
    real = counts and not one.automated
    if real:
        lead.last_touch_at = max(lead.last_touch_at or 0, one.occurred_at)
        data["last_touch_at"] = lead.last_touch_at
        if one.direction == "out":
            earlier = lead.first_touch_at
            lead.first_touch_at = one.occurred_at if earlier is None else min(earlier, one.occurred_at)
            data["first_touch_at"] = lead.first_touch_at
            lead.attempts += 1
    work.entries.append(
        Entry(kind=Kind.TOUCHED, subject=lead.lead_id, at=one.occurred_at, data=data, key=key, actor=one.by or "desk")
    )
    if counts:
        # Whether a machine's message meets a clock is its clause's to say.
        way = EventKind.TOUCH_OUT if one.direction == "out" else EventKind.TOUCH_IN
        _tell_clocks(work, lead.lead_id, _event(work, key, way, one.occurred_at, automated=one.automated))
    if one.direction == "in" and lead.owner is not None and real:
        _start(work, lead, "message_received", one.occurred_at, key)
    if real and lead.owner is not None:
        work.entries += decays(work.agreed, lead, work.now)


def _start(work: _Work, lead: LeadNow, trigger: str, at: Instant, key: str) -> None:
    lines = start_clocks(work.agreed, trigger, lead.lead_id, lead.facts, at, key=key, owner=lead.owner)
    running = {clock.clock_id for clock in work.clocks.get(lead.lead_id, ())}
    _begin(work, [line for line in lines if line.data["clock"] not in running])


def _begin(work: _Work, lines: Sequence[Entry]) -> None:
    """Lines of which some may start clocks: what follows in the same batch is told to these too."""
    work.entries += lines
    for line in lines:
        if line.kind is Kind.CLOCK_STARTED:
            work.clocks.setdefault(line.subject, []).append(begun(work.agreed, line))


def _told_too(work: _Work, one: Did) -> list[tuple[str, Instant, float]]:
    """The event, if the lead that it is told of was not told of it itself until now."""
    told = [(one.event, one.occurred_at, one.amount)]
    return shared(work.book, work.leads[one.lead_id], told, work.entries)


def _did(work: _Work, one: Did, key: str) -> None:
    lead = _lead(work, one)
    if (one.event, one.occurred_at) in {(name, at) for name, at, _ in lead.events}:
        # No news of the lead that stands for it, but its own too: it has it still when the two are parted.
        work.entries += [event_line(one.lead_id, *event, key=key) for event in _told_too(work, one)]
        return
    work.entries.append(event_line(lead.lead_id, one.event, one.occurred_at, one.amount, key=key, told_of=one.lead_id))
    lead.events.append((one.event, one.occurred_at, one.amount))
    considered = consider(work.agreed, lead, work.turns, work.now, snapshot=work.snapshot, waked_by=(one.event,))
    _begin(work, considered.entries)


def _judged(work: _Work, one: Judged, key: str) -> None:
    lead = _lead(work, one)
    late = is_late(work.book, work.entries, lead, one)
    data = {"verdict": one.verdict, "reason": one.reason, "note": one.note, "owner": lead.owner, "band": _band(lead)}
    work.entries.append(
        Entry(
            kind=Kind.FEEDBACK,
            subject=lead.lead_id,
            at=one.occurred_at,
            data={**data, "score": lead.score, **({"late": True} if late else {})},
            key=key,
            actor=one.by,
            reason=one.reason,
            policy=work.agreed.versions.get("reasons", ""),
        )
    )
    said = _event(work, key, EventKind.DISPOSITION, one.occurred_at, detail=one.verdict)
    _tell_clocks(work, lead.lead_id, said, owed=() if late else _OF_ITS_ROUND)
    if late:
        return
    lead.disposition = one.verdict
    if one.verdict == "accepted":
        if lead.owner is not None and lead.stage is not LeadStage.OPPORTUNITY:
            _enter(work, lead, LeadStage.SALES_QUALIFIED, one, key)
        return
    _give_back(work, lead, LeadStage.RECYCLED, one, key, credit_for=_credited(one))


def _give_back(
    work: _Work,
    lead: LeadNow,
    stage: LeadStage,
    one: Judged | Moved,
    key: str,
    *,
    credit_for: Literal["no_show", "duplicate", "rejected"] | None = None,
) -> None:
    """The lead goes back to marketing: whoever has it loses it, and its clocks end."""
    _enter(work, lead, stage, one, key)
    if lead.owner is not None:
        work.entries += released(
            work.agreed,
            lead,
            work.turns,
            work.now,
            reason=one.reason,
            queue="marketing",
            credit_for=credit_for,
            actor=one.by,
        )
    elif lead.queue != "marketing":
        lead.queue, lead.pool = "marketing", None
        work.entries.append(
            Entry(kind=Kind.QUEUED, subject=lead.lead_id, at=work.now, data={"queue": "marketing", "to": "nurture"})
        )
    returned = _event(work, f"{key}:returned", EventKind.RETURNED, one.occurred_at, detail=one.reason)
    _tell_clocks(work, lead.lead_id, returned, owed=(*_OF_ITS_ROUND, "message_received"))


_OF_ITS_ROUND = ("assigned",)
"""What starts the clocks of a lead's round with sales."""


def _credited(one: Judged) -> Literal["no_show", "duplicate", "rejected"] | None:
    if one.verdict != "rejected":
        return None
    return "duplicate" if one.reason == "duplicate" else "no_show" if one.reason == "no_show" else "rejected"


def _band(lead: LeadNow) -> str | None:
    return None if lead.band is None else lead.band.value


def _enter(work: _Work, lead: LeadNow, stage: LeadStage, one: Judged | Moved, key: str, **more: object) -> None:
    """The lead enters the stage, once for each happening."""
    if lead.stage is stage:
        return
    data = {"stage": stage.value, "from": lead.stage.value, "owner": lead.owner, **more}
    named = key if isinstance(one, Moved) and stage not in (WON, LOST) else f"{key}:stage"
    _stage_line(work, lead, one, named, data)
    lead.stage, lead.is_open = stage, stage not in (WON, LOST)
    if stage in BEFORE_SALES:
        lead.round_at = None
    if stage is LeadStage.RECYCLED:
        lead.recycles += 1
        lead.recycled_at = one.occurred_at
        if not (isinstance(one, Judged) and one.verdict == "rejected") or _later_perhaps(work, lead, one.reason):
            work.entries += cools(work.agreed, lead, work.now)


def _later_perhaps(work: _Work, lead: LeadNow, code: str) -> bool:
    """Whether leads rejected for that reason may fit later: others come back only when they do something."""
    reason = work.agreed.reasons.allowed(Answers.REJECT, lead.side).get(code)
    return reason is not None and reason.means is Means.TIMING


def _history_only(work: _Work, lead: LeadNow, one: Moved, key: str) -> None:
    """A stage that is about what was before, or that the lead is in: it is written down, and moves the lead nowhere."""
    data: dict[str, Any] = {"stage": one.stage.value, "owner": lead.owner, "amount": one.amount, "late": True}
    if one.stage is lead.stage:
        data["again"] = True
    if one.stage in (WON, LOST):
        data |= {"objections": list(one.objections), "questions": list(one.questions), "note": one.note}
    _stage_line(work, lead, one, key, data)


def _stage_line(work: _Work, lead: LeadNow, one: Judged | Moved, key: str, data: Mapping[str, object]) -> None:
    _said_line(work, Kind.STAGE_CHANGED, lead, one, key, data)


def _said_line(
    work: _Work, kind: Kind, lead: LeadNow, one: Judged | Moved, key: str, data: Mapping[str, object]
) -> None:
    work.entries.append(
        Entry(
            kind=kind,
            subject=lead.lead_id,
            at=one.occurred_at,
            data=data,
            key=key,
            actor=one.by,
            reason=one.reason,
        )
    )


def _moved(work: _Work, one: Moved, key: str) -> None:
    lead = _lead(work, one)
    was_open, late = lead.is_open, is_late(work.book, work.entries, lead, one)
    if late or one.stage is lead.stage:
        _history_only(work, lead, one, key)
        if late or one.stage not in BEFORE_SALES:
            return
    if one.stage in (WON, LOST):
        data = {
            "verdict": "won" if one.stage is WON else "lost",
            "reason": one.reason,
            "objections": list(one.objections),
            "questions": list(one.questions),
            "note": one.note,
            "amount": one.amount,
            "owner": lead.owner,
            "score": lead.score,
            "band": _band(lead),
        }
        _said_line(work, Kind.FEEDBACK, lead, one, key, data)
    if one.stage in BEFORE_SALES:
        _give_back(work, lead, one.stage, one, key)
        return
    _enter(work, lead, one.stage, one, key, amount=one.amount)
    if one.stage is WON:
        said = _event(work, key, EventKind.DISPOSITION, one.occurred_at, detail="won")
        _tell_clocks(work, lead.lead_id, said, owed=_OF_ITS_ROUND)
    if one.stage in (WON, LOST):
        # What was owed on the way to the close is owed no more; what a win brings begins after it.
        ended = _event(work, f"{key}:ended", EventKind.RETURNED, one.occurred_at, detail=one.stage.value)
        _tell_clocks(work, lead.lead_id, ended, owed=_OF_ITS_ROUND)
        if was_open and lead.owner is not None:
            work.entries += released(
                work.agreed, lead, work.turns, work.now, reason=one.stage.value, queue=None, actor=one.by, closes=True
            )
    if one.stage is WON:
        _start(work, lead, "won", one.occurred_at, key)


def _reached(work: _Work, one: Reached, key: str) -> None:
    lead = _known(work, one)
    subject = one.subject if lead is None else lead.lead_id
    kind = {"pause": EventKind.PAUSE, "resume": EventKind.RESUME, "reply": EventKind.REPLY}.get(
        one.what, EventKind.STAGE_REACHED
    )
    detail = one.detail if kind is not EventKind.STAGE_REACHED else one.what
    _tell_clocks(work, subject, _event(work, key, kind, one.occurred_at, detail=detail))
    if one.what in STARTS:
        if lead is not None:
            _start(work, lead, one.what, one.occurred_at, key)
        else:
            lines = start_clocks(
                work.agreed,
                one.what,
                one.subject,
                one.fields,
                one.occurred_at,
                key=key,
                owner=one.owner,
            )
            _begin(work, lines)
    work.entries.append(
        Entry(
            kind=Kind.REACHED,
            subject=subject,
            at=one.occurred_at,
            data={"what": one.what, "detail": one.detail, "fields": dict(one.fields), "owner": one.owner},
            key=key,
            actor=one.by,
        )
    )


_HANDLERS: Mapping[type, Callable[[_Work, Any, str], None]] = {
    Touched: _touched,
    Did: _did,
    Judged: _judged,
    Moved: _moved,
    Reached: _reached,
}
