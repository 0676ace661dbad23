"""Kaplan-Meier shares: how many have had it by a day of age, young rows censored instead of left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.shapes.survival import most_of_none, survival
from bothsides.metrics.value import Basis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedShare(Shape):
    """The share of rows with the event within so many days, estimated while the cohort is still young.

    Rows not old enough are censored at their age. Where no row has reached the day, the share is of the oldest age seen
    (of those still waiting, if any are) and `immature`. Where none or all have had it Greenwood's variance is nothing;
    there the bound is the exact one, of none among the rows watched to the end, or of none left waiting (`survival`).
    Source: Kaplan and Meier 1958; Greenwood's variance on the log-log scale; Clopper and Pearson 1934 at both ends.
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
                   count(*) FILTER (WHERE {happened}), count(*), max({age})
            FROM {data.relation} WHERE {data.condition} GROUP BY {positions}
            """,
            data.parameters | {"as_of": reading.window(metric).as_of},
        )
        curves: dict[Key, list[tuple[float, int, int]]] = {}
        oldest: dict[Key, int] = {}
        for *labels, day, events, count, age_seen in rows:
            key = tuple(labels)
            curves.setdefault(key, []).append((float(day), events, count))
            oldest[key] = max(oldest.get(key, 0), age_seen)
        return {key: self._outcome(curve, oldest[key]) for key, curve in curves.items()}

    def _outcome(self, curve: list[tuple[float, int, int]], oldest: int) -> Outcome:
        share, low, high = reached(curve)
        # Once all have had it the curve stands, however old the last of them were when they had.
        covered = oldest if share == 1 else max(int(day) for day, _, _ in curve)
        return Outcome(
            value=share,
            n=sum(leaving for _, _, leaving in curve),
            low=low,
            high=high,
            basis=Basis.KAPLAN_MEIER,
            status=Status.OK if covered >= self.within else Status.IMMATURE,
            reason=None if covered >= self.within else f"covers the first {covered} of {self.within} days",
        )


def reached(curve: Sequence[tuple[float, int, int]]) -> tuple[float, float, float]:
    """The share that has had the event by the end of the curve, and its 95 % limits.

    >>> [round(part, 3) for part in reached([(2.0, 40, 40)])], [round(part, 3) for part in reached([(30.0, 0, 40)])]
    ([1.0, 0.912, 1.0], [0.0, 0.0, 0.088])
    """
    if steps := survival(curve):
        return 1 - steps[-1].share, 1 - steps[-1].high, 1 - steps[-1].low
    end = max(time for time, _, _ in curve)
    return 0.0, 0.0, most_of_none(sum(leaving for time, _, leaving in curve if time == end))
