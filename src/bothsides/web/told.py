"""What happened to leads, as callers tell it: each request's shape, checked with every reason, and what it means."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bothsides.agreement.policy import mistake_in_words
from bothsides.leads.desk.happenings import Did, Happening, Judged, Moved, Reached, Touched
from bothsides.leads.intake import Refused
from bothsides.leads.intake.moments import believed
from bothsides.leads.intake.reading import lead_id
from bothsides.leads.lengths import MOST_CODES, MOST_NAME, MOST_WORDS
from bothsides.schema.instant import Instant, instant
from bothsides.schema.stage import LeadStage
from bothsides.web.kept_text import kept_text, kept_words

_NO_NUL = r"^[^\x00]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=MOST_NAME, pattern=_NO_NUL)]
Words = Annotated[str, StringConstraints(max_length=MOST_WORDS, pattern=_NO_NUL)]
LeadId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Codes = Annotated[tuple[Name, ...], Field(strict=False, max_length=MOST_CODES)]
Minor = Annotated[int, Field(ge=-(2**53), le=2**53)]


def _moment(text: str) -> str:
    try:
        at = instant(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise ValueError("must be a moment with its zone, such as 2026-03-29T09:30:00Z") from None
    if at < 0:
        raise ValueError("is before 1970")
    return text


Moment = Annotated[
    str, AfterValidator(_moment), Field(json_schema_extra={"format": "date-time", "examples": ["2026-03-29T09:30:00Z"]})
]


class Told(BaseModel):
    """What every record says: when it happened, and of whom."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    of: ClassVar[str]
    names_by: ClassVar[str] = "lead_id"
    """The field that says of whom."""

    occurred_at: Moment

    def means(self, workspace: str, at: Instant) -> Happening:
        """The record as the desk knows it; `at` is when it happened."""
        raise NotImplementedError


class OfLead(Told):
    """Of a lead: by our id, or by the source's own name for it."""

    lead_id: LeadId | None = None
    source: Name | None = None
    id: Annotated[Name, Field(description="The lead's id in its source, with `source`.")] | None = None

    def lead(self, workspace: str) -> str:
        """The id of the lead. Raises ValueError where the record names none."""
        if self.lead_id is not None:
            return self.lead_id
        if self.source is None or self.id is None:
            raise ValueError("lead_id: missing; give it, or source and id as the lead was sent with them")
        return lead_id(workspace, self.source, self.id)


class TouchIn(OfLead):
    """Somebody of ours reached out to a lead (out), or the lead answered (in)."""

    of = "touches"

    touch_id: Annotated[Name, Field(description="Its name in your system; told twice, it is one touch.")] | None = None
    kind: Literal["call", "email", "meeting", "chat", "other"]
    direction: Literal["out", "in"]
    by: Name | None = None
    automated: bool = False

    def means(self, workspace: str, at: Instant) -> Happening:
        """The touch; without a name of its own its content names it."""
        lead = self.lead(workspace)
        named = self.touch_id
        if named is None:
            told = orjson.dumps([lead, self.kind, self.direction, at, self.by, self.automated])
            named = hashlib.md5(told, usedforsecurity=False).hexdigest()
        return Touched(
            touch_id=named,
            lead_id=lead,
            kind=self.kind,
            direction=self.direction,
            occurred_at=at,
            by=self.by,
            automated=self.automated,
        )


class EventIn(OfLead):
    """A lead did something: demo_requested, listing_added, quote_requested."""

    of = "events"

    event: Word
    amount: Annotated[float, Field(strict=False, allow_inf_nan=False)] = 1.0

    def means(self, workspace: str, at: Instant) -> Happening:
        """The event."""
        return Did(lead_id=self.lead(workspace), event=self.event, occurred_at=at, amount=self.amount)


class VerdictIn(OfLead):
    """What sales says of a lead it was given, with its coded reason."""

    of = "verdicts"

    verdict: Literal["accepted", "rejected", "recycled"]
    reason: Annotated[Words, Field(description="A code of agreement/reasons.toml; an accepted lead needs none.")] = ""
    by: Name
    note: Words = ""

    def means(self, workspace: str, at: Instant) -> Happening:
        """The verdict."""
        return Judged(
            lead_id=self.lead(workspace),
            verdict=self.verdict,
            reason=self.reason,
            by=self.by,
            occurred_at=at,
            note=self.note,
        )


