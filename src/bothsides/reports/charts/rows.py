"""Bars from zero and dots with their range, one row a thing, each labelled at its end instead of by a legend."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bothsides.reports.charts.theme import INK, MUTED, NARROW, PAPER, RULE, WIDE

_LABELS, _ENDS = 180, 190
_BESIDE = 10
_AFTER = 8
"""Pixels between what is drawn and the words at its end."""
_NARROW_LETTERS, _WIDE_LETTERS = frozenset("fijltrI.,;:'()|/- "), frozenset("mwMW@%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its label, its number with the range if it has one, the words at its end.

    `weak` rows are drawn lighter: small n, partial, immature. `tick` is a second number marked across the bar.
    """

    label: str
    number: float
    words: str
    colour: str
    low: float | None = None
    high: float | None = None
    tick: float | None = None
    weak: bool = False

    @property
    def end(self) -> float:
        """Where the row's words begin."""
        return max(self.number, self.high or 0, self.tick or 0)


def bars(rows: Sequence[Row], *, narrow: bool = False, whole: float = 0.0) -> dict[str, Any]:
    """Bars from zero, their range drawn across the end; the scale reaches at least to `whole`."""
    bar = {"mark": {"type": "bar", "height": 18}, "encoding": {**_FROM_ZERO, **_LOOK}}
    return _spec(rows, narrow, whole, [bar, _whisker(PAPER, 4.5), _whisker(INK, 1.6), _tick(narrow)])


def dots(rows: Sequence[Row], *, narrow: bool = False, whole: float = 0.0) -> dict[str, Any]:
    """Dots on a stem from zero, for shares and ratios with a range."""
    stem = {"mark": {"type": "rule", "strokeWidth": 1, "color": RULE}, "encoding": _FROM_ZERO}
    edge = {"mark": {"type": "point", "filled": True, "size": 150, "color": PAPER}, "encoding": {"x": _NUMBER}}
    dot = {"mark": {"type": "point", "filled": True, "size": 85}, "encoding": {"x": _NUMBER, **_LOOK}}
    if narrow:  # the range would hide under the dot
        small = {"mark": {**dot["mark"], "size": 45}, "encoding": dot["encoding"]}
        return _spec(rows, narrow, whole, [stem, _whisker(INK, 1.6), *_ends(), _tick(narrow), small])
    return _spec(rows, narrow, whole, [stem, _whisker(INK, 1.6), _tick(narrow), edge, dot])


def _ends() -> list[dict[str, Any]]:
    """Strokes across both ends of the range, for one that is hardly longer than its dot is wide."""
    known = [{"filter": "isValid(datum.low) && isValid(datum.high)"}]
    mark = {"type": "tick", "thickness": 1.6, "size": 14, "color": INK}
    return [
        {"transform": known, "mark": mark, "encoding": {"x": {"field": name, "type": "quantitative"}}}
        for name in ("low", "high")
    ]


_NUMBER = {"field": "number", "type": "quantitative"}
_FROM_ZERO = {"x": _NUMBER, "x2": {"datum": 0}}
_LOOK = {
    "color": {"field": "colour", "type": "nominal", "scale": None},
    "opacity": {"condition": {"test": "datum.weak", "value": 0.6}, "value": 1},
}
_WORDS = {
    "mark": {"type": "text", "align": "left", "dx": _AFTER, "baseline": "middle"},
    "encoding": {
        "x": {"field": "end", "type": "quantitative"},
        "text": {"field": "words"},
        "color": {"condition": {"test": "datum.weak", "value": MUTED}, "value": INK},
    },
}


def _tick(narrow: bool) -> dict[str, Any]:
    """A stroke at the second number; on a telephone short of the label that stands above the row."""
    return {
        "transform": [{"filter": "isValid(datum.tick)"}],
        "mark": {"type": "tick", "thickness": 3, "size": 22 if narrow else 26, "color": INK},
        "encoding": {"x": {"field": "tick", "type": "quantitative"}},
    }


def _spec(rows: Sequence[Row], narrow: bool, whole: float, marks: list[dict[str, Any]]) -> dict[str, Any]:
    left = 4 if narrow else _LABELS
    ends = [min(0.0, *(row.number for row in rows), 0.0), max(whole, *(row.end for row in rows), 0.0)]
    width = _fitting(rows, ends, NARROW - left) if narrow else WIDE - left - _ENDS
    right = (NARROW if narrow else WIDE) - left - width
    return {
        "width": width,
        "height": (46 if narrow else 34) * len(rows),
        "padding": {"left": left, "right": right, "top": 2, "bottom": 2},
        "autosize": {"type": "none"},
        "data": {"values": [_record(place, row, narrow) for place, row in enumerate(rows)]},
        "encoding": {
            "y": {"field": "place", "type": "ordinal", "axis": None, "scale": {"padding": 0}},
            "x": {"type": "quantitative", "axis": None, "scale": {"domain": ends, "nice": False}},
        },
        "layer": [*marks, _label(narrow), _WORDS],
    }


def _fitting(rows: Sequence[Row], ends: Sequence[float], room: int) -> int:
    """The widest that bars can be drawn so that each row's words still end in the room: a telephone has none to spare.

    Words stand where their own row ends, so long words beside a short bar cost the others nothing.
    """
    low, high = ends
    widths = [
        (room - _AFTER - sum(map(_width, row.words))) / reach
        for row in rows
        if (reach := (row.end - low) / ((high - low) or 1.0)) > 0
    ]
    return max(room - _ENDS, min([room - _AFTER, *map(math.floor, widths)]))


def _record(place: int, row: Row, narrow: bool) -> dict[str, Any]:
    room = NARROW if narrow else _LABELS - _BESIDE
    return {**asdict(row), "place": place, "label": fitted(row.label, room), "end": row.end}


def fitted(label: str, room: float) -> str:
    """The label, shortened where it would be wider than so many pixels in the widest type that a reader may have.

    >>> fitted("Department for Education", 170), fitted("RAINMAKER SOLUTIONS LTD", 170)
    ('Department for Education', 'RAINMAKER SOLUTIONS…')
    """
    if sum(map(_width, label)) <= room:
        return label
    kept = ""
    for letter in label:
        if sum(map(_width, kept)) + _width(letter) + _width("m") > room:
            break
        kept += letter
    return kept.rstrip() + "…"


def _width(letter: str) -> float:
    """About how many pixels a letter takes in a wide sans serif at the size of chart labels."""
    if letter in _NARROW_LETTERS:
        return 4.6
    if letter in _WIDE_LETTERS:
        return 11.8
    return 8.8 if letter.isupper() else 7.6


def _whisker(colour: str, thickness: float) -> dict[str, Any]:
    return {
        "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
        "mark": {"type": "rule", "color": colour, "strokeWidth": thickness},
        "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
    }


def _label(narrow: bool) -> dict[str, Any]:
    """Left of the row, or above it where there is no room."""
    above = {"align": "left", "baseline": "bottom", "dy": -11}
    beside = {"align": "right", "baseline": "middle", "dx": -_BESIDE}
    mark = {"type": "text", **(above if narrow else beside)}
    return {"mark": mark, "encoding": {"x": {"value": 0}, "text": {"field": "label"}}}
