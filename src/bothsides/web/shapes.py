"""The shapes of requests and answers, as the API's description tells them to programs."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bothsides.web.job import MOST_RECORDS


class Shape(BaseModel):
    """Nothing stands in an answer that is not described."""

    model_config = ConfigDict(extra="forbid")


class ErrorBody(Shape):
    """A code for programs, a sentence for people, every reason."""

    code: str
    message: str
    reasons: list[str]
    refused_id: str | None = Field(default=None, description="The record is kept under this id to be corrected.")


class Problem(Shape):
    """Every error has this form."""

    error: ErrorBody


class RefusedOne(Shape):
    """A record of a list that could not be taken in; in a list it is kept to be corrected."""

    outcome: Literal["refused"]
    reasons: list[str]
    refused_id: str | None = None


Warnings = Annotated[
    list[str] | None,
    Field(
        description="Events that were taken as they are named and earn nothing, nearly named as one that does.",
        examples=[["demo_reqested: did you mean demo_requested?"]],
    ),
]


class TakenLead(Shape):
    """What became of a lead: new, merged into the open lead of the same person, changed, or known as it is."""

    lead_id: str
    outcome: Literal["new", "merged", "known", "changed"]
    stands_as: str = Field(description="The lead that stands for it.")
    stage: str
    score: int | None
    band: Literal["sales", "self_serve", "nurture"] | None
    owner: str | None
    queue: str | None
    warnings: Warnings = None


class TakenLeads(Shape):
    """The outcome of each record, in the order sent."""

    taken: int
    refused: int
    results: list[TakenLead | RefusedOne]


class Recorded(Shape):
    """Whether it was new."""

    outcome: Literal["recorded", "known"]
    warnings: Warnings = None


class RecordedMany(Shape):
    """The outcome of each record, in the order sent."""

    recorded: int
    refused: int
    results: list[Recorded | RefusedOne]


class Health(Shape):
    """Whether leads can be taken in."""

    status: Literal["ok"]
    version: str
    agreement: Literal["in force", "its files have mistakes; the one before is in force"]


class ScoreReason(Shape):
    """A part of the score; the points of all sum to it."""

    code: str
    points: int
    text: str


class Route(Shape):
    """Where the lead went last, and every step of the decision in words."""

    at: str
    owner: str | None
    queue: str | None
    pool: str | None
    rule: str | None
    known_by: str | None
    at_random: bool
    trace: list[str]
    reason: str
    policy: str


class LeadEvent(Shape):
    """Something the lead did."""

    event: str
    occurred_at: str
    amount: float


class ClockNow(Shape):
    """Something owed to the lead, and by when."""

    clause: str
    clock: str
    status: str
    owner: str | None
    started_at: str
    due_at: str | None


class HistoryLine(Shape):
    """A line of the journal about the lead."""

    seq: int
    kind: str
    meaning: str
    at: str
    written_at: str
    actor: str
    reason: str
    policy: str
    data: dict[str, Any]


class LeadPage(Shape):
    """A lead as it stands."""

    lead_id: str
    side: Literal["buyer", "supplier"]
    source: str
    created_at: str
    received_at: str
    stage: str
    is_open: bool
    merged_into: str | None
    account_id: str | None
    score: int | None
    band: str | None
    grade: str | None
    win_chance: float | None
    priority: int | None
    reasons: list[ScoreReason]
    owner: str | None
    pool: str | None
    queue: str | None
    route: Route | None
    fields: dict[str, str | bool | int | float]
    events: list[LeadEvent]
    first_touch_at: str | None
    last_touch_at: str | None
    attempts: int
    disposition: str | None
    clocks: list[ClockNow]
    history: list[HistoryLine]


_MOMENT = {"type": "string", "format": "date-time", "examples": ["2026-03-29T09:30:00Z"]}
_EVENT = {
    "type": "object",
    "required": ["event", "occurred_at"],
    "properties": {
        "event": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}$", "examples": ["demo_requested"]},
        "occurred_at": _MOMENT,
        "amount": {"type": "number"},
    },
}
_VALUE = {"type": ["string", "number", "boolean", "null"], "maxLength": 10_000}
LEAD: dict[str, Any] = {
    "type": "object",
    "description": (
        "A lead. Besides these any field with a text, a number or yes/no is kept and may be tested by rules. At least"
        " one field must say who it is."
    ),
    "properties": {
        "id": {
            "description": "The lead's name in its source; sent again, it is the same lead.",
            "type": ["string", "integer", "null"],
            "maxLength": 200,
        },
        "source": {"type": ["string", "null"], "description": "A source of agreement/intake.toml, else `api`."},
        "side": {"type": ["string", "null"], "enum": ["buyer", "supplier", None]},
        "created_at": {**_MOMENT, "type": ["string", "null"]},
        "events": {"type": ["array", "null"], "items": _EVENT, "maxItems": 200},
        **dict.fromkeys(
            (
                "company",
                "name",
                "email",
                "phone",
                "website",
                "country",
                "region",
                "category",
                "segment",
                "deal_size",
                "employees",
                "job_title",
                "language",
            ),
            _VALUE,
        ),
    },
    "additionalProperties": _VALUE,
    "minProperties": 1,
}
"""The request's shape of a lead."""


def one_or_list(schema: dict[str, Any]) -> dict[str, Any]:
    """One record, or a list of up to 1000, of which a wrong one does not keep the others out."""
    items = {"description": "A record as above. Each is judged by itself; those refused are kept to be corrected."}
    return {"anyOf": [schema, {"type": "array", "items": items, "minItems": 1, "maxItems": MOST_RECORDS}]}
