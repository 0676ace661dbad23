"""The concentration curve: the largest accounts first, what share of GMV they carry; each side labelled on its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bothsides.reports.charts.theme import INK, MUTED, NARROW, PAPER, WIDE

_HEIGHT = 300


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
        "height": _HEIGHT - 60,
        "padding": {"left": 64, "right": 20, "top": 12, "bottom": 48},
        "autosize": {"type": "none"},
        "data": {"values": records},
        "encoding": {
            "x": _axis("accounts", "share of accounts, largest first", 1),
            "y": _axis("gmv", "share of GMV", max(1.0, *(record["gmv"] for record in records))),
        },
        "layer": [
            {
                "data": {"values": [{"accounts": 0, "gmv": 0}, {"accounts": 1, "gmv": 1}]},
                "mark": {"type": "line", "strokeDash": [3, 4], "color": MUTED, "strokeWidth": 1},
            },
            *_note(0.76, 0.68, "all accounts equal", MUTED),
            {"mark": {"type": "line", "strokeWidth": 2.6}, "encoding": {"color": _COLOUR, "detail": {"field": "name"}}},
            *(part for place, line in enumerate(lines) for part in _named(line, place)),
        ],
    }


_COLOUR = {"field": "colour", "type": "nominal", "scale": None}


def _axis(field: str, title: str, highest: float) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, highest], "nice": False},
        "axis": {"title": title, "format": "~%", "tickCount": 5, "domain": field == "accounts", "titlePadding": 8},
    }


def _label_spot(line: Line, place: int) -> tuple[float, float]:
    """A spot just right of the line, lower for each further line so that names do not meet."""
    wanted = 0.62 - 0.2 * place
    x, y = min(line.points, key=lambda point: abs(point[1] - wanted), default=(0.0, 0.0))
    return x + 0.03, y - 0.03


def _named(line: Line, place: int) -> list[dict[str, Any]]:
    """The line's name behind a square of its colour, so that it belongs to its line where lines run close."""
    x, y = _label_spot(line, place)
    key = {
        "data": {"values": [{"accounts": x, "gmv": y}]},
        "mark": {"type": "point", "shape": "square", "filled": True, "size": 70, "color": line.colour},
    }
    return [*_note(x, y, line.name, INK, dx=9), key]


def _note(x: float, y: float, words: str, colour: str, *, dx: int = 0) -> list[dict[str, Any]]:
    """Words on a halo, so that a line behind them does not strike them out."""
    at_spot = {
        "data": {"values": [{"accounts": x, "gmv": y, "words": words}]},
        "encoding": {"text": {"field": "words"}},
    }
    mark = {"type": "text", "align": "left", "baseline": "middle", "dx": dx}
    halo = {**mark, "color": PAPER, "stroke": PAPER, "strokeWidth": 4}
    return [{**at_spot, "mark": halo}, {**at_spot, "mark": {**mark, "color": colour}}]
