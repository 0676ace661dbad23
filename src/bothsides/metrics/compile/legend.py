"""What the columns of a statement make: each metric's formula in their names, for a person who reads the statement."""

from bothsides.metrics.compile.statement import Plan
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio


def legend(formulas: dict[str, Formula], compiled: Plan) -> str:
    """One comment line a formula, e.g. `-- aov@1 = orders_sum_value / orders_count`."""
    return "".join(f"-- {name} = {_said(formula, compiled)}\n" for name, formula in formulas.items())


def _said(formula: Formula, compiled: Plan) -> str:
    match formula:
        case Measure():
            return compiled.columns[formula]
        case Ratio(numerator=top, denominator=bottom, scale=scale):
            return f"{'' if scale == 1 else f'{scale:g} * '}{_inner(top, compiled)} / {_inner(bottom, compiled)}"
        case Combination(terms=terms):
            text = " ".join(f"{'-' if sign < 0 else '+'} {_inner(term, compiled)}" for sign, term in terms)
            return text.removeprefix("+ ")
        case Product(factors=factors, power=power):
            text = " * ".join(_inner(factor, compiled) for factor in factors)
            return text if power == 1 else f"({text}) ^ {power:g}"


def _inner(formula: Formula, compiled: Plan) -> str:
    text = _said(formula, compiled)
    return text if isinstance(formula, Measure) else f"({text})"
