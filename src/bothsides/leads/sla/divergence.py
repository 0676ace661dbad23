"""Clauses green, market flat: whether it is time to count qualified leads by their quality instead."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from bothsides.leads.sla.commitment_terms import CommitmentsPolicy, Counting, DivergenceTerms, LeadsOwed
from bothsides.leads.wording import plural
from bothsides.schema import Side

LEAST_MONTHS = 5
"""Months from which a trend can be tested: a line through four points leaves two to tell its error from."""


class Finding(StrEnum):
    """What the test says."""

    SWITCH = "switch to the quality-weighted clause"
    NO_DIVERGENCE = "no divergence"
    SILENT = "too little data"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeMonth:
    """One month: attainment of the clause (1 is kept), the market's outcome, and the cases behind the outcome.

    The outcome is liquidity, GMV or a conversion of the clause's side, above 0, in whatever unit; months ascend.
    """

    period: str
    attainment: float
    outcome: float
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Growth of the outcome a month with its upper bound, against what was expected, while the clause was green."""

    clause: str
    side: Side
    outcome: str
    finding: Finding
    months: int
    growth: float | None
    high: float | None
    p_value: float | None
    words: str
    proposed_standard: float | None = None
    """For the new clause: mean chance of winning over the months before the green ones, where it is known."""


def divergence(
    policy: CommitmentsPolicy,
    clause: LeadsOwed,
    outcome: str,
    months: Sequence[OutcomeMonth],
    *,
    earlier_win_chance: float | None = None,
) -> Divergence:
    """Whether the market grew less than expected over months in which marketing delivered every number owed.

    Flat is not "no growth was found": with few or restless months nothing would be found either. The hypothesis tested
    is that the outcome grows at least by the agreed rate; it must be rejected at `alpha` (a line through its
    logarithms, one-sided t, its error widened where months resemble their neighbours). That nothing else held the
    market back is not tested: the words say so.
    """
    terms = policy.divergence
    seen = tuple(months[-terms.months :])

    def said(finding: Finding, words: str, trend: _Trend | None = None, p: float | None = None) -> Divergence:
        return Divergence(
            clause=clause.name,
            side=clause.side,
            outcome=outcome,
            finding=finding,
            months=len(seen),
            growth=math.expm1(trend.slope) if trend else None,
            high=math.expm1(trend.slope + t_quantile(1 - terms.alpha, trend.freedom) * trend.error) if trend else None,
            p_value=p,
            words=words,
            proposed_standard=earlier_win_chance if finding is Finding.SWITCH else None,
        )

    if clause.counted is not Counting.LEADS:
        return said(Finding.NO_DIVERGENCE, f"{clause.name} is quality-weighted already")
    if why := _too_thin(seen, terms):
        return said(Finding.SILENT, why)
    missed = [month.period for month in seen if month.attainment < 1]
    if missed:
        return said(Finding.NO_DIVERGENCE, f"{clause.name} was not kept in {', '.join(missed)}: mend that first")
    trend = _trend([math.log(month.outcome) for month in seen])
    p = t_tail((math.log1p(terms.expected_growth) - trend.slope) / trend.error, trend.freedom)
    grew = f"{outcome} changed by {100 * math.expm1(trend.slope):+.1f} % a month"
    if p > terms.alpha:
        return said(
            Finding.NO_DIVERGENCE,
            f"{grew}; that it grows by {100 * terms.expected_growth:g} % or more cannot be ruled out (p {p:.2f})",
            trend,
            p,
        )
    return said(
        Finding.SWITCH,
        f"{clause.name} was kept in all {len(seen)} months, yet {grew}, less than the {100 * terms.expected_growth:g} %"
        f" agreed on (p {p:.3f}). Count leads by their quality; before signing look whether supply, price or sales held"
        " the market back, which would look the same",
        trend,
        p,
    )


def _too_thin(seen: Sequence[OutcomeMonth], terms: DivergenceTerms) -> str:
    needed = max(LEAST_MONTHS, terms.months)
    if len(seen) < needed:
        return f"{plural(len(seen), 'month')} known; {needed} are needed"
    thin = [month.period for month in seen if month.cases < terms.least_cases or not month.outcome > 0]
    return f"fewer than {terms.least_cases} cases in {', '.join(thin)}" if thin else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trend:
    slope: float
    error: float
    freedom: int


def _trend(values: Sequence[float]) -> _Trend:
    """Least squares on the month's number; the error grows with the residuals' likeness to their neighbours.

    Source of the widening: effective sample size under a first-order autoregression (Bayley and Hammersley 1946).
    """
    n = len(values)
    centre, mean = (n - 1) / 2, sum(values) / n
    width = sum((i - centre) ** 2 for i in range(n))
    slope = sum((i - centre) * value for i, value in enumerate(values)) / width
    rest = [value - mean - slope * (i - centre) for i, value in enumerate(values)]
    squares = sum(one * one for one in rest)
    likeness = sum(a * b for a, b in pairwise(rest)) / squares if squares else 0.0
    widened = math.sqrt((1 + likeness) / (1 - likeness)) if likeness > 0 else 1.0
    error = math.sqrt(squares / (n - 2) / width) * widened
    return _Trend(slope=slope, error=max(error, 1e-12), freedom=n - 2)


def t_tail(t: float, freedom: int) -> float:
    """Chance of a Student's t above this value, for whole degrees of freedom.

    Source: Abramowitz and Stegun 1964, 26.7.3 and 26.7.4.

    >>> round(t_tail(2.1318, 4), 4)
    0.05
    """
    angle = math.atan2(t, math.sqrt(freedom))
    cosine = math.cos(angle)
    if freedom % 2:
        total, term = 0.0, cosine
        for k in range(3, freedom + 1, 2):
            total += term
            term *= cosine * cosine * (k - 1) / k
        inside = 2 / math.pi * (angle + math.sin(angle) * total)
    else:
        total, term = 0.0, 1.0
        for k in range(2, freedom + 1, 2):
            total += term
            term *= cosine * cosine * (k - 1) / k
        inside = math.sin(angle) * total
    return (1 - inside) / 2


def t_quantile(level: float, freedom: int) -> float:
    """The value that a Student's t does not pass with this probability, by halving.

    >>> round(t_quantile(0.95, 4), 3)
    2.132
    """
    low, high = -1e6, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - t_tail(middle, freedom) < level else (low, middle)
    return (low + high) / 2
