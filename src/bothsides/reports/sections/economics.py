"""Unit economics per side: cost to win, what an account brings, payback; by channel and segment one fold away."""

from bothsides.diagnosis.picture import Diagnosis, SideEconomics
from bothsides.metrics import Value
from bothsides.reports.charts.pair import both_widths
from bothsides.reports.charts.rows import Row, bars
from bothsides.reports.charts.theme import side_colour
from bothsides.reports.markup import Markup
from bothsides.reports.names import channel_name, metric_name, sides, with_status
from bothsides.reports.numbers import percent, shown, spoken
from bothsides.reports.pieces import (
    Column,
    Section,
    figure,
    fold,
    number_and_trust,
    prose,
    table,
    value_table,
)
from bothsides.reports.trust import is_firm

_MOST_CHANNELS = 12
_MOST_SEGMENTS = 12


def economics(diagnosis: Diagnosis) -> Section | None:
    """A figure per side that has any number."""
    drawn = [_figure(side) for side in diagnosis.economics if side.values or side.by_channel]
    if not drawn:
        return None
    return Section(
        id="economics", nav="Economics", heading="What a customer costs and brings", body=Markup("".join(drawn))
    )


def _figure(side: SideEconomics) -> Markup:
    totals = value_table(
        f"{sides(side.side)}: unit economics", "number", [(metric_name(name), v) for name, v in side.values.items()]
    )
    channels = [(channel_name(channel), values) for channel, values in side.by_channel]
    rows = [row for name, values in channels[:_MOST_CHANNELS] if (row := _row(name, values, side)) is not None]
    chart = _chart(rows, side) if len(rows) > 1 else None
    few = len(channels) <= _MOST_CHANNELS
    behind = fold(f"{sides(side.side)} by channel", _split(side, "channel", channels), printed=few) if channels else ""
    lead = prose(spoken(f"{_days(side)} {_credited(side)}".strip()), class_="of")
    title = side.sentence or f"{sides(side.side)}: unit economics"
    if chart is None:
        return figure(title, lead, totals, behind=Markup(behind + _segments(side)))
    numbers = fold(f"{sides(side.side)}: the numbers and their ranges", totals)
    return figure(title, lead, chart, behind=Markup(numbers + behind + _segments(side)))


def _credited(side: SideEconomics) -> str:
    """How much of a commission the side is credited with; without it a value by side means nothing."""
    return f"{sides(side.side)} are credited {percent(side.credit)} of each commission."


def _segments(side: SideEconomics) -> Markup:
    """What accounts of each segment bring, folded; the cost beside it is the side's."""
    if not side.by_segment:
        return Markup("")
    segments = [(segment or "segment not given", values) for segment, values in side.by_segment]
    note = "Spend is booked by no segment, so each is held against what one account of the side costs."
    told = prose(spoken(f"{side.segment_sentence} {note}".strip()), class_="note")
    body = _split(side, "segment", segments)
    return fold(f"{sides(side.side)} by segment", told, body, printed=len(segments) <= _MOST_SEGMENTS)


def _days(side: SideEconomics) -> str:
    """The days of which the figures are; the section's own, not those of the page."""
    spans = [value.period.split("..") for value in side.values.values() if value.period and ".." in value.period]
    if not spans:
        return ""
    first, last = min(days[0] for days in spans), max(days[-1] for days in spans)
    return f"Accounts with their first order from {first} to {last}, and spend of those days."


def _chart(rows: list[Row], side: SideEconomics) -> Markup:
    words = (
        f"{sides(side.side)} by channel: the bar is what an account brings (LTV), the upright mark what it costs (CAC)"
    )
    return Markup(prose(words, class_="of") + both_widths(lambda narrow: bars(rows, narrow=narrow), title=words))


def _row(name: str, values: dict[str, Value], side: SideEconomics) -> Row | None:
    brings, costs = values.get("ltv"), values.get("cac")
    if brings is None or brings.value is None:
        return None
    known = costs is not None and costs.value is not None
    said = f"{shown(brings)}, costs {shown(costs)}" if known else f"{shown(brings)}, cost not known"
    return Row(
        label=with_status(name, brings),
        number=brings.value,
        words=said,
        colour=side_colour(side.side),
        low=brings.low,
        high=brings.high,
        tick=costs.value if costs is not None else None,
        weak=not is_firm(brings),
    )


def _split(side: SideEconomics, by: str, parts: list[tuple[str, dict[str, Value]]]) -> Markup:
    ids = list(dict.fromkeys(name for _, values in parts for name in values))
    columns = (Column(label=by), *(Column(label=metric_name(name), numeric=True) for name in ids))
    rows = [(label, *(number_and_trust(values.get(name)) for name in ids)) for label, values in parts]
    return table(f"{sides(side.side)}: unit economics by {by}", columns, rows)
