"""A panel holds one row per cell and one column per week, whatever it holds."""

from datetime import date, timedelta

import numpy as np
import pytest

from bothsides.diagnosis.panel import Assignment, Panel, SidePanel
from bothsides.schema import Side


def _panel(orders: tuple[int, int] = (2, 3)) -> Panel:
    grid = np.zeros((2, 3))
    side = SidePanel(stock=grid, joined=grid, left=grid, push=grid)
    return Panel(
        cells=(("Pumps", "North"), ("Pumps", "South")),
        weeks=tuple(date(2025, 1, 6) + timedelta(weeks=i) for i in range(3)),
        buyers=side,
        suppliers=SidePanel(stock=grid + 1, joined=grid, left=grid, push=grid),
        orders=np.zeros(orders),
        gmv=grid,
        assignment=dict.fromkeys(Side, Assignment.NONE),
    )


def test_a_side_is_the_one_asked_for() -> None:
    assert _panel().side(Side.SUPPLIER).stock.sum() == 6


def test_an_array_of_another_shape_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"orders has shape \(3, 2\), it must be cells x weeks, \(2, 3\)"):
        _panel(orders=(3, 2))
