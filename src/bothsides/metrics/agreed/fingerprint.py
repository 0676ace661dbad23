"""The fingerprint of a definition: two people who see the same one mean the same number."""

import dataclasses

from bothsides.agreement import fingerprint
from bothsides.metrics.agreed.printing import print_formula
from bothsides.metrics.measure import Formula
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
    named = ((item.name, getattr(formula, item.name)) for item in dataclasses.fields(formula))  # type: ignore[arg-type]
    return f"{type(formula).__name__}({', '.join(f'{name}={value!r}' for name, value in named)})"


def metric_fingerprint(metric: Metric) -> str:
    """The sha256 of what decides the number: formula, unit, side rule, maturity and splits; not how it is called."""
    return fingerprint(
        {
            "id": metric.id,
            "formula": formula_text(metric),
            "unit": metric.unit.value,
            "side": metric.side.value,
            "maturity_days": metric.maturity_days,
            "dimensions": list(metric.dimensions),
        }
    )
