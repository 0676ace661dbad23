"""Why something that is told cannot be taken as things stand: every reason, each with what may be told instead."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.codes import close_refusals, verdict_refusals
from bothsides.leads.desk.standing import LeadNow
from bothsides.leads.desk.told import LOST, WON, Did, Happening, Judged, Moved, Reached, Touched
from bothsides.leads.sla.policy import REACHED, STARTED_BY
from bothsides.leads.teams.feedback import Feedback
from bothsides.leads.teams.reasons import Kind, Refused
from bothsides.leads.teams.win_loss import Closing
from bothsides.schema import Side
from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage

STARTS = tuple(dict.fromkeys(STARTED_BY[kind] for kind in STARTED_BY if STARTED_BY[kind] not in
                             ("assigned", "message_received", "won")))  # fmt: skip
"""What, reached, starts clocks; the other triggers the desk sees for itself."""

NO_LEAD = "lead_id: no lead"
"""How the reason begins where a lead never came in."""

OF_SALES = frozenset({LeadStage.MQL, LeadStage.SALES_QUALIFIED, LeadStage.OPPORTUNITY})
"""Stages of open leads that somebody of sales has, or is about to get."""

_WAITS = frozenset({LeadStage.MQL, LeadStage.SALES_QUALIFIED})
_FIELDS = {Kind.REJECT: "reason", Kind.WIN: "reason", Kind.LOSS: "reason"} | {
    Kind.OBJECTION: "objections",
    Kind.QUESTION: "questions",
}
_MOST_FIELDS, _MOST_TEXT = 50, 1_000


@dataclass(frozen=True, slots=True)
class Unfit:
    """What was told cannot be taken; nothing of it was written down."""

    reasons: tuple[str, ...]


def code_refusals(agreed: Agreed, side: Side, one: Happening) -> tuple[Refused, ...]:
    """What is wrong with the codes of a verdict or close; nothing for all else."""
    if isinstance(one, Judged):
        accepted = one.verdict == "accepted"
        said = Feedback(
            lead_id=one.lead_id,
            side=side,
            accepted=accepted,
            code=None if accepted else one.reason,
            note=one.note,
            by=one.by,
            at=one.occurred_at,
        )
        return verdict_refusals(agreed.reasons, one.verdict, said)
    if not isinstance(one, Moved) or one.stage not in (WON, LOST):
        return ()
    closing = Closing(
        opportunity_id=one.lead_id,
        side=side,
        won=one.stage is WON,
        reasons=(one.reason,) if one.reason else (),
        objections=one.objections,
        questions=one.questions,
        note=one.note,
        owner=one.by,
        closed_at=one.occurred_at,
    )
    return close_refusals(agreed.reasons, closing)


def unfit(
    agreed: Agreed,
    one: Happening,
    lead: LeadNow | None,
    *,
    has_clocks: bool,
    taken_at: Callable[[LeadNow], Instant | None],
) -> Unfit | None:
    """Why it cannot be taken, or None where it can. `lead` is the one that stands for whom it is told of; `taken_at`
    tells when it was last taken from an owner.
    """
    if isinstance(one, Reached):
        reasons = _of_reached(agreed, one, lead, has_clocks=has_clocks)
        return Unfit(reasons) if reasons else None
    if lead is None:
        return Unfit((f"{NO_LEAD} {one.lead_id} has come in",))
    reasons = tuple(_in_words(said) for said in code_refusals(agreed, lead.side, one))
    if isinstance(one, Did):
        reasons += _of_event(one, lead)
    elif isinstance(one, Judged | Moved):
        reasons += _of_nobody(one, lead, taken_at)
    return Unfit(reasons) if reasons else None


def _in_words(said: Refused) -> str:
    field = _FIELDS.get(Kind(said.field), said.field) if said.field in {*Kind} else said.field
    return f"{field}: {repr(said.value) if said.value else 'missing;'} {said.allowed}"


def other_words(one: Touched | Judged | Moved | Reached, known: Mapping[str, object]) -> Unfit | None:
    """What differs from what is known of it, by name and both values: what is told again is the same, or it is another.

    `known` is its line's content, the reason beside it. Whose hand it was that wrote it down is no content.
    """
    found = []
    for name in _CONTENT[type(one)]:
        said, stands = _plainly(getattr(one, name)), _plainly(known.get(name))
        if name in known and said != stands:
            known_with = f"{_named(one)} is known with {_shown(stands)}"
            found.append(f"{name}: {_shown(said)}, but {known_with}; {_ALLOWED[type(one)]}")
    return Unfit(tuple(found)) if found else None


_CONTENT: Mapping[type, tuple[str, ...]] = {
    Touched: ("kind", "direction", "automated"),
    Judged: ("reason", "note"),
    Moved: ("reason", "objections", "questions", "note", "amount"),
    Reached: ("fields", "owner"),
}
_ALLOWED: Mapping[type, str] = {
    Touched: "give another touch a name of its own",
    Judged: "tell a correction with a moment of its own",
    Moved: "tell a correction with a moment of its own",
    Reached: "tell a correction with a moment of its own",
}


def _plainly(value: object) -> object:
    """Codes in any order, fields as they are kept."""
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value) if isinstance(value, list | tuple) else value


def _shown(value: object) -> str:
    return repr(value) if value or value == 0 else "nothing"


def _named(one: Touched | Judged | Moved | Reached) -> str:
    if isinstance(one, Touched):
        return f"touch {one.touch_id!r}"
    said = one.verdict if isinstance(one, Judged) else one.stage.value if isinstance(one, Moved) else one.what
    return f"{said} of the same second"


def _of_event(one: Did, lead: LeadNow) -> tuple[str, ...]:
    """An event is known by lead, name and second: what else happened in that second must not be lost unsaid."""
    for name, at, amount in lead.events:
        if (name, at) == (one.event, one.occurred_at) and amount != one.amount:
            allowed = "tell what happens several times in one second as one event with the amounts together"
            return (f"amount: {one.amount:g}, but {name} of the same second is known with {amount:g}; {allowed}",)
    return ()


def _of_nobody(one: Judged | Moved, lead: LeadNow, taken_at: Callable[[LeadNow], Instant | None]) -> tuple[str, ...]:
    """Verdicts on leads that nobody has, and stages of sales for them; told late of an earlier owner they are history.

    A lead that waits for sales may be turned away out of the queue. One that was never meant for sales may not.
    """
    if lead.owner is not None or not lead.is_open:
        return ()
    waits = lead.stage in _WAITS
    if isinstance(one, Moved) and (one.stage not in OF_SALES or (waits and one.stage in _WAITS)):
        return ()
    if isinstance(one, Judged) and waits and one.verdict != "accepted":
        return ()
    taken = taken_at(lead)
    if taken is not None and one.occurred_at <= taken:
        return ()
    said = f"verdict: {one.verdict!r}" if isinstance(one, Judged) else f"stage: {one.stage.value!r}"
    place = f"it waits in {lead.queue}" if lead.queue else "it is in no queue"
    how = "it gets its owner when its turn comes" if waits else f"bothsides leads override {lead.lead_id[:8]} sales"
    can = how if waits else f"{how} asks sales to take it"
    return (f"{said} is sales' to say of a lead that somebody has; nobody has this one, {place}: {can}",)


def awaited(agreed: Agreed) -> tuple[str, ...]:
    """All that may be told as reached: what starts clocks, what ends one under any version agreed, and holds."""
    stages = {stage for stages in REACHED.values() for stage in stages}
    stages |= {
        stage for sla in agreed.slas.values() for one in sla.policy for each in one.clause for stage in each.until
    }
    return tuple(sorted({*STARTS, *stages, "reply", "pause", "resume"}))


def holds(agreed: Agreed) -> tuple[str, ...]:
    """The reasons for which some clause's clock stands still."""
    clauses = (each for sla in agreed.slas.values() for one in sla.policy for each in one.clause)
    return tuple(sorted({reason for clause in clauses for reason in clause.pause_when}))


