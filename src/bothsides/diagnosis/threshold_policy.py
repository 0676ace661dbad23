"""What it takes to claim a liquidity threshold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdPolicy:
    """Set under `[threshold]` of `agreement/diagnosis.toml`. Shares are 0 to 1.

    Where no source is named the value is this product's own: with these, simulated markets without a threshold get no
    claim in at least 95 % of cases, and those with one get it (benchmarks/proof_threshold.py).
    """

    least_cells: int = 20
    """Fewer cells give no interval that holds (feasibility figures of the design: at least 20 cells, 40 weeks)."""
    least_weeks: int = 40
    least_leavers: int = 200
    """Accounts that left, over all cells and weeks."""
    least_levels: int = 8
    """Different stocks of the other side that cells must have seen."""
    least_crossed: int = 5
    """Cells that must have been on both sides: others say nothing of what the step itself does."""
    regime_share: float = 0.2
    """Share of cell-weeks that must lie on either side; with 8 % above, estimates scatter (feasibility figures)."""

    most_p: float = 0.005
    """A drop this sharp may come about so often where leaving changes gradually. Both sides are tested."""
    least_jump: float = 0.2
    """Smallest drop that is claimed, in logits: about a fifth fewer leave."""
    most_between: float = 0.3
    """Share of cell-weeks that may lie within the level's range: a level that may be anywhere is none."""
    bends: int = 3
    """Inner knots of the gradual change that a step has to beat."""
    draws: int = 200
    """Resamples of the cells."""
    most_together: float = 0.8
    """Correlation of the two stocks within cells above which no frontier is told."""

    recent_weeks: int = 13
    """Weeks over which a cell's present pace, churn and GMV are taken."""
