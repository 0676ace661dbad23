"""Who may have leads and where they may wait: by the agreement, and by what was given out already."""

from difflib import get_close_matches
from typing import Literal

from bothsides.leads.route.policy import RoutingPolicy, To
from bothsides.logbook import Book

_WITHOUT_A_PERSON = (To.SELF_SERVE, To.NURTURE, To.SUPPLY_RECRUIT, To.TERRITORY)
"""Ways of a rule that leave a lead in a queue of their own name."""


def check_known(book: Book, routing: RoutingPolicy | None, what: Literal["owner", "queue"], name: str) -> None:
    """Raises LookupError for a member or queue that neither the agreement nor the logbook knows, with what is near."""
    known = _agreed(routing, what) if routing is not None else set()
    known |= {word for (word,) in book.all(f"SELECT DISTINCT {what} FROM leads WHERE {what} IS NOT NULL")}
    if what == "owner":
        known |= {word for (word,) in book.all("SELECT DISTINCT member FROM assignments")}
        known |= {word for (word,) in book.all("SELECT DISTINCT owner FROM clocks WHERE owner IS NOT NULL")}
    if name in known:
        return
    near = get_close_matches(name, sorted(known), n=2, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(known)) or 'none yet'}"
    kind = "member" if what == "owner" else "queue"
    raise LookupError(f"--{what} {name!r}: no {kind} is called so; {hint}")


def _agreed(routing: RoutingPolicy, what: Literal["owner", "queue"]) -> set[str]:
    if what == "owner":
        managers = {one.manager for one in routing.member} | {pool.manager for pool in routing.pool}
        return {one.id for one in routing.member} | managers - {""}
    named = {pool.queue or pool.name for pool in routing.pool} | {routing.otherwise_queue}
    named |= {rule.target for rule in routing.rule if rule.to is To.QUEUE}
    return named | {way.value for way in _WITHOUT_A_PERSON}
