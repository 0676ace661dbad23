"""The market's own months first, published figures second, with source, year and grade."""

from collections.abc import Iterator
from dataclasses import dataclass

from bothsides.diagnosis.benchmarks import Benchmark, Standing, shown, standing, unplaced, verdict
from bothsides.diagnosis.picture import Diagnosis
from bothsides.metrics import Value
from bothsides.reports.markup import Child, Markup, element
from bothsides.reports.names import metric_name
from bothsides.reports.numbers import count
from bothsides.reports.numbers import shown as said
from bothsides.reports.pieces import Column, Section, fold, number_and_trust, prose, table

_COLUMNS = (
    Column(label="number"),
    Column(label="this market", numeric=True),
    Column(label="among its own periods"),
    Column(label="published"),
)
_OTHERS = (Column(label="published"), Column(label="it holds for"), Column(label="source and grade"))
_LEAD = (
    "First where the latest complete month or quarter stands among the ones before it, then what others published. "
    "Markets differ more than their averages tell. Grade A is the author's own data or rule, B a quoted primary "
    "source, C a vendor's rule of thumb."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """A number of the report with what it can be held against."""

    value: Value
    own: Standing | None
    marks: tuple[Benchmark, ...]


def benchmarks(diagnosis: Diagnosis) -> Section | None:
    """The numbers with enough periods of their own or a published figure; nothing where there is neither."""
    numbers = [number for number in _numbers(diagnosis) if number.own or number.marks]
    if not numbers:
        return None
    body = Markup(
        prose(_LEAD)
        + table("Against its own history, then published figures", _COLUMNS, map(_row, numbers), class_="words")
        + _others({number.value.metric for number in numbers})
    )
    return Section(id="benchmarks", nav="Benchmarks", heading="Against its own history, then others", body=body)


def _numbers(diagnosis: Diagnosis) -> Iterator[_Number]:
    """Every known number of the whole market or of a side, once; headline numbers bring their run."""
    every = [(headline.now, standing(headline.run)) for headline in diagnosis.headlines]
    every += [(value, None) for side in diagnosis.economics for value in side.values.values()]
    every += [(value, None) for side in diagnosis.concentration for value in side.values.values()]
    every += [(value, None) for value in (diagnosis.stage.values if diagnosis.stage else ())]
    seen: set[tuple[str, str | None]] = set()
    for value, own in every:
        if value.value is not None and (value.metric, value.side) not in seen:
            seen.add((value.metric, value.side))
            yield _Number(value=value, own=own, marks=shown(value.metric))


def _row(number: _Number) -> tuple[Child, ...]:
    value = number.value
    name = f"{metric_name(value.metric)}, {value.side}s" if value.side else metric_name(value.metric)
    return name, number_and_trust(value), _own(number.own), [_published(value, mark) for mark in number.marks] or "–"


def _own(own: Standing | None) -> Child:
    if own is None:
        return "too few periods"
    usual = {True: "better than usual", False: "worse than usual", None: ""}[own.better]
    place = f"above {count(own.below)} of the {count(own.earlier)} before"
    latest = f"{own.latest.period or 'latest'}: {said(own.latest)}"
    return [element("span", f"{place}{'; ' if usual else ''}{usual}", class_="line"), element("small", latest)]


def _published(value: Value, mark: Benchmark) -> Markup:
    judged = {"Good": "good: ", "Poor": "poor: "}.get(verdict(float(value.value or 0), mark).split()[0], "")
    said_so = element("span", f"{judged}{mark.text} ({mark.applies})", class_="line")
    return Markup(said_so + element("small", _source(mark)))


def _source(mark: Benchmark) -> str:
    dated = f"{mark.source}, {mark.year}" if mark.year else mark.source
    return f"{dated}; grade {mark.grade}"


def _others(seen: set[str]) -> Markup:
    """Published figures for which this report has no number, left to those who want them."""
    marks = unplaced(seen)
    if not marks:
        return Markup()
    rows = [(f"{_about(mark)}{mark.text}", mark.applies, _source(mark)) for mark in marks]
    listed = table("Without a number of this report", _OTHERS, rows, class_="words")
    return fold(f"Published figures without a number here ({count(len(marks))})", listed, printed=False)


def _about(mark: Benchmark) -> str:
    return f"{metric_name(mark.metric)}: " if mark.metric else ""
