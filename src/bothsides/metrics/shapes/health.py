"""The marketplace health score: declared parts, each against its own history, equal weights, shown with its parts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bothsides.metrics.cells import Key, Outcome, Reading, bound, make_reading, period_of, period_status
from bothsides.metrics.compile import expand, plan
from bothsides.metrics.evaluate import columns_of, evaluator
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Formula, measures_of
from bothsides.metrics.metric import Better, Metric, Read
from bothsides.metrics.shapes.shape import Shape
from bothsides.metrics.shapes.unpriced import unpriced
from bothsides.metrics.value import Basis, Status
from bothsides.schema import Grain, Side

TRAILING = 12
"""A part is set against this many of its periods before, at most."""

FEWEST_BEFORE = 4
"""With fewer periods before there is no history to be good or bad against."""

FEWEST_PARTS = 3
"""With fewer parts the score would be another word for one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One metric that takes part, for a side where it exists per side only, for an age where it is a cohort's."""

    metric: str
    side: Side | None = None
    age: str | None = None

    @property
    def label(self) -> str:
        """How the part is named beside the score."""
        return " ".join(filter(None, (self.side.value if self.side else None, self.metric)))


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthScore(Shape):
    """The mean over the parts of where each stands in its own history: 0 worst of all, 50 in the middle, 100 best.

    A part's score is the share of its up to twelve periods before that it beats in its good direction, ties by half.
    Every part weighs the same. Parts without tables, young ones and those with fewer than four periods before take no
    part; the reason beside the score names every part with its own score, and those left out.
    Source: metric dictionary row 74; benchmark is the market's own history.
    """

    parts: tuple[Part, ...]

    @property
    def reads(self) -> tuple[Read, ...]:
        """Completed orders, which the score cannot do without."""
        return (("orders", "placed_on"),)

    @property
    def histories(self) -> bool:
        """Its parts follow accounts."""
        return True

    @property
    def metrics(self) -> tuple[str, ...]:
        """Those of its parts."""
        return tuple(part.metric for part in self.parts)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The score of every period, with its parts."""
        if reading.cut.grain is None:
            reason = "stands for a period among others: split by week, month or quarter"
            empty = Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason=reason)
            return {tuple(None for _ in reading.cut.keys): empty}
        scored: dict[Key, dict[str, float]] = defaultdict(dict)
        for part in self.parts:
            for key, score in _scores(reading, part).items():
                scored[key][part.label] = score
        window = reading.window(metric)
        starts = {period.start for period in reading.periods(window) if period.end <= window.end}
        return {key: self._outcome(found) for key, found in scored.items() if key[0] in starts}

    def _outcome(self, found: Mapping[str, float]) -> Outcome:
        absent = [part.label for part in self.parts if part.label not in found]
        shown = ", ".join(f"{label} {score:.0f}" for label, score in found.items())
        parts = f"parts: {shown}" + (f"; without {', '.join(absent)}" if absent else "")
        if len(found) < FEWEST_PARTS:
            reason = f"fewer than {FEWEST_PARTS} parts can be scored; {parts}"
            return Outcome(value=None, n=len(found), status=Status.NO_DENOMINATOR, reason=reason)
        score = sum(found.values()) / len(found)
        return Outcome(value=score, n=len(found), basis=Basis.NOT_COMPUTED, reason=parts)


def _scores(reading: Reading, part: Part) -> dict[Key, float]:
    """The part's score in every cell that is old enough and has enough history, each by the definition in force."""
    where = reading.query.where
    if part.side is not None:
        where = (*where, ("side", (part.side.value,)))
    if part.age is not None:
        where = (*where, ("age", (part.age,)))
    query = replace(reading.query, metrics=(part.metric,), start=None, where=where)
    whole = make_reading(reading.store, query)
    series: dict[Key, list[tuple[date, float, int]]] = defaultdict(list)
    for held in whole.held():
        metric = held.metric
        if held.undefined or not _known(whole, metric):
            continue
        sign = -1 if metric.better is Better.DOWN else 1
        for key, outcome in _outcomes(whole, metric).items():
            status, _ = period_status(whole, metric, period_of(whole, key))
            start = key[0]
            assert isinstance(start, date)
            if (
                held.covers(start)
                and outcome.value is not None
                and status is Status.OK
                and outcome.status is not Status.IMMATURE
            ):
                series[key[1:]].append((start, outcome.value, sign))
    found: dict[Key, float] = {}
    for labels, values in series.items():
        values.sort()
        for i, (start, value, sign) in enumerate(values):
            before = [earlier for _, earlier, _ in values[max(0, i - TRAILING) : i]]
            if len(before) >= FEWEST_BEFORE:
                beaten = sum(1.0 if sign * value > sign * b else 0.5 if value == b else 0.0 for b in before)
                found[(start, *labels)] = 100 * beaten / len(before)
    return found


def _known(reading: Reading, metric: Metric) -> bool:
    """Whether the part's tables are here, it can be split as asked and none of its amounts lacks a rate."""
    store = reading.store
    if any(store.missing(name) for name in metric.facts) or any(store.lacks(need) for need in metric.needs):
        return False
    if any(read not in reading.windows for read in metric.reads):
        return False
    if reading.cut.grain in (Grain.DAY, Grain.WEEK) and any(FACTS[name].monthly for name in metric.facts):
        return False
    named = {*reading.cut.dims, *(name for name, _ in reading.cut.where if name not in ("side", "age"))}
    if any(not named <= set(metric.dimensions or FACTS[name].dimensions) for name in metric.facts):
        return False
    window = reading.window(metric)
    return window.start <= window.end and unpriced(reading, metric) is None


def _outcomes(reading: Reading, metric: Metric) -> Mapping[Key, Outcome]:
    if isinstance(metric.formula, Shape):
        return metric.formula.outcomes(reading, metric)
    assert isinstance(metric.formula, Formula), f"{metric.id} is no formula and no shape"
    formula = expand(bound(metric.formula, reading, metric), sided=reading.cut.sided)
    measures = list(dict.fromkeys(measures_of(formula)))
    compiled = plan(measures, reading.cut, reading.windows)
    width = len(compiled.keys)
    found: dict[Key, Outcome] = {}
    outcome = evaluator(formula, columns_of(compiled))
    for row in reading.store.engine.rows(compiled.statement, compiled.parameters):
        found[row[:width]] = outcome(row)
    return found
