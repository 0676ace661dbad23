"""Answers a query: one statement for all formulas, one per shape for the rest, every cell a value with provenance."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bothsides.metrics.cells import (
    Key,
    Outcome,
    Reading,
    bound,
    make_reading,
    period_of,
    period_status,
    span_label,
    starts_on,
)
from bothsides.metrics.compile import Plan, cluster_plans, expand, legend, plan
from bothsides.metrics.dictionary import Held
from bothsides.metrics.distinct import BitBudget
from bothsides.metrics.evaluate import Counted, evaluate
from bothsides.metrics.facts import FACTS
from bothsides.metrics.interval import clustered_ratio
from bothsides.metrics.measure import Combination, Formula, Measure, Ratio, measures_of
from bothsides.metrics.metric import Metric, Quotient
from bothsides.metrics.query import Query
from bothsides.metrics.refusal import misfit, refusal
from bothsides.metrics.shapes import Shape, Stock
from bothsides.metrics.states.restated import restated
from bothsides.metrics.store import Store
from bothsides.metrics.value import Basis, Status, Unit, Value
from bothsides.schema import Period, minor_units

SMALL_N = 30
"""Below this many observations a ratio is shown grey (dictionary convention C9)."""

MOST_CLUSTERED_CELLS = 2_000
"""Account-clustered intervals are for cells that are shown; a larger answer goes without."""


def ask(store: Store, query: Query) -> list[Value]:
    """The values of every metric asked for, in the order asked, cells sorted within each.

    A metric whose tables are missing, or that cannot be split as asked, gives one `unavailable` value with the
    reason. Each period is answered by the definition in force on its first day. Raises KeyError for an unknown
    metric, with near names.
    """
    reading = make_reading(store, query)
    helds = reading.held()
    refusals = {
        held: reason for held in helds if (reason := held.undefined or refusal(reading, held.metric)) is not None
    }
    outcomes = _outcomes(reading, [held.metric for held in helds if held not in refusals])
    values: list[Value] = []
    for held in helds:
        if held in refusals:
            values.append(_unavailable(reading, held.metric, refusals[held]))
        else:
            values.extend(_values(reading, held, outcomes[held.metric.definition]))
    return values


def explain(store: Store, query: Query) -> str:
    """The SQL that the query's formulas compile to, below what each metric makes of its columns."""
    reading = make_reading(store, query)
    metrics = [held.metric for held in reading.held() if (held.undefined or misfit(reading, held.metric)) is None]
    jobs = _jobs(reading, metrics)
    if not jobs:
        return "-- nothing to read: no metric asked for is a formula over tables that are here"
    compiled = _compiled(reading, jobs)
    return legend({job.name: job.formula for job in jobs}, compiled) + compiled.statement


