"""What the desk of a rehearsal is told of its market, as a publish would tell it after a sync."""

import numpy as np

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.elasticity import SEED, effects_of, one_more
from bothsides.diagnosis.panel import Assignment, Panel, SidePanel
from bothsides.leads.publishing.effects import told
from bothsides.leads.quality import CellFacts, MarketFacts
from bothsides.schema import Money, Side, minor_units
from bothsides.simulate.panel import PanelWorld, SideArrays

LATELY_WEEKS = 13


def facts_of(world: PanelWorld, *, currency: str, snapshot: int) -> MarketFacts:
    """Who is there, what an order contributes, and what one more account of each side brings the other, found out from
    the simulated weeks as it would be from real ones. Of what a panel does not hold the agreement's word stands."""
    cells = tuple(
        CellFacts(
            category=category or "",
            region=region or "",
            snapshot=str(snapshot),
            suppliers=int(world.suppliers.stock[place, -1]),
            buyers=int(world.buyers.stock[place, -1]),
            contribution_per_order=_per_order(world, place, currency),
        )
        for place, (category, region) in enumerate(world.cells)
    )
    whole = CellFacts(
        category="",
        region="",
        snapshot=str(snapshot),
        suppliers=sum(cell.suppliers or 0 for cell in cells),
        buyers=sum(cell.buyers or 0 for cell in cells),
        contribution_per_order=_per_order(world, slice(None), currency),
    )
    panel = panel_of(world)
    facts = MarketFacts(snapshot=str(snapshot), currency=currency, whole=whole, cells=cells)
    return told(facts, one_more(panel, effects_of(panel, DiagnosisPolicy()), SEED))


def panel_of(world: PanelWorld) -> Panel:
    """The simulated weeks as they are read from a warehouse, with pushes as they were decided."""
    pushes = {side: world.plan.side(side).push for side in Side}
    return Panel(
        cells=world.cells,
        weeks=world.weeks,
        buyers=_side(world.buyers),
        suppliers=_side(world.suppliers),
        orders=world.orders,
        gmv=world.gmv,
        assignment={side: Assignment(push.assignment) if push else Assignment.NONE for side, push in pushes.items()},
    )


def _side(of: SideArrays) -> SidePanel:
    return SidePanel(stock=of.stock, joined=of.joined, left=of.left, push=of.push)


def _per_order(world: PanelWorld, place: int | slice, currency: str) -> Money | None:
    """Commission of a mean order of the last weeks; None where there was none."""
    orders, gmv = (float(np.sum(of[place, -LATELY_WEEKS:])) for of in (world.orders, world.gmv))
    if not orders:
        return None
    return Money(minor=round(gmv / orders * world.plan.take_rate * 10 ** minor_units(currency)), currency=currency)
