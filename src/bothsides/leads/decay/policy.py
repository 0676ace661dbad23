"""When an untouched lead goes back, as the teams signed it in `agreement/decay.toml`."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bothsides.agreement import Agreed, AgreementError, Problem, load_policy
from bothsides.agreement.conditions import When
from bothsides.agreement.numbers import Length, LengthOrZero, WholeFromZero
from bothsides.schema.stage import LeadStage

FILE = "agreement/decay.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecayRule:
    """Leads that pass every test of `when` decay like this; the first rule that a lead passes counts."""

    name: str
    when: When = field(default_factory=dict)
    decays: bool = True
    """False: these leads stay with their owner, touched or not."""
    untouched_hours: Length = 48.0
    """So long after assignment without a real touch a lead goes back to marketing."""
    after_touch_hours: LengthOrZero | None = None
    """So long after the last real touch; the same as `untouched_hours` where left out, 0 for no decay after one."""
    counted_in: Literal["wall_clock", "working_hours"] = "wall_clock"
    silent_hours: LengthOrZero = 0.0
    """So long after it got the lead an owner who made no touch loses it; 0 for never. The 48 hours run on."""
    silent_then: Literal["reassign", "queue"] = "reassign"
    new_owner_hours: LengthOrZero = 1.0
    """Working hours for which whoever gets a lead from a colleague has it at least before it goes back."""
    most_reassignments: WholeFromZero = 1
    """Silent owners that a lead may lose before it only waits for its decay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecayPolicy:
    """`agreement/decay.toml`. Without rules every lead decays 48 hours after assignment."""

    real_touches: tuple[Literal["call", "email", "meeting", "chat", "other"], ...] = (
        "call",
        "email",
        "meeting",
        "chat",
    )
    """Kinds of touch that count, as in the table `touches`; one that a machine sent never does."""
    stages: tuple[LeadStage, ...] = (LeadStage.MQL, LeadStage.SALES_QUALIFIED)
    """Stages in which leads decay: a deal is watched by the pipeline audit instead."""
    cool_down_days: LengthOrZero = 30.0
    """How long a lead that went back stays with marketing before it may return to sales."""
    re_enter_at_once: tuple[str, ...] = ("demo_requested", "quote_requested")
    """Events by which a lead returns before its cool-down ends: it asks for somebody."""
    most_recycles: WholeFromZero = 3
    """A lead that went back this often does not return by itself; a person may bring it back. 0 for no
    limit."""
    grace_hours: LengthOrZero = 6.0
    """How long a due lead waits for touches that other systems have not handed over yet."""
    rule: tuple[DecayRule, ...] = ()


def load_decay(path: Path) -> Agreed[DecayPolicy]:
    """The signed policy. Raises AgreementError naming every mistake, FileNotFoundError where there is no file."""
    agreed = load_policy(path, DecayPolicy)
    if wrong := problems(agreed.policy):
        raise AgreementError([Problem(file=str(path), key="rule", value="", allowed=text) for text in wrong])
    return agreed


def problems(policy: DecayPolicy) -> tuple[str, ...]:
    """What cannot stand together in the policy, each as one sentence."""
    found = [
        f"rule {name!r} is declared {times} times; keep one"
        for name, times in Counter(rule.name for rule in policy.rule).items()
        if times > 1
    ]
    closed = {LeadStage.CLOSED_WON, LeadStage.CLOSED_LOST, LeadStage.RECYCLED} & {*policy.stages}
    found += [f"stages: {stage.value!r} cannot decay, since nobody works leads there" for stage in sorted(closed)]
    if not policy.real_touches:
        found.append("real_touches: names none, so every lead would go back whatever sales does")
    for position, rule in enumerate(policy.rule):
        if rule.silent_hours >= rule.untouched_hours:
            found.append(
                f"rule {rule.name!r}: silent_hours = {rule.silent_hours:g} must be less than "
                f"untouched_hours = {rule.untouched_hours:g}, else the lead is back with marketing before"
            )
        if not rule.when and position < len(policy.rule) - 1:
            found.append(f"rule {rule.name!r} takes every lead, so the rules after it never count; put it last")
    return tuple(found)
