"""Answers a query: one statement for all formulas, one per shape for the rest, every cell a value with provenance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bothsides.metrics.appraisal import Appraisal, rank
from bothsides.metrics.cells import (
    Key,
    Outcome,
    Reading,
    bound,
    make_reading,
    period_of,
)
from bothsides.metrics.compile import Plan, cluster_plans, expand, given, legend, plan
from bothsides.metrics.counted import Counted, is_of_sides
from bothsides.metrics.distinct import BitBudget
from bothsides.metrics.evaluate import Column, Row, columns_of, evaluator
from bothsides.metrics.facts import FACTS
from bothsides.metrics.hindsight import asked_as_of
from bothsides.metrics.interval import clustered_ratio
from bothsides.metrics.measure import Formula, Measure, Ratio, measures_of
from bothsides.metrics.metric import Metric, Quotient
from bothsides.metrics.query import Query
from bothsides.metrics.refusal import misfit, refusal
from bothsides.metrics.shapes import Shape
from bothsides.metrics.store import Store
from bothsides.metrics.value import Basis, Status, Value

MOST_CLUSTERED_CELLS = 2_000
"""Account-clustered intervals are for cells that are shown; a larger answer goes without."""


def ask(store: Store, query: Query, *, counted: Counted | None = None) -> list[Value]:
    """The values of every metric asked for, in the order asked, cells sorted within each.

    A metric whose tables are missing, or that cannot be split as asked, gives one `unavailable` value with the
    reason. Each period is answered by the definition in force on its first day. What the caller has `counted` of the
    query's cells is not read again. Raises KeyError for an unknown metric, with near names.
    """
    with asked_as_of(store, query) as then:
        return _answered(make_reading(then, query), counted)


def _answered(reading: Reading, counted: Counted | None) -> list[Value]:
    helds = reading.held()
    refusals = {
        held: reason for held in helds if (reason := held.undefined or refusal(reading, held.metric)) is not None
    }
    outcomes = _outcomes(reading, [held.metric for held in helds if held not in refusals], counted)
    appraisal, values = Appraisal(reading), list[Value]()
    for held in helds:
        if held in refusals:
            values.append(appraisal.unavailable(held.metric, refusals[held]))
        else:
            values.extend(appraisal.values(held, outcomes[held.metric.definition]))
    return values


def explain(store: Store, query: Query) -> str:
    """The SQL that the query's formulas compile to, below what each metric makes of its columns and its parameters.

    A comment says of every other metric why there is none of it.
    """
    with asked_as_of(store, query) as then:
        reading = make_reading(then, query)
        refused = {held: held.undefined or misfit(reading, held.metric) for held in reading.held()}
        metrics = [held.metric for held in refused if refused[held] is None]
        told = [f"-- {held.metric.definition}: {reason}\n" for held, reason in refused.items() if reason]
        told += [
            f"-- {_name(metric, part)}: no one statement, worked out step by step from {_tables(part)}\n"
            for metric in dict.fromkeys(metrics)
            for part in reading.store.dictionary.parts(metric)
            if isinstance(part.formula, Shape)
        ]
        jobs = _jobs(reading, metrics)
        if not jobs:
            return "".join(told).rstrip() or "-- nothing to read: no metric is asked for"
        compiled = _compiled(reading, jobs)
        formulas = {job.name: job.formula for job in jobs}
        return "".join(told) + legend(formulas, compiled) + given(compiled) + compiled.statement


def _tables(metric: Metric) -> str:
    """The tables that the metric reads."""
    of_facts = (table for name in metric.facts for table in FACTS[name].requires)
    return ", ".join(dict.fromkeys((*of_facts, *(need.partition(".")[0] for need in metric.needs))))


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


def _outcomes(reading: Reading, metrics: Sequence[Metric], counted: Counted | None) -> dict[str, dict[Key, Outcome]]:
    """Every metric's cells; the parts of quotients are read along with the rest."""
    found, nothing = _formula_outcomes(reading, _jobs(reading, metrics), counted)
    outcomes: dict[str, dict[Key, Outcome]] = {}
    for metric in metrics:
        parts = reading.store.dictionary.parts(metric)
        for part in parts:
            if isinstance(part.formula, Shape):
                cells, nothing[_name(metric, part)] = part.formula.outcomes(reading, metric), part.formula.nothing
                found[_name(metric, part)] = _filled(reading, metric, cells, part.formula.nothing)
        if isinstance(metric.formula, Quotient):
            over, under = (_name(metric, part) for part in parts)
            outcomes[metric.definition] = {
                key: _divide(found[over].get(key, nothing[over]), found[under].get(key, nothing[under]))
                for key in found[over] | found[under]
            }
        else:
            outcomes[metric.definition] = found[metric.definition]
    return outcomes


