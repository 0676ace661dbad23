"""Shares and intervals: whether what is above the line is part of what is below it, and how sure a quotient is."""

from collections.abc import Iterator
from dataclasses import replace

from bothsides.metrics.agreed.columns import columns_of
from bothsides.metrics.agreed.printing import print_formula
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio, Scalar, Test


def clustered(formula: Formula) -> Formula:
    """A quotient of two sums over the same rows gets the interval that knows how unlike the accounts are."""
    if not isinstance(formula, Ratio) or formula.share or formula.cluster:
        return formula
    account = FACTS[formula.numerator.fact].account if isinstance(formula.numerator, Measure) else None
    wanted = replace(formula, cluster=account)
    return formula if account is None or next(_cluster_mistakes(wanted), None) else wanted


def share_mistakes(formula: Formula) -> Iterator[str]:
    """Every quotient in the formula that says more of itself than it is."""
    match formula:
        case Ratio(numerator=top, denominator=bottom):
            if formula.share and formula.cluster:
                yield "a share has its own interval: leave out clustered by"
            if formula.share:
                yield from _not_part(top, bottom)
                if formula.scale != 1:
                    yield "a share stands from 0 to 1: leave out the scale"
            if formula.cluster:
                yield from _cluster_mistakes(formula)
            if formula.scale <= 0:
                yield "the scale must be above 0"
            yield from share_mistakes(top)
            yield from share_mistakes(bottom)
        case Combination(terms=terms):
            for _, term in terms:
                yield from share_mistakes(term)
        case Product(factors=factors):
            for factor in factors:
                yield from share_mistakes(factor)


def _cluster_mistakes(ratio: Ratio) -> Iterator[str]:
    top, bottom = ratio.numerator, ratio.denominator
    if not (isinstance(top, Measure) and isinstance(bottom, Measure)) or (top.fact, top.on) != (bottom.fact, bottom.on):
        yield "clustered by needs two aggregates over one fact and one date"
    elif "count_distinct" in (top.aggregate, bottom.aggregate):
        yield "clustered by needs sums or counts of rows: distinct things cannot be added up by account"
    elif ratio.cluster != FACTS[top.fact].account or ratio.cluster not in columns_of(top.fact):
        yield f"clustered by {ratio.cluster}: rows of {top.fact} belong to {FACTS[top.fact].account or 'no account'}"


def _not_part(top: Formula, bottom: Formula) -> Iterator[str]:
    if not (isinstance(top, Measure) and isinstance(bottom, Measure)):
        yield "a share has one aggregate above the line and one below it"
        return
    same = ("fact", "on", "aggregate", "column", "side", "maturity_days")
    unlike = [name for name in same if getattr(top, name) != getattr(bottom, name)]
    missing = [test for test in bottom.where if not any(implies(own, test) for own in top.where)]
    if unlike or missing:
        why = (
            f"their {unlike[0].replace('_', ' ')} differs"
            if unlike
            else f"only what is below tests {missing[0].column}"
        )
        yield f"{print_formula(top)} is not seen to be part of {print_formula(bottom)}: {why}; leave out the share"


def implies(own: Test, asked: Test) -> bool:
    """Whether every row that passes `own` passes `asked`.

    >>> implies(Test("responses", ">=", 3), Test("responses", "not null"))
    True
    """
    if own == asked:
        return True
    if own.column != asked.column or own.operator == "null":
        return False
    if asked.operator == "not null":
        return True
    values = own.value if isinstance(own.value, tuple) else (own.value,)
    if own.operator in ("=", "in"):
        return all(value is not None and _passes(value, asked) for value in values)
    below, above = ("<", "<="), (">", ">=")
    same_way = any(own.operator in ways and asked.operator in ways for ways in (below, above))
    return (
        same_way and own.value != asked.value and not isinstance(own.value, tuple | None) and _passes(own.value, asked)
    )


def _passes(value: Scalar, asked: Test) -> bool:
    wanted = asked.value
    if asked.operator == "in" and isinstance(wanted, tuple):
        return value in wanted
    if asked.operator in ("=", "!="):
        return (value == wanted) is (asked.operator == "=")
    if isinstance(value, str | bool) or not isinstance(value, int | float) or not isinstance(wanted, int | float):
        return False
    return {"<": value < wanted, "<=": value <= wanted, ">": value > wanted, ">=": value >= wanted}[asked.operator]
