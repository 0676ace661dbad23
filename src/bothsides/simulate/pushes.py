"""Pushes for suppliers: which cells were drawn by lot in which quarter, as a growth lead would list them."""

import numpy as np

from bothsides.schema.side import Side
from bothsides.schema.tables.pushes import ASSIGNMENTS
from bothsides.simulate.billing import Columns
from bothsides.simulate.draws import WEEK, Floats
from bothsides.simulate.plan import LEAD_IN_WEEKS, MarketPlan
from bothsides.simulate.trade import Society

PUSH_WEEKS = 13


def push_list(pushes: Floats) -> tuple[tuple[int, int], ...]:
    """The quarter and cell of every push, from the log lifts by calendar week (lead-in included) and cell."""
    quarter, cell = np.nonzero(pushes[LEAD_IN_WEEKS::PUSH_WEEKS])
    return tuple(zip(quarter.tolist(), cell.tolist(), strict=True))


def push_name(plan: MarketPlan, quarter: int, cell: int) -> str:
    """What the push of a cell in a quarter is called."""
    place = f"{plan.categories[cell // len(plan.regions)]}, {plan.regions[cell % len(plan.regions)]}"
    return f"Supplier push, {place}, quarter {quarter + 1}"


def pushes(society: Society) -> Columns:
    """The pushes table in time order: one row per pushed cell and quarter, all drawn by lot; empty without pushes."""
    listed = push_list(society.weather.pushes)
    quarter, cell = np.array(listed, np.int64).reshape(-1, 2).T
    return {
        "push_id": np.arange(1, len(listed) + 1),
        "name": np.arange(len(listed)),
        "side": np.full(len(listed), list(Side).index(Side.SUPPLIER), np.int8),
        "category": society.cells.category[cell].astype(np.int8),
        "region": society.cells.region[cell].astype(np.int8),
        "started_at": society.epoch + quarter * PUSH_WEEKS * WEEK,
        "ended_at": society.epoch + np.minimum((quarter + 1) * PUSH_WEEKS, society.plan.weeks) * WEEK - 60,
        "intensity": np.ones(len(listed), np.int64),
        "assignment": np.full(len(listed), ASSIGNMENTS.index("randomised"), np.int8),
    }
