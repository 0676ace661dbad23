"""The ladder: what happens, and when, to a clock that was not met in time."""

from bothsides.leads.sla.evidence import after
from bothsides.leads.sla.policy import NEEDS_BREACH, Act, Clause
from bothsides.schema.instant import HOUR, Instant
from bothsides.schema.working_time import WorkingTime


def step_moments(clause: Clause, due_at: Instant, calendar: WorkingTime) -> tuple[Instant, ...]:
    """When each step is due; none before the one above it, and in open hours where the step says so."""
    moments: list[Instant] = []
    for step in clause.ladder:
        moment = after(clause, due_at, round(step.after_hours * HOUR), calendar)
        if moments:
            moment = max(moment, moments[-1])
        moments.append(calendar.next_open(moment) if step.in_working_hours_only else moment)
    return tuple(moments)


def postponed(moments: tuple[Instant, ...], number: int, until: Instant) -> tuple[Instant, ...]:
    """The moments with one step put off, and those below it not before."""
    return tuple(max(moment, until) if place >= number else moment for place, moment in enumerate(moments))


def step_due(clause: Clause, number: int, moment: Instant, breached: bool, breach_by: Instant) -> Instant:
    """When a step can be taken: what takes a lead from its owner waits for the written breach."""
    waits = clause.ladder[number].act in NEEDS_BREACH and not breached
    return max(moment, breach_by) if waits else moment


def act_of(clause: Clause, number: int, owner: str | None) -> Act:
    """What the step does: nobody can be reminded where there is no owner, so the manager is told."""
    act = clause.ladder[number].act
    return Act.NOTIFY_MANAGER if act is Act.REMIND_OWNER and owner is None else act
