"""The algebra of metrics: what is counted, and how counts become ratios. No declaration ever writes a query."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from bothsides.schema import Side

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "null", "not null", "reached"]
Scalar: TypeAlias = str | int | float | bool | date


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on one column of the fact, e.g. Test("name", "=", "search").

    `reached` asks that the column's date has come by the as-of date: what happened later was not known yet.
    """

    __test__ = False

    column: str
    operator: Operator
    value: Scalar | tuple[Scalar, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One aggregate over one fact, dated by one of its date columns.

    `side` counts only the party on that side.
    `maturity_days` leaves out rows younger than that at the as-of date: their outcome is not known yet.
    `since` and `until` bind it to days fewer than those its fact is read for; no declaration names them.
    """

    fact: str
    on: str
    aggregate: Literal["sum", "count", "count_distinct"]
    column: str | None = None
    where: tuple[Test, ...] = ()
    side: Side | None = None
    maturity_days: int = 0
    since: date | None = None
    until: date | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it adds up or tells apart: none, one, or those of `(value - refunded)`."""
        return tuple(re.findall(r"[a-z]\w*", self.column or ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Numerator over denominator, both re-aggregated for the cell, empty when the denominator is zero.

    `share` marks a proportion of counted units (numerator units are among the denominator's): its interval is
    Wilson's. Others get the account-clustered delta interval where both parts can be told account by account;
    `cluster` says so to the reader, by the fact's account column.
    """

    numerator: "Formula"
    denominator: "Formula"
    share: bool = False
    cluster: str | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Combination:
    """A signed sum of formulas over the same unit, e.g. fees less refunded fees."""

    terms: tuple[tuple[int, "Formula"], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """The product of formulas raised to `power`; power 0.5 of two stocks is their geometric mean."""

    factors: tuple["Formula", ...]
    power: float = 1.0


Formula: TypeAlias = Measure | Ratio | Combination | Product


def measures_of(formula: Formula) -> tuple[Measure, ...]:
    """Every aggregate the formula needs, in order, repeats included."""
    match formula:
        case Measure():
            return (formula,)
        case Ratio(numerator=top, denominator=bottom):
            return measures_of(top) + measures_of(bottom)
        case Combination(terms=terms):
            return tuple(m for _, term in terms for m in measures_of(term))
        case Product(factors=factors):
            return tuple(m for factor in factors for m in measures_of(factor))
