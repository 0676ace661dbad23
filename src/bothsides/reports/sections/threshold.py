"""Thresholds: from how many of one side on the other stays, which cells are across, and why there is none to name."""

from bothsides.diagnosis.picture import Diagnosis
from bothsides.diagnosis.threshold import Distance, ThresholdReading, Thresholds
from bothsides.reports.markup import Markup, element
from bothsides.reports.numbers import count, money, percent, plural, spoken
from bothsides.reports.pieces import Column, Section, figure, fold, prose, table

_LISTED = 60

_METHOD = (
    "Cells are compared with themselves, before and after they crossed a level, in the same weeks. A level is claimed "
    "only where a step fits better than every gradual change, also when cells are drawn again at random."
)


def threshold(diagnosis: Diagnosis) -> Section | None:
    """One figure per claimed threshold, and a fold that says what was looked for and not found."""
    found = diagnosis.threshold
    if found is None:
        return None
    parts = [_claimed(reading, found, diagnosis.currency) for reading in found.claimed]
    if not parts:
        why = f" {found.reason[:1].upper()}{found.reason[1:]}." if found.reason else ""
        parts = [prose(spoken(f"No level is known from which on a side stays longer.{why}"))]
    body = Markup("".join([*parts, "" if found.reason else _others(found)]))
    return Section(id="threshold", nav="Thresholds", heading="When a cell carries itself", body=body)


def _claimed(reading: ThresholdReading, found: Thresholds, currency: str) -> Markup:
    below = [cell for cell in reading.distances if not cell.across]
    return figure(
        claim(reading),
        prose(spoken(_standing(reading, below, found)), class_="of"),
        note=_METHOD,
        behind=fold("Every cell and how far it is", _listed(reading, currency), printed=len(below) <= _LISTED),
    )


def claim(reading: ThresholdReading) -> str:
    """The threshold in one sentence."""
    side, other = f"{reading.side}s", f"{reading.side.other}s"
    drop = (
        f"{percent(reading.hazard_above or 0)} of {side} leave a week instead of {percent(reading.hazard_below or 0)}"
    )
    if reading.in_both or reading.level is None:
        return f"Where {other} are enough for the cell's {side}, {drop}"
    level = reading.level
    span = f"{count(level.low)} to {count(level.high)}"
    return f"From {plural(round(level.value), str(reading.side.other))} on ({span}), {drop}"


def _standing(reading: ThresholdReading, below: list[Distance], found: Thresholds) -> str:
    across = len(reading.distances) - len(below)
    when = f"In the week of {found.last}" if found.last else "In the last known week"
    words = f"{when}, {count(across)} of {plural(len(reading.distances), 'cell')} were across."
    if not below:
        return words
    missing = sum(cell.missing for cell in below)
    cost = sum(cell.cost for cell in below if cell.cost is not None)
    stay = sum(cell.holds for cell in below)
    lack = f"The others lack {plural(missing, str(reading.side.other))}{_at_cost(cost)}"
    return f"{words} {lack}; once across, {count(stay)} of them would stay there by themselves."


def _at_cost(cost: float) -> str:
    return f", about {money(cost, None)} at what one has cost" if cost > 0 else ""


def _listed(reading: ThresholdReading, currency: str) -> Markup:
    priced = any(cell.cost is not None for cell in reading.distances)
    columns = [
        Column(label="cell"),
        Column(label=f"{reading.side}s", numeric=True),
        Column(label=f"{reading.side.other}s", numeric=True),
        Column(label="missing", numeric=True),
        Column(label="change a week", numeric=True),
        Column(label="weeks to go", numeric=True),
        Column(label="once across"),
        *([Column(label=f"cost, {currency}", numeric=True)] if priced else []),
        Column(label=f"GMV kept a month, {currency}", numeric=True),
    ]
    rows = [_row(cell, priced=priced) for cell in reading.distances[:_LISTED]]
    listed = table("Cells by how many are missing, the nearest first", columns, rows)
    rest = len(reading.distances) - len(rows)
    return Markup(listed + prose(f"{plural(rest, 'more cell')} not listed.", class_="of")) if rest else listed


def _row(cell: Distance, *, priced: bool) -> list[str]:
    weeks = "across" if cell.across else "not as it goes" if cell.weeks is None else count(cell.weeks)
    return [
        cell.label,
        count(cell.own),
        count(cell.other),
        count(cell.missing) if cell.missing else "–",
        f"{cell.per_week:+.1f}",
        weeks,
        "stays" if cell.holds else "falls back",
        *(["–" if not cell.cost else money(cell.cost, None)] if priced else []),
        "–" if cell.kept is None else money(cell.kept.gmv, None),
    ]


def _others(found: Thresholds) -> Markup:
    """What was looked for and not found, with what a claim rests on."""
    lines = [element("li", words) for reading in found.readings for words in _said(reading)]
    return fold("What was looked for, and on what it rests", element("ul", lines))


def _said(reading: ThresholdReading) -> list[str]:
    ground = reading.ground
    rests = (
        f"{plural(ground.cells, 'cell')}, {plural(ground.weeks, 'week')}, {plural(ground.leavers, str(reading.side))} "
        "that left"
    )
    asked = f"Do {reading.side}s stay longer where there are more {reading.side.other}s?"
    words = [f"{asked} {reading.status.value.capitalize()}: {reading.reason} ({rests})."]
    if reading.claimed and reading.frontier:
        words.append(f"{reading.frontier[:1].upper()}{reading.frontier[1:]}.")
    return words
