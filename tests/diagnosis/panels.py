"""Simulated panels as the diagnosis reads them."""

from collections.abc import Mapping
from types import MappingProxyType

from bothsides.diagnosis.panel import Assignment, Panel, SidePanel
from bothsides.schema import Side
from bothsides.simulate.panel import PanelPlan, PanelWorld, SideArrays


def panel_of(world: PanelWorld) -> Panel:
    """The world's arrays as a panel, with the assignment its pushes were declared with."""
    return Panel(
        cells=world.cells,
        weeks=world.weeks,
        buyers=_side(world.buyers),
        suppliers=_side(world.suppliers),
        orders=world.orders,
        gmv=world.gmv,
        assignment=assignment_of(world.plan),
    )


def assignment_of(plan: PanelPlan) -> Mapping[Side, Assignment]:
    """How each side's pushes were decided; NONE where there are none."""
    pushes = {side: plan.side(side).push for side in Side}
    return MappingProxyType(
        {side: Assignment(push.assignment) if push else Assignment.NONE for side, push in pushes.items()}
    )


def _side(arrays: SideArrays) -> SidePanel:
    return SidePanel(stock=arrays.stock, joined=arrays.joined, left=arrays.left, push=arrays.push)
