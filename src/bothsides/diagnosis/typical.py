"""What a cell of this market usually looks like, and how far each cell is from it, in its own uncertainty."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.diagnosis.cells import Cell, Cells, Outcomes
from bothsides.metrics.interval import Z, clustered_ratio, wilson
from bothsides.predict.comparison import median, robust_spread

POLISHES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """One number of a cell beside what is usual: the log of their ratio and how uncertain that is.

    The uncertainty holds both the cell's own luck and how much the market's cells differ anyhow.
    """

    usual: float
    gap: float
    spread: float

    @property
    def factor(self) -> float:
        """The number as a multiple of the usual."""
        return math.exp(self.gap)

    @property
    def score(self) -> float:
        """Standard deviations away; negative below the usual."""
        return self.gap / self.spread if self.spread else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one cell stands against the market's usual cell; None where there is nothing to compare with."""

    cell: Cell
    balance: Usual | None
    """Buyers per supplier."""
    buyers: Usual | None
    suppliers: Usual | None
    """Against what a cell of this category and region usually has; needs both dimensions."""
    search: Usual | None
    fill: Usual | None


def standings(found: Cells, *, least_n: int) -> tuple[Standing, ...]:
    """Every cell against the usual one: medians and median polish, so that a few sick cells do not set the norm."""
    cells = found.cells
    crossed = found.by_category and found.by_region
    balance = _balance(cells)
    buyers = _margins(cells, [cell.buyers for cell in cells]) if crossed else [None] * len(cells)
    suppliers = _margins(cells, [cell.suppliers for cell in cells]) if crossed else [None] * len(cells)
    search = usual_rates([cell.searches for cell in cells], least_n)
    fill = usual_rates([cell.requests for cell in cells], least_n)
    return tuple(
        Standing(cell=cell, balance=a, buyers=b, suppliers=c, search=d, fill=e)
        for cell, a, b, c, d, e in zip(cells, balance, buyers, suppliers, search, fill, strict=True)
    )


def _balance(cells: Sequence[Cell]) -> list[Usual | None]:
    counts = [(cell.buyers + 0.5, cell.suppliers + 0.5) for cell in cells]
    logs = [math.log(b / s) for b, s in counts]
    luck = [1 / b + 1 / s for b, s in counts]
    return _stand(logs, luck, [median(logs)] * len(logs)) if len(cells) > 1 else [None] * len(cells)


def _margins(cells: Sequence[Cell], counts: Sequence[int]) -> list[Usual | None]:
    """Counts against category x region effects, fitted by Tukey's median polish on logs."""
    categories = sorted({str(cell.category) for cell in cells})
    regions = sorted({str(cell.region) for cell in cells})
    if len(categories) < 2 or len(regions) < 2:
        return [None] * len(cells)
    logs = [math.log(count + 0.5) for count in counts]
    rest, places = list(logs), [(str(cell.category), str(cell.region)) for cell in cells]
    groups = [
        [i for i, place in enumerate(places) if place[dim] == label]
        for dim, labels in ((0, categories), (1, regions))
        for label in labels
    ]
    for _ in range(POLISHES):
        for members in groups:
            effect = median([rest[i] for i in members])
            for i in members:
                rest[i] -= effect
    usual = [log - left for log, left in zip(logs, rest, strict=True)]
    luck = [1 / (math.exp(u) + 0.5) for u in usual]
    return _stand(logs, luck, usual)


def usual_rates(outcomes: Sequence[Outcomes], least_n: int) -> list[Usual | None]:
    """Each cell's share met against the median cell's; None where fewer than `least_n` were asked for."""
    judged = [i for i, o in enumerate(outcomes) if o.asked >= least_n]
    stood: list[Usual | None] = [None] * len(outcomes)
    if len(judged) < 2:
        return stood
    rates = [(outcomes[i].met + 0.5) / (outcomes[i].asked + 1) for i in judged]
    usual = median(rates)
    luck = [(_half_width(outcomes[i]) / Z / usual) ** 2 for i in judged]
    # Rates are compared on their own scale, relative to the usual one: a log would make zeros infinitely bad.
    gaps = [(rate - usual) / usual for rate in rates]
    between = max(0.0, robust_spread(gaps) ** 2 - median(luck))
    for i, gap, own in zip(judged, gaps, luck, strict=True):
        stood[i] = Usual(usual=usual, gap=math.log(max(1 + gap, 1e-3)), spread=_relative(gap, math.sqrt(between + own)))
    return stood


def _relative(gap: float, spread: float) -> float:
    """The spread that makes the score of the log equal to the score of the relative gap."""
    log = math.log(max(1 + gap, 1e-3))
    return spread * log / gap if gap else spread


def interval(outcomes: Outcomes) -> tuple[float, float]:
    """95 % interval of the share met, clustered by account where there are accounts enough to see their spread."""
    simple = wilson(outcomes.met, outcomes.asked)
    bound = clustered_ratio(
        outcomes.accounts,
        outcomes.met,
        outcomes.asked,
        outcomes.met_squares,
        outcomes.asked_squares,
        outcomes.products,
    )
    if bound is None or outcomes.accounts < 5:
        return simple
    return max(0.0, min(simple[0], bound[0])), min(1.0, max(simple[1], bound[1]))


def _half_width(outcomes: Outcomes) -> float:
    low, high = interval(outcomes)
    return (high - low) / 2


def _stand(logs: Sequence[float], luck: Sequence[float], usual: Sequence[float]) -> list[Usual | None]:
    gaps = [log - middle for log, middle in zip(logs, usual, strict=True)]
    between = max(0.0, robust_spread(gaps) ** 2 - median(luck))
    return [
        Usual(usual=math.exp(middle), gap=gap, spread=math.sqrt(between + own))
        for middle, gap, own in zip(usual, gaps, luck, strict=True)
    ]
