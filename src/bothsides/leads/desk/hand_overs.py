"""Whether whoever gets a lead from a silent colleague has the time to touch it before it is taken again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bothsides.agreement.conditions import Value, Written, named_values, read_tests
from bothsides.leads.decay import DecayPolicy, DecayRule
from bothsides.leads.sla.policy import NEEDS_BREACH, STARTED_BY, Act, Clause, Counted, Sla, SlaPolicy

LEAST_HOURS = 1.0
"""Hours that a hand-over leaves at least: to open the lead, read it, and call."""

_COUNTED = {Counted.WORKING: "working_hours", Counted.WALL_CLOCK: "wall_clock"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taking:
    """A lead is taken from its owner so many hours after it was assigned."""

    hours: float
    counted: Counted
    words: str
    act: Act | None = None
    left: float = LEAST_HOURS
    """Hours that must be left after it, where it hands the lead over: what the clause itself gives from its warning to
    its due time, one hour at least."""


def problems(sla: Sla, decay: DecayPolicy) -> tuple[str, ...]:
    """Hand-overs of a ladder that leave too little until the next taking, each as one sentence.

    By the hours as they are signed: takings counted in other hours than the hand-over are left to the desk, which lets
    a new owner have the lead for `new_owner_hours` in any case.
    """
    return tuple(said for policy in sla.policy for said in _of_policy(policy, decay))


def _of_policy(policy: SlaPolicy, decay: DecayPolicy) -> Iterator[str]:
    steps = [taking for clause in policy.clause for taking in _steps(clause)]
    returns = list(_returns(policy, decay))
    for one in steps:
        if one.act is not Act.REASSIGN:
            continue
        for other in steps:
            if other is not one and other.counted is one.counted and one.hours <= other.hours < one.hours + one.left:
                yield _said(policy, one, other)
        for other in returns:
            if other.counted is one.counted and other.hours < one.hours + one.left:
                yield _said(policy, one, other)


def _said(policy: SlaPolicy, one: _Taking, other: _Taking) -> str:
    left = other.hours - one.hours
    has = f"has it for {left:g} h" if left > 0 else "never has it" if left < 0 else "has it for no time"
    kind = "working hours" if one.counted is Counted.WORKING else "hours by the wall clock"
    return (
        f"policy {policy.name!r}: {one.words} hands the lead over {one.hours:g} {kind} after it was given, and"
        f" {other.words} takes it after {other.hours:g}, so the colleague {has}; leave {one.left:g} at least"
    )


def _steps(clause: Clause) -> Iterator[_Taking]:
    if STARTED_BY[clause.clock] != "assigned" or clause.hours_from:
        return
    left = max(LEAST_HOURS, clause.hours * (1 - clause.warn_at) if clause.warn_at else 0)
    for step in clause.ladder:
        if step.act in NEEDS_BREACH:
            yield _Taking(
                hours=clause.hours + step.after_hours,
                counted=clause.counted,
                words=f"clause {clause.name!r}, step {step.act.value}",
                act=step.act,
                left=left,
            )


def _returns(policy: SlaPolicy, decay: DecayPolicy) -> Iterator[_Taking]:
    """When untouched leads of the policy go back to marketing, by every rule of decay that one of them may pass."""
    for rule in decay.rule:
        if _apart(policy.when, rule.when):
            continue
        if rule.decays:
            yield _taking(rule)
        if _covers(rule.when, policy.when):
            return
    yield _taking(DecayRule(name="every lead"))


def _taking(rule: DecayRule) -> _Taking:
    counted = next(counted for counted, word in _COUNTED.items() if word == rule.counted_in)
    return _Taking(
        hours=rule.untouched_hours, counted=counted, words=f"decay.toml, rule {rule.name!r}, untouched_hours"
    )


def _apart(one: Mapping[str, Written], other: Mapping[str, Written]) -> bool:
    """Whether no lead can pass both: the plain values that one asks of a field all fail the other's test of it."""
    return any(
        values is not None and not any(read_tests({name: asked[name]}).hold({name: value}) for value in values)
        for wanted, asked in ((one, other), (other, one))
        for name in wanted.keys() & asked.keys()
        for values in (_plain(wanted[name]),)
    )


def _covers(rule: Mapping[str, Written], policy: Mapping[str, Written]) -> bool:
    """Whether every lead of the policy passes the rule, as far as equal tests and plain values show it."""
    return all(name in policy and _within(name, policy[name], test) for name, test in rule.items())


def _within(name: str, asked: Written, test: Written) -> bool:
    """Whether what passes the one test of the field passes the other too."""
    values = _plain(asked)
    return asked == test or (
        values is not None and all(read_tests({name: test}).hold({name: value}) for value in values)
    )


def _plain(written: Written) -> list[Value] | None:
    """The values that are wanted, where these are all that the test names; None for one of another kind."""
    found = written if isinstance(written, list) else [written]
    plain = all(not isinstance(one, str) or named_values(one) == (one.strip().casefold(),) for one in found)
    return found if plain else None
