"""Kaplan-Meier medians: how long until it happens, when for many it has not happened yet."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

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


def survival(curve: Sequence[tuple[float, int, int]]) -> list[tuple[float, float, float]]:
    """Times with events, the survivor share after each, and Greenwood's variance of its log.

    `curve` holds (time, events, rows leaving then, events included).

    >>> [(t, round(s, 3)) for t, s, _ in survival([(1.0, 1, 1), (2.0, 1, 2), (3.0, 1, 1)])]
    [(1.0, 0.75), (2.0, 0.5), (3.0, 0.0)]
    """
    at_risk = sum(leaving for _, _, leaving in curve)
    share, variance, steps = 1.0, 0.0, []
    for time, events, leaving in sorted(curve):
        if events:
            share *= 1 - events / at_risk
            variance += events / (at_risk * (at_risk - events)) if at_risk > events else 0.0
            steps.append((time, share, variance))
        at_risk -= leaving
    return steps


_HALF = 0.5 + 1e-12
"""A share that is exactly a half must count although its product of fractions came out a hair above."""


def _outcome(curve: list[tuple[float, int, int]]) -> Outcome:
    n = sum(leaving for _, _, leaving in curve)
    steps = survival(curve)
    median = next((time for time, share, _ in steps if share <= _HALF), None)
    low = next((time for time, share, variance in steps if _bound(share, variance, -1) <= _HALF), None)
    high = next((time for time, share, variance in steps if _bound(share, variance, +1) <= _HALF), None)
    if median is None:
        done = 1 - steps[-1][1] if steps else 0.0
        return Outcome(
            value=None,
            n=n,
            low=low,
            basis=Basis.KAPLAN_MEIER,
            status=Status.IMMATURE,
            reason=f"not reached: {done:.0%} have had it so far",
        )
    return Outcome(value=median, n=n, low=low, high=high, basis=Basis.KAPLAN_MEIER)


def _bound(share: float, variance: float, sign: int) -> float:
    """One end of the log-log interval of the survivor share; +1 is the upper end."""
    if share <= 0 or share >= 1:
        return share
    return math.pow(share, math.exp(-sign * Z * math.sqrt(variance) / abs(math.log(share))))
