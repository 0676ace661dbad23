"""Small simulated panels for tests, each drawn once."""

from dataclasses import replace
from functools import cache

from bothsides.diagnosis.panel import Assignment, Panel
from bothsides.schema import Side
from bothsides.simulate.panel import WORLDS, PanelWorld, draw
from tests.diagnosis.panels import panel_of


@cache
def world(name: str, cells: int, weeks: int, seed: int = 5) -> PanelWorld:
    """A named world of this size."""
    return draw(replace(WORLDS[name](seed), cells=cells, weeks=weeks, regions=1))


def panel(name: str, cells: int, weeks: int, seed: int = 5, *, suppliers: Assignment | None = None) -> Panel:
    """The same as a panel; `suppliers` declares their pushes another way than they were decided."""
    drawn = panel_of(world(name, cells, weeks, seed))
    if suppliers is None:
        return drawn
    return replace(drawn, assignment={**drawn.assignment, Side.SUPPLIER: suppliers})
