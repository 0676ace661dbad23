"""Concentration: how much of the market hangs on few accounts, and what is left when the largest leave."""

from bothsides.diagnosis.picture import Diagnosis, SideConcentration
from bothsides.metrics import Value
from bothsides.reports.charts.curve import Line, concentration_curve
from bothsides.reports.charts.pair import both_widths
from bothsides.reports.charts.rows import Row, bars
from bothsides.reports.charts.theme import side_colour
from bothsides.reports.markup import Markup
from bothsides.reports.names import gloss, metric_name, sides
from bothsides.reports.numbers import count, percent, plural
from bothsides.reports.pieces import Column, Section, figure, fold, number_and_trust, prose, table
from bothsides.reports.sections.hanging import hanging, stress_more
from bothsides.reports.trust import counted, interval

_NAMED = 3
_ANOTHER_YEAR = (
    "The second column is where the same accounts would most likely (95 in 100) put the number next year if nothing "
    "changed but the chance of a good or a bad month."
)
_LISTED = 20


def concentration(diagnosis: Diagnosis) -> Section | None:
    """The curve of both sides, then per side what the loss of the largest would take."""
    known = [side for side in diagnosis.concentration if side.values or side.curve or side.stress]
    if not known:
        return None
    rests_on = counted(diagnosis)
    parts = [_curve(known, rests_on), *(_side(side, rests_on) for side in known), hanging(diagnosis)]
    body = Markup("".join(part for part in parts if part))
    return Section(id="concentration", nav="Concentration", heading="What hangs on few accounts", body=body)


def largest_first(curve: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """The curve from the largest account on, whichever end it was given from.

    >>> largest_first(((0.0, 0.0), (0.5, 0.25), (1.0, 1.0)))
    ((0.0, 0.0), (0.5, 0.75), (1.0, 1.0))
    """
    if sum(gmv - accounts for accounts, gmv in curve) >= 0:
        return curve
    return tuple((1 - accounts, 1 - gmv) for accounts, gmv in reversed(curve))


def _curve(known: list[SideConcentration], rests_on: str) -> Markup | None:
    lines = [
        Line(name=f"{side.side}s", colour=side_colour(side.side), points=largest_first(side.curve))
        for side in known
        if len(side.curve) > 1
    ]
    if not lines:
        return None
    words = _curve_title(known)
    drawn = both_widths(lambda narrow: concentration_curve(lines, narrow=narrow), title=words)
    listed = [_points(side, rests_on) for side in known if len(side.curve) > 1]
    behind = fold("The table behind the curve", listed, printed=False)
    note = (
        "The further a line lies above the dotted one, the more the market hangs on few accounts of that side "
        f"({rests_on})."
    )
    return figure(words, drawn, note=note, behind=behind)


def _points(side: SideConcentration, rests_on: str) -> Markup:
    """The first points of a side's curve, and how many follow."""
    points = [(accounts, gmv) for accounts, gmv in largest_first(side.curve) if 0 < accounts <= 1]
    rows = [(f"largest {percent(accounts)}", percent(gmv)) for accounts, gmv in points[:_LISTED]]
    columns = (Column(label="accounts"), Column(label="share of GMV", numeric=True))
    listed = table(f"{sides(side.side)}: share of GMV by share of accounts ({rests_on})", columns, rows)
    more = len(points) - len(rows)
    return (
        Markup(listed + prose(f"{plural(more, 'more point')} of the curve not listed.", class_="of"))
        if more
        else listed
    )


def _curve_title(known: list[SideConcentration]) -> str:
    """What the largest carry, per side; the subject where that is not known."""
    said = [
        f"{_largest(last.k, side)} {percent(last.gmv_lost_share)} of GMV"
        for side in known
        if side.stress and (last := max(side.stress, key=lambda stress: stress.k))
    ]
    words = ", ".join(said) or "how much of GMV the largest accounts carry"
    return words[0].upper() + words[1:]


def _largest(k: int, side: SideConcentration) -> str:
    return f"the largest {side.side} carries" if k == 1 else f"the {k} largest {side.side}s carry"


def _side(side: SideConcentration, rests_on: str) -> Markup:
    rows = [
        Row(
            label=f"without the largest {stress.k}" if stress.k > 1 else "without the largest",
            number=stress.gmv_lost_share,
            words=f"{percent(stress.gmv_lost_share)} of GMV gone",
            colour=side_colour(side.side),
        )
        for stress in side.stress
    ]
    title = side.sentence or f"{sides(side.side)}: how much hangs on the largest"
    drawn = (
        both_widths(lambda narrow: bars(rows, narrow=narrow, whole=1.0), title=f"{sides(side.side)}: GMV lost")
        if rows
        else None
    )
    lead = prose(f"If the largest {side.side}s leave and take their orders with them ({rests_on}):", class_="of")
    more = stress_more(side)
    parts = (lead, drawn, _stress(side)) if rows else ()
    return figure(
        title, behind=fold(f"{sides(side.side)}: if the largest leave, and shares", *parts, more, _shares(side))
    )


def _shares(side: SideConcentration) -> Markup | None:
    """Each share as counted, and where another year like this one would put it."""
    if not side.values:
        return None
    columns = (
        Column(label="number"),
        Column(label="counted", numeric=True),
        Column(label="another year like this one", numeric=True),
    )
    rows = [
        (_glossed(name), number_and_trust(value), _next_year(side.repeated.get(name)))
        for name, value in side.values.items()
    ]
    note = prose(_ANOTHER_YEAR, class_="of") if side.repeated else None
    listed = table(f"{sides(side.side)}: concentration", columns, rows)
    return Markup(listed + (note or ""))


def _next_year(value: Value | None) -> str:
    return "–" if value is None or value.low is None else interval(value)


def _glossed(metric_id: str) -> str:
    words = gloss(metric_id)
    return f"{metric_name(metric_id)} ({words})" if words else metric_name(metric_id)


def _stress(side: SideConcentration) -> Markup:
    columns = (
        Column(label="without the largest", numeric=False),
        Column(label="GMV lost", numeric=True),
        Column(label=f"{side.side.other}s left with nobody", numeric=True),
        Column(label="who"),
    )
    rows = [
        (f"{s.k}", percent(s.gmv_lost_share), count(s.counterparties_left_alone), _who(s.names)) for s in side.stress
    ]
    return table(f"{sides(side.side)}: if the largest leave", columns, rows, class_="words")


def _who(names: tuple[str, ...]) -> str:
    """The first names, and how many more."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {count(more)} more" if more > 0 else "")
