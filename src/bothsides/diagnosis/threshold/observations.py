"""What a threshold is looked for in: who of one side left, cell by week, and how many of the other side were there."""

from dataclasses import dataclass, replace

import numpy as np

from bothsides.diagnosis.panel import Floats, Panel
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observations:
    """Cell-weeks of one side, cells x weeks: accounts at risk, those that left, and the other side's accounts.

    `rows` and `columns` say which cells and weeks of the panel they are; a cell-week that is not known has nobody at
    risk.
    """

    side: Side
    at_risk: Floats
    left: Floats
    other: Floats
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    @property
    def seen(self) -> Floats:
        """1 where a cell-week counts, else 0."""
        counts: Floats = (self.at_risk > 0).astype(np.float64)
        return counts

    @property
    def cell_weeks(self) -> int:
        """How many count."""
        return int(self.seen.sum())

    def above(self, level: float) -> float:
        """Share of the cell-weeks with at least `level` accounts of the other side."""
        seen = self.at_risk > 0
        return float((self.other[seen] >= level).mean()) if seen.any() else 0.0


def observe(panel: Panel, side: Side) -> Observations:
    """The side's cell-weeks that tell anything: known ones, of cells and weeks in which anybody left.

    A cell that nobody ever left has no level of leaving to compare with; neither has such a week.
    """
    own, other = panel.side(side), panel.side(side.other)
    known = ~np.isnan(own.stock + own.left + other.stock) & (own.stock > 0)
    found = Observations(
        side=side,
        at_risk=np.where(known, own.stock, 0.0),
        left=np.where(known, np.minimum(own.left, own.stock), 0.0),
        other=np.where(known, other.stock, 0.0),
        rows=tuple(range(len(panel.cells))),
        columns=tuple(range(len(panel.weeks))),
    )
    while True:
        smaller = _telling(found)
        if smaller.left.shape == found.left.shape:
            return found
        found = smaller


def _telling(found: Observations) -> Observations:
    """Without the cells and weeks that nobody, or everybody at risk, left."""
    rows, columns = (
        np.flatnonzero((found.left.sum(axis=axis) > 0) & (found.left.sum(axis=axis) < found.at_risk.sum(axis=axis)))
        for axis in (1, 0)
    )
    cut = np.ix_(rows, columns)
    return replace(
        found,
        at_risk=found.at_risk[cut],
        left=found.left[cut],
        other=found.other[cut],
        rows=tuple(found.rows[i] for i in rows),
        columns=tuple(found.columns[i] for i in columns),
    )
