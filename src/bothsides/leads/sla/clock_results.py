"""A clock of the SLA as the month's record sees it: when it was due, whether it was met, whether a breach stands."""

from bothsides.leads.sla.clocks import Clock, ClockState, owner_before
from bothsides.leads.sla.commitments import ClockResult
from bothsides.leads.sla.evidence import span
from bothsides.schema import Side
from bothsides.schema.working_time import WorkingTime


def clock_result(clock: Clock, side: Side, calendar: WorkingTime) -> ClockResult | None:
    """The result of a clock on a subject of that side; None while it is on hold and where it was called off in time.

    `working_seconds` is what the clause counts from start to proof, holds left out, whatever calendar it names.
    """
    due = clock.breach_due if clock.breach_due is not None else clock.due_at
    if due is None or clock.state is ClockState.CANCELLED:
        return None
    working = None
    if clock.done_at is not None:
        working = max(0, span(clock.clause, clock.started_at, clock.done_at, calendar) - clock.held_seconds)
    return ClockResult(
        clock_id=clock.clock_id,
        clock=clock.clause.clock,
        side=side,
        lead_id=clock.subject,
        # Who has the lead later neither kept nor missed it.
        owner=owner_before(clock, due if clock.done_at is None else min(due, clock.done_at)),
        due_at=due,
        met_at=clock.done_at,
        breached_at=clock.breached_at,
        reversed_at=clock.reversed_at,
        working_seconds=working,
        paused_seconds=clock.held_seconds,
    )