def _compiled(reading: Reading, jobs: Sequence["_Job"]) -> Plan:
    measures = [measure for job in jobs for measure in measures_of(job.formula)]
    store, engine = reading.store, reading.store.engine
    return plan(
        measures,
        reading.cut,
        reading.windows,
        weighted=store.sampled,
        bits=BitBudget(engine, store.bounds) if engine.capabilities.bitstrings else None,
        states=store.states,
        by_name=engine.capabilities.union_by_name,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """A formula to evaluate on the days of a metric: the metric's own, or the quotient's that it is a part of."""

    name: str
    metric: Metric
    formula: Formula


def _name(metric: Metric, part: Metric) -> str:
    return part.definition if part is metric else f"{metric.definition}/{part.definition}"


def _jobs(reading: Reading, metrics: Sequence[Metric]) -> list[_Job]:
    """Every formula the metrics are made of, bound to the days on which all of it is known."""
    jobs = []
    for metric in dict.fromkeys(metrics):
        for part in reading.store.dictionary.parts(metric):
            if isinstance(part.formula, Formula):
                formula = expand(bound(part.formula, reading, metric), sided=reading.cut.sided)
                jobs.append(_Job(name=_name(metric, part), metric=metric, formula=formula))
    return jobs


def _outcomes(reading: Reading, metrics: Sequence[Metric]) -> dict[str, dict[Key, Outcome]]:
    """Every metric's cells; the parts of quotients are read along with the rest."""
    found = _formula_outcomes(reading, _jobs(reading, metrics))
    outcomes: dict[str, dict[Key, Outcome]] = {}
    for metric in metrics:
        parts = reading.store.dictionary.parts(metric)
        for part in parts:
            if isinstance(part.formula, Shape):
                cells = part.formula.outcomes(reading, metric)
                found[_name(metric, part)] = _filled(reading, metric, cells)
        if isinstance(metric.formula, Quotient):
            top, bottom = (found[_name(metric, part)] for part in parts)
            outcomes[metric.definition] = {key: _divide(top[key], bottom[key]) for key in top if key in bottom}
        else:
            outcomes[metric.definition] = found[metric.definition]
    return outcomes


def _filled(reading: Reading, metric: Metric, cells: dict[Key, Outcome]) -> dict[Key, Outcome]:
    """The shape's cells, and the periods and sides in which it found nothing."""
    empty = Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason="nothing to measure in these days")
    shown = _shown(reading, metric)
    found = dict.fromkeys(reading.keys(metric, iter(cells)), empty) | cells
    return {key: outcome for key, outcome in found.items() if shown(key)}


def _divide(top: Outcome, bottom: Outcome) -> Outcome:
    """One outcome over another; bounds are the widest that the two parts' bounds allow."""
    for part in (top, bottom):
        if part.value is None:
            return replace(part, low=None, high=None)
    if top.value is None or bottom.value is None or bottom.value <= 0:
        return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason="the denominator is zero")
    worse = min(top, bottom, key=lambda outcome: _rank(outcome.status))
    low, high, basis = None, None, Basis.NOT_COMPUTED
    below, above = bottom.low or bottom.value, bottom.high or bottom.value
    if top.low is not None and top.high is not None and below > 0:
        low, high = min(top.low / below, top.low / above), max(top.high / below, top.high / above)
        basis = top.basis
    return Outcome(
        value=top.value / bottom.value,
        n=min(top.n, bottom.n),
        low=low,
        high=high,
        basis=basis,
        status=worse.status,
        reason=worse.reason,
    )


def _formula_outcomes(reading: Reading, jobs: Sequence[_Job]) -> dict[str, dict[Key, Outcome]]:
    if not jobs:
        return {}
    compiled = _compiled(reading, jobs)
    width = len(compiled.keys)
    rows = reading.store.engine.rows(compiled.statement, compiled.parameters)
    cells = {tuple(row[:width]): dict(zip(compiled.outputs, row[width:], strict=True)) for row in rows}
    outcomes: dict[str, dict[Key, Outcome]] = {}
    for job in jobs:
        wanted = list(dict.fromkeys(measures_of(job.formula)))
        shown = _shown(reading, job.metric)
        seen = (key for key, row in cells.items() if any(_present(m, row, compiled) for m in wanted))
        outcomes[job.name] = {
            key: evaluate(job.formula, {m: _counted(m, cells.get(key), compiled) for m in wanted})
            for key in reading.keys(job.metric, seen)
            if shown(key)
        }
    if reading.query.intervals:
        _add_clusters(reading, jobs, outcomes)
    return outcomes


def _present(measure: Measure, row: dict[str, Any], compiled: Plan) -> bool:
    """Whether the read of the measure's fact has a row in the cell; only others' reads may have put it there."""
    return row[compiled.rows.get(measure, compiled.columns[measure])] is not None


