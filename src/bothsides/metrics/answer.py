"""Answers a query: one statement for all formulas, one per shape for the rest, every cell a value with provenance."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb

from bothsides.metrics.catalogue import metric as find_metric
from bothsides.metrics.cells import Key, Outcome, Reading, make_reading, period_of, period_status, span_label
from bothsides.metrics.compile import cluster_plans, expand, plan
from bothsides.metrics.evaluate import Counted, evaluate
from bothsides.metrics.facts import FACTS
from bothsides.metrics.interval import clustered_ratio
from bothsides.metrics.measure import Formula, Measure, Ratio, measures_of
from bothsides.metrics.metric import Metric, Quotient, SideRule
from bothsides.metrics.query import Query
from bothsides.metrics.shapes.shape import Shape
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
    reason. Raises KeyError for an unknown metric, with near names.
    """
    reading = make_reading(store, query)
    metrics = [find_metric(name) for name in query.metrics]
    refusals = {m.id: reason for m in metrics if (reason := refusal(reading, m)) is not None}
    ready = [m for m in metrics if m.id not in refusals]
    outcomes = _outcomes(reading, ready)
    values: list[Value] = []
    for metric in metrics:
        if metric.id in refusals:
            values.append(_unavailable(reading, metric, refusals[metric.id]))
        else:
            values.extend(_values(reading, metric, outcomes[metric.id]))
    return values


def explain(store: Store, query: Query) -> str:
    """The SQL that the query's formulas compile to."""
    reading = make_reading(store, query)
    metrics = [m for name in query.metrics if refusal(reading, m := find_metric(name)) is None]
    formulas = [expand(m.formula, sided=reading.cut.sided) for m in metrics if isinstance(m.formula, Formula)]
    measures = [measure for formula in formulas for measure in measures_of(formula)]
    if not measures:
        return "-- nothing to read: no metric asked for is a formula over tables that are here"
    return plan(measures, reading.cut, reading.windows, weighted=store.sampled).statement


def refusal(reading: Reading, metric: Metric) -> str | None:
    """Why the metric cannot be answered as asked, None when it can."""
    missing = sorted({table for name in metric.facts for table in reading.store.missing(name)})
    missing += [need for need in metric.needs if need not in missing and reading.store.lacks(need)]
    if missing:
        return f"needs {', '.join(missing)}: no data has been loaded for {'it' if len(missing) == 1 else 'them'}"
    undated = [name for name in metric.facts if name not in reading.windows]
    if undated:
        return f"fact {undated[0]} has no dated row"
    if metric.side is SideRule.MARKET and reading.cut.sided:
        return "describes both sides at once and cannot be split by side"
    if metric.side is SideRule.SPLIT and not reading.cut.sided:
        return "exists per side only: add side to the split, or filter on one side"
    if isinstance(metric.formula, Shape) and (reason := metric.formula.refusal(reading)) is not None:
        return reason
    if metric.side in (SideRule.BUYER, SideRule.SUPPLIER):
        asked = dict(reading.query.where).get("side")
        if asked and metric.side.value not in asked:
            return f"exists on the {metric.side} side only"
    for dim in (*reading.cut.dims, *(name for name, _ in reading.cut.where if name != "side")):
        reason = _dimension_refusal(reading, metric, dim)
        if reason:
            return reason
    return None


def _dimension_refusal(reading: Reading, metric: Metric, dim: str) -> str | None:
    allowed = [metric.dimensions or FACTS[name].dimensions for name in metric.facts]
    if not all(dim in names for names in allowed):
        shared = [d for d in allowed[0] if all(d in names for names in allowed)]
        return f"cannot be split by {dim}; it can be by {', '.join(shared) or 'period only'}"
    if not reading.cut.sided and any(dim in FACTS[name].party_columns for name in metric.facts):
        return f"{dim} differs between the two parties: split by side as well"
    return None


def _outcomes(reading: Reading, metrics: Sequence[Metric]) -> dict[str, dict[Key, Outcome]]:
    """Every metric's cells; the parts of quotients are read along with the rest."""
    parts = [
        find_metric(name) for m in metrics if isinstance(m.formula, Quotient) for name in quotient_parts(m.formula)
    ]
    needed = list({m.id: m for m in (*metrics, *parts)}.values())
    formulas = {m.id: expand(m.formula, sided=reading.cut.sided) for m in needed if isinstance(m.formula, Formula)}
    outcomes = _formula_outcomes(reading, needed, formulas)
    for metric in needed:
        if isinstance(metric.formula, Shape):
            outcomes[metric.id] = metric.formula.outcomes(reading, metric)
    for metric in needed:
        if isinstance(metric.formula, Quotient):
            top, bottom = quotient_parts(metric.formula)
            outcomes[metric.id] = {
                key: _divide(outcome, outcomes[bottom][key])
                for key, outcome in outcomes[top].items()
                if key in outcomes[bottom]
            }
    return outcomes


def quotient_parts(formula: Quotient) -> tuple[str, str]:
    """The ids of the two metrics."""
    return formula.numerator, formula.denominator


def _divide(top: Outcome, bottom: Outcome) -> Outcome:
    """One outcome over another; the interval is the numerator's alone, widened by the denominator's own bounds."""
    for part in (top, bottom):
        if part.value is None:
            return replace(part, low=None, high=None)
    if not bottom.value or top.value is None:
        return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason="the denominator is zero")
    worse = top if top.status is not Status.OK else bottom
    low = None if top.low is None else top.low / (bottom.high or bottom.value)
    high = None if top.high is None else top.high / (bottom.low or bottom.value)
    return Outcome(
        value=top.value / bottom.value,
        n=min(top.n, bottom.n),
        low=low,
        high=high,
        basis=top.basis if low is not None else Basis.NOT_COMPUTED,
        status=worse.status,
        reason=worse.reason,
    )


