"""Colours and type of every chart. Specs name tokens; rendering turns each into a variable of the page's style."""

from typing import Any

from bothsides.schema import Side

INK, MUTED, RULE, PAPER, FLAG = "#010101", "#020202", "#030303", "#fdfdfd", "#040404"
BUYER, SUPPLIER = "#0072b2", "#e69f00"
BUYER_INK, SUPPLIER_INK = "#050505", "#060606"
TOKENS: dict[str, str] = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    RULE: "var(--rule)",
    PAPER: "var(--paper)",
    FLAG: "var(--flag-ink)",
    BUYER: "var(--buyer)",
    SUPPLIER: "var(--supplier)",
    BUYER_INK: "var(--buyer-ink)",
    SUPPLIER_INK: "var(--supplier-ink)",
}
"""Colour in a spec to variable in the style sheet, so that a chart follows the light and the dark scheme."""

WIDE, NARROW = 700, 340
"""Pixels a chart is drawn for: a screen or paper, and a telephone."""

CONFIG: dict[str, Any] = {
    "background": None,
    "font": "sans-serif",
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "labelFontSize": 12.5,
        "titleColor": MUTED,
        "titleFontSize": 12.5,
        "titleFontWeight": "normal",
        "domainColor": MUTED,
        "tickColor": MUTED,
        "gridColor": RULE,
        "labelLimit": 400,
    },
    "tick": {"opacity": 1},
    "point": {"opacity": 1},
    "text": {"color": INK, "fontSize": 12.5},
}


def side_colour(side: Side | None) -> str:
    """Buyers blue, suppliers orange, both together ink."""
    return INK if side is None else BUYER if side is Side.BUYER else SUPPLIER


def written(colour: str) -> str:
    """The colour in which words belong to a line or bar of `colour`, dark enough to read."""
    return {BUYER: BUYER_INK, SUPPLIER: SUPPLIER_INK}.get(colour, colour)
