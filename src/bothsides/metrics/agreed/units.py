"""What a formula's number counts: money over orders is money an order, and money is never added to a count."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bothsides.metrics.agreed.columns import columns_of
from bothsides.metrics.agreed.printing import print_formula
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio
from bothsides.metrics.value import Unit
from bothsides.schema import Kind


@dataclass(frozen=True, slots=True)
class Dimension:
    """How often money, counted things, days and hours are multiplied into a number; below a line they count down."""

    money: Fraction = Fraction(0)
    things: Fraction = Fraction(0)
    days: Fraction = Fraction(0)
    hours: Fraction = Fraction(0)

    def times(self, other: "Dimension", power: int = 1) -> "Dimension":
        """The dimension of a product, of a quotient with power -1."""
        return Dimension(
            self.money + power * other.money,
            self.things + power * other.things,
            self.days + power * other.days,
            self.hours + power * other.hours,
        )

    def raised(self, power: Fraction) -> "Dimension":
        """The dimension of a power."""
        return Dimension(self.money * power, self.things * power, self.days * power, self.hours * power)

    def __str__(self) -> str:
        named = (("money", self.money), ("count", self.things), ("days", self.days), ("hours", self.hours))
        over = [_power(name, power) for name, power in named if power > 0]
        under = [_power(name, -power) for name, power in named if power < 0]
        return " x ".join(over or ["a number"]) + "".join(f" / {name}" for name in under)


def _power(name: str, power: Fraction) -> str:
    return name if power == 1 else f"{name} ^ {float(power):g}"


COUNTED = Dimension(things=Fraction(1))
MONEY = Dimension(money=Fraction(1))
DAYS = Dimension(days=Fraction(1))
HOURS = Dimension(hours=Fraction(1))


def dimension_of(formula: Formula) -> Dimension:
    """What the formula's number counts; of unlike terms, what the first one does."""
    match formula:
        case Measure():
            return _of_measure(formula)
        case Ratio(numerator=top, denominator=bottom):
            return dimension_of(top).times(dimension_of(bottom), -1)
        case Combination(terms=terms):
            return dimension_of(terms[0][1])
        case Product(factors=factors, power=power):
            found = Dimension()
            for factor in factors:
                found = found.times(dimension_of(factor))
            return found.raised(_exact(power))


def _exact(power: float) -> Fraction:
    """The power as it was written; a third, written with some digits, is a third."""
    written = Fraction(repr(power))
    near = written.limit_denominator(12)
    return near if abs(near - written) < Fraction(1, 10**6) and near else written


def _of_measure(measure: Measure) -> Dimension:
    if measure.aggregate != "sum" or measure.column is None:
        return COUNTED
    if measure.column in FACTS[measure.fact].money:
        return MONEY
    return _of_column(measure.fact, measure.columns[0])


def _of_column(fact: str, column: str) -> Dimension:
    if columns_of(fact)[column] is Kind.MONEY:
        return MONEY
    if column.startswith("days_"):
        return DAYS
    return HOURS if column.endswith("_hours") else COUNTED


def unlike_terms(formula: Formula) -> Iterator[str]:
    """Every place where unlike numbers are added, in words."""
    match formula:
        case Measure(fact=fact, column=column, columns=(name, *names)) if column not in FACTS[fact].money:
            for other in names:
                if _of_column(fact, name) != _of_column(fact, other):
                    yield f"{fact}.{name} and {fact}.{other} are unlike and cannot be added"
        case Ratio(numerator=top, denominator=bottom):
            yield from unlike_terms(top)
            yield from unlike_terms(bottom)
        case Combination(terms=terms):
            first = terms[0][1]
            for _, term in terms:
                yield from unlike_terms(term)
                one, two = dimension_of(first), dimension_of(term)
                if one != two:
                    yield f"{print_formula(first)} is {one}, {print_formula(term)} is {two}: they cannot be added"
        case Product(factors=factors):
            for factor in factors:
                yield from unlike_terms(factor)


def unit_mismatch(formula: Formula, unit: Unit) -> str | None:
    """Why the formula's number cannot be shown in the unit, None when it can."""
    found = dimension_of(formula)
    if _fits(found, unit):
        return None
    fitting = [other.value for other in Unit if _fits(found, other)]
    return f"the formula gives {found}: {' or '.join(fitting) if fitting else 'no unit'} would fit"


def _fits(found: Dimension, unit: Unit) -> bool:
    """Money stands in minor units inside, so that only a plain amount can be shown as money, and as nothing else."""
    timeless = found.days == found.hours == 0
    match unit:
        case Unit.MONEY:
            return found.money == 1 and timeless
        case Unit.COUNT:
            return found == COUNTED
        case Unit.RATE:
            return found == Dimension()
        case Unit.DAYS:
            return found.money == 0 and found.days == 1 and found.hours == 0
        case Unit.HOURS:
            return found.money == 0 and found.hours == 1 and found.days == 0
        case Unit.RATIO | Unit.INDEX:
            return found.money == 0 and timeless
        case Unit.MONTHS:
            return False
