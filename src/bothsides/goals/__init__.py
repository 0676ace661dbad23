"""What the teams want to reach together: targets by metric, side, category and period, and how they pace."""

from bothsides.goals.pacing import Pace, Verdict, pace, pace_rate
from bothsides.goals.policy import FILE, Goal, GoalKind, GoalsPolicy, PacingTerms, goals_of, load_goals, problems

__all__ = [
    "FILE",
    "Goal",
    "GoalKind",
    "GoalsPolicy",
    "Pace",
    "PacingTerms",
    "Verdict",
    "goals_of",
    "load_goals",
    "pace",
    "pace_rate",
    "problems",
]
