"""Whom the agreement knows: who may be believed, by name alone, to have done what ends a clock of sales."""

from collections.abc import Sequence

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.told import Happening, Judged, Touched


def people(agreed: Agreed) -> frozenset[str]:
    """Members, their managers, who is called to meetings, and others whom `delivery.toml` gives an address."""
    members = agreed.routing_policy.member
    known = {one.id for one in members} | {one.manager for one in members if one.manager}
    meeting = agreed.commitments.meeting
    return frozenset({*known, *meeting.who, meeting.owner, *agreed.addressed})


def strangers(agreed: Agreed, told: Sequence[Happening]) -> tuple[str, ...]:
    """Names that the agreement does not know under which a lead was touched or judged, in the order they come.

    What a machine sent and what a lead answered is nobody's work. Where nobody takes leads yet, everybody is believed.
    """
    if not agreed.routing_policy.member:
        return ()
    named = [one.by for one in told if isinstance(one, Judged) or (isinstance(one, Touched) and _reached_out(one))]
    return tuple(dict.fromkeys(name for name in named if name is not None and name not in people(agreed)))


def who_is_known(agreed: Agreed) -> str:
    """The people in words: those who take leads first."""
    members = [one.id for one in agreed.routing_policy.member]
    others = sorted(people(agreed) - set(members))
    return ", ".join((*members, *others))


def _reached_out(touch: Touched) -> bool:
    return touch.direction == "out" and not touch.automated