def _formula_outcomes(
    reading: Reading, metrics: Sequence[Metric], formulas: dict[str, Formula]
) -> dict[str, dict[Key, Outcome]]:
    measures = list(dict.fromkeys(m for formula in formulas.values() for m in measures_of(formula)))
    if not measures:
        return {}
    compiled = plan(measures, reading.cut, reading.windows, weighted=reading.store.sampled)
    rows = _fetch(reading.store.con, compiled.statement, compiled.parameters)
    width = len(compiled.keys)
    cells = {tuple(row[:width]): row[width:] for row in rows}
    position = {
        name: i
        for i, name in enumerate([*compiled.columns.values(), *compiled.rows.values(), *compiled.variances.values()])
    }
    outcomes: dict[str, dict[Key, Outcome]] = {}
    for metric in metrics:
        if metric.id not in formulas:
            continue
        formula, wanted = formulas[metric.id], measures_of(formulas[metric.id])
        keys = list(reading.keys(metric, iter(cells)))
        outcomes[metric.id] = {
            key: evaluate(formula, {m: _counted(m, cells.get(key), compiled, position) for m in wanted})
            for key in keys
            if _in_range(reading, metric, key)
        }
    if reading.query.intervals:
        _add_clusters(reading, formulas, outcomes)
    return outcomes


def _in_range(reading: Reading, metric: Metric, key: Key) -> bool:
    """Cells of one-sided metrics on the other side, and of days the metric does not cover, are not its cells."""
    if reading.cut.by_side:
        side = key[1] if reading.cut.grain else key[0]
        if side not in reading.sides(metric):
            return False
    period = period_of(reading, key)
    window = reading.window(metric)
    return period is None or (period.start <= window.end and period.end >= window.start)


def _counted(measure: Measure, row: tuple[Any, ...] | None, compiled: Any, position: dict[str, int]) -> Counted:
    if row is None:
        return Counted(total=0, rows=0)
    total = row[position[compiled.columns[measure]]] or 0
    rows = row[position[compiled.rows[measure]]] or 0 if measure in compiled.rows else int(total)
    variance = row[position[compiled.variances[measure]]] if measure in compiled.variances else None
    return Counted(total=total, rows=rows, variance=variance)


def _add_clusters(reading: Reading, formulas: dict[str, Formula], outcomes: dict[str, dict[Key, Outcome]]) -> None:
    """Account-clustered delta intervals for the ratios that ask for them."""
    ratios = {name: f for name, f in formulas.items() if isinstance(f, Ratio) and f.cluster}
    if not ratios or max(len(outcomes[name]) for name in ratios) > MOST_CLUSTERED_CELLS or reading.store.sampled:
        return
    bounds: dict[Ratio, dict[Key, tuple[float, float] | None]] = {}
    for compiled in cluster_plans(list(ratios.values()), reading.cut, reading.windows):
        width = len(compiled.keys)
        for row in _fetch(reading.store.con, compiled.statement, compiled.parameters):
            for i, ratio in enumerate(compiled.ratios):
                sums = row[width + 6 * i : width + 6 * i + 6]
                bounds.setdefault(ratio, {})[tuple(row[:width])] = clustered_ratio(*sums)
    for name, ratio in ratios.items():
        for key, bound in bounds.get(ratio, {}).items():
            known = outcomes[name].get(key)
            if bound is not None and known is not None and known.value is not None:
                low, high = (ratio.scale * side for side in bound)
                outcomes[name][key] = replace(known, low=low, high=high, basis=Basis.CLUSTER)


def _fetch(con: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
    return con.execute(statement, parameters).fetchall()


def _values(reading: Reading, metric: Metric, outcomes: dict[Key, Outcome]) -> Iterator[Value]:
    for key in sorted(outcomes, key=lambda k: tuple((part is not None, str(part)) for part in k)):
        yield _value(reading, metric, key, outcomes[key])


def _value(reading: Reading, metric: Metric, key: Key, outcome: Outcome) -> Value:
    period = period_of(reading, key)
    status, reason = outcome.status, outcome.reason
    if status is Status.OK:
        status, reason = period_status(reading, metric, period)
    if status is Status.OK and metric.unit in (Unit.RATE, Unit.RATIO) and outcome.n < SMALL_N:
        status, reason = Status.SMALL_N, f"n = {outcome.n}, below {SMALL_N}"
    if outcome.value is None and status not in (Status.NO_DENOMINATOR, Status.UNAVAILABLE):
        status = Status.NO_DENOMINATOR if status in (Status.OK, Status.SMALL_N, Status.PARTIAL) else status
    return Value(
        metric=metric.id,
        period=_label(reading, metric, period),
        side=_side(reading, key),
        dims=_dims(reading, key),
        value=_scaled(reading, metric, outcome.value),
        unit=metric.unit,
        n=outcome.n,
        low=_bound(reading, metric, outcome.low),
        high=_bound(reading, metric, outcome.high),
        basis=outcome.basis,
        status=status,
        reason=reason,
        definition=metric.definition,
        currency=reading.store.currency if metric.unit is Unit.MONEY else None,
        as_of=reading.window(metric).as_of,
    )


def _label(reading: Reading, metric: Metric, period: Period | None) -> str:
    return period.label if period else span_label(reading.window(metric))


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
