"""From the measures of a cell to the outcome of a formula: ratios last, empty where the denominator is zero."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bothsides.metrics.cells import Outcome
from bothsides.metrics.interval import Z, wilson
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio
from bothsides.metrics.value import Basis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One measure in one cell: its total, how many rows stand behind it, its sampling variance if it is a sample.

    `census` is false for what a sample cannot be grossed up to, such as the accounts seen in it.
    """

    total: float
    rows: int
    variance: float | None = None
    census: bool = True


Cell = Mapping[Measure, Counted]


def evaluate(formula: Formula, cell: Cell) -> Outcome:
    """The formula's outcome in the cell. Totals are a census unless the rows are a declared sample."""
    match formula:
        case Measure():
            return _measure(cell[formula])
        case Ratio():
            return _ratio(formula, cell)
        case Combination(terms=terms):
            parts = [(sign, evaluate(term, cell)) for sign, term in terms]
            empty = next((part for _, part in parts if part.value is None), None)
            if empty is not None:
                return empty
            return _spread(sum(s * (p.value or 0) for s, p in parts), [p for _, p in parts])
        case Product(factors=factors, power=power):
            outcomes = [evaluate(factor, cell) for factor in factors]
            if any(o.value is None for o in outcomes):
                return next(o for o in outcomes if o.value is None)
            value = math.prod(o.value or 0 for o in outcomes)
            return Outcome(
                value=value if power == 1 else value**power, n=min(o.n for o in outcomes), basis=_shared_basis(outcomes)
            )


def _measure(counted: Counted) -> Outcome:
    if counted.variance:
        spread = Z * math.sqrt(counted.variance)
        return Outcome(
            value=counted.total,
            n=counted.rows,
            low=counted.total - spread,
            high=counted.total + spread,
            basis=Basis.SAMPLE,
        )
    return Outcome(value=counted.total, n=counted.rows, basis=Basis.CENSUS if counted.census else Basis.NOT_COMPUTED)


def _shared_basis(parts: list[Outcome]) -> Basis:
    return Basis.CENSUS if all(part.basis is Basis.CENSUS for part in parts) else Basis.NOT_COMPUTED


def _spread(value: float, parts: list[Outcome]) -> Outcome:
    """Independent parts: their variances add up, and so do the observations behind them."""
    n = sum(p.n for p in parts)
    halves = [(p.high - p.low) / 2 for p in parts if p.low is not None and p.high is not None]
    if not halves:
        return Outcome(value=value, n=n, basis=_shared_basis(parts))
    spread = math.hypot(*halves)
    return Outcome(value=value, n=n, low=value - spread, high=value + spread, basis=Basis.SAMPLE)


def _ratio(ratio: Ratio, cell: Cell) -> Outcome:
    top, bottom = evaluate(ratio.numerator, cell), evaluate(ratio.denominator, cell)
    if top.value is None:
        return top
    if bottom.value is None:
        return bottom
    if bottom.value <= 0:
        said = "zero" if bottom.value == 0 else "negative"
        return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason=f"the denominator is {said}")
    value = ratio.scale * top.value / bottom.value
    if ratio.share and 0 <= top.value <= bottom.value and Basis.CENSUS is top.basis is bottom.basis:
        low, high = wilson(top.value, bottom.value)
        return Outcome(value=value, n=bottom.n, low=low, high=high, basis=Basis.WILSON)
    return Outcome(value=value, n=bottom.n, basis=Basis.NOT_COMPUTED)
