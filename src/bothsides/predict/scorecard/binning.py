"""Bins of fields, cut on the leads learned from and on nothing else."""

from dataclasses import dataclass

import numpy as np

from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools
from bothsides.predict.scorecard.card import AGREED, CardField
from bothsides.predict.scorecard.columns import Leads, Numbers, Texts
from bothsides.predict.scorecard.scoring import places

BINS = 10
"""Bins of a number, at most: tenths of the leads that have it."""

AGREED_BINS = 50
"""Bins of the agreed points: they have one weight in all, so that more bins cost nothing and round less away."""

LEVELS = 15
"""Levels of a text that have a bin of their own, at most; the others share one."""

LEAST_SHARE = 0.01
LEAST_SEEN = 5
"""A bin holds at least so large a share of the leads, and at least so many."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binned:
    """A field cut into bins and the bin of each lead: `place` counts from 0."""

    field: CardField
    place: np.typing.NDArray[np.intp]

    @property
    def bins(self) -> int:
        """How many bins, with that of what is not known."""
        return len(self.field.points)

    def indicators(self) -> Floats:
        """One column a bin, 1 where the lead lies in it."""
        found: Floats = (self.place[:, None] == np.arange(self.bins)).astype(np.float64)
        return found


def cut(name: str, leads: Leads, outcome: Bools) -> Binned | None:
    """The bins of one field, without points yet; None where all leads but a few lie in one bin: it tells nothing.

    Numbers at tenths of what is known, texts by level where a level is frequent enough.
    """
    column = leads.columns[name]
    least = max(LEAST_SEEN, int(LEAST_SHARE * leads.n))
    empty = _numbers(name, column, least) if isinstance(column, Numbers) else _texts(name, column, least)
    place = places(empty, leads)
    bins = len(empty.points)
    seen = np.bincount(place, minlength=bins)
    if leads.n - int(seen.max()) < least:
        return None
    won = np.bincount(place, weights=outcome.astype(np.float64), minlength=bins)
    return Binned(field=_field(empty, seen=tuple(map(int, seen)), won=tuple(map(int, won))), place=place)


def _numbers(name: str, column: Numbers, least: int) -> CardField:
    known = column.values[~column.missing]
    if not len(known):
        return _empty(name, edges=())
    values, counts = np.unique(known, return_counts=True)
    most, fewest = (AGREED_BINS, 1) if name == AGREED else (BINS, least)
    if len(values) <= most and fewest == 1:
        return _empty(name, edges=tuple(float(value) for value in values[:-1]))
    bins = max(1, min(most, len(known) // (2 * fewest)))
    edges = set(np.quantile(known, np.arange(1, bins) / bins, method="lower").tolist())
    # A value that many leads share, such as no visits at all, has a bin of its own.
    heavy = np.flatnonzero(counts >= len(known) / bins)
    edges |= {float(values[i - 1]) for i in heavy if i and counts[:i].sum() >= fewest}
    return _empty(name, edges=tuple(sorted(edge for edge in edges if edge < values[-1])))


def _texts(name: str, column: Texts, least: int) -> CardField:
    seen = np.bincount(column.codes[~column.missing], minlength=len(column.levels))
    order = sorted(range(len(seen)), key=lambda i: (-int(seen[i]), column.levels[i]))
    return _empty(name, levels=tuple(column.levels[i] for i in order[:LEVELS] if seen[i] >= least))


def _empty(name: str, *, edges: tuple[float, ...] | None = None, levels: tuple[str, ...] | None = None) -> CardField:
    none = (0,) * (len(edges if edges is not None else levels or ()) + 2)
    return CardField(name=name, edges=edges, levels=levels, points=none, seen=none, won=none)


def _field(field: CardField, *, seen: tuple[int, ...], won: tuple[int, ...]) -> CardField:
    return CardField(name=field.name, edges=field.edges, levels=field.levels, points=field.points, seen=seen, won=won)


def with_points(field: CardField, points: tuple[int, ...]) -> CardField:
    """The field with its points."""
    return CardField(
        name=field.name, edges=field.edges, levels=field.levels, points=points, seen=field.seen, won=field.won
    )


def rising(weights: Floats, seen: Floats, direction: int) -> Floats:
    """The nearest weights that only rise (direction 1) or only fall (-1), bins weighted by the leads seen in them.

    Source: pool adjacent violators, Barlow, Bartholomew, Bremner and Brunk 1972.

    >>> rising(np.array([1.0, 3.0, 2.0]), np.ones(3), 1).tolist()
    [1.0, 2.5, 2.5]
    """
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(direction * weights, np.maximum(seen, 1e-9), strict=True):
        held = (float(value), float(weight), 1)
        while blocks and blocks[-1][0] > held[0]:
            last = blocks.pop()
            total = last[1] + held[1]
            held = ((last[0] * last[1] + held[0] * held[1]) / total, total, last[2] + held[2])
        blocks.append(held)
    return direction * np.array([value for value, _, times in blocks for _ in range(times)])
