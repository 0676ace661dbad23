"""What is wrong between the fields of an SLA, told all at once, each with its place and what is allowed."""

from collections.abc import Collection, Iterator
from datetime import date
from itertools import combinations, pairwise

from bothsides.leads.sla.policy import REACHED, Act, Clause, ClockKind, Sla, SlaPolicy


def problems(sla: Sla, calendars: Collection[str]) -> tuple[str, ...]:
    """The mistakes of the whole file; `calendars` are the names in agreement/calendar.toml."""
    return (
        *_of_order(sla.policy),
        *(problem for policy in sla.policy for problem in (*_of_policy(policy), *_of_clauses(policy, calendars))),
    )


def _of_order(policies: tuple[SlaPolicy, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for policy in policies:
        if policy.name in seen:
            yield f"policy {policy.name!r} is named twice; a later version needs a name of its own"
        seen.add(policy.name)
    if not any(not policy.when for policy in policies):
        yield "no policy is without `when`: a lead that matches none has no clock; end the file with a default"
    for above, below in pairwise(policies):
        if not above.when and below.when:
            yield f"policy {below.name!r} stands below the default {above.name!r}; move the default to the end"
    for above, below in combinations(policies, 2):
        if above.when == below.when and _covers(above, below):
            yield (
                f"policy {below.name!r} never holds: {above.name!r} above it has the same `when` on the same days; "
                "give one of them effective_until and the other effective_from"
            )


def _covers(above: SlaPolicy, below: SlaPolicy) -> bool:
    starts = (above.effective_from or date.min) <= (below.effective_from or date.min)
    return starts and (above.effective_until or date.max) >= (below.effective_until or date.max)


def _of_policy(policy: SlaPolicy) -> Iterator[str]:
    where = f"policy {policy.name!r}"
    first, last = policy.effective_from, policy.effective_until
    if first and last and last < first:
        yield f"{where}: effective_until {last} is before effective_from {first}"
    if not policy.clause:
        yield f"{where} has no clause, so nobody owes anything under it; add one, or take the policy out"
    names = [clause.name for clause in policy.clause]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{where}: clause {name!r} stands twice; each clause needs a name of its own"


def _of_clauses(policy: SlaPolicy, calendars: Collection[str]) -> Iterator[str]:
    for clause in policy.clause:
        for problem in (*_of_clause(clause, calendars), *_of_ladder(clause)):
            yield f"policy {policy.name!r}, clause {clause.name!r}: {problem}"


def _of_clause(clause: Clause, calendars: Collection[str]) -> Iterator[str]:
    if clause.calendar not in calendars:
        yield f"calendar {clause.calendar!r} is unknown; calendar.toml has {', '.join(sorted(calendars)) or 'none'}"
    if clause.clock is ClockKind.ATTEMPTS and clause.attempts < 1:
        yield f"attempts = {clause.attempts}: say how many attempts are owed, 1 or more"
    if clause.clock is not ClockKind.ATTEMPTS and clause.attempts:
        yield f"attempts = {clause.attempts}: only a clock 'attempts' counts them; leave it out"
    if clause.until and clause.clock not in REACHED:
        yield f"until: a clock {clause.clock.value!r} waits for no stage; those that do: {', '.join(REACHED)}"
    if clause.owed_by is clause.owed_to:
        yield f"owed_by and owed_to are both {clause.owed_by.value!r}; a promise needs two parties"
    if clause.hours * 3600 < 1 or clause.hours > 24 * 366 * 5:
        yield f"hours = {clause.hours:g}: from a second to five years"


def _of_ladder(clause: Clause) -> Iterator[str]:
    for above, below in pairwise(clause.ladder):
        if below.after_hours < above.after_hours:
            yield (
                f"ladder: {below.act.value} after {below.after_hours:g} h stands below {above.act.value} after "
                f"{above.after_hours:g} h; steps go from early to late"
            )
        if above.act is Act.BACK_TO_MARKETING:
            yield f"ladder: {below.act.value} stands after back_to_marketing, which ends the clock"
