"""The declaration of a metric: one record that the CLI, the docs page, the audit and the report read."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from bothsides.metrics.measure import Formula, measures_of
from bothsides.metrics.value import Unit

if TYPE_CHECKING:
    from bothsides.metrics.shapes import Shape

Read: TypeAlias = tuple[str, str]
"""A fact and the date column it is dated by."""


class SideRule(StrEnum):
    """What "by side" means for the metric.

    EACH: the fact has two parties and is counted once on each side; totals count it once.
    OWN: every row belongs to one side. SPLIT: it exists per side only, a total would count an order twice.
    BUYER, SUPPLIER: it exists on that side only. MARKET: it describes both at once and has no split.
    """

    EACH = "each"
    OWN = "own"
    SPLIT = "split"
    BUYER = "buyer"
    SUPPLIER = "supplier"
    MARKET = "market"


class Tier(StrEnum):
    """The three tiers of the shared dashboard."""

    LEADING = "leading"
    LAGGING = "lagging"
    HEALTH = "health"


class Better(StrEnum):
    """Which direction is good; NEITHER for a description of the market's shape."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One row of the dictionary. `id@version` is written beside every number it ever gave."""

    id: str
    label: str
    meaning: str
    unit: Unit
    formula: "Formula | Shape | Quotient"
    side: SideRule
    tier: Tier
    better: Better
    family: str
    row: int
    """The row of the published metric dictionary it implements."""
    window: str = "the period"
    maturity_days: int = 0
    source: str = "bothsides dictionary"
    caveat: str = ""
    dimensions: tuple[str, ...] = field(default=())
    """Overrides the fact's dimensions where the metric supports fewer."""
    needs: tuple[str, ...] = ()
    """Tables, `table.column` or `table.column=value` without which the number would be a false zero, beside what its
    facts require."""
    version: int = 1

    @property
    def definition(self) -> str:
        """The id and version that identify this definition, and those of its parts where they are agreed ones."""
        parts = (self.formula.numerator, self.formula.denominator) if isinstance(self.formula, Quotient) else ()
        agreed = " / ".join(parts) if any("@" in part for part in parts) else ""
        return f"{self.id}@{self.version}" + (f" ({agreed})" if agreed else "")

    @property
    def reads(self) -> tuple[Read, ...]:
        """The facts it reads and the date column each is dated by, without repeats."""
        if isinstance(self.formula, _FORMULAS):
            return tuple(dict.fromkeys((m.fact, m.on) for m in measures_of(self.formula)))
        return self.formula.reads

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it reads, without repeats."""
        return tuple(dict.fromkeys(fact for fact, _ in self.reads))


_FORMULAS: TypeAlias = Formula


@dataclass(frozen=True, slots=True)
class Quotient:
    """One declared metric over another, cell by cell, e.g. lifetime value over acquisition cost."""

    numerator: str
    denominator: str
    reads: tuple[Read, ...]
