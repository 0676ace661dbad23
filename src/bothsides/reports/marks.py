"""Small drawn marks: a verdict or a certainty is told by its word and its shape, never by colour alone."""

from bothsides.diagnosis.finding import Sureness
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.reports.markup import Markup, element

_SHAPES: dict[CellVerdict, tuple[str, str]] = {
    CellVerdict.SUPPLY_SHORT: ("M2 3h12L8 14z", "short-supply"),
    CellVerdict.DEMAND_SHORT: ("M8 2l6 11H2z", "short-demand"),
    CellVerdict.BALANCED: ("M8 2a6 6 0 1 0 .01 0z", "fine"),
    CellVerdict.STALLED: ("M3 3h10v10H3z", "halted"),
    CellVerdict.FRAGILE: ("M8 1l7 7-7 7-7-7z", "frail"),
    CellVerdict.UNKNOWN: ("M3 7h10v2H3z", "unknown"),
}


def verdict_mark(verdict: CellVerdict) -> Markup:
    """The verdict's shape beside its word."""
    path, name = _SHAPES[verdict]
    shape = element("svg", element("path", d=path), viewBox="0 0 16 16", aria_hidden="true", focusable="false")
    return element("span", shape, " ", verdict.value, class_=f"verdict {name}")


def verdict_class(verdict: CellVerdict) -> str:
    """The class that tints a cell by its verdict."""
    return _SHAPES[verdict][1]


_FILLED: dict[Sureness, str] = {
    Sureness.CERTAIN: "M8 2a6 6 0 1 0 .01 0z",
    Sureness.LIKELY: "M8 2a6 6 0 0 0 0 12z",
    Sureness.DIRECTIONAL: "",
}


def sureness_mark(sure: Sureness) -> Markup:
    """A full, half or empty circle beside the word."""
    ring = element("circle", cx=8, cy=8, r=6, fill="none", stroke="currentColor", stroke_width=1.6)
    inner = element("path", d=_FILLED[sure], fill="currentColor") if _FILLED[sure] else None
    shape = element("svg", ring, inner, viewBox="0 0 16 16", aria_hidden="true", focusable="false")
    return element("span", shape, " ", sure.value, class_="sure")
