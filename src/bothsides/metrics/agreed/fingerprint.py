"""The fingerprint of a definition: two people who see the same one mean the same number."""

import dataclasses
from datetime import date, timedelta
from enum import Enum

from bothsides.agreement import fingerprint
from bothsides.metrics.agreed.printing import print_formula, print_test
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio, Test
from bothsides.metrics.metric import Metric, Quotient

SHOWN = 12
"""Digits of a fingerprint that are shown."""


def formula_text(metric: Metric) -> str:
    """The metric's formula for people: in the language of the agreement, where that can say it.

    >>> from bothsides.metrics.catalogue import METRICS
    >>> formula_text(METRICS["ltv_to_cac"]), formula_text(METRICS["orders"])
    ('ltv / cac', 'count(orders)')
    """
    formula = metric.formula
    if isinstance(formula, Formula):
        return print_formula(formula)
    if isinstance(formula, Quotient):
        return f"{formula.numerator} / {formula.denominator}"
    return _written(formula)


def _written(value: object) -> str:
    """A shape as its name and what it is told, down to the last part."""
    match value:
        case Measure() | Ratio() | Combination() | Product():
            return print_formula(value)
        case Test():
            return print_test(value)
        case Enum():
            return str(value.value)
        case timedelta() | date():
            return str(value)
        case tuple():
            return f"({', '.join(map(_written, value))})"
        case _ if dataclasses.is_dataclass(value):
            told = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
            return f"{type(value).__name__}({', '.join(f'{name}={_written(part)}' for name, part in told.items())})"
        case _:
            return repr(value)


def metric_fingerprint(metric: Metric) -> str:
    """The sha256 of what decides the number: formula, unit, side, maturity, splits and needs; not how it is called."""
    return fingerprint(
        {
            "id": metric.id,
            "formula": formula_text(metric),
            "unit": metric.unit.value,
            "side": metric.side.value,
            "maturity_days": metric.maturity_days,
            "dimensions": list(metric.dimensions),
            "needs": sorted(metric.needs),
        }
    )
