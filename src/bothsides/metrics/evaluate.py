"""From the columns of a row to the outcome of a formula: ratios last, empty where the denominator is zero."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from bothsides.metrics.cells import Outcome
from bothsides.metrics.compile import Plan
from bothsides.metrics.facts import FACTS
from bothsides.metrics.interval import Z, wilson
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio
from bothsides.metrics.value import Basis, Status

Row: TypeAlias = Sequence[Any]

Term: TypeAlias = tuple[float | None, int, float | None, float | None, Basis, str | None]
"""Value, observations, lower and upper bound, basis, and why there is no value: a cell takes several, so no record."""


class Column(NamedTuple):
    """Where a measure stands in a row: its total, the rows behind it (else its total says), its sampling variance.

    `census` is false for what a sample cannot be grossed up to, such as the accounts seen in it.
    """

    total: int
    rows: int | None = None
    variance: int | None = None
    census: bool = True

    @property
    def presence(self) -> int:
        """What is empty where the read of the measure's fact has no row, and only others' reads have put one there."""
        return self.total if self.rows is None else self.rows


def columns_of(compiled: Plan) -> dict[Measure, Column]:
    """Where each measure stands in a row of the statement's answer."""
    at = {name: len(compiled.keys) + i for i, name in enumerate(compiled.outputs)}
    return {
        measure: Column(
            total=at[name],
            rows=at[compiled.rows[measure]] if measure in compiled.rows else None,
            variance=at[compiled.variances[measure]] if measure in compiled.variances else None,
            census=not (compiled.weighted and measure.aggregate == "count_distinct" and FACTS[measure.fact].weight),
        )
        for measure, name in compiled.columns.items()
    }


def evaluator(formula: Formula, columns: Mapping[Measure, Column]) -> Callable[[Row], Outcome]:
    """The formula's outcome in a row. Totals are a census unless the rows are a declared sample."""
    term = _term(formula, columns)

    def outcome(row: Row) -> Outcome:
        try:
            value, n, low, high, basis, empty = term(row)
            if empty is None and (value is None or math.isfinite(value)):
                return Outcome(value, n, low, high, basis)
        except OverflowError:
            n, empty = 0, None
        empty = empty or "the number is too large to be told"
        return Outcome(value=None, n=n, status=Status.NO_DENOMINATOR, reason=empty)

    return outcome


def _term(formula: Formula, columns: Mapping[Measure, Column]) -> Callable[[Row], Term]:
    match formula:
        case Measure():
            return _measure(columns[formula])
        case Ratio():
            return _ratio(formula, _term(formula.numerator, columns), _term(formula.denominator, columns))
        case Combination(terms=terms):
            return _combination([(sign, _term(part, columns)) for sign, part in terms])
        case Product(factors=factors, power=power):
            return _product([_term(factor, columns) for factor in factors], power)


def _measure(column: Column) -> Callable[[Row], Term]:
    total_at, rows_at, variance_at = column.total, column.rows, column.variance
    basis = Basis.CENSUS if column.census else Basis.NOT_COMPUTED

    def counted(row: Row) -> Term:
        total = row[total_at] or 0
        return total, int(total), None, None, basis, None

    def summed(row: Row) -> Term:
        return row[total_at] or 0, row[rows_at] or 0, None, None, basis, None  # type: ignore[index]

    def sampled(row: Row) -> Term:
        variance = row[variance_at]  # type: ignore[index]
        if not variance:
            return summed(row)
        total, spread = row[total_at] or 0, Z * math.sqrt(variance)
        return total, row[rows_at] or 0, total - spread, total + spread, Basis.SAMPLE, None  # type: ignore[index]

    if rows_at is None:
        return counted
    return summed if variance_at is None else sampled


def _ratio(ratio: Ratio, top: Callable[[Row], Term], bottom: Callable[[Row], Term]) -> Callable[[Row], Term]:
    scale, share = ratio.scale, ratio.share

    def divided(row: Row) -> Term:
        over = top(row)
        numerator = over[0]
        if numerator is None:
            return over
        under = bottom(row)
        denominator, n = under[0], under[1]
        if denominator is None:
            return under
        if denominator <= 0:
            said = "the denominator is zero" if denominator == 0 else "the denominator is negative"
            return None, 0, None, None, Basis.CENSUS, said
        value = scale * numerator / denominator
        if share and 0 <= numerator <= denominator and Basis.CENSUS is over[4] is under[4]:
            low, high = wilson(numerator, denominator)
            return value, n, low, high, Basis.WILSON, None
        return value, n, None, None, Basis.NOT_COMPUTED, None

    return divided


def _combination(parts: Sequence[tuple[int, Callable[[Row], Term]]]) -> Callable[[Row], Term]:
    """Independent parts: their variances add up, and so do the observations behind them."""

    def combined(row: Row) -> Term:
        value: float = 0
        n = 0
        halves = []
        basis = Basis.CENSUS
        for sign, part in parts:
            term = part(row)
            if term[0] is None:
                return term
            value += sign * term[0]
            n += term[1]
            if term[2] is not None and term[3] is not None:
                halves.append((term[3] - term[2]) / 2)
            if term[4] is not Basis.CENSUS:
                basis = Basis.NOT_COMPUTED
        if not halves:
            return value, n, None, None, basis, None
        spread = math.hypot(*halves)
        return value, n, value - spread, value + spread, Basis.SAMPLE, None

    return combined


def _product(factors: Sequence[Callable[[Row], Term]], power: float) -> Callable[[Row], Term]:
    def multiplied(row: Row) -> Term:
        terms = [factor(row) for factor in factors]
        empty = next((term for term in terms if term[0] is None), None)
        if empty is not None:
            return empty
        value = math.prod(term[0] or 0 for term in terms)
        if value < 0 and power % 1:
            return None, 0, None, None, Basis.CENSUS, f"a negative number has no power {power:g}"
        basis = Basis.CENSUS if all(term[4] is Basis.CENSUS for term in terms) else Basis.NOT_COMPUTED
        return value if power == 1 else value**power, min(term[1] for term in terms), None, None, basis, None

    return multiplied