class StageIn(OfLead):
    """A lead entered a stage. Won and lost need their coded reason; the amount is in minor units."""

    of = "stages"

    stage: Annotated[LeadStage, Field(strict=False)]
    by: Name
    reason: Words = ""
    objections: Codes = ()
    questions: Codes = ()
    note: Annotated[Words, Field(description="The customer's own words.")] = ""
    amount: Annotated[Minor, Field(ge=0)] | None = None

    def means(self, workspace: str, at: Instant) -> Happening:
        """The move."""
        return Moved(
            lead_id=self.lead(workspace),
            stage=self.stage,
            occurred_at=at,
            by=self.by,
            reason=self.reason,
            objections=self.objections,
            questions=self.questions,
            note=self.note,
            amount=self.amount,
        )


class ReachedIn(Told):
    """Something that begins or ends a clock: rfq_sent, reply, listing_approved; or holds it: pause, resume."""

    of = "reached"
    names_by = "subject"

    subject: Annotated[Name, Field(description="A lead's id, or your name of a request, a listing or an order.")]
    what: Word
    detail: Annotated[Words, Field(description="Which listing, what is missing; of a pause the agreed reason.")] = ""
    by: Name = "api"
    fields: Annotated[
        dict[Word, Words | bool | Minor | Annotated[float, Field(allow_inf_nan=False)]],
        Field(max_length=50, description="What clauses test of a subject that is no lead: side, category, its hours."),
    ] = {}
    owner: Annotated[Name, Field(description="Who owes the answer, where the subject is no lead.")] | None = None

    def means(self, workspace: str, at: Instant) -> Happening:  # noqa: ARG002 - the others name leads of the workspace
        """What was reached."""
        return Reached(
            subject=self.subject,
            what=self.what,
            occurred_at=at,
            detail=self.detail,
            by=self.by,
            fields=dict(self.fields),
            owner=self.owner,
        )


KINDS: Mapping[str, type[Told]] = {
    "touches": TouchIn,
    "events": EventIn,
    "verdicts": VerdictIn,
    "stages": StageIn,
    "reached": ReachedIn,
}
"""By the last word of the path under /api."""


def read_told(raw: object, kind: type[Told], *, workspace: str, now: Instant, ahead: int) -> Happening | Refused:
    """The record as something that happened, or every reason why not."""
    reasons: list[str] = []
    try:
        told = kind.model_validate(raw)
        at = instant(datetime.fromisoformat(told.occurred_at))
        try:
            at = believed(at, now=now, ahead=ahead)
        except ValueError as error:
            raise ValueError(f"occurred_at: {error}") from None
        return told.means(workspace, at)
    except ValidationError as error:
        reasons += [_said(one, kind) for one in error.errors(include_url=False, include_context=False)]
    except ValueError as error:
        reasons.append(str(error))
    return refused_told(raw, kind, reasons)


def refused_told(raw: object, kind: type[Told], reasons: Sequence[str]) -> Refused:
    """The record as it is kept until somebody corrects it, under the path it came by."""
    return Refused(source=f"api/{kind.of}", raw=kept_text(raw), reasons=tuple(reasons))


def _said(error: Mapping[str, Any], kind: type[Told]) -> str:
    if error["type"] == "extra_forbidden":
        name, known = kept_words(str(error["loc"][-1]))[:100], tuple(kind.model_fields)
        near = get_close_matches(name, known, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        return f"{name}: unknown; {kind.of} are told by {', '.join(known)}{meant}"
    where = kept_words(".".join(str(part) for part in error["loc"]))[:100] or "record"
    given = error.get("input")
    shown = f" {given!r:.60}" if isinstance(given, str | int | float) and error["type"] != "missing" else ""
    return f"{where}:{shown} {mistake_in_words(error['type'], error['msg'])}"
