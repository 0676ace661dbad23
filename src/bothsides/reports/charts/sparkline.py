"""A sparkline: the run of one number from zero, its last point marked; periods that are not complete are hollow."""

import math

from bothsides.metrics import Value
from bothsides.reports.markup import Markup, element
from bothsides.reports.numbers import shown
from bothsides.reports.trust import is_firm

_WIDTH, _HEIGHT, _MARGIN = 220, 44, 5


def sparkline(label: str, run: tuple[Value, ...]) -> Markup | None:
    """The drawing, titled with its first and last value; nothing for fewer than two known points."""
    known = [(i, v) for i, v in enumerate(run) if v.value is not None and math.isfinite(v.value)]
    if len(known) < 2:
        return None
    spots = _spots(known, len(run))
    return element(
        "svg",
        element("title", _described(label, [value for _, value in known])),
        element("path", d=f"M0 {_baseline(known):.1f}H{_WIDTH}", class_="zero"),
        element("path", d=_line(spots, known), class_="run"),
        [_dot(spot, value) for spot, (_, value) in zip(spots, known, strict=True) if not is_firm(value)],
        _last(spots, known),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        class_="spark",
        aria_label=_described(label, [value for _, value in known]),
    )


def _last(spots: list[tuple[float, float]], known: list[tuple[int, Value]]) -> Markup | None:
    """The newest complete period."""
    firm = [spot for spot, (_, value) in zip(spots, known, strict=True) if is_firm(value)]
    return element("circle", cx=_r(firm[-1][0]), cy=_r(firm[-1][1]), r=3.4, class_="last") if firm else None


def _described(label: str, known: list[Value]) -> str:
    first, last = known[0], known[-1]
    return f"{label}: {shown(first)} in {first.period or 'the first'}, {shown(last)} in {last.period or 'the last'}"


def _range(known: list[tuple[int, Value]]) -> tuple[float, float]:
    numbers = [float(value.value or 0) for _, value in known]
    return min(0.0, *numbers), max(0.0, *numbers)


def _baseline(known: list[tuple[int, Value]]) -> float:
    return _height(0.0, _range(known))


def _height(number: float, ends: tuple[float, float]) -> float:
    low, high = ends
    share = (number - low) / (high - low) if high > low else 0.0
    return _HEIGHT - _MARGIN - share * (_HEIGHT - 2 * _MARGIN)


def _spots(known: list[tuple[int, Value]], length: int) -> list[tuple[float, float]]:
    ends, step = _range(known), (_WIDTH - 2 * _MARGIN) / max(1, length - 1)
    return [(_MARGIN + i * step, _height(float(value.value or 0), ends)) for i, value in known]


def _line(spots: list[tuple[float, float]], known: list[tuple[int, Value]]) -> str:
    """A line that breaks where a period is not known."""
    path, before = "", None
    for (x, y), (index, _) in zip(spots, known, strict=True):
        path += f"{'L' if before is not None and index == before + 1 else 'M'}{_r(x)} {_r(y)}"
        before = index
    return path


def _dot(spot: tuple[float, float], value: Value) -> Markup:
    title = element("title", f"{value.period}: {shown(value)}, {value.status.value.replace('_', ' ')}")
    return element("circle", title, cx=_r(spot[0]), cy=_r(spot[1]), r=2.6, class_="hollow")


def _r(number: float) -> str:
    return f"{number:.1f}"
