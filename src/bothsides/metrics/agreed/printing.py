"""Writes a formula in the language in which people agree on them; read back, it is the same formula."""

from datetime import date

from bothsides.metrics.agreed.columns import main_date
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio, Scalar, Test


def print_formula(formula: Formula) -> str:
    """The formula's text.

    >>> from bothsides.metrics.catalogue import METRICS
    >>> print_formula(METRICS["aov"].formula)
    'sum(orders.value) / count(orders) clustered by account'
    """
    match formula:
        case Measure():
            return _measure(formula)
        case Ratio(numerator=top, denominator=bottom):
            return f"{_part(top)} / {_part(bottom)}{_options(formula)}"
        case Combination(terms=terms):
            return _terms(terms)
        case Product(factors=factors, power=power):
            text = " * ".join(map(_part, factors))
            if power == 1 and len(factors) > 1:
                return text
            return f"({text}) ^ {number(power)}" if len(factors) > 1 else f"{text} ^ {number(power)}"


def deepest(formula: Formula) -> int:
    """How many brackets stand within each other when the formula is printed, at most."""
    match formula:
        case Measure():
            return 0
        case Ratio(numerator=top, denominator=bottom):
            return 1 + max(deepest(top), deepest(bottom))
        case Combination(terms=terms):
            return 1 + max(deepest(term) for _, term in terms)
        case Product(factors=factors, power=power):
            return (1 if power == 1 or len(factors) == 1 else 2) + max(map(deepest, factors))


def _measure(measure: Measure) -> str:
    text = f"{measure.aggregate}({_target(measure)})"
    if measure.on != main_date(FACTS[measure.fact]):
        text += f" on {measure.on}"
    tests = [*([f"side = '{measure.side}'"] if measure.side else []), *map(print_test, measure.where)]
    if tests:
        text += f" where {' and '.join(tests)}"
    return f"{text} after {measure.maturity_days} days" if measure.maturity_days else text


def _target(measure: Measure) -> str:
    if measure.column is None:
        return measure.fact
    return " ".join(
        word if word in ("+", "-") else f"{measure.fact}.{word}" for word in measure.column.strip("()").split()
    )


def print_test(test: Test) -> str:
    """The test's text."""
    match test.operator:
        case "null":
            return f"{test.column} is empty"
        case "not null":
            return f"{test.column} is not empty"
        case "reached":
            return f"{test.column} is reached"
        case "in":
            values = test.value if isinstance(test.value, tuple) else (test.value,)
            return f"{test.column} in ({', '.join(_value(value) for value in values if value is not None)})"
    assert not isinstance(test.value, tuple | None)
    return f"{test.column} {test.operator} {_value(test.value)}"


def _value(value: Scalar) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case date():
            return value.isoformat()
        case _:
            return repr(value)


def _options(ratio: Ratio) -> str:
    text = " as share" if ratio.share else ""
    if ratio.cluster:
        text += f" clustered by {ratio.cluster}"
    return f"{text} times {number(ratio.scale)}" if ratio.scale != 1 else text


def _terms(terms: tuple[tuple[int, Formula], ...]) -> str:
    (sign, first), *others = terms
    lead = "-" if sign < 0 else "+" if not others else ""
    return lead + _part(first) + "".join(f" {'-' if s < 0 else '+'} {_part(term)}" for s, term in others)


def _part(formula: Formula) -> str:
    """A part of a larger formula: in brackets unless it is one plain aggregate."""
    text = print_formula(formula)
    return text if isinstance(formula, Measure) and text.endswith(")") and " " not in text else f"({text})"


def number(value: float) -> str:
    """A number without a needless decimal.

    >>> number(100.0), number(0.5)
    ('100', '0.5')
    """
    return repr(value).removesuffix(".0")
