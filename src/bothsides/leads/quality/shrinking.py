"""Rates of cells drawn towards the market's by how little they rest on: a new cell starts as the market is."""

from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.leads.quality.facts import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """The market's rate and the number of cases of a cell that it weighs as much as: a Beta(rate * weight, ...)."""

    rate: float
    weight: float
    measured: bool
    """Whether the weight comes from the spread between cells rather than from the agreement."""

    def of(self, cell: Counted | None) -> float:
        """The rate of a cell: its own cases and the market's.

        >>> Prior(rate=0.2, weight=20, measured=False).of(Counted(came=10, of=20))
        0.35
        """
        if cell is None:
            return self.rate
        return (cell.came + self.rate * self.weight) / (cell.of + self.weight)


MOST_WEIGHT = 10_000.0
"""Where cells differ no more than by luck, a cell is believed only from thousands of cases on."""


def prior(cells: Sequence[Counted], whole: Counted, *, weight: float, least_cells: int) -> Prior:
    """The prior of a rate from its cells by the method of moments for the beta-binomial, else with the agreed weight.

    Source: Kleinman 1973, JASA 68:46-54, with cells weighted by their cases. Between 1 and 10,000.

    >>> prior([Counted(came=0, of=100), Counted(came=100, of=100)], Counted(came=100, of=200), weight=20, least_cells=2)
    Prior(rate=0.5, weight=1.0, measured=True)
    """
    rate = whole.came / whole.of if whole.of else 0.0
    known = [cell for cell in cells if cell.of > 0]
    total = sum(cell.of for cell in known)
    if len(known) < least_cells or not 0 < rate < 1:
        return Prior(rate=rate, weight=weight, measured=False)
    mean = sum(cell.came for cell in known) / total
    spread = sum(cell.of * (cell.came / cell.of - mean) ** 2 for cell in known)
    luck = mean * (1 - mean) * (len(known) - 1)
    room = mean * (1 - mean) * (total - sum(cell.of**2 for cell in known) / total - (len(known) - 1))
    between = (spread - luck) / room if room > 0 else 0.0
    # `between` is the correlation of two cases of one cell, 1 / (weight + 1).
    found = MOST_WEIGHT if between <= 1 / (MOST_WEIGHT + 1) else max(1.0, 1 / between - 1)
    return Prior(rate=rate, weight=found, measured=True)
