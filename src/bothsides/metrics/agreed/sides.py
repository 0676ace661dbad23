"""How the sides rule bears on a formula: an order has two parties, and no total may count it once for each."""

from collections.abc import Iterator
from dataclasses import replace

from bothsides.metrics.agreed.columns import has_side
from bothsides.metrics.agreed.printing import print_formula
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio, measures_of
from bothsides.metrics.metric import SideRule
from bothsides.schema import Side


def party_columns(measure: Measure) -> tuple[str, ...]:
    """The columns of the measure that differ between an order's buyer and its supplier."""
    named = (*measure.columns, measure.on, *(test.column for test in measure.where))
    return tuple(dict.fromkeys(name for name in named if name in FACTS[measure.fact].party_columns))


def own_side(formula: Formula, rule: SideRule) -> Formula:
    """A metric of one side counts that side's rows only, wherever a row or a column belongs to a side."""
    if rule not in (SideRule.BUYER, SideRule.SUPPLIER):
        return formula
    match formula:
        case Measure():
            sided = has_side(formula.fact) or party_columns(formula)
            return replace(formula, side=Side(rule.value)) if sided and formula.side is None else formula
        case Ratio(numerator=top, denominator=bottom):
            return replace(formula, numerator=own_side(top, rule), denominator=own_side(bottom, rule))
        case Combination(terms=terms):
            return Combination(tuple((sign, own_side(term, rule)) for sign, term in terms))
        case Product(factors=factors):
            return Product(tuple(own_side(factor, rule) for factor in factors), formula.power)


def side_mistakes(formula: Formula, rule: SideRule) -> Iterator[str]:
    """Why the formula cannot be split, or not be split, as its side rule says."""
    measures = tuple(dict.fromkeys(measures_of(formula)))
    yield from _rule_mistakes(measures, rule)
    for measure in measures:
        yield from _named_mistakes(measure, rule)
        party = party_columns(measure)
        if not party or measure.side is not None:
            continue
        text = print_formula(measure)
        if rule is SideRule.MARKET:
            yield f"{text}: {party[0]} differs between the two parties: add where side = 'buyer' or 'supplier'"
        elif rule is SideRule.EACH and not _is_countable(measure):
            yield (
                f"{text}: {party[0]} differs between the two parties, so that a total would count an order twice;"
                ' name a side in it, or let the metric have side = "split" (per side only)'
            )
        elif rule is SideRule.EACH and not isinstance(formula, Measure | Combination):
            yield f'{text}: in a quotient the total would mix both parties; let the metric have side = "split"'


def _rule_mistakes(measures: tuple[Measure, ...], rule: SideRule) -> Iterator[str]:
    two = [m.fact for m in measures if FACTS[m.fact].parties]
    own = [m.fact for m in measures if not FACTS[m.fact].parties]
    if rule is SideRule.EACH and not two:
        yield f"each row of {own[0]} belongs to one side: own would fit"
    if rule is SideRule.OWN and not own:
        yield f"a row of {two[0]} has two parties: each would fit"


def _named_mistakes(measure: Measure, rule: SideRule) -> Iterator[str]:
    if measure.side is None or rule is SideRule.MARKET:
        return
    if rule in (SideRule.BUYER, SideRule.SUPPLIER):
        if measure.side.value != rule.value:
            yield f"{print_formula(measure)} counts the {measure.side}s of a metric of {rule.value}s; market would fit"
    else:
        yield f"{print_formula(measure)} names one side: {measure.side.value} or market would fit"


def _is_countable(measure: Measure) -> bool:
    """Accounts, or milestones of an account such as its first order, are counted once per role in a total."""
    histories = FACTS[measure.fact].histories
    if measure.aggregate == "count_distinct":
        return set(party_columns(measure)) <= {"account", *histories}
    return measure.aggregate == "count" and set(party_columns(measure)) <= set(histories)
