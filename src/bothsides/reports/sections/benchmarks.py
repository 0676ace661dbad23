"""Published figures beside the market's own, with source, year and grade; the market's own history comes first."""

from collections.abc import Iterator

from bothsides.diagnosis.benchmarks import Benchmark, shown, verdict
from bothsides.diagnosis.picture import Diagnosis
from bothsides.metrics import Value
from bothsides.reports.markup import Child, Markup
from bothsides.reports.names import metric_name
from bothsides.reports.pieces import Column, Section, number_and_trust, prose, table

_COLUMNS = (
    Column(label="number"),
    Column(label="this market", numeric=True),
    Column(label="against it"),
    Column(label="published"),
    Column(label="source and grade"),
)


def benchmarks(diagnosis: Diagnosis) -> Section | None:
    """The numbers of this report for which somebody has published a figure; nothing where there is none."""
    rows = [_row(value, mark) for value in _values(diagnosis) for mark in shown(value.metric)]
    if not rows:
        return None
    lead = prose(
        "Markets differ more than their averages tell: read these second, after the market's own run. Grade A is the "
        "author's own data or rule, B a quoted primary source, C a vendor's rule of thumb."
    )
    body = Markup(lead + table("Published figures", _COLUMNS, rows, class_="words"))
    return Section(id="benchmarks", nav="Benchmarks", heading="Against published figures", body=body)


def _values(diagnosis: Diagnosis) -> Iterator[Value]:
    """Every known number of the whole market or of a side, once."""
    seen: set[tuple[str, str | None]] = set()
    every = [headline.now for headline in diagnosis.headlines]
    every += [value for side in diagnosis.economics for value in side.values.values()]
    every += [value for side in diagnosis.concentration for value in side.values.values()]
    for value in every:
        if value.value is not None and (value.metric, value.side) not in seen:
            seen.add((value.metric, value.side))
            yield value


def _row(value: Value, mark: Benchmark) -> tuple[Child, ...]:
    name = f"{metric_name(value.metric)}, {value.side}s" if value.side else metric_name(value.metric)
    stands = {"Good": "good", "Poor": "poor"}.get(verdict(float(value.value or 0), mark).split()[0], "no line crossed")
    source = f"{mark.source}, {mark.year}" if mark.year else mark.source
    published = f"{mark.text} ({mark.applies})"
    return name, number_and_trust(value), stands, published, f"{source}; grade {mark.grade}"