def _of_reached(agreed: Agreed, one: Reached, lead: LeadNow | None, *, has_clocks: bool) -> tuple[str, ...]:
    found = []
    if one.what not in (words := awaited(agreed)):
        found.append(f"what: {one.what!r} neither starts a clock nor ends one; must be one of {', '.join(words)}")
    if one.what == "pause" and one.detail not in (reasons := holds(agreed)):
        given = repr(one.detail) if one.detail else "missing;"
        found.append(f"detail: {given} no clause stands still for it; must be one of {', '.join(reasons)}")
    if lead is None and not has_clocks and one.what not in STARTS:
        found.append(f"subject: {one.subject!r} is no lead and no clock of it began; {', '.join(STARTS)} begin one")
    if lead is not None and (one.fields or one.owner is not None):
        given = "fields" if one.fields else "owner"
        found.append(f"{given}: {one.subject!r} is a lead, whose own fields and owner hold; leave it out")
    return (*found, *_of_fields(one.fields))


def _of_fields(fields: Mapping[str, object]) -> Sequence[str]:
    """What clauses may test of a subject that is no lead: plain values under plain names."""
    found = []
    if len(fields) > _MOST_FIELDS:
        found.append(f"fields: has {len(fields)}; at most {_MOST_FIELDS} are kept")
    for name, value in fields.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
            found.append(f"fields: {name!r:.60} must be a name such as deal_size")
        elif not _is_plain(value):
            found.append(f"fields.{name}: {value!r:.60} must be a text, a number or yes/no")
    side = fields.get("side")
    if side is not None and side not in {*Side}:
        found.append(f"fields.side: {side!r:.60} must be {' or '.join(Side)}")
    return found


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _MOST_TEXT and not re.search("[\x00\ud800-\udfff]", value)
    return isinstance(value, bool) or (isinstance(value, int | float) and math.isfinite(value) and abs(value) <= 2**53)
