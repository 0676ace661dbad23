"""What befalls the cells of a panel from outside: shocks that hit both sides, and pushes for one side."""

from dataclasses import dataclass

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.draws import stream
from bothsides.simulate.panel.dynamics import BySide, Floats
from bothsides.simulate.panel.plan import PanelPlan, PanelPush, PanelShock


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelWeather:
    """Cells x weeks: the log shock to both sides' joiners, and per side where a push runs (1) or not (0)."""

    shock: Floats
    push: BySide


def forecast(plan: PanelPlan) -> PanelWeather:
    """Draw shocks, then pushes: people push where they see a boom coming."""
    rng = stream(plan.seed, "panel shocks")
    common = _path(rng, plan.common, 1, plan.weeks)
    own = _path(rng, plan.cell, plan.cells, plan.weeks)
    push = {side: _pushes(plan, side, own) for side in Side}
    return PanelWeather(shock=common + own, push=push)


def _path(rng: np.random.Generator, shock: PanelShock, rows: int, weeks: int) -> Floats:
    noise = rng.standard_normal((rows, weeks))
    path = np.empty((rows, weeks))
    path[:, 0] = noise[:, 0]
    step = np.sqrt(1 - shock.rho**2)
    for week in range(1, weeks):
        path[:, week] = shock.rho * path[:, week - 1] + step * noise[:, week]
    return shock.sd * path


def _pushes(plan: PanelPlan, side: Side, shock: Floats) -> Floats:
    push, pushed = plan.side(side).push, np.zeros((plan.cells, plan.weeks))
    if push is None:
        return pushed
    rng = stream(plan.seed, f"panel push {side}")
    count = max(1, round(push.share * plan.cells))
    for block, first in enumerate(range(0, plan.weeks, push.weeks)):
        pushed[
            _picked(rng, push, shock[:, first : first + push.weeks].mean(axis=1), count, block),
            first : first + push.weeks,
        ] = 1.0
    return pushed


def _picked(rng: np.random.Generator, push: PanelPush, shock: Floats, count: int, block: int) -> list[int]:
    cells = len(shock)
    if push.assignment == "chosen":
        looks = shock + 0.25 * shock.std() * rng.standard_normal(cells)
        return [int(cell) for cell in np.argsort(-looks, kind="stable")[:count]]
    if push.assignment == "instrumented":
        return [(block * count + turn) % cells for turn in range(count)]
    return [int(cell) for cell in rng.permutation(cells)[:count]]
