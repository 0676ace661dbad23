"""Kaplan-Meier medians: how long until it happens, when for many it has not happened yet."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import Z
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalMedian(Shape):
    """The day by which half of the rows had the event; rows still waiting at the as-of date are censored there.

    The mean of those who converted is biased low, so it is not offered. `never` names a column that is true for rows
    that cannot tell (a request its buyer cancelled, an event without a date): they are left out.
    Few rows leave the interval open: below six neither bound can be had from the first and the last of them.
    Source: Kaplan and Meier 1958, JASA 53:457-481; interval by Brookmeyer and Crowley 1982 on the log-log scale.
    """

    fact: str
    on: str
    days: str
    never: str | None = None

    @property
    def reads(self) -> tuple[Read, ...]:
        """The one fact it reads."""
        return ((self.fact, self.on),)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The median in every cell with rows; `not reached` where fewer than half have had the event."""
        data = source(reading, metric, self.fact, self.on)
        population = data.condition + (f" AND NOT {self.never}" if self.never else "")
        positions = ", ".join(str(i + 1) for i in range(len(data.names) + 1))
        happened = f"({self.days} IS NOT NULL AND {self.on} + {self.days}::INTEGER <= $as_of)"
        rows = run(
            reading,
            f"""
            SELECT {data.keys} greatest(0, CASE WHEN {happened} THEN {self.days} ELSE $as_of - {self.on} END)::DOUBLE,
                   count(*) FILTER ({happened}), count(*)
            FROM {data.relation} WHERE {population} GROUP BY {positions}
            """,
            data.parameters | {"as_of": reading.window(metric).as_of},
        )
        curves: dict[Key, list[tuple[float, int, int]]] = {}
        for *labels, day, events, count in rows:
            curves.setdefault(tuple(labels), []).append((day, events, count))
        return {key: _outcome(curve) for key, curve in curves.items()}


class Step(NamedTuple):
    """The survivor share from a time on: Greenwood's variance of its log, and its 95 % limits."""

    time: float
    share: float
    variance: float
    low: float
    high: float


def survival(curve: Sequence[tuple[float, int, int]]) -> list[Step]:
    """The survivor share after each time with events; `curve` holds (time, events, rows leaving then, events included).

    Limits are on the log-log scale. Where nobody is left Greenwood's variance is nothing, though few rows say little:
    there the upper limit is the exact one, of none left among those still at risk times the share before, and not below
    that of none left among all that had the event.

    >>> [(s.time, round(s.share, 3), round(s.high, 3)) for s in survival([(1.0, 1, 1), (2.0, 1, 2), (3.0, 1, 1)])]
    [(1.0, 0.75, 0.961), (2.0, 0.5, 0.845), (3.0, 0.0, 0.708)]
    """
    return list(_steps(curve))


def _steps(curve: Sequence[tuple[float, int, int]]) -> Iterator[Step]:
    """The same step by step, for those who need only the first of them."""
    at_risk = sum(leaving for _, _, leaving in curve)
    share, variance, happened = 1.0, 0.0, 0
    for time, events, leaving in sorted(curve):
        if events:
            before, happened = share, happened + events
            share *= 1 - events / at_risk
            variance += events / (at_risk * (at_risk - events)) if at_risk > events else 0.0
            if share > 0:
                low, high = _log_log(share, variance)
            else:
                low, high = 0.0, max(before * most_of_none(at_risk), most_of_none(happened))
            yield Step(time, share, variance, low, high)
        at_risk -= leaving


def most_of_none(n: int) -> float:
    """The upper 97.5 % limit of a share that none of n rows is in, exact.

    Source: Clopper and Pearson 1934, Biometrika 26:404-413.

    >>> round(most_of_none(1), 3), round(most_of_none(40), 3)
    (0.975, 0.088)
    """
    return 1.0 - math.pow(_TAIL, 1 / n)


_TAIL = 0.025
_HALF = 0.5 + 1e-12
"""A share that is exactly a half must count although its product of fractions came out a hair above."""


def _outcome(curve: list[tuple[float, int, int]]) -> Outcome:
    n = sum(leaving for _, _, leaving in curve)
    steps = _to_half(curve)
    median = next((step.time for step in steps if step.share <= _HALF), None)
    low = next((step.time for step in steps if step.low <= _HALF), None)
    high = next((step.time for step in steps if step.high <= _HALF), None)
    if steps and 1 - most_of_none(sum(leaving for time, _, leaving in curve if time >= steps[0].time)) <= 0.5:
        low = None  # so few rows may be past their half before the first of them shows it
    if median is None:
        done = 1 - steps[-1].share if steps else 0.0
        return Outcome(
            value=None,
            n=n,
            low=low,
            basis=Basis.KAPLAN_MEIER,
            status=Status.IMMATURE,
            reason=f"not reached: {done:.0%} have had it so far",
        )
    basis = Basis.KAPLAN_MEIER if low is not None or high is not None else Basis.NOT_COMPUTED
    return Outcome(value=median, n=n, low=low, high=high, basis=basis)


def _to_half(curve: list[tuple[float, int, int]]) -> list[Step]:
    """The steps up to the one whose limits are both at a half or below; what comes later moves no median."""
    steps: list[Step] = []
    for step in _steps(curve):
        steps.append(step)
        if step.high <= _HALF:
            break
    return steps


def _log_log(share: float, variance: float) -> tuple[float, float]:
    """The limits of a survivor share between 0 and 1."""
    spread = Z * math.sqrt(variance) / abs(math.log(share))
    return math.pow(share, math.exp(spread)), math.pow(share, math.exp(-spread))
