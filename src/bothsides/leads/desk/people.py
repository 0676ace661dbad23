"""Whom the agreement knows: who may be believed, by name alone, to have done what ends a clock of sales."""

from collections.abc import Sequence

import orjson

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.told import Happening, Judged, Touched, key_of
from bothsides.logbook import Book


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


def verdicts_of_others(book: Book, told: Sequence[Happening]) -> list[str]:
    """Verdicts of leads that somebody else had, each as a sentence; asked after they were told."""
    found = []
    for one in told:
        row = book.one("SELECT data FROM entries WHERE key = ?", key_of(one)) if isinstance(one, Judged) else None
        if not isinstance(one, Judged) or row is None:
            continue
        line = orjson.loads(row[0])
        if line.get("owner") not in (None, one.by) and not line.get("late"):
            lead = one.lead_id[:8]
            found.append(f"lead {lead} was {line['owner']}'s: the verdict stands in its history as said by {one.by}")
    return list(dict.fromkeys(found))


def who_is_known(agreed: Agreed) -> str:
    """The people in words: those who take leads first."""
    members = [one.id for one in agreed.routing_policy.member]
    others = sorted(people(agreed) - set(members))
    return ", ".join((*members, *others))


def _reached_out(touch: Touched) -> bool:
    return touch.direction == "out" and not touch.automated
