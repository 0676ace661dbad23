"""Points that were fitted from won and lost leads, evaluated one lead at a time beside the rules written by hand."""

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from bothsides.leads.score.policy import FittedField

AGREED = "agreed_points"
"""The field in which a fitted card is given the sum of the hand rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedTerm:
    """A fitted field ready to be asked."""

    name: str
    says: str
    edges: tuple[float, ...]
    """Upper ends of the number ranges; empty for a field of texts."""
    ranges: tuple[tuple[float, int, str], ...]
    """Of each range what it lies above, its points and its words."""
    levels: Mapping[str, int]
    missing: int
    other: int

    def read(self, value: object) -> tuple[int, str]:
        """Points of a value and its bin in words. A text where numbers are wanted counts as not known."""
        if self.ranges:
            if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
                return self.missing, "not known"
            place = bisect_left(self.edges, value)
            if place < len(self.ranges) and value > self.ranges[place][0]:
                return self.ranges[place][1], self.ranges[place][2]
            return self.other, "outside all ranges"
        if value is None or value == "":
            return self.missing, "not known"
        text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        points = self.levels.get(text)
        return (self.other, f"{text}, as any other") if points is None else (points, text)


def fitted_term(item: FittedField) -> FittedTerm:
    """The field made ready."""
    numbers = sorted(
        (math.inf if one.up_to is None else one.up_to, -math.inf if one.above is None else one.above, one.points)
        for one in item.bin
        if one.above is not None or one.up_to is not None
    )
    return FittedTerm(
        name=item.field,
        says=item.says,
        edges=tuple(up_to for up_to, _, _ in numbers),
        ranges=tuple((above, points, _words(above, up_to)) for up_to, above, points in numbers),
        levels={level: one.points for one in item.bin for level in one.levels},
        missing=next((one.points for one in item.bin if one.missing), 0),
        other=next((one.points for one in item.bin if one.other), 0),
    )


def _words(above: float, up_to: float) -> str:
    if above == -math.inf:
        return "any number" if up_to == math.inf else f"up to {up_to:g}"
    return f"above {above:g}" if up_to == math.inf else f"above {above:g} to {up_to:g}"
