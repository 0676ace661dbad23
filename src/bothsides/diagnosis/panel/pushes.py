"""Declared pushes in the panel's frame: where and when a side was pushed, and how that was decided."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bothsides.diagnosis.panel.frame import WEEK, Frame
from bothsides.diagnosis.panel.panel import Assignment, Floats
from bothsides.metrics import Store
from bothsides.schema import Side
from bothsides.warehouse import version_filter

WEAKEST_FIRST = (Assignment.CHOSEN, Assignment.INSTRUMENTED, Assignment.RANDOMISED)
"""Where pushes of a side were decided in different ways, all of them prove no more than the weakest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One declared push of a side; without a label it ran in every cell, without an end it still runs."""

    side: Side
    category: str | None
    region: str | None
    started_on: date
    ended_on: date | None
    intensity: float
    assignment: Assignment


def read_pushes(store: Store, end: date) -> tuple[Push, ...]:
    """The pushes that had begun by the last known day; none where no table of them is fed."""
    if "pushes" not in store.fed:
        return ()
    rows = store.engine.rows(
        f"""
        SELECT side, category, region, started_on, ended_on, coalesce(intensity, 1), coalesce(assignment, 'chosen')
        FROM pushes WHERE {version_filter(store.known_on)} AND started_on <= $end ORDER BY started_on, push_id
        """,
        {"end": end},
    )
    return tuple(
        Push(
            side=Side(side),
            category=category,
            region=region,
            started_on=started_on,
            ended_on=ended_on,
            intensity=float(intensity),
            assignment=Assignment(assignment),
        )
        for side, category, region, started_on, ended_on, intensity, assignment in rows
    )


def pushed(pushes: tuple[Push, ...], side: Side, frame: Frame) -> tuple[Floats, Assignment]:
    """The side's intensity by cell and week, a week touched in part by its share of days, and how it was decided."""
    grid = np.zeros((len(frame.cells), len(frame.weeks)))
    decided = set()
    for push in pushes:
        shares = np.array([_share(push, week, frame.end) for week in frame.weeks])
        there = np.array([_aimed(push, cell, frame.split) for cell in frame.cells])
        if push.side is side and shares.any() and there.any():
            grid[there] += push.intensity * shares
            decided.add(push.assignment)
    return grid, next((way for way in WEAKEST_FIRST if way in decided), Assignment.NONE)


def _aimed(push: Push, cell: tuple[str | None, str | None], split: tuple[bool, bool]) -> bool:
    """Whether the push ran in the cell; a label by which the market is not split names nothing."""
    labels = zip((push.category, push.region), cell, split, strict=True)
    return all(wanted is None or not by or wanted == label for wanted, label, by in labels)


def _share(push: Push, week: date, end: date) -> float:
    """The share of the week's days on which the push ran."""
    last = min(week + WEEK - timedelta(days=1), push.ended_on or end)
    return max(0, (last - max(week, push.started_on)).days + 1) / 7
