"""From a Vega-Lite spec to a static drawing inside the page."""

import re
from typing import Any

import vl_convert

from bothsides.reports.charts.theme import CONFIG, TOKENS
from bothsides.reports.markup import Markup, text

_VERSION = "6.4"
_NOISE = re.compile(
    r' (?:class|xmlns(?::xlink)?|version|font-family|aria-[\w-]+|role|pointer-events|width|height)="[^"]*"'
)
_OPENING = re.compile(r"<svg[^>]*>")
_TOKEN = re.compile("|".join(TOKENS), re.IGNORECASE)


def drawing(spec: dict[str, Any], *, title: str, described: str = "", class_: str = "") -> Markup:
    """The chart as SVG that takes its colours and its type from the page, named by its title.

    Texts that came with the data are escaped by the renderer; nothing in it points outside the page.
    """
    svg = vl_convert.vegalite_to_svg({**spec, "config": CONFIG}, vl_version=_VERSION)
    opening = _OPENING.match(svg)
    if opening is None:
        raise ValueError(f"the renderer gave no SVG for the chart {title!r}")
    width, height = _size(opening.group())
    body = _TOKEN.sub(lambda found: TOKENS[found.group().lower()], _plain(svg[opening.end() :]))
    names = f"chart {class_}".strip()
    desc = f"<desc>{text(described)}</desc>" if described else ""
    return Markup(
        f'<svg class="{names}" role="img" aria-label="{text(title)}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}"><title>{text(title)}</title>{desc}{body}'
    )


def _size(opening: str) -> tuple[str, str]:
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', opening)
    if found is None:
        raise ValueError(f"the renderer gave a drawing without a size: {opening}")
    return found.group(1), found.group(2)


def _plain(body: str) -> str:
    """Without what only the renderer needs; `rect` keeps its size."""
    return re.sub(r"<(\w+)[^>]*>", _tag, body)


def _tag(found: re.Match[str]) -> str:
    if found.group(1) in {"rect", "image"}:
        return re.sub(r' (?:class|aria-[\w-]+|role|pointer-events)="[^"]*"', "", found.group())
    return _NOISE.sub("", found.group())
