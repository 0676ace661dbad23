"""Lead quality in money: the lead's own worth and what it does for the other side of its cell, by one definition."""

from bothsides.leads.quality.facts import CellFacts, Counted, ExtraFills, MarketFacts
from bothsides.leads.quality.policy import Fallback, GradeWeights, QualityPolicy, Scarcity, problems
from bothsides.leads.quality.priority import CompiledQuality, Line, Priority, Step, compile_quality, in_order, priority
from bothsides.leads.quality.standing_in import Known

__all__ = [
    "CellFacts",
    "CompiledQuality",
    "Counted",
    "ExtraFills",
    "Fallback",
    "GradeWeights",
    "Known",
    "Line",
    "MarketFacts",
    "Priority",
    "QualityPolicy",
    "Scarcity",
    "Step",
    "compile_quality",
    "in_order",
    "priority",
    "problems",
]
