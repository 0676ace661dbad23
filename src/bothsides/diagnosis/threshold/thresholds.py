"""Both sides' thresholds in one look at a store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from bothsides.diagnosis.panel import NoPanel, Panel
from bothsides.diagnosis.threshold.reading import ThresholdReading, read_side
from bothsides.diagnosis.threshold_policy import ThresholdPolicy
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What a market's panel says of thresholds: a reading per side that may leave, or why there is no panel.

    `first` and `last` are the Mondays of the first and last week in which it is known who left; distances are told at
    `last`.
    """

    reason: str = ""
    cells: int = 0
    first: date | None = None
    last: date | None = None
    readings: tuple[ThresholdReading, ...] = ()

    @property
    def claimed(self) -> tuple[ThresholdReading, ...]:
        """The readings with a threshold to speak of."""
        return tuple(reading for reading in self.readings if reading.claimed)


NO_COSTS: Mapping[Side, float | None] = {}


def read_thresholds(
    panel: Panel | NoPanel,
    policy: ThresholdPolicy,
    *,
    costs: Mapping[Side, float | None] = NO_COSTS,
    seed: int = 0,
) -> Thresholds:
    """Look for a threshold of each side's leaving in the other side's stock.

    `costs` says what one account of a side has cost, major units, as where the side to fund is chosen.
    """
    if isinstance(panel, NoPanel):
        return Thresholds(reason=panel.reason)
    known = np.flatnonzero(~np.isnan(panel.buyers.left + panel.suppliers.left + panel.buyers.stock).any(axis=0))
    return Thresholds(
        cells=len(panel.cells),
        first=panel.weeks[int(known[0])] if len(known) else None,
        last=panel.weeks[int(known[-1])] if len(known) else None,
        readings=tuple(
            read_side(panel, side, policy, cost=costs.get(side.other), seed=seed + i) for i, side in enumerate(Side)
        ),
    )