def _shown(reading: Reading, metric: Metric) -> Callable[[Key], bool]:
    """Cells of one-sided metrics on the other side, and of days the metric does not cover, are not its cells."""
    sides, window = reading.sides(metric), reading.window(metric)
    by_side, at = reading.cut.by_side, 1 if reading.cut.grain else 0
    covered: dict[Any, bool] = {}

    def shown(key: Key) -> bool:
        if by_side and key[at] not in sides:
            return False
        if not at:
            return True
        if key[0] not in covered:
            period = period_of(reading, key)
            covered[key[0]] = period is None or (period.start <= window.end and period.end >= window.start)
        return covered[key[0]]

    return shown


def _counted(measure: Measure, row: dict[str, Any] | None, compiled: Plan) -> Counted:
    census = measure.aggregate != "count_distinct" or not (compiled.weighted and FACTS[measure.fact].weight)
    if row is None:
        return Counted(total=0, rows=0, census=census)
    total = row[compiled.columns[measure]] or 0
    rows = row[compiled.rows[measure]] or 0 if measure in compiled.rows else int(total)
    variance = row[compiled.variances[measure]] if measure in compiled.variances else None
    return Counted(total=total, rows=rows, variance=variance, census=census)


def _add_clusters(reading: Reading, jobs: Sequence[_Job], outcomes: dict[str, dict[Key, Outcome]]) -> None:
    """Account-clustered delta intervals for the ratios that can be told account by account; shares have Wilson's."""
    ratios = {
        job.name: job.formula
        for job in jobs
        if isinstance(job.formula, Ratio) and not job.formula.share and len(outcomes[job.name]) <= MOST_CLUSTERED_CELLS
    }
    if not ratios or reading.store.sampled:
        return
    bounds: dict[Ratio, dict[Key, tuple[float, float] | None]] = {}
    for compiled in cluster_plans(list(ratios.values()), reading.cut, reading.windows):
        width = len(compiled.keys)
        for row in reading.store.engine.rows(compiled.statement, compiled.parameters):
            for i, ratio in enumerate(compiled.ratios):
                sums = row[width + 6 * i : width + 6 * i + 6]
                bounds.setdefault(ratio, {})[tuple(row[:width])] = clustered_ratio(*sums)
    for name, ratio in ratios.items():
        for key, limits in bounds.get(ratio, {}).items():
            known = outcomes[name].get(key)
            if limits is not None and known is not None and known.value is not None:
                low, high = (ratio.scale * side for side in limits)
                outcomes[name][key] = replace(known, low=low, high=high, basis=Basis.CLUSTER)


def _values(reading: Reading, held: Held, outcomes: dict[Key, Outcome]) -> Iterator[Value]:
    metric = held.metric
    as_of, spans = reading.window(metric).as_of, {}
    answered = (key for key in outcomes if not reading.cut.grain or held.covers(starts_on(reading, key)))
    for key in sorted(answered, key=_numbered if {"step", "age"} & set(reading.cut.dims) else _placed):
        start = key[0] if reading.cut.grain else None
        if start not in spans:
            period = period_of(reading, key)
            spans[start] = _label(reading, metric, period), _standing(reading, metric, period)
        yield _value(reading, metric, key, outcomes[key], *spans[start], as_of)


def _standing(reading: Reading, metric: Metric, period: Period | None) -> tuple[Status, str | None]:
    """What is to be said of every value of the period: not known whole, or not what it was at the load before."""
    found = period_status(reading, metric, period)
    if found[0] is not Status.OK or not reading.store.states.changed:
        return found
    first, last = (period.start, period.end) if period else (reading.days(metric).start, reading.days(metric).end)
    parts = reading.store.dictionary.parts(metric)
    said = restated(reading.store.states, parts, first, last, sided=reading.cut.sided)
    return (Status.RESTATED, said) if said else found


def _placed(key: Key) -> tuple[tuple[bool, str], ...]:
    """Where a cell stands among the others: those without a label first."""
    return tuple((part is not None, str(part)) for part in key)


def _numbered(key: Key) -> tuple[tuple[bool, str], ...]:
    """The same where labels begin with a number, as steps and ages do: 2 before 10."""
    return tuple((part is not None, _LEADING.sub(lambda found: found[0].zfill(4), str(part))) for part in key)


