"""Points, bands and reasons by the scorecard that both teams signed, one card per side."""

from bothsides.leads.score.bands import Decided, Override, Standing, decided
from bothsides.leads.score.change import Move, NextChange, next_change, standing, why_it_moved
from bothsides.leads.score.compiled import CompiledCard, compile_card, compiled, shadows
from bothsides.leads.score.points import Event, Score, score
from bothsides.leads.score.policy import (
    Band,
    Bin,
    Card,
    Fitted,
    FittedField,
    Grid,
    Group,
    Hot,
    Rule,
    ScoringPolicy,
    Thresholds,
    problems,
)
from bothsides.leads.score.reasons import Reason
from bothsides.leads.score.side_by_side import Comparison, Stuck, side_by_side, stuck

__all__ = [
    "Band",
    "Bin",
    "Card",
    "Comparison",
    "CompiledCard",
    "Decided",
    "Event",
    "Fitted",
    "FittedField",
    "Grid",
    "Group",
    "Hot",
    "Move",
    "NextChange",
    "Override",
    "Reason",
    "Rule",
    "Score",
    "ScoringPolicy",
    "Standing",
    "Stuck",
    "Thresholds",
    "compile_card",
    "compiled",
    "decided",
    "next_change",
    "problems",
    "score",
    "shadows",
    "side_by_side",
    "standing",
    "stuck",
    "why_it_moved",
]
