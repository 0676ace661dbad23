"""Leads that nobody touches go to another owner or back to marketing, with the reason; real touches reset the clock."""

from bothsides.leads.decay.deciding import (
    CompiledDecay,
    OpenTime,
    compile_decay,
    cool_down_ends,
    decay_due,
    decide_decay,
    last_real_touch,
    may_reenter,
    reentered,
)
from bothsides.leads.decay.policy import FILE, DecayPolicy, DecayRule, load_decay, problems
from bothsides.leads.decay.record import (
    DecayAction,
    DecayKind,
    DecayReason,
    LeadRound,
    LeadTouch,
    Reentry,
    StageStep,
)

__all__ = [
    "FILE",
    "CompiledDecay",
    "DecayAction",
    "DecayKind",
    "DecayPolicy",
    "DecayReason",
    "DecayRule",
    "LeadRound",
    "LeadTouch",
    "OpenTime",
    "Reentry",
    "StageStep",
    "compile_decay",
    "cool_down_ends",
    "decay_due",
    "decide_decay",
    "last_real_touch",
    "load_decay",
    "may_reenter",
    "problems",
    "reentered",
]
