"""The flywheel: parts of the market in a loop, an arrow for each edge; the limiting one thick and named."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.diagnosis.picture import Edge
from bothsides.reports.markup import Markup, element
from bothsides.reports.names import with_status
from bothsides.reports.numbers import NO_CHANGE, change, shown, spoken
from bothsides.reports.trust import is_firm, trust

LIMITS = "limits growth now"
_BOX_W, _BOX_H = 128, 56
_NAME_CELLS, _ABOVE_CELLS, _BESIDE_CELLS = 13, 20, 32
_WIDTH = 960
_TOP, _BOTTOM, _ROW = 96, 326, 148
_LONGEST_CHAIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a box has its middle."""

    x: float
    y: float


def main_loop(edges: Sequence[Edge]) -> tuple[list[Edge], list[Edge]]:
    """The edges that lead round from the first one's source, and all others."""
    loop: list[Edge] = []
    seen = {edges[0].source} if edges else set()
    tail = edges[0].source if edges else ""
    for edge in edges:
        closes = bool(loop) and edge.target == loop[0].source
        if edge.source == tail and (closes or edge.target not in seen):
            loop.append(edge)
            seen.add(edge.target)
            tail = edge.target
            if closes:
                break
    return loop, [edge for edge in edges if edge not in loop]


def wide_loop(edges: Sequence[Edge], *, title: str) -> Markup:
    """The loop as two rows, forth above and back below; further edges stand under it as rows of their own."""
    loop, others = main_loop(edges)
    spots = _placed(loop)
    parts = [_arrow(edge, spots[edge.source], spots[edge.target]) for edge in loop]
    parts += [_box(name, spot) for name, spot in spots.items()]
    y = max(spot.y for spot in spots.values()) + _ROW
    for chain in _chains(others):
        for place, edge in enumerate(chain):
            here, there = Spot(x=_across(place, 4), y=y), Spot(x=_across(place + 1, 4), y=y)
            parts += [_arrow(edge, here, there), _box(edge.source, here, again=edge.source in spots)]
        parts.append(_box(chain[-1].target, Spot(x=_across(len(chain), 4), y=y), again=chain[-1].target in spots))
        y += _ROW
    return _svg(_WIDTH, y - _ROW + 70, title, parts, "wide")


def narrow_loop(edges: Sequence[Edge], *, title: str) -> Markup:
    """The loop as a column from top to bottom; its last arrow names where it begins again."""
    loop, others = main_loop(edges)
    step, x = 164, 78
    parts: list[Markup] = []
    y = 30.0
    drawn: set[str] = set()
    for chain in (loop, *_chains(others)):
        for edge in chain:
            here, there = Spot(x=x, y=y), Spot(x=x, y=y + step)
            parts += [_down(edge, here, there), _box(edge.source, here, again=edge.source in drawn)]
            drawn.add(edge.source)
            y += step
        parts.append(_box(chain[-1].target, Spot(x=x, y=y), again=chain[-1].target in drawn))
        y += 90
    return _svg(340, y - 50, title, parts, "narrow")


def _chains(edges: Sequence[Edge]) -> list[list[Edge]]:
    """Edges that follow each other, joined while they fit a row."""
    chains: list[list[Edge]] = []
    for edge in edges:
        if chains and chains[-1][-1].target == edge.source and len(chains[-1]) < _LONGEST_CHAIN:
            chains[-1].append(edge)
        else:
            chains.append([edge])
    return chains


def _svg(width: float, height: float, title: str, parts: list[Markup], name: str) -> Markup:
    return element(
        "svg",
        element("title", title),
        parts,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_label=title,
        class_=f"loop {name}",
    )


def _placed(loop: Sequence[Edge]) -> dict[str, Spot]:
    ring = list(dict.fromkeys(name for edge in loop for name in (edge.source, edge.target)))
    above = (len(ring) + 1) // 2
    spots = {}
    for row, names in ((_TOP, ring[:above]), (_BOTTOM, ring[above:][::-1])):
        for place, name in enumerate(names):
            spots[name] = Spot(x=_across(place, len(names)), y=row)
    return spots


def _across(place: int, length: int) -> float:
    left, right = _BOX_W / 2 + 6, _WIDTH - _BOX_W / 2 - 6
    return (left + right) / 2 if length == 1 else left + place * (right - left) / (length - 1)


def _box(name: str, spot: Spot, *, again: bool = False) -> Markup:
    lines = textwrap.wrap(name, _NAME_CELLS) or [name]
    top = spot.y - (len(lines) - 1) * 8 + 4.5
    words = [element("tspan", line, x=_n(spot.x), y=_n(top + 16 * i)) for i, line in enumerate(lines)]
    rect = element(
        "rect",
        x=_n(spot.x - _BOX_W / 2),
        y=_n(spot.y - _BOX_H / 2),
        width=_BOX_W,
        height=_BOX_H,
        rx=6,
        class_="again" if again else None,
    )
    return element("g", rect, element("text", words, text_anchor="middle"), class_="box")


