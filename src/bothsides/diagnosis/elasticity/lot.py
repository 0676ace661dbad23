"""Whom a push by lot takes when: cells of like size in blocks, one of each block in every wave."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.panel import Floats

MOST_FACTOR, MOST_WEEKS = 100.0, 1040
"""What a push may ask for at most: beyond it stands a slip, not a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Waves of pushes, one after the other. In each, one cell in every block of `one_in` like cells is pushed.

    `factor` is how many times as many accounts join a pushed cell; `follow` weeks after the last wave are watched.
    Raises ValueError for what cannot be run.
    """

    weeks: int = 13
    waves: int = 2
    one_in: int = 2
    factor: float = 2.0
    follow: int = 13

    def __post_init__(self) -> None:
        if self.weeks < 1 or self.waves < 1 or self.follow < 0:
            raise ValueError(
                f"push: {self.waves} waves of {self.weeks} weeks, {self.follow} to follow; at least 1, 1 and 0"
            )
        if self.one_in < 2:
            raise ValueError(f"push: one in {self.one_in} cells; at least 2, for without others there is no comparison")
        if not 1 < self.factor <= MOST_FACTOR:
            raise ValueError(
                f"push: {self.factor} times as many joiners; more than 1 times, else nothing is pushed, and at most "
                f"{MOST_FACTOR:.0f}"
            )
        if self.length > MOST_WEEKS:
            raise ValueError(f"push: {self.length} weeks with what is watched; at most {MOST_WEEKS}")

    @property
    def length(self) -> int:
        """Weeks from the first wave's beginning to the end of what is watched."""
        return self.weeks * self.waves + self.follow


def blocks(size: Floats, one_in: int) -> tuple[tuple[int, ...], ...]:
    """Cells in blocks of like size, the largest first; what is left over joins the last block."""
    order = [int(cell) for cell in np.argsort(-size, kind="stable")]
    cut = [tuple(order[i : i + one_in]) for i in range(0, len(order), one_in)]
    if len(cut) > 1 and len(cut[-1]) < one_in:
        cut[-2:] = [(*cut[-2], *cut[-1])]
    return tuple(cut)


def draw_lot(rng: np.random.Generator, size: Floats, design: Design) -> Floats:
    """Who is pushed in which wave: cells x waves of 0 and 1, by lot within every block."""
    pushed = np.zeros((len(size), design.waves))
    for block in blocks(size, design.one_in):
        for wave in range(design.waves):
            pushed[block[int(rng.integers(len(block)))], wave] = 1.0
    return pushed


def by_week(pushed: Floats, design: Design, before: int) -> Floats:
    """The same as cells x weeks, `before` weeks ahead of the first wave and `follow` after the last."""
    running = np.repeat(pushed, design.weeks, axis=1)
    return np.pad(running, ((0, 0), (before, design.follow)))
