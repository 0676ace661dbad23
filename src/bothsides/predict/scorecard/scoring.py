"""Points of leads on a card: many at once by lookup, one at a time in microseconds, both with reasons that add up."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bothsides.predict.measures import Ints
from bothsides.predict.scorecard.card import Card, CardField
from bothsides.predict.scorecard.columns import Leads, Numbers, as_text

Reason: TypeAlias = tuple[str, str, int]
"""Field, its bin in words, points."""


def places(field: CardField, leads: Leads) -> NDArray[np.intp]:
    """The bin of each lead in one field. A field that is not among the columns is not known for any of them.

    Raises ValueError where the column is of numbers and the field of texts, or the other way round.
    """
    last = len(field.points) - 1
    column = leads.columns.get(field.name)
    if column is None:
        return np.full(leads.n, last, dtype=np.intp)
    if isinstance(column, Numbers) != (field.edges is not None):
        raise ValueError(f"{field.name} is {type(column).__name__.lower()} here, but the card knows it otherwise")
    if isinstance(column, Numbers):
        # NaN sorts after every edge, into the bin above the last; it is moved on to the one of what is not known.
        found = np.searchsorted(np.asarray(field.edges, dtype=np.float64), column.values, side="left")
        found[np.isnan(column.values)] = last
        return found
    place = {level: i for i, level in enumerate(field.levels or ())}
    # The last entry of the lookup answers code -1.
    lookup = np.array([*(place.get(level, last - 1) for level in column.levels), last], dtype=np.intp)
    return lookup[column.codes]


def points(card: Card, leads: Leads) -> dict[str, Ints]:
    """Points of each lead by field: the reasons of its score, which they add up to."""
    return {field.name: np.asarray(field.points, dtype=np.int64)[places(field, leads)] for field in card.fields}


def scores(card: Card, leads: Leads) -> Ints:
    """The score of each lead, 0 to 100."""
    total = np.zeros(leads.n, dtype=np.int64)
    for field in card.fields:
        total += np.asarray(field.points, dtype=np.int64)[places(field, leads)]
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One lead on a card: the score, P(won), and a reason a field in the card's order; their points sum to the score.

    `version` is the card's.
    """

    score: int
    chance: float
    reasons: tuple[Reason, ...]
    version: str


def compiled(card: Card) -> Callable[[Mapping[str, object]], Scored]:
    """A function that scores one lead from its fields; make it once a card.

    A field that is absent, empty or of another kind than on the card counts as not known.
    """
    readers = [(field.name, _reader(field)) for field in card.fields]
    chances = tuple(card.chance(score) for score in range(card_most(card) + 1))
    version = card.version

    def one(fields: Mapping[str, object]) -> Scored:
        get = fields.get
        reasons = tuple([read(get(name)) for name, read in readers])
        score = 0
        for reason in reasons:
            score += reason[2]
        return Scored(score=score, chance=chances[score], reasons=reasons, version=version)

    return one


def card_most(card: Card) -> int:
    """The largest score that the card can give."""
    return sum(field.most for field in card.fields)


def _reader(field: CardField) -> Callable[[object], Reason]:
    """From a value to the reason of its bin."""
    reasons = tuple((field.name, label, point) for label, point in zip(field.labels, field.points, strict=True))
    missing = reasons[-1]
    if field.edges is not None:
        edges = field.edges

        def number(value: object) -> Reason:
            if value.__class__ is int or value.__class__ is float:
                # A NaN differs from itself.
                return reasons[bisect_left(edges, value)] if value == value else missing  # noqa: PLR0124
            return missing if not isinstance(value, int | float) or isinstance(value, bool) else number(float(value))

        return number
    by_level = dict(zip(field.levels or (), reasons, strict=False))
    rest = reasons[-2]

    def text(value: object) -> Reason:
        if value is None or value == "":
            return missing
        return by_level.get(value if value.__class__ is str else as_text(value), rest)

    return text
