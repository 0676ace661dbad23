"""A clock as plain JSON data and back, for whoever keeps it; its clause stays in the agreement version it names."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from bothsides.leads.sla.clocks import Clock, ClockState
from bothsides.leads.sla.evidence import Effect, Fact
from bothsides.leads.sla.policy import Clause

_PLAIN = tuple(item.name for item in fields(Clock) if item.name not in ("clause", "state", "facts", "step_at"))
_DEFAULTS = {item.name: item.default for item in fields(Clock)}


def as_state(clock: Clock) -> dict[str, Any]:
    """Everything but the clause, which is kept by its name; fields that say nothing are left out."""
    state: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(clock, name)) != _DEFAULTS[name]}
    state |= {"clause": clock.clause.name, "state": clock.state.value}
    if clock.step_at:
        state["step_at"] = list(clock.step_at)
    if clock.facts:
        state["facts"] = [[fact.occurred_at, int(fact.effect), fact.event_id, fact.detail] for fact in clock.facts]
    return state


def from_state(state: Mapping[str, Any], clause: Clause) -> Clock:
    """The clock again. Raises ValueError where the clause is another one."""
    if state["clause"] != clause.name:
        raise ValueError(f"clock {state['clock_id']} runs under clause {state['clause']!r}, not {clause.name!r}")
    facts = [Fact(at, Effect(effect), event_id, detail) for at, effect, event_id, detail in state.get("facts", ())]
    return Clock(
        clause=clause,
        state=ClockState(state["state"]),
        step_at=tuple(state.get("step_at", ())),
        facts=tuple(facts),
        **{name: state[name] for name in _PLAIN if name in state},
    )
