"""A card fitted from won and lost leads, as a scorecard counts it."""

import math
from collections.abc import Mapping

from bothsides.leads.score.policy import Bin, Fitted, FittedField
from bothsides.predict.scorecard.card import Card, CardField


def as_fitted(card: Card, says: Mapping[str, str] | None = None) -> Fitted:
    """A card fitted from history as it counts here, its score in the place of the hand rules'; `says` names fields in
    words, else their names are shown."""
    words = says or {}
    return Fitted(
        version=card.version,
        slope=card.slope,
        intercept=card.shift,
        field=tuple(
            FittedField(field=item.name, says=words.get(item.name, item.name.replace("_", " ")), bin=_bins(item))
            for item in card.fields
        ),
    )


def _bins(item: CardField) -> tuple[Bin, ...]:
    if item.levels is not None:
        *levels, other, missing = item.points
        texts = [Bin(points=points, levels=(level,)) for level, points in zip(item.levels, levels, strict=True)]
        return (*texts, Bin(points=other, other=True), Bin(points=missing, missing=True))
    *ranges, missing = item.points
    ends = (-math.inf, *(item.edges or ()), math.inf)
    bins = [
        Bin(points=points, above=low, up_to=high) for low, high, points in zip(ends, ends[1:], ranges, strict=False)
    ]
    return (*bins, Bin(points=missing, missing=True))
