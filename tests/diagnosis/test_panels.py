"""A simulated panel becomes the diagnosis' panel, cell by cell."""

import numpy as np
import pytest

from bothsides.diagnosis.panel import Assignment
from bothsides.schema import Side
from bothsides.simulate.panel import WORLDS, draw
from tests.diagnosis.panels import panel_of


@pytest.mark.parametrize("name", ["small_market", "randomised_pushes"])
def test_the_panel_holds_the_worlds_arrays(name: str) -> None:
    world = draw(WORLDS[name](1))
    panel = panel_of(world)
    assert (len(panel.cells), len(panel.weeks)) == (world.plan.cells, world.plan.weeks)
    assert len(set(panel.cells)) == world.plan.cells
    assert np.array_equal(panel.side(Side.SUPPLIER).push, world.suppliers.push)
    assert np.array_equal(panel.gmv, world.gmv)


def test_the_assignment_is_the_declared_one() -> None:
    pushed = panel_of(draw(WORLDS["chosen_pushes"](1))).assignment
    assert pushed == {Side.BUYER: Assignment.NONE, Side.SUPPLIER: Assignment.CHOSEN}
