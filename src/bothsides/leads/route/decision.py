"""What routing decided on one lead, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from bothsides.leads.route.state import Changed

Traced = tuple[object, ...]
"""One step of a decision, first what it was about:

('rule', name, field, wanted) a rule and the first of its tests that failed, its value in `saw`;
('rule', name, 'not in effect');
('owner', field, member, why) a known owner who was passed over; ('skipped', member, why) a member who had no turn;
('territory', name) the lead's territory, None for none; ('all', pool, 'away' | 'full' | 'left out') nobody was free.
"""


@dataclass(slots=True)
class Trail:
    """The steps of a decision as they are taken. Steps of rules are shared by all decisions, so that a hundred thousand
    traces cost little: what a lead's field held stands apart, in `saw`.
    """

    steps: list[Traced] = field(default_factory=list)
    saw: list[object] = field(default_factory=list)


class Destination(StrEnum):
    """Where a lead goes."""

    OWNER = "owner"
    PARTNER = "partner"
    QUEUE = "queue"
    SELF_SERVE = "self_serve"
    NURTURE = "nurture"
    SUPPLY_RECRUIT = "supply_recruit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where one lead goes. `owner` is set for an owner or partner, `queue` for a queue."""

    lead_id: str
    to: Destination
    owner: str | None = None
    queue: str | None = None
    pool: str | None = None
    """The pool whose turn it was, or whose queue the lead waits in."""
    lane: str | None = None
    """Whose turns it was one of: the pool's, or of one territory, 'pool/territory', where the pool shares by these."""
    rule: str | None = None
    """The rule that the lead passed; None where none was."""
    known_by: str | None = None
    """The field that named the owner, where an owner went first."""
    holdout: bool = False
    """Given at random among `candidates` members, with the same chance for each."""
    candidates: int = 0
    """Members who could have got it, where it was a turn or the holdout."""
    trace: tuple[Traced, ...] = ()
    saw: tuple[object, ...] = ()
    """What the lead's field held, for each ('rule', name, field, wanted) of the trace in order."""
    changed: tuple[Changed, ...] = ()

    def why(self) -> tuple[str, ...]:
        """The trace as sentences, for people."""
        saw = iter(self.saw)
        return tuple(_told(step, saw) for step in self.trace)


def _told(step: Traced, saw: Iterator[object]) -> str:
    kind, name, *rest = step
    if kind == "rule" and len(rest) == 2:
        value = next(saw)
        return f"rule {name}: {rest[0]} is {'unknown' if value in (None, '') else value}, wanted {rest[1]}"
    if kind == "rule":
        return f"rule {name}: {rest[0]}"
    if kind == "owner":
        return f"{name} is {rest[0]}, passed over: {rest[1]}"
    if kind == "skipped":
        return f"{name} had no turn: {rest[0]}"
    if kind == "territory":
        return f"territory {name}" if name else "no territory has the lead"
    return f"all of pool {name} are {rest[0]}"
