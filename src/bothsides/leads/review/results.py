"""Clocks of the logbook as the month's record takes them, and whose a missed one is."""

from dataclasses import replace

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.review.lives import ClockLine, History
from bothsides.leads.sla.clock_results import clock_result
from bothsides.leads.sla.clocks import Clock
from bothsides.leads.sla.commitments import ClockResult
from bothsides.leads.sla.policy import Clause, Counted, Party
from bothsides.leads.sla.stored import from_state
from bothsides.schema import Side
from bothsides.schema.instant import Instant


def clock_results(history: History, agreed: Agreed) -> tuple[ClockResult, ...]:
    """Every clock that was due or is, with its end as far as it is known.

    What sales owes stands under the owner of the lead, what others owe under no person. A missed clock is charged to
    whoever had the lead when the breach was written, and to nobody in person where that person was away for so long
    that the time allowed was not theirs; it stays the team's then.
    """
    found = []
    for line in history.clocks.values():
        clause = _clause(agreed, line)
        if clause is None:
            continue
        clock = from_state(line.state, clause)
        result = clock_result(clock, _side(history, line, clause), agreed.hours(clause.calendar))
        if result is None:
            continue
        if clause.owed_by is not Party.SALES:
            result = replace(result, owner=None)
        elif result.breached_at is not None:
            owner = line.breached_by or result.owner
            result = replace(result, owner=None if owner and _was_away(history, agreed, owner, clock) else owner)
        found.append(result)
    return tuple(found)


def _clause(agreed: Agreed, line: ClockLine) -> Clause | None:
    """The clause under which the clock began; None for one whose state was never told."""
    if not line.state:
        return None
    return agreed.clause(line.state["policy_version"], line.state["policy"], line.state["clause"])


def _side(history: History, line: ClockLine, clause: Clause) -> Side:
    """The lead's side; of an order, a listing or a request that of who owes, or of who is owed."""
    life = history.lives.get(line.subject)
    if life is not None:
        return life.side
    return Side.SUPPLIER if Party.SUPPLIER in (clause.owed_by, clause.owed_to) else Side.BUYER


def _was_away(history: History, agreed: Agreed, owner: str, clock: Clock) -> bool:
    """Whether leave or absence took so much of the time allowed that the owner could still have been in time."""
    due = clock.breach_due if clock.breach_due is not None else clock.due_at
    if due is None:
        return False
    if any(start < due and (end is None or end > clock.started_at) for start, end in history.absences.get(owner, ())):
        return True
    own = agreed.calendars.get(owner)
    if own is None:
        return False
    plain = agreed.hours(own.calendar.name)
    if plain.elapsed(clock.started_at, due) == own.elapsed(clock.started_at, due):
        return False
    if clock.clause.counted is Counted.WALL_CLOCK:
        return True
    own_due: Instant = own.deadline(clock.started_at, clock.allowed_seconds + clock.held_seconds)
    proved = clock.done_at if clock.done_at is not None else history.known_at
    return own_due > due and proved <= own_due
