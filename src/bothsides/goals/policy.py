"""Targets as the teams signed them in `agreement/goals.toml`: one per metric, side, category and period."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from bothsides.agreement import Agreed, AgreementError, Problem, checked, load_policy
from bothsides.agreement.numbers import Positive, Share
from bothsides.schema import Grain, Period, Side
from bothsides.schema.period import parse_period

FILE = "agreement/goals.toml"


class GoalKind(StrEnum):
    """What the target counts: events, a sum of money, or a share of cases."""

    COUNT = "count"
    AMOUNT = "amount"
    RATE = "rate"


def month_or_quarter(label: str) -> str:
    """A month or a quarter, such as '2026-05' or '2026-Q2'. Raises ValueError for any other period.

    >>> month_or_quarter("2026-Q2")
    '2026-Q2'
    """
    if parse_period(label).grain not in (Grain.MONTH, Grain.QUARTER):
        raise ValueError("must be a month or a quarter, such as '2026-05' or '2026-Q2'")
    return label


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A target of one period. Money in major units of the reporting currency, rates as shares from 0 to 1.

    Without `side` it stands for the whole market, without `category` for all categories. `better = "down"` is for
    what should stay below the target, such as suppliers lost. It belongs to all its owners together.
    """

    metric: str
    period: Annotated[str, checked(month_or_quarter)]
    target: Positive
    kind: GoalKind = GoalKind.COUNT
    side: Side | None = None
    category: str | None = None
    better: Literal["up", "down"] = "up"
    owners: tuple[str, ...] = ("marketing", "sales", "customer_success")

    @property
    def span(self) -> Period:
        """The days it stands for."""
        return parse_period(self.period)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it one goal: metric, side, category and period."""
        return self.metric, self.side or "", self.category or "", self.period


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingTerms:
    """When a pace may be judged, and how likely the target must be."""

    earliest_share: Share = 0.25
    """Share of the period's working days that must have passed: before, a good week looks like a good quarter."""
    earliest_days: int = 5
    """Working days that must have passed whatever the period."""
    behind_chance: Share = 0.2
    """Behind is a target that is less likely than this at the present pace."""
    ahead_chance: Share = 0.8
    """Ahead is one that is at least this likely and more than on schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalsPolicy:
    """`agreement/goals.toml`: the goals, and the terms of their pacing."""

    goal: tuple[Goal, ...] = ()
    pacing: PacingTerms = field(default_factory=PacingTerms)


def load_goals(path: Path) -> Agreed[GoalsPolicy]:
    """The signed goals. Raises AgreementError naming every mistake, FileNotFoundError where there is no file."""
    agreed = load_policy(path, GoalsPolicy)
    if wrong := problems(agreed.policy):
        raise AgreementError([Problem(file=str(path), key="goal", value="", allowed=text) for text in wrong])
    return agreed


def problems(policy: GoalsPolicy) -> tuple[str, ...]:
    """What cannot stand together in the goals, each as one sentence."""
    found = []
    seen: set[tuple[str, str, str, str]] = set()
    for goal in policy.goal:
        name = _name(goal)
        if goal.key in seen:
            found.append(f"{name} has two targets; keep one")
        seen.add(goal.key)
        if goal.kind is GoalKind.RATE and goal.target > 1:
            found.append(f"{name}: the target {goal.target:g} of a rate must be a share from 0 to 1")
        if len(set(goal.owners)) < 2:
            found.append(f"{name} has owners {list(goal.owners)}; a shared goal names at least two teams")
    if policy.pacing.behind_chance > policy.pacing.ahead_chance:
        found.append(
            f"pacing: behind_chance {policy.pacing.behind_chance:g} must not be above"
            f" ahead_chance {policy.pacing.ahead_chance:g}"
        )
    return tuple(found)


def goals_of(
    policy: GoalsPolicy, metric: str, *, side: Side | None = None, category: str | None = None, period: str
) -> Goal | None:
    """The goal of a clause that refers to one; None where nothing was agreed for exactly this place and period."""
    key = (metric, side or "", category or "", period)
    return next((goal for goal in policy.goal if goal.key == key), None)


def _name(goal: Goal) -> str:
    return " ".join(part for part in (goal.metric, goal.side or "", goal.category or "", goal.period) if part)
