"""A drawn panel: cells by week as arrays, and the truth about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.draws import stream
from bothsides.simulate.panel.dynamics import BySide, Floats, Ground, hazard, joiners, lay_ground
from bothsides.simulate.panel.level import Levels, place
from bothsides.simulate.panel.plan import PanelPlan
from bothsides.simulate.panel.truth import PanelTruth, tell
from bothsides.simulate.panel.weather import PanelWeather, forecast

PLACING_ROUNDS = 4
"""Draws made to find the level that leaves the asked share of cell-weeks above it: churn moves the stocks it cuts."""
VALUE_SCALE = 0.3
"""Variance over squared mean of an order's value."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SideArrays:
    """One side, cells x weeks: accounts at the week's start, joined and left within it, push (0 or 1), spend (major
    units)."""

    stock: Floats
    joined: Floats
    left: Floats
    push: Floats
    spend: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelWorld:
    """A plan, the panel drawn from it, and what is true about it.

    `cells` are (category, region), `weeks` Mondays; `orders` and `gmv` (major units) are cells x weeks.
    """

    plan: PanelPlan
    cells: tuple[tuple[str | None, str | None], ...]
    weeks: tuple[date, ...]
    buyers: SideArrays
    suppliers: SideArrays
    orders: Floats
    gmv: Floats
    truth: PanelTruth

    def side(self, side: Side) -> SideArrays:
        """The arrays of one side."""
        return self.buyers if side is Side.BUYER else self.suppliers


def draw(plan: PanelPlan) -> PanelWorld:
    """Draw the whole panel. The same plan gives the same world, to the byte."""
    ground, weather = lay_ground(plan), forecast(plan)
    levels: Levels = {}
    sides, end = _run(plan, ground, weather, levels)
    asked = any(plan.side(side).threshold is not None for side in Side)
    for _ in range(PLACING_ROUNDS if asked else 0):
        levels = place(plan, {side: sides[side].stock for side in Side})
        sides, end = _run(plan, ground, weather, levels)
    orders = _orders(plan, sides)
    return PanelWorld(
        plan=plan,
        cells=tuple(_name(plan, cell) for cell in range(plan.cells)),
        weeks=tuple(plan.start + timedelta(weeks=week) for week in range(plan.weeks)),
        buyers=sides[Side.BUYER],
        suppliers=sides[Side.SUPPLIER],
        orders=orders,
        gmv=_values(plan, orders),
        truth=tell(plan, ground, levels, {side: sides[side].stock for side in Side}, end),
    )


def _run(
    plan: PanelPlan, ground: Ground, weather: PanelWeather, levels: Levels
) -> tuple[Mapping[Side, SideArrays], BySide]:
    """The weeks one by one, and the stocks after the last."""
    rng = stream(plan.seed, "panel weeks")
    shape = plan.cells, plan.weeks
    arrays = {side: {name: np.zeros(shape) for name in ("stock", "joined", "left", "spend")} for side in Side}
    lift = {side: np.exp(weather.shock + _log_lift(plan, side) * weather.push[side]) for side in Side}
    stock: dict[Side, Floats] = dict(ground.start)
    for week in range(plan.weeks):
        after = {}
        for side in Side:
            expected = joiners(plan, ground, side, stock) * lift[side][:, week]
            joined = rng.poisson(expected).astype(np.float64)
            left = rng.binomial(
                stock[side].astype(np.int64), hazard(plan, ground, side, stock, levels.get(side))
            ).astype(np.float64)
            spend = plan.side(side).cost * expected
            for name, values in (("stock", stock[side]), ("joined", joined), ("left", left), ("spend", spend)):
                arrays[side][name][:, week] = values
            after[side] = stock[side] + joined - left
        stock = after
    return {side: SideArrays(**arrays[side], push=weather.push[side]) for side in Side}, stock


def _log_lift(plan: PanelPlan, side: Side) -> float:
    push = plan.side(side).push
    return push.lift if push else 0.0


def _orders(plan: PanelPlan, sides: Mapping[Side, SideArrays]) -> Floats:
    contribution = sum((plan.side(side).contribution * sides[side].stock for side in Side), np.zeros(()))
    drawn = stream(plan.seed, "panel orders").poisson(contribution / (plan.take_rate * plan.order_value))
    return drawn.astype(np.float64)


def _values(plan: PanelPlan, orders: Floats) -> Floats:
    """What the week's orders are worth: the sum of gamma-distributed values with the plan's mean."""
    rng = stream(plan.seed, "panel values")
    return plan.order_value * VALUE_SCALE * rng.gamma(np.maximum(orders, 1e-9) / VALUE_SCALE) * (orders > 0)


def _name(plan: PanelPlan, cell: int) -> tuple[str, str]:
    return f"category {cell // plan.regions + 1:02d}", f"region {cell % plan.regions + 1}"
