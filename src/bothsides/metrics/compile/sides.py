"""What a measure of either party means where sides are not told apart."""

from dataclasses import replace

from bothsides.metrics.compile.cut import Cut
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio
from bothsides.schema import Side


def expand(formula: Formula, *, sided: bool) -> Formula:
    """In totals, a measure of either party is the sum of both parties' measures; by side it stands as it is."""
    match formula:
        case Measure():
            if sided or formula.side is not None or not _is_party(formula):
                return formula
            return Combination(tuple((1, replace(formula, side=side)) for side in Side))
        case Ratio():
            return replace(
                formula,
                numerator=expand(formula.numerator, sided=sided),
                denominator=expand(formula.denominator, sided=sided),
            )
        case Combination(terms=terms):
            return Combination(tuple((sign, expand(term, sided=sided)) for sign, term in terms))
        case Product(factors=factors):
            return Product(tuple(expand(f, sided=sided) for f in factors), formula.power)


def _is_party(measure: Measure) -> bool:
    names = FACTS[measure.fact].party_columns
    return measure.column in names or measure.on in names or any(test.column in names for test in measure.where)


def dated_by(measure: Measure, cut: Cut) -> str:
    """The date column of the measure as the relation read has it."""
    return resolve(measure.on, measure, cut)


def resolve(column: str, measure: Measure, cut: Cut) -> str:
    """The column as the relation read has it: in totals, the named side's column of a two-party fact.

    Raises ValueError for a column that differs per party where the measure names no side.
    """
    fact = FACTS[measure.fact]
    if cut.sided or not fact.parties or column not in fact.party_columns:
        return column
    if measure.side is None:
        raise ValueError(f"{column!r} of fact {fact.name} differs per party: the measure must name a side in totals")
    return fact.party_columns[column][0 if measure.side is Side.BUYER else 1]
