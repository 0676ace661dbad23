"""The flywheel: its picture, and the table of its edges with what each rests on."""

from bothsides.diagnosis.picture import Diagnosis, Edge
from bothsides.diagnosis.verdict import beside
from bothsides.reports.charts.loop import LIMITS, narrow_loop, wide_loop
from bothsides.reports.markup import Child, Markup
from bothsides.reports.names import change_words
from bothsides.reports.numbers import money, shown
from bothsides.reports.pieces import VALUE_COLUMNS, Column, Section, figure, fold, linked, prose, table, value_cells
from bothsides.reports.trust import trust

_NOTE = (
    "On each arrow: what passes, how long it takes, how it moved against the year before (or the half of the history "
    "before). Blue: buyers, orange: suppliers. Dashed arrow: no data. "
    "Pale box: a part that stands in the picture already."
)
_COLUMNS = (
    Column(label="edge"),
    Column(label="side"),
    *VALUE_COLUMNS,
    Column(label="change", numeric=True),
    Column(label="takes", numeric=True),
    Column(label="a point more is worth", numeric=True),
)


def flywheel(diagnosis: Diagnosis) -> Section | None:
    """The loop; nothing where no edge is known even by name."""
    wheel = diagnosis.flywheel
    if not wheel.edges:
        return None
    title = wheel.sentence or "What drives what in this market"
    table_behind = table(
        "Edges of the flywheel", _COLUMNS, [_row(edge, diagnosis.currency) for edge in wheel.edges], class_="words"
    )
    drawn = Markup(wide_loop(wheel.edges, title=title) + narrow_loop(wheel.edges, title=title))
    table_fold = fold("The table behind the flywheel", table_behind)
    first = beside(wheel, diagnosis.findings)
    said = prose(linked(first)) if first else None
    known = sum(edge.rate is not None for edge in wheel.edges)
    if 2 * known >= len(wheel.edges):
        body = figure(title, said, drawn, note=_NOTE, behind=table_fold)
    else:
        few = f"The flywheel drawn: {known} of its {len(wheel.edges)} edges have data"
        body = figure(title, said, behind=Markup(fold(few, drawn, prose(_NOTE, class_="note")) + table_fold))
    return Section(id="flywheel", nav="Flywheel", heading="The flywheel", body=body)


def _row(edge: Edge, currency: str) -> tuple[Child, ...]:
    name = f"{edge.source} → {edge.target}: {edge.label}" + (f" ({LIMITS})" if edge.limiting else "")
    side = f"{edge.side}s" if edge.side else "both"
    if edge.rate is None:
        return name, side, "not known", "", "", f"no data: {edge.reason}", "", "", ""
    lag = f"{shown(edge.lag_days)} ({trust(edge.lag_days)})" if edge.lag_days else "not known"
    worth = "not known" if edge.point_worth is None else f"{money(edge.point_worth, currency)} {edge.worth_of} a month"
    return name, side, *value_cells(edge.rate), change_words(edge.rate, edge.before, short=True), lag, worth
