"""One line of the journal: what happened to whom, when, by whose word, under which version of the agreement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bothsides.schema.instant import Instant


class Kind(StrEnum):
    """What a line of the journal can say. `docs/logbook.md` is written from this list."""

    LEAD_RECEIVED = "lead_received"
    LEAD_CHANGED = "lead_changed"
    LEAD_MATCHED = "lead_matched"
    LEADS_MERGED = "leads_merged"
    MERGE_UNDONE = "merge_undone"
    STANDS_AS = "stands_as"
    ACCOUNTS_LINKED = "accounts_linked"
    EVENT_SEEN = "event_seen"
    TOUCHED = "touched"
    SCORED = "scored"
    OVERRIDDEN = "overridden"
    STAGE_CHANGED = "stage_changed"
    ASSIGNED = "assigned"
    RELEASED = "released"
    MEMBER_ABSENT = "member_absent"
    QUEUED = "queued"
    CLOCK_STARTED = "clock_started"
    CLOCK_CHANGED = "clock_changed"
    BREACHED = "breached"
    BREACH_REVERSED = "breach_reversed"
    ESCALATED = "escalated"
    REACHED = "reached"
    FEEDBACK = "feedback"
    AGENDA_OPENED = "agenda_opened"
    AGENDA_CLOSED = "agenda_closed"
    CONSENT_CHANGED = "consent_changed"
    EFFECT_REQUESTED = "effect_requested"
    EFFECT_SETTLED = "effect_settled"
    MODEL_MOVED = "model_moved"
    POLICY_ADOPTED = "policy_adopted"
    TIMER_SET = "timer_set"
    FACTS_PUBLISHED = "facts_published"
    FIX_APPLIED = "fix_applied"
    FIX_UNDONE = "fix_undone"
    STATEMENT_FROZEN = "statement_frozen"


MEANINGS: dict[Kind, str] = {
    Kind.LEAD_RECEIVED: "a lead came in, with the fields it came with",
    Kind.LEAD_CHANGED: "fields of a lead were corrected, enriched or filled",
    Kind.LEAD_MATCHED: "a lead was found to belong to a known account, with the rule and the rivals",
    Kind.LEADS_MERGED: "a lead was taken into another of the same company",
    Kind.MERGE_UNDONE: "a merge was taken back; both stand as they stood",
    Kind.STANDS_AS: "a lead went into another, which stands for it from then on, or stands for itself again",
    Kind.ACCOUNTS_LINKED: "a person said that accounts are one organisation, or took that back",
    Kind.EVENT_SEEN: "a lead did something: asked for a demo, listed a product, viewed suppliers",
    Kind.TOUCHED: "somebody of ours reached out to a lead, or a lead answered",
    Kind.SCORED: "a lead's score, band and priority, with every reason",
    Kind.OVERRIDDEN: "a person set a lead's band beside the score, or lifted that",
    Kind.STAGE_CHANGED: "a lead entered a stage",
    Kind.ASSIGNED: "a lead was given to a person, with the rule, the pool and the trace",
    Kind.RELEASED: "a lead was taken from its owner: back to marketing, to a queue, closed",
    Kind.MEMBER_ABSENT: "a member reported absent, or back",
    Kind.QUEUED: "a lead waits in a queue, or went to self-serve, nurture or supplier recruiting",
    Kind.CLOCK_STARTED: "a clock of the SLA began",
    Kind.CLOCK_CHANGED: "a clock was warned, put at risk, paused, resumed, met or cancelled",
    Kind.BREACHED: "a clock was missed: written once, when no proof can come any more",
    Kind.BREACH_REVERSED: "proof came late: the breach does not count",
    Kind.ESCALATED: "a step of the ladder was taken",
    Kind.REACHED: "something a clock waits for happened: handed over, first listing, on hold",
    Kind.FEEDBACK: "sales accepted or rejected a lead, or said why it was won or lost",
    Kind.AGENDA_OPENED: "something waits for a person's decision",
    Kind.AGENDA_CLOSED: "the decision, by whom and why",
    Kind.CONSENT_CHANGED: "a person gave or withdrew consent, unsubscribed, bounced or complained",
    Kind.EFFECT_REQUESTED: "a message or an update for another system was put into the outbox",
    Kind.EFFECT_SETTLED: "an effect was delivered, put off, held or given up",
    Kind.MODEL_MOVED: "a scorecard became shadow, champion or retired",
    Kind.POLICY_ADOPTED: "a version of the agreement took effect",
    Kind.TIMER_SET: "a moment at which something is to be looked at again",
    Kind.FACTS_PUBLISHED: "what the warehouse knows of cells and accounts was handed to the desk",
    Kind.FIX_APPLIED: "a hygiene fix changed a record",
    Kind.FIX_UNDONE: "a hygiene fix was taken back",
    Kind.STATEMENT_FROZEN: "a month's statement was closed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line, before it is written. `data` holds plain JSON values.

    `key` names it for ever: a second line of that key is refused, so that what may happen once happens once.
    `reverses` is the key of the line that this one takes back.
    """

    kind: Kind
    subject: str
    """Whose history it belongs to: a lead, most often."""
    at: Instant
    """When it happened in the world; when it was written stands beside it."""
    data: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    actor: str = "desk"
    reason: str = ""
    policy: str = ""
    """The version of the agreement it was decided under."""
    snapshot: int | None = None
    """The facts it was decided on."""
    reverses: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Entry):
    """A line as it stands in the journal."""

    seq: int
    written_at: Instant
