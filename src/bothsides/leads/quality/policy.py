"""How a lead's priority is worked out where little is known, as both teams signed it: `agreement/quality.toml`."""

from dataclasses import dataclass, field
from typing import Annotated

from bothsides.agreement import checked
from bothsides.agreement.numbers import NotNegative, Share
from bothsides.leads.score import Band

BANDS = tuple(band.value for band in Band)


def above_0(number: float) -> float:
    """An amount above 0."""
    if not 0 < number < 1e12:
        raise ValueError("must be an amount above 0: where nothing is known a lead is still not worth nothing")
    return number


def by_band(shares: dict[str, float]) -> dict[str, float]:
    """By band a share from 0 to 1."""
    for band, share in shares.items():
        if band not in BANDS:
            raise ValueError(f"{band!r} is no band; allowed: {', '.join(BANDS)}")
        if not 0 <= share <= 1:
            raise ValueError(f"{band} = {share}: must be a share from 0 to 1")
    return shares


Amount = Annotated[float, checked(above_0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """What is taken where neither the cell nor the market tells; every line that uses it says so."""

    win_chance: Share = 0.05
    win_chance_by_band: Annotated[dict[str, float], checked(by_band)] = field(default_factory=dict)
    """Of leads in that band, so that the signed points tell leads of one cell apart before a card was fitted."""
    first_order_within_90_days: Share = 0.3
    fill_rate: Share = 0.2
    """Share of requests that end in an order."""
    contribution_per_order: Amount
    """In major units of the reporting currency."""
    own_contribution: Amount
    """Of an account in a year, in major units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeWeights:
    """How far an effect of one side on the other counts, by what it rests on."""

    randomised: Share = 1.0
    instrumented: Share = 1.0
    fixed_effects: Share = 0.7
    correlational: Share = 0.25
    """Shocks that move both sides make such an effect too large, so it counts for a quarter."""
    refused: Share = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scarcity:
    """When a cell lacks supply, and when it has demand that waits."""

    no_supply_below_suppliers: int = 3
    """A buyer lead in a cell with fewer suppliers goes to a supply-recruit task first."""
    no_supply_below_fill_rate: Share = 0.05
    unmet_from_a_month: NotNegative = 5.0
    """A supplier lead in a cell with so many unfilled requests a month jumps the queue."""
    unmet_one_supplier_fills_a_month: NotNegative = 2.0
    """Of the unfilled requests, how many one more supplier is taken to fill where no effect has been measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPolicy:
    """Priority in money: own worth of the lead, and what it does for the other side of its cell."""

    cell_counts_as: NotNegative = 20.0
    """The market's rate counts as so many cases of the cell: with 20 cases of its own a cell is half itself. Used
    where the spread between cells cannot be measured."""
    least_cells: int = 5
    """From so many cells on, the spread between them tells how far to trust each (empirical Bayes)."""
    fallback: Fallback
    counts: GradeWeights = field(default_factory=GradeWeights)
    scarcity: Scarcity = field(default_factory=Scarcity)


def problems(policy: QualityPolicy) -> tuple[str, ...]:
    """Weights of grades that do not fall with what they rest on, and numbers that leave a rule without meaning."""
    found = []
    by = policy.counts
    if not by.randomised >= by.fixed_effects >= by.correlational >= by.refused:
        found.append("counts: an effect that rests on less must not count more: randomised, fixed_effects, ...")
    if by.refused:
        found.append(f"counts.refused = {by.refused:g}: a refused effect has no number, so it must be 0")
    if policy.least_cells < 2:
        found.append(f"least_cells = {policy.least_cells}: a spread needs at least 2 cells")
    if policy.cell_counts_as == 0:
        found.append("cell_counts_as = 0: a cell with one case would be taken at its word; write at least 1")
    return tuple(found)
