"""What the columns of a statement make: each metric's formula in their names, for a person who reads the statement."""

import re

from bothsides.metrics.compile.aggregate import literal
from bothsides.metrics.compile.statement import Plan
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio


def legend(formulas: dict[str, Formula], compiled: Plan) -> str:
    """One comment line a formula, e.g. `-- aov@1 = orders_sum_value / orders_count`."""
    return "".join(f"-- {name} = {_said(formula, compiled)}\n" for name, formula in formulas.items())


def given(compiled: Plan) -> str:
    """One comment line a parameter with its value as SQL text, e.g. `-- $w0 = 'x'`."""
    return "".join(f"-- ${name} = {_text(str(value))}\n" for name, value in compiled.parameters.items())


def _text(value: str) -> str:
    """A text as both engines read it; what would end a comment, or a line on some screen, stands as its number.

    >>> print(_text("o'hara"), _text("two\\nlines"), sep=", ")
    'o''hara', 'two' || chr(10) || 'lines'
    """
    return _BREAK.sub(lambda found: f"' || chr({ord(found[0])}) || '", literal(value))


_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


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
