"""A chart drawn twice: for a screen or paper, and for a telephone; the style sheet shows the one that fits."""

from collections.abc import Callable
from typing import Any

from bothsides.reports.charts.render import drawing
from bothsides.reports.markup import Markup


def both_widths(spec: Callable[[bool], dict[str, Any]], *, title: str, described: str = "") -> Markup:
    """The drawing for either width; `spec` is asked with whether it must be narrow."""
    wide = drawing(spec(False), title=title, described=described, class_="wide")
    narrow = drawing(spec(True), title=title, described=described, class_="narrow")
    return Markup(wide + narrow)
