"""Which values the last load changed though their days were known before it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from bothsides.metrics.compile import expand
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Formula, Measure, measures_of
from bothsides.metrics.metric import Metric
from bothsides.metrics.shapes import Shape
from bothsides.metrics.states.grains import Rollup, States, by_grain, declared, written
from bothsides.metrics.states.serve import dated_by
from bothsides.schema import Grain


def restated(
    states: States, parts: Iterable[Metric], first: date, last: date, *, sided: bool, grain: Grain | None = None
) -> str | None:
    """Why a value of these days is not the one that the load before gave, None where nothing says so.

    `parts` are the metric, or the two that a quotient divides. Days from the last one known before on are new, not
    restated, and so are those too young for the measure's outcome then; what may be reached at any later time, such
    as a stage, goes on without being restated.
    """
    if not states.changed:
        return None
    for metric in parts:
        for rollup, name, waits in _kept(metric, sided=sided, grain=grain):
            days, known = states.changed.get((rollup, name), ()), states.known_before.get(rollup)
            if known is None:
                continue
            at = bisect_left(days, first)
            if at < len(days) and days[at] <= last and days[at] < known - timedelta(days=waits):
                return f"changed by load {states.load_id}"
    return None


def _kept(metric: Metric, *, sided: bool, grain: Grain | None) -> Iterator[tuple[Rollup, str, int]]:
    """What states keep of a metric's measures, and how many days their outcomes wait."""
    if isinstance(metric.formula, Formula):
        for measure in measures_of(expand(metric.formula, sided=sided)):
            if any(test.operator == "reached" for test in measure.where):
                continue
            by_side = sided or not FACTS[measure.fact].parties or measure.aggregate == "count_distinct"
            rollup = (measure.fact, by_side, dated_by(measure, sided=by_side))
            name = written(declared(measure, sided=by_side))
            if measure.aggregate == "count_distinct":
                name = by_grain(name, Grain.WEEK if grain in (Grain.DAY, Grain.WEEK) else Grain.MONTH)
            yield rollup, name, measure.maturity_days
    elif isinstance(metric.formula, Shape):
        for fact, on in metric.reads:
            rollup = (fact, sided or not FACTS[fact].parties, on)
            yield rollup, written(Measure(fact=fact, on=on, aggregate="count")), metric.maturity_days
            for fact_name, column in metric.formula.amounts:
                total = Measure(fact=fact, on=on, aggregate="sum", column=column)
                yield from [(rollup, written(total), metric.maturity_days)] if fact_name == fact else ()
