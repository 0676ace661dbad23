"""The funnels: how many reach each step, what share goes on, and where most are lost."""

from bothsides.diagnosis.picture import Diagnosis, Funnel, Step
from bothsides.reports.charts.pair import both_widths
from bothsides.reports.charts.rows import Row, bars, dots
from bothsides.reports.charts.theme import side_colour
from bothsides.reports.markup import Child, Markup
from bothsides.reports.names import with_status
from bothsides.reports.numbers import count, shown, spoken
from bothsides.reports.pieces import VALUE_COLUMNS, Column, Section, figure, fold, prose, table, value_cells
from bothsides.reports.trust import counted, is_firm

LEAK = "most are lost here"


def funnels(diagnosis: Diagnosis) -> Section | None:
    """A figure per funnel; of one without a leak its sentence, the steps one fold away."""
    drawn = [_figure(funnel, counted(diagnosis)) for funnel in diagnosis.funnels if funnel.steps]
    if not drawn:
        return None
    return Section(id="funnels", nav="Funnels", heading="The way in", body=Markup("".join(drawn)))


def _figure(funnel: Funnel, rests_on: str) -> Markup:
    reached = both_widths(lambda narrow: bars(_reached(funnel), narrow=narrow), title=f"{funnel.label}: how many")
    passed = [row for step in funnel.steps if (row := _passed(funnel, step)) is not None]
    shares = (
        both_widths(
            lambda narrow: dots(passed, narrow=narrow, whole=1.0), title=f"{funnel.label}: share of the step before"
        )
        if passed
        else None
    )
    drawn = (
        prose(f"{funnel.label}: how many reach each step", class_="of"),
        reached,
        prose("Share of the step before that takes the step, with its range", class_="of") if shares else None,
        shares,
    )
    note = f"{funnel.basis.rstrip('.')}. Counts: {rests_on}." if funnel.basis else f"Counts: {rests_on}."
    listed = _table(funnel, rests_on)
    title = funnel.sentence or funnel.label
    if not any(step.leak for step in funnel.steps):
        return figure(
            title, behind=fold(f"{funnel.label}: every step", *drawn, prose(spoken(note), class_="note"), listed)
        )
    return figure(title, *drawn, note=note, behind=fold(f"The table behind: {funnel.label.lower()}", listed))


def _reached(funnel: Funnel) -> list[Row]:
    return [
        Row(
            label=step.label,
            number=step.count,
            words=count(step.count),
            colour=side_colour(funnel.side),
            weak=step.rate is not None and not is_firm(step.rate),
        )
        for step in funnel.steps
    ]


def _passed(funnel: Funnel, step: Step) -> Row | None:
    rate = step.rate
    if rate is None or rate.value is None:
        return None
    words = shown(rate) + (f", {LEAK}" if step.leak else "")
    return Row(
        label=with_status(step.label, rate),
        number=rate.value,
        words=words,
        colour=side_colour(funnel.side),
        low=rate.low,
        high=rate.high,
        weak=not is_firm(rate),
    )


def _table(funnel: Funnel, rests_on: str) -> Markup:
    columns = (Column(label="step"), Column(label="reached", numeric=True), *VALUE_COLUMNS)
    return table(f"{funnel.label}: share of the step before", columns, [_row(step, rests_on) for step in funnel.steps])


def _row(step: Step, rests_on: str) -> tuple[Child, ...]:
    name = f"{step.label} ({LEAK})" if step.leak else step.label
    first = ("first step", "", "", rests_on)
    return name, count(step.count), *(value_cells(step.rate) if step.rate else first)
