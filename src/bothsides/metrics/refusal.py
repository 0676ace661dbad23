"""Why a metric cannot be answered as asked: what is missing, and what the data at hand cannot say."""

from collections.abc import Iterator

from bothsides.metrics.cells import Reading
from bothsides.metrics.facts import FACTS
from bothsides.metrics.labels import unknown_label
from bothsides.metrics.measure import measures_of
from bothsides.metrics.metric import Metric, Quotient, SideRule
from bothsides.metrics.query import Query
from bothsides.metrics.shapes import Shape
from bothsides.metrics.shapes.unpriced import unpriced
from bothsides.schema import TABLES, Grain


def refusal(reading: Reading, metric: Metric) -> str | None:
    """Why the metric cannot be answered as asked, None when it can."""
    return misfit(reading, metric) or next(filter(None, _labels(reading, metric)), None)


def misfit(reading: Reading, metric: Metric) -> str | None:
    """Why the metric cannot be read as asked, whatever words its filters name."""
    return (
        _missing(reading, metric)
        or _side_refusal(reading, metric)
        or _grain_refusal(reading, metric)
        or next((reason for dim in _named(reading) if (reason := _dimension_refusal(reading, metric, dim))), None)
        or _outside(reading, metric)
        or _uncountable(reading, metric)
    )


def _missing(reading: Reading, metric: Metric) -> str | None:
    store = reading.store
    required = {table for name in metric.facts for table in store.missing(name)}
    required |= {fed for need in metric.needs if store.lacks(fed := need.partition(".")[0])}
    if required:
        one = len(required) == 1
        return f"needs {', '.join(sorted(required))}: no data has been loaded for {'it' if one else 'them'}"
    lacking = list(dict.fromkeys(need for need in metric.needs if store.lacks(need)))
    if lacking:
        return f"needs {', '.join(lacking)}: no row has {'it' if len(lacking) == 1 else 'them'}"
    for name, on in metric.reads:
        if (name, on) not in reading.windows:
            table = TABLES[FACTS[name].dates[on]]
            dated = next(c.name for c in table.columns if table.event_time in (c.name, c.business_date))
            return f"needs {table.name}.{dated}: no row has it"
    return None


def _grain_refusal(reading: Reading, metric: Metric) -> str | None:
    short = reading.cut.grain in (Grain.DAY, Grain.WEEK)
    if short and any(FACTS[name].monthly for name in metric.facts):
        return f"is known by month: split by month, quarter or year, not by {reading.cut.grain}"
    return None


def _side_refusal(reading: Reading, metric: Metric) -> str | None:
    if metric.side is SideRule.MARKET and reading.cut.sided:
        return "describes both sides at once and cannot be split by side"
    if metric.side is SideRule.SPLIT and not reading.cut.sided:
        return "exists per side only: add side to the split, or filter on one side"
    if metric.side in (SideRule.BUYER, SideRule.SUPPLIER) and metric.side.value not in reading.query.sides:
        return f"exists on the {metric.side} side only"
    return None


def _named(reading: Reading) -> Iterator[str]:
    """Every dimension the query splits by or filters on."""
    yield from reading.cut.dims
    yield from (name for name, _ in reading.cut.where if name != "side")


def _labels(reading: Reading, metric: Metric) -> Iterator[str | None]:
    for name, values in reading.cut.where:
        if isinstance(metric.formula, Shape) and (own := metric.formula.labels(name)):
            unknown = [value for value in values if value not in own]
            yield f"has no {name} {unknown[0]!r}: there are {', '.join(own)}" if unknown else None
        elif name != "side":
            yield unknown_label(reading.store, name, values, metric.facts)


def dimensions_of(metric: Metric) -> tuple[str, ...]:
    """What the metric can be split by, beside period and side: what all of its facts know."""
    first, *others = [metric.dimensions or FACTS[name].dimensions for name in metric.facts]
    return tuple(dim for dim in first if all(dim in names for names in others))


def differs_by_party(metric: Metric, dim: str) -> bool:
    """Whether the two parties of a row may have different labels on the dimension."""
    return any(dim in FACTS[name].party_columns for name in metric.facts)


def _dimension_refusal(reading: Reading, metric: Metric, dim: str) -> str | None:
    allowed = dimensions_of(metric)
    if dim not in allowed:
        return f"cannot be split by {dim}; it can be by {', '.join(allowed) or 'period only'}"
    if not reading.cut.sided and differs_by_party(metric, dim):
        how = "" if metric.side is SideRule.MARKET else ": split by side as well"
        return f"{dim} differs between the two parties{how}"
    return None


def _outside(reading: Reading, metric: Metric) -> str | None:
    """No day that was asked for is known: saying zero would be false."""
    window = reading.window(metric)
    if window.start <= window.end:
        return None
    known = reading.known(metric)
    if known.start > known.end:
        return "needs days on which all of its tables are known: there are none"
    whole = "whole months " if any(FACTS[name].monthly for name in metric.facts) else ""
    return f"known {whole}from {known.start} to {known.end}, asked for {_asked(reading.query)}"


def _asked(query: Query) -> str:
    """The days of the question in words."""
    said = []
    if query.start and query.end:
        said.append(f"{query.start} to {query.end}")
    elif query.start or query.end:
        said.append(f"{query.start} and later" if query.start else f"{query.end} and earlier")
    return ", ".join(said + ([f"as of {query.as_of}"] if query.as_of else []))


def _uncountable(reading: Reading, metric: Metric) -> str | None:
    """Amounts without an exchange rate, and what a sample of orders cannot say about accounts."""
    if reason := unpriced(reading, metric):
        return reason
    if reading.store.sampled and _needs_every_order(reading, metric):
        return "orders are a declared sample: the other orders of its accounts may be outside it"
    return None


def _needs_every_order(reading: Reading, metric: Metric) -> bool:
    """Whether the metric follows accounts through their orders, or sets grossed-up orders against accounts seen."""
    if isinstance(metric.formula, Shape):
        return metric.formula.histories
    if isinstance(metric.formula, Quotient):
        return any(_needs_every_order(reading, part) for part in reading.store.dictionary.parts(metric))
    measures = measures_of(metric.formula)
    named = ((m.fact, name) for m in measures for name in (m.on, *m.columns, *(test.column for test in m.where)))
    if any(name in FACTS[fact].histories for fact, name in named):
        return True
    weighted = [m for m in measures if FACTS[m.fact].weight]
    return len({m.aggregate == "count_distinct" for m in weighted}) > 1