_LEADING = re.compile(r"^\d{1,3}(?!\d)")


def _value(
    reading: Reading,
    metric: Metric,
    key: Key,
    outcome: Outcome,
    label: str,
    standing: tuple[Status, str | None],
    as_of: date,
) -> Value:
    status, reason = _judged(metric, outcome, standing)
    return Value(
        metric=metric.id,
        period=label,
        side=_side(reading, key),
        dims=_dims(reading, key),
        value=_scaled(reading, metric, outcome.value),
        unit=metric.unit,
        n=outcome.n,
        low=_bound(reading, metric, outcome.low),
        high=_bound(reading, metric, outcome.high),
        basis=Basis.NOT_COMPUTED if outcome.value is None and outcome.basis is Basis.CENSUS else outcome.basis,
        status=status,
        reason=reason,
        definition=metric.definition,
        currency=reading.store.currency if metric.unit is Unit.MONEY else None,
        as_of=as_of,
    )


_WORST_FIRST = list(Status)


def _rank(status: Status) -> int:
    return _WORST_FIRST.index(status)


def _judged(metric: Metric, outcome: Outcome, period: tuple[Status, str | None]) -> tuple[Status, str | None]:
    """The worst that can be said of the value, and why. Nothing old enough to measure is immature, not empty."""
    if outcome.status is Status.NO_DENOMINATOR and period[0] is Status.IMMATURE:
        return period
    found = [(outcome.status, outcome.reason), period]
    if outcome.n < SMALL_N and _is_small_n_judged(metric):
        found.append((Status.SMALL_N, f"n = {outcome.n}, below {SMALL_N}"))
    return min(found, key=lambda judgement: _rank(judgement[0]))


def _is_small_n_judged(metric: Metric) -> bool:
    """Ratios, quantiles and shares; not the totals of a ledger, nor indices, which judge themselves."""
    totals = isinstance(metric.formula, Measure | Combination | Stock)
    return not totals and metric.unit not in (Unit.COUNT, Unit.INDEX)


def _label(reading: Reading, metric: Metric, period: Period | None) -> str:
    if period:
        return period.label
    shape = metric.formula if isinstance(metric.formula, Shape) else None
    days = shape.covers(reading, metric) if shape else reading.days(metric)
    return span_label(days if days.start <= days.end else reading.window(metric))


def _side(reading: Reading, key: Key) -> str | None:
    if reading.cut.by_side:
        side = key[1] if reading.cut.grain else key[0]
        return None if side is None else str(side)
    return reading.query.side.value if reading.query.side else None


def _dims(reading: Reading, key: Key) -> tuple[tuple[str, str | None], ...]:
    if not reading.cut.dims:
        return ()
    labels = key[-len(reading.cut.dims) :]
    return tuple(
        (name, None if label is None else str(label)) for name, label in zip(reading.cut.dims, labels, strict=True)
    )


def _scaled(reading: Reading, metric: Metric, value: float | None) -> float | int | None:
    if value is None:
        return None
    if metric.unit is Unit.COUNT and float(value).is_integer():
        return int(value)
    return _bound(reading, metric, value)


def _bound(reading: Reading, metric: Metric, value: float | None) -> float | None:
    """Minor units to major ones for money; other units stand as they are."""
    if value is None:
        return None
    return float(value) / 10 ** minor_units(reading.store.currency) if metric.unit is Unit.MONEY else float(value)


def _unavailable(reading: Reading, metric: Metric, reason: str) -> Value:
    return Value(
        metric=metric.id,
        period=None,
        side=None,
        value=None,
        unit=metric.unit,
        n=0,
        basis=Basis.NOT_COMPUTED,
        status=Status.UNAVAILABLE,
        reason=reason,
        definition=metric.definition,
        as_of=_as_of(reading),
    )


def _as_of(reading: Reading) -> date | None:
    return max((w.as_of for w in reading.windows.values()), default=None)