def _arrow(edge: Edge, start: Spot, end: Spot) -> Markup:
    """A straight arrow from border to border with its figures beside it."""
    a, b = _border(start, end), _border(end, start)
    flat = abs(a.y - b.y) < abs(a.x - b.x)
    middle = Spot(x=(a.x + b.x) / 2, y=(a.y + b.y) / 2)
    inward = "start" if middle.x < _WIDTH / 2 else "end"
    if flat and start.y == end.y:
        words = _words(edge, Spot(x=middle.x, y=middle.y), "middle", above=True)
    else:
        side = 12 if inward == "start" else -12
        words = _words(edge, Spot(x=middle.x + side, y=middle.y), inward, above=False)
    return element("g", _rests_on(edge), _line(edge, a, b), words, class_=_look(edge))


def _down(edge: Edge, start: Spot, end: Spot) -> Markup:
    a, b = Spot(x=start.x, y=start.y + _BOX_H / 2), Spot(x=end.x, y=end.y - _BOX_H / 2)
    words = _words(edge, Spot(x=start.x + 16, y=(a.y + b.y) / 2), "start", above=False)
    return element("g", _rests_on(edge), _line(edge, a, b), words, class_=_look(edge))


def _rests_on(edge: Edge) -> Markup:
    """What the rate rests on, for hovering."""
    return element("title", trust(edge.rate) if edge.rate else f"no data: {edge.reason}")


def _look(edge: Edge) -> str:
    names = ["edge", str(edge.side) if edge.side else "both"]
    names += ["limiting"] if edge.limiting else []
    names += ["dashed"] if edge.rate is None else []
    return " ".join(names)


def _border(start: Spot, end: Spot) -> Spot:
    """Where the line from one middle to the other leaves the first box."""
    dx, dy = end.x - start.x, end.y - start.y
    reach = min((_BOX_W / 2 + 3) / abs(dx) if dx else float("inf"), (_BOX_H / 2 + 3) / abs(dy) if dy else float("inf"))
    return Spot(x=start.x + dx * reach, y=start.y + dy * reach) if reach != float("inf") else start


def _line(edge: Edge, a: Spot, b: Spot) -> Markup:
    """The shaft, and a head drawn by hand: markers do not take the colour of their line everywhere."""
    dx, dy = b.x - a.x, b.y - a.y
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    size = 13 if edge.limiting else 9
    ux, uy = dx / length, dy / length
    neck = Spot(x=b.x - ux * size, y=b.y - uy * size)
    half = size * 0.55
    head = (
        f"M{_n(b.x)} {_n(b.y)}L{_n(neck.x - uy * half)} {_n(neck.y + ux * half)}"
        f"L{_n(neck.x + uy * half)} {_n(neck.y - ux * half)}z"
    )
    shaft = element("path", d=f"M{_n(a.x)} {_n(a.y)}L{_n(neck.x)} {_n(neck.y)}", class_="shaft")
    return Markup(shaft + element("path", d=head, class_="head"))


def _words(edge: Edge, spot: Spot, anchor: str, *, above: bool) -> Markup:
    """Rate, lag and trend of the edge; over and under a flat arrow, else beside it."""
    first = [(line, "label") for line in textwrap.wrap(spoken(edge.label), _ABOVE_CELLS if above else _BESIDE_CELLS)]
    first.append(_rate(edge))
    second = [(line, "small") for line in _lag_and_trend(edge)]
    if edge.limiting:
        second.append((LIMITS, "limit"))
    if above:
        lines = [
            (w, c, spot.y - 11 - (17 + 14 * (len(first) - 2 - i)) * (i < len(first) - 1))
            for i, (w, c) in enumerate(first)
        ]
        lines += [(w, c, spot.y + 20 + 15 * i) for i, (w, c) in enumerate(second)]
    else:
        every = [*first, *second]
        top = spot.y - 16 * (len(every) - 1) / 2 + 4
        lines = [(w, c, top + 16 * i) for i, (w, c) in enumerate(every)]
    spans = [element("tspan", words, x=_n(spot.x), y=_n(y), class_=kind) for words, kind, y in lines]
    return element("text", spans, text_anchor=anchor)


def _rate(edge: Edge) -> tuple[str, str]:
    """The rate, grey and with its status where it should not be leaned on."""
    if edge.rate is None:
        return "no data", "none"
    return (shown(edge.rate), "rate") if is_firm(edge.rate) else (with_status(shown(edge.rate), edge.rate), "rate weak")


def _lag_and_trend(edge: Edge) -> list[str]:
    said = [f"after {shown(edge.lag_days)}"] if edge.lag_days and edge.lag_days.value is not None else []
    if edge.rate and edge.before and edge.rate.value is not None and edge.before.value is not None:
        moved = change(edge.rate.value, edge.before.value, edge.rate.unit)
        said.append(moved if moved == NO_CHANGE else f"trend {moved}")
    return said


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
