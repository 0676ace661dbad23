"""From an outcome in its cell to the value that is shown: its period's name, its status, its unit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bothsides.metrics.cells import Key, Outcome, Reading, period_of, period_status, span_label, starts_on
from bothsides.metrics.dictionary import Held
from bothsides.metrics.measure import Combination, Measure
from bothsides.metrics.metric import Metric
from bothsides.metrics.shapes import Shape, Stock
from bothsides.metrics.states.restated import restated
from bothsides.metrics.value import Basis, Status, Unit, Value
from bothsides.schema import Period, minor_units

SMALL_N = 30
"""Below this many observations a ratio is shown grey (dictionary convention C9)."""

Dims = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Values of one reading; what a cell is called and where it stands among the others is worked out once."""

    reading: Reading
    cells: dict[Key, tuple[tuple[tuple[bool, str], ...], str | None, Dims]] = field(default_factory=dict)
    """Per cell: its place in the order, its side, its labels."""

    def values(self, held: Held, outcomes: dict[Key, Outcome]) -> Iterator[Value]:
        """The metric's values, in the cells' order."""
        reading, metric, cells = self.reading, held.metric, self.cells
        keys = list(outcomes)
        if reading.cut.grain and (held.first or held.last):
            keys = [key for key in keys if held.covers(starts_on(reading, key))]
        for key in keys:
            if key not in cells:
                cells[key] = _place(reading, key), _side(reading, key), _dims(reading, key)
        keys.sort(key=lambda key: cells[key][0])
        scale = 10 ** minor_units(reading.store.currency) if metric.unit is Unit.MONEY else 1
        counts, fewest = metric.unit is Unit.COUNT, SMALL_N if _is_small_n_judged(metric) else 0
        unit, definition, as_of = metric.unit, metric.definition, reading.window(metric).as_of
        currency = reading.store.currency if unit is Unit.MONEY else None
        spans: dict[Any, tuple[str, Status, str | None]] = {}
        for key in keys:
            start = key[0] if reading.cut.grain else None
            if start not in spans:
                period = period_of(reading, key)
                spans[start] = _label(reading, metric, period), *_standing(reading, metric, period)
            label, status, reason = spans[start]
            outcome, (_, side, dims) = outcomes[key], cells[key]
            value, n, low, high, basis, own, why = outcome
            if status is not Status.OK or own is not Status.OK or why is not None or n < fewest:
                status, reason = _judged(outcome, (status, reason), fewest)
            if value is None:
                basis = Basis.NOT_COMPUTED if basis is Basis.CENSUS else basis
            else:
                value = int(value) if counts and value % 1 == 0 else float(value) / scale
            yield Value(
                metric=metric.id,
                period=label,
                side=side,
                dims=dims,
                value=value,
                unit=unit,
                n=n,
                low=None if low is None else float(low) / scale,
                high=None if high is None else float(high) / scale,
                basis=basis,
                status=status,
                reason=reason,
                definition=definition,
                currency=currency,
                as_of=as_of,
            )

    def unavailable(self, metric: Metric, reason: str) -> Value:
        """The one value of a metric that cannot be answered."""
        known: list[date] = [window.as_of for window in self.reading.windows.values()]
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
            as_of=max(known, default=None),
        )


def _place(reading: Reading, key: Key) -> tuple[tuple[bool, str], ...]:
    """Where a cell stands among the others: those without a label first, numbered ones (steps, ages) by number."""
    if {"step", "age"} & set(reading.cut.dims):
        return tuple((part is not None, _LEADING.sub(lambda found: found[0].zfill(4), str(part))) for part in key)
    return tuple((part is not None, str(part)) for part in key)


_LEADING = re.compile(r"^\d{1,3}(?!\d)")

_WORST_FIRST = list(Status)


def rank(status: Status) -> int:
    """Where the status stands among the others, the worst first."""
    return _WORST_FIRST.index(status)


def _judged(outcome: Outcome, period: tuple[Status, str | None], fewest: int) -> tuple[Status, str | None]:
    """The worst that can be said of the value, and why. Nothing old enough to measure is immature, not empty."""
    if outcome.status is Status.NO_DENOMINATOR and period[0] is Status.IMMATURE:
        return period
    found = [(outcome.status, outcome.reason), period]
    if outcome.n < fewest:
        found.append((Status.SMALL_N, f"n = {outcome.n}, below {fewest}"))
    return min(found, key=lambda judgement: rank(judgement[0]))


def _is_small_n_judged(metric: Metric) -> bool:
    """Ratios, quantiles and shares; not the totals of a ledger, nor indices, which judge themselves."""
    totals = isinstance(metric.formula, Measure | Combination | Stock)
    return not totals and metric.unit not in (Unit.COUNT, Unit.INDEX)


def _standing(reading: Reading, metric: Metric, period: Period | None) -> tuple[Status, str | None]:
    """What is to be said of every value of the period: not known whole, or not what it was at the load before."""
    found = period_status(reading, metric, period)
    if found[0] is not Status.OK or not reading.store.states.changed:
        return found
    first, last = (period.start, period.end) if period else (reading.days(metric).start, reading.days(metric).end)
    parts = reading.store.dictionary.parts(metric)
    said = restated(reading.store.states, parts, first, last, sided=reading.cut.sided, grain=reading.cut.grain)
    return (Status.RESTATED, said) if said else found


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


def _dims(reading: Reading, key: Key) -> Dims:
    if not reading.cut.dims:
        return ()
    labels = key[-len(reading.cut.dims) :]
    return tuple(
        (name, None if label is None else str(label)) for name, label in zip(reading.cut.dims, labels, strict=True)
    )
