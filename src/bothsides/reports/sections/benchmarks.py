"""The market's own months first, published figures second and folded, with source, year and grade."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bothsides.diagnosis.benchmarks import Benchmark, Standing, shown, standing, unplaced, verdict
from bothsides.diagnosis.picture import Diagnosis, Headline
from bothsides.metrics import Value
from bothsides.reports.markup import Child, Markup, element
from bothsides.reports.names import metric_name
from bothsides.reports.numbers import count, plural
from bothsides.reports.pieces import Column, Section, fold, number_and_trust, prose, table
from bothsides.reports.trust import is_firm, status

_OWN = (
    Column(label="number"),
    Column(label="latest complete period", numeric=True),
    Column(label="among those before it"),
)
_PUBLISHED = (Column(label="published"), Column(label="this market"), Column(label="source and grade"))
_OTHERS = (Column(label="published"), Column(label="source and grade"))
_GRADES = (
    "Markets differ more than their averages tell: read these second. Grade A is the author's own data or rule, B a "
    "quoted primary source, C a vendor's rule of thumb."
)
_FEW = "No headline number has enough complete periods to stand among its own."
_JUDGED = ("good", "poor")

_Told: TypeAlias = tuple[str, str | None]
"""A metric and the side it is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A published figure with the numbers of this report that it can be held against."""

    mark: Benchmark
    values: tuple[Value, ...]


def benchmarks(diagnosis: Diagnosis) -> Section | None:
    """Where each headline number stands among its own periods, then published figures; nothing without either."""
    own = [(headline, found) for headline in diagnosis.headlines if (found := standing(headline.run))]
    held = _held(diagnosis)
    if not own and not held:
        return None
    parts = (
        _history(own),
        _published(held, _spoken_of(diagnosis)),
        _others({value.metric for each in held for value in each.values}),
    )
    body = Markup("".join(part for part in parts if part))
    return Section(id="benchmarks", nav="Benchmarks", heading="Against its own history, then others", body=body)


def _history(own: Sequence[tuple[Headline, Standing]]) -> Markup:
    if not own:
        return prose(_FEW)
    rows = [(headline.label, number_and_trust(found.latest), _place(found)) for headline, found in own]
    return table("Against its own history", _OWN, rows)


def _place(own: Standing) -> Child:
    usual = {True: "better than usual", False: "worse than usual", None: ""}[own.better]
    place = f"above {count(own.below)} of the {count(own.earlier)} before"
    period = element("small", _period(own)) if own.latest.period else None
    return [f"{place}{'; ' if usual else ''}{usual}", period]


def _period(own: Standing) -> str:
    """Which period it is, and why no later one is taken."""
    later = own.passed_over
    return f"{own.latest.period}" if later is None else f"{own.latest.period}; {later.period} is {status(later)}"


def _held(diagnosis: Diagnosis) -> list[_Held]:
    """Every published figure that a number of this report can be held against, once."""
    by_metric: dict[str, list[Value]] = {}
    for value in _values(diagnosis):
        by_metric.setdefault(value.metric, []).append(value)
    return [_Held(mark=mark, values=tuple(values)) for metric, values in by_metric.items() for mark in shown(metric)]


def _values(diagnosis: Diagnosis) -> Iterator[Value]:
    """Every known number of the whole market or of a side, once."""
    every = [headline.now for headline in diagnosis.headlines]
    every += [value for side in diagnosis.economics for value in side.values.values()]
    every += [value for side in diagnosis.concentration for value in side.values.values()]
    every += diagnosis.stage.values if diagnosis.stage else ()
    seen: set[tuple[str, str | None]] = set()
    for value in every:
        if value.value is not None and (value.metric, value.side) not in seen:
            seen.add((value.metric, value.side))
            yield value


def _spoken_of(diagnosis: Diagnosis) -> frozenset[_Told]:
    """The numbers that findings rest on: what is a problem here is not called good for a published figure."""
    values = (value for finding in diagnosis.findings for evidence in finding.evidence for value in evidence.values)
    return frozenset((value.metric, value.side) for value in values)


def _published(held: Sequence[_Held], spoken_of: frozenset[_Told]) -> Markup | None:
    """How the numbers stand in a line, each figure with its source one fold away."""
    if not held:
        return None
    judged = [_judged(value, each.mark, spoken_of) for each in held for value in each.values]
    poor = [_name(value) for each in held for value in each.values if _judged(value, each.mark, spoken_of) == "poor"]
    said = (
        f"Of {plural(len(judged), 'comparison')} with published figures {count(judged.count('good'))} good, "
        f"{count(judged.count('poor'))} poor, the others cross no line."
    )
    if poor:
        said += f" Poor: {', '.join(dict.fromkeys(poor))}."
    rows = [
        (_figure(each.mark), [_number(v, each.mark, spoken_of) for v in each.values], _source(each.mark))
        for each in held
    ]
    listed = table("Published figures", _PUBLISHED, rows, class_="words")
    behind = fold(f"{plural(len(held), 'published figure')} beside this market's numbers", prose(_GRADES), listed)
    return Markup(prose(said) + behind)


def _judged(value: Value, mark: Benchmark, spoken_of: frozenset[_Told]) -> str:
    """Good or poor where the figure draws a line that a firm number crosses; empty else, never good of a finding."""
    if not is_firm(value):
        return ""
    word = verdict(float(value.value or 0), mark).split()[0].lower()
    if word == "good" and (value.metric, value.side) in spoken_of:
        return ""
    return word if word in _JUDGED else ""


def _name(value: Value) -> str:
    name = metric_name(value.metric)
    return f"{name}, {value.side}s" if value.side else name


def _figure(mark: Benchmark) -> Child:
    about = f"{metric_name(mark.metric)}: " if mark.metric else ""
    return [f"{about}{mark.text}", element("small", f" ({mark.applies})")]


def _number(value: Value, mark: Benchmark, spoken_of: frozenset[_Told]) -> Markup:
    judged = _judged(value, mark, spoken_of)
    who = f"{value.side}s " if value.side else ""
    return element("div", who, judged and f"{judged}, ", number_and_trust(value))


def _source(mark: Benchmark) -> str:
    dated = f"{mark.source}, {mark.year}" if mark.year else mark.source
    return f"{dated}; grade {mark.grade}"


def _others(seen: set[str]) -> Markup | None:
    """Published figures for which this report has no number, left to those who want them."""
    marks = unplaced(seen)
    if not marks:
        return None
    rows = [(_figure(mark), _source(mark)) for mark in marks]
    listed = table("Without a number of this report", _OTHERS, rows, class_="words")
    return fold(f"{plural(len(marks), 'published figure')} without a number here", listed, printed=False)
