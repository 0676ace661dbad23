"""A lead as decay sees it, its touches, and what decay decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTouch:
    """One contact with a lead, as in the table `touches`."""

    kind: str
    direction: Literal["out", "in"]
    occurred_at: Instant
    automated: bool = False
    """Sent by a machine: a sequence mail, an auto-reply, an out-of-office note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRound:
    """A lead and its present round with sales, which began with `assigned_at` and ends when it goes back."""

    lead_id: str
    stage: LeadStage
    fields: Mapping[str, object] = field(default_factory=dict)
    assigned_at: Instant | None = None
    """When sales first got it in this round; None while nobody of sales has it."""
    owner: str | None = None
    owner_since: Instant | None = None
    """When the present owner got it: `assigned_at` until it is reassigned."""
    last_touch: Instant | None = None
    """The last real touch, see `last_real_touch`; touches before this round do not count."""
    reassignments: int = 0
    """Silent owners it lost in this round."""
    recycles: int = 0
    """How often it went back, over all rounds."""
    recycled_at: Instant | None = None


class DecayKind(StrEnum):
    """What happens to a due lead."""

    REASSIGN = "reassign"
    RETURN_TO_QUEUE = "return_to_queue"
    RETURN_TO_MARKETING = "return_to_marketing"


class DecayReason(StrEnum):
    """Why, as it stands in the record and in the review with marketing and sales."""

    NOT_CONTACTED = "not_contacted"
    NO_FOLLOW_UP = "no_follow_up"
    OWNER_SILENT = "owner_silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStep:
    """One step in the life of a lead, forwards or back: history, never a highest stage reached."""

    lead_id: str
    at: Instant
    before: LeadStage
    after: LeadStage
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecayAction:
    """A due lead's action. `key` is the same however often it is decided, so that it is done once."""

    lead_id: str
    kind: DecayKind
    reason: DecayReason
    rule: str
    at: Instant
    due_at: Instant
    owner: str | None
    """Who loses the lead, and must not get it again by reassignment."""
    key: str
    step: StageStep | None = None
    """The step back, where it goes back to marketing."""
    recycles: int = 0
    """How often it went back, this time included."""
    re_enters_from: Instant | None = None
    """When its cool-down ends; None for one that does not return by itself, and where it does not go back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reentry:
    """Whether a lead that went back may return to sales now, and if not why, and from when."""

    allowed: bool
    reason: str
    from_when: Instant | None = None
