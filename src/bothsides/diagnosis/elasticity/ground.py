"""One side of the panel with its driver: the arrays that every estimate of an effect reads."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.panel import Assignment, Floats, Lot, Panel
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """A side's comings and goings with the other side's stock and pushes; arrays are cells x weeks."""

    side: Side
    joined: Floats
    left: Floats
    stock: Floats
    driver: Floats
    """Log of the other side's stock at the week's start; NaN where it has none."""
    driver_stock: Floats
    driver_push: Floats
    pushed: Floats
    """Pushes of earlier weeks for the other side that are still at work: an account won stays with the chance that
    accounts of its side stay."""
    controls: Floats
    """This side's own pushes, a stack of one where there were any, else of none."""
    assignment: Assignment
    """How the driver's pushes were decided; NONE where none varies."""
    lots: tuple[Lot, ...] = ()
    """Among which cells the driver's pushes were dealt, as far as that is on record."""


def ground(panel: Panel, side: Side) -> Ground:
    """The arrays for the effect of the other side on this one."""
    own, other = panel.side(side), panel.side(side.other)
    push = np.nan_to_num(other.push)
    varies = bool(push.any() and np.ptp(push) > 0)
    mine = np.nan_to_num(own.push)
    return Ground(
        side=side,
        joined=own.joined,
        left=own.left,
        stock=own.stock,
        driver=np.log(np.where(other.stock > 0, other.stock, np.nan)),
        driver_stock=other.stock,
        driver_push=push,
        pushed=at_work(push, staying(other.left, other.stock)),
        controls=mine[None] if mine.any() else mine[None][:0],
        assignment=panel.assignment.get(side.other, Assignment.NONE) if varies else Assignment.NONE,
        lots=panel.lots.get(side.other, ()),
    )


def staying(left: Floats, stock: Floats) -> float:
    """Share of a side's accounts that stay from one week to the next."""
    there = np.isfinite(left) & np.isfinite(stock)
    held = float(stock[there].sum())
    return 1 - float(left[there].sum()) / held if held > 0 else 1.0


def at_work(push: Floats, stay: float) -> Floats:
    """What pushes before each week (the last axis) add up to, those of long ago less by what has left since."""
    total = np.zeros_like(push)
    for week in range(1, push.shape[-1]):
        total[..., week] = stay * total[..., week - 1] + push[..., week - 1]
    return total
