"""What can be told of leads and of what else a clock is about: touches, events, verdicts, stages, what was reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage

TOUCH_KINDS = ("call", "email", "meeting", "chat", "other")
VERDICTS = ("accepted", "rejected", "recycled")
"""What sales may say of a lead it was given."""

WON, LOST = LeadStage.CLOSED_WON, LeadStage.CLOSED_LOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A contact with a lead. `touch_id` is its name in the system it comes from: told twice, it is one touch."""

    touch_id: str
    lead_id: str
    kind: str
    direction: Literal["out", "in"]
    occurred_at: Instant
    by: str | None = None
    automated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """Something a lead did."""

    lead_id: str
    event: str
    occurred_at: Instant
    amount: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What sales said of a lead it was given, with the coded reason."""

    lead_id: str
    verdict: Literal["accepted", "rejected", "recycled"]
    reason: str
    by: str
    occurred_at: Instant
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A lead entered a stage. Won and lost need their coded reasons; `amount` is in minor units.

    `objections` are codes, or only "none" where nobody raised any; `note` keeps the customer's own words.
    """

    lead_id: str
    stage: LeadStage
    occurred_at: Instant
    by: str
    reason: str = ""
    objections: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    note: str = ""
    amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Something a clock waits for happened to a subject: handed over, first listing, listing approved, on hold."""

    subject: str
    what: str
    """A stage such as first_listing; `pause` or `resume` with its reason in `detail`."""
    occurred_at: Instant
    detail: str = ""
    by: str = "desk"
    fields: Mapping[str, object] = field(default_factory=dict)
    """Of a subject that is no lead, such as a request for quotation or an order: what its clauses test."""
    owner: str | None = None
    """Who owes the answer, where the subject is no lead: a supplier, a member."""


Happening = Touched | Did | Judged | Moved | Reached


class UnknownLead(LookupError):  # noqa: N818 - reads as the fact
    """No lead of that id was taken in; the message names it."""


def key_of(one: Happening) -> str:
    """What makes it one happening, however often it is told: its moment is the one that was told."""
    if isinstance(one, Touched):
        return f"touch:{one.lead_id}:{one.touch_id}"
    if isinstance(one, Did):
        return f"event:{one.lead_id}:{one.event}:{one.occurred_at}"
    if isinstance(one, Judged):
        return f"verdict:{one.lead_id}:{one.verdict}:{one.occurred_at}"
    if isinstance(one, Moved):
        return f"stage:{one.lead_id}:{one.stage.value}:{one.occurred_at}"
    return f"reached:{one.subject}:{one.what}:{one.detail}:{one.occurred_at}"


def by_our_clock(one: Happening, now: Instant) -> Happening:
    """As it counts for clocks and for how a lead stands: what was told of a moment still to come happened now.

    An event keeps the moment that was told, by which its lead knows it.
    """
    return one if isinstance(one, Did) or one.occurred_at <= now else replace(one, occurred_at=now)
