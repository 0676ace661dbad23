"""Kaplan-Meier shares: how many have had it by a day of age, young rows censored instead of left out."""

import math
from dataclasses import dataclass

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import Z
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.shapes.survival import survival
from bothsides.metrics.value import Basis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedShare(Shape):
    """The share of rows with the event within so many days, estimated while the cohort is still young.

    Rows not old enough are censored at their age. Where no row has reached the day, the share is of the oldest age seen
    and `immature`. Source: Kaplan and Meier 1958; Greenwood's variance on the log-log scale.
    """

    fact: str
    on: str
    days: str
    within: int

    @property
    def reads(self) -> tuple[Read, ...]:
        """The one fact it reads."""
        return ((self.fact, self.on),)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The estimated share in every cell with rows."""
        data = source(reading, metric, self.fact, self.on)
        happened = (
            f"({self.days} IS NOT NULL AND {self.days} <= {int(self.within)}"
            f" AND {self.on} + CAST({self.days} AS INTEGER) <= $as_of)"
        )
        age = f"least($as_of - {self.on}, {self.within})"
        positions = ", ".join(str(i + 1) for i in range(len(data.names) + 1))
        rows = run(
            reading,
            f"""
            SELECT {data.keys} greatest(0, CASE WHEN {happened} THEN {self.days} ELSE {age} END),
                   count(*) FILTER (WHERE {happened}), count(*)
            FROM {data.relation} WHERE {data.condition} GROUP BY {positions}
            """,
            data.parameters | {"as_of": reading.window(metric).as_of},
        )
        curves: dict[Key, list[tuple[float, int, int]]] = {}
        for *labels, day, events, count in rows:
            curves.setdefault(tuple(labels), []).append((float(day), events, count))
        return {key: self._outcome(curve) for key, curve in curves.items()}

    def _outcome(self, curve: list[tuple[float, int, int]]) -> Outcome:
        n = sum(leaving for _, _, leaving in curve)
        oldest = max(day for day, _, _ in curve)
        _, waiting, variance = (survival(curve) or [(0.0, 1.0, 0.0)])[-1]
        low, high = 1 - waiting, 1 - waiting
        if 0 < waiting < 1:
            spread = Z * math.sqrt(variance) / abs(math.log(waiting))
            low, high = 1 - waiting ** math.exp(-spread), 1 - waiting ** math.exp(spread)
        bounds = (min(low, high), max(low, high)) if 0 < waiting < 1 else (None, None)
        status = Status.OK if oldest >= self.within else Status.IMMATURE
        reason = None if status is Status.OK else f"covers the first {oldest:g} of {self.within} days"
        return Outcome(
            value=1 - waiting,
            n=n,
            low=bounds[0],
            high=bounds[1],
            basis=Basis.KAPLAN_MEIER,
            status=status,
            reason=reason,
        )
