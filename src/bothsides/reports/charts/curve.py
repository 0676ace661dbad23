"""The concentration curve: the largest accounts first, what share of GMV they carry; each side labelled on its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bothsides.reports.charts.theme import MUTED, NARROW, PAPER, WIDE, written

_HEIGHT = 300
_ABOVE_FROM = 0.32


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: its name at its side, its colour, its points (share of accounts, share of GMV), largest first."""

    name: str
    colour: str
    points: tuple[tuple[float, float], ...]


def concentration_curve(lines: Sequence[Line], *, narrow: bool = False) -> dict[str, Any]:
    """Shares of GMV over shares of accounts, with the line on which all accounts would be equal."""
    records: list[dict[str, Any]] = [
        {"name": line.name, "colour": line.colour, "accounts": x, "gmv": y} for line in lines for x, y in line.points
    ]
    return {
        "width": (NARROW if narrow else WIDE) - 84,
        "height": _HEIGHT - 76,
        "padding": {"left": 64, "right": 20, "top": 28, "bottom": 48},
        "autosize": {"type": "none"},
        "data": {"values": records},
        "encoding": {
            "x": _axis("accounts", "share of accounts, largest first", 1, ticks=3 if narrow else 5),
            "y": _axis("gmv", "share of GMV", max(1.0, *(record["gmv"] for record in records))),
        },
        "layer": [
            {
                "data": {"values": [{"accounts": 0, "gmv": 0}, {"accounts": 1, "gmv": 1}]},
                "mark": {"type": "line", "strokeDash": [3, 4], "color": MUTED, "strokeWidth": 1},
            },
            *_note(0.98, 0.45, "all accounts equal", MUTED, align="right"),
            {"mark": {"type": "line", "strokeWidth": 2.6}, "encoding": {"color": _COLOUR, "detail": {"field": "name"}}},
            *_named(lines),
        ],
    }


_COLOUR = {"field": "colour", "type": "nominal", "scale": None}


def _axis(field: str, title: str, highest: float, *, ticks: int = 5) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, highest], "nice": False},
        "axis": {"title": title, "format": "~%", "tickCount": ticks, "domain": field == "accounts", "titlePadding": 8},
    }


def _named(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Each line's name in its colour: left above the highest line, right below every other, so that none meets two."""
    ranked = sorted(lines, key=_bulge, reverse=True)
    parts: list[dict[str, Any]] = []
    for place, line in enumerate(ranked):
        if not place:
            x, y = min(line.points, key=lambda point: abs(point[0] - _ABOVE_FROM), default=(0.0, 0.0))
            parts += _note(x, y, line.name, written(line.colour), align="right", dy=-18)
        else:
            x, y = max(line.points, key=lambda point: point[1] - point[0], default=(0.0, 0.0))
            parts += _note(x, y, line.name, written(line.colour), dx=10, dy=14 * place)
    return parts


def _bulge(line: Line) -> float:
    """How far the line rises above equality."""
    return max((y - x for x, y in line.points), default=0.0)


def _note(
    x: float, y: float, words: str, colour: str, *, align: str = "left", dx: int = 0, dy: int = 0
) -> list[dict[str, Any]]:
    """Words on a halo, so that a line behind them does not strike them out."""
    at_spot = {
        "data": {"values": [{"accounts": x, "gmv": y, "words": words}]},
        "encoding": {"text": {"field": "words"}},
    }
    mark = {"type": "text", "align": align, "baseline": "middle", "dx": dx, "dy": dy}
    halo = {**mark, "color": PAPER, "stroke": PAPER, "strokeWidth": 4}
    return [{**at_spot, "mark": halo}, {**at_spot, "mark": {**mark, "color": colour}}]