def _filled(reading: Reading, metric: Metric, cells: dict[Key, Outcome], nothing: Outcome) -> dict[Key, Outcome]:
    """The shape's cells, and the periods and sides in which it found nothing."""
    shown = _shown(reading, metric)
    found = dict.fromkeys(reading.keys(metric, iter(cells)), nothing) | cells
    return {key: outcome for key, outcome in found.items() if shown(key)}


def _divide(top: Outcome, bottom: Outcome) -> Outcome:
    """One outcome over another; bounds are the widest that the two parts' bounds allow."""
    for part in (top, bottom):
        if part.value is None:
            return part._replace(low=None, high=None)
    assert top.value is not None
    assert bottom.value is not None
    if bottom.value <= 0:
        said = "the denominator is zero" if bottom.value == 0 else "the denominator is negative"
        return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason=said)
    worse = min(top, bottom, key=lambda outcome: rank(outcome.status))
    low, high, basis = None, None, Basis.NOT_COMPUTED
    below, above = bottom.low, bottom.high
    if below is None and above is None:
        below = above = bottom.value
    if top.low is not None and top.high is not None and below is not None and above is not None and below > 0:
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


def _formula_outcomes(
    reading: Reading, jobs: Sequence[_Job], counted: Counted | None
) -> tuple[dict[str, dict[Key, Outcome]], dict[str, Outcome]]:
    """Every formula's cells by its job's name, and what it gives in a cell without a row."""
    known = [job for job in jobs if counted is not None and _is_counted(reading, job, counted)]
    unknown = [job for job in jobs if job not in known]
    outcomes: dict[str, dict[Key, Outcome]] = {}
    nothing: dict[str, Outcome] = {}
    if counted is not None and known:
        width = 2 * len(counted.totals)
        _evaluate(reading, known, counted.columns(), counted.rows(), (None,) * width, outcomes, nothing)
    if unknown:
        compiled = _compiled(reading, unknown)
        at, width = len(compiled.keys), len(compiled.keys) + len(compiled.outputs)
        rows = reading.store.engine.rows(compiled.statement, compiled.parameters)
        cells = {row[:at]: row for row in rows}
        _evaluate(reading, unknown, columns_of(compiled), cells, (None,) * width, outcomes, nothing)
    if reading.query.intervals:
        _add_clusters(reading, jobs, outcomes, counted if known else None)
    return outcomes, nothing


def _is_counted(reading: Reading, job: _Job, counted: Counted) -> bool:
    """Whether the caller has counted all that the formula is made of, for the days on which it would be read."""
    measures = measures_of(job.formula)
    windows = [reading.windows[measure.fact, measure.on] for measure in measures]
    return not reading.store.sampled and all(counted.holds(measures, w.start, w.end) for w in windows)


def _evaluate(
    reading: Reading,
    jobs: Sequence[_Job],
    columns: Mapping[Measure, Column],
    cells: Mapping[Key, Row],
    blank: Row,
    outcomes: dict[str, dict[Key, Outcome]],
    nothing: dict[str, Outcome],
) -> None:
    """Add what each formula gives in the cells' rows, and in a row of nothing."""
    for job in jobs:
        outcome, shown = evaluator(job.formula, columns), _shown(reading, job.metric)
        present = {columns[measure].presence for measure in measures_of(job.formula)}
        seen = (key for key, row in cells.items() if any(row[at] is not None for at in present))
        outcomes[job.name] = {
            key: outcome(cells.get(key, blank)) for key in reading.keys(job.metric, seen) if shown(key)
        }
        nothing[job.name] = outcome(blank)


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


def _add_clusters(
    reading: Reading, jobs: Sequence[_Job], outcomes: dict[str, dict[Key, Outcome]], counted: Counted | None
) -> None:
    """Account-clustered delta intervals for the ratios that can be told account by account; shares have Wilson's."""
    ratios = {
        job.name: job.formula
        for job in jobs
        if isinstance(job.formula, Ratio) and not job.formula.share and len(outcomes[job.name]) <= MOST_CLUSTERED_CELLS
    }
    if not ratios or reading.store.sampled:
        return
    bounds: dict[Ratio, dict[Key, tuple[float, float] | None]] = {}
    if counted is not None:
        sides = [
            ratio for ratio in ratios.values() if is_of_sides(ratio) and counted.totals.keys() >= {*measures_of(ratio)}
        ]
        bounds = {ratio: dict(counted.clusters(ratio)) for ratio in sides}
    unknown = [ratio for ratio in ratios.values() if ratio not in bounds]
    for compiled in cluster_plans(unknown, reading.cut, reading.windows):
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
                outcomes[name][key] = known._replace(low=low, high=high, basis=Basis.CLUSTER)
