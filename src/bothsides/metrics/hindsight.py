"""Facts without hindsight: as of an earlier day, where a later row would change what is asked for."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

from bothsides.metrics.building import build_facts, later_days
from bothsides.metrics.distinct import Bounds
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Formula, Measure, measures_of
from bothsides.metrics.metric import Metric
from bothsides.metrics.query import Query
from bothsides.metrics.shapes import Shape
from bothsides.metrics.states.grains import NO_STATES
from bothsides.metrics.store import Store, read_unpriced
from bothsides.schema import TABLES
from bothsides.warehouse import version_filter


@contextmanager
def asked_as_of(store: Store, query: Query) -> Iterator[Store]:
    """The store as the query's as-of date knew it.

    A metric reads rows up to that date by itself. Facts are built anew only where a row of that time tells of
    something that came after it, such as an order of its refunds; every other query keeps the prepared ones.
    """
    if query.as_of is None or not is_told_later(store, query):
        yield store
        return
    metrics = tuple(_metrics(store, query.metrics))
    # A shape may read more than the facts it is dated by.
    shapes = any(isinstance(metric.formula, Shape) for metric in metrics)
    facts = [FACTS[name] for metric in metrics for name in metric.facts]
    relations = {name for fact in facts for name in (fact.relation, fact.parties) if name}
    # What is built for a load is seen by its own connection alone: the others would be read as they are kept today.
    with _built(store, query.as_of, None if shapes or store.known_on is not None else relations) as then:
        yield then


def is_told_later(store: Store, query: Query) -> bool:
    """Whether rows after the query's as-of date would change what it reads of rows before."""
    day = query.as_of
    if day is None or not _is_later_known(store, day):
        return False
    return any(_goes_on(store, table, day) for table in sorted(_changing(_metrics(store, query.metrics), query)))


@contextmanager
def on_day(store: Store, day: date | None) -> Iterator[Store]:
    """The store as a day knew it, with every fact, for those who read the facts themselves."""
    if day is None or not _is_later_known(store, day) or not any(_goes_on(store, name, day) for name in store.fed):
        yield store
        return
    known = {name: (first, max(first, min(last, day))) for name, (first, last) in store.ranges.items()}
    with _built(store, day, None) as then:
        yield replace(then, ranges=known)


@contextmanager
def _built(store: Store, day: date, relations: set[str] | None) -> Iterator[Store]:
    with store.engine.aside() as engine:
        build_facts(engine, currency=store.currency, known_on=store.known_on, as_of=day, relations=relations)
        yield replace(
            store,
            engine=engine,
            as_of=day,
            unpriced=read_unpriced(engine),
            bounds=Bounds(),
            states=NO_STATES,
            workings=None,
        )


def _is_later_known(store: Store, day: date) -> bool:
    """Whether the store knows of days after this one; no date has a day after the last there is."""
    return day < date.max - timedelta(days=1) and (store.as_of is None or day < store.as_of)


def _metrics(store: Store, names: Iterable[str]) -> Iterator[Metric]:
    """Every definition that may answer, with what it is made of."""
    for name in names:
        for held in store.dictionary.held(name):
            for part in store.dictionary.parts(held.metric):
                yield part
                if isinstance(part.formula, Shape):
                    yield from _metrics(store, part.formula.metrics)


def _changing(metrics: Iterable[Metric], query: Query) -> set[str]:
    """The tables whose later rows would change what the metrics read of earlier ones."""
    labels = {*query.dims, *(name for name, _ in query.where)}
    found: set[str] = set()
    for metric in metrics:
        for fact, column in (*_columns(metric), *((name, label) for name in metric.facts for label in labels)):
            found.update(FACTS[fact].later.get(column, ()))
        for fact in metric.facts:
            found.update(FACTS[fact].later.get("*", ()))
    return found


def _columns(metric: Metric) -> Iterator[tuple[str, str]]:
    """The facts' columns that the metric reads; what asks for a date to be reached leaves later ones out itself."""
    if isinstance(metric.formula, Formula):
        for measure in measures_of(metric.formula):
            yield from ((measure.fact, column) for column in _read(measure))
    if isinstance(metric.formula, Shape):
        money = set(metric.formula.amounts)
        for name in metric.facts:
            fact = FACTS[name]
            yield from ((name, column) for column in fact.later if column not in fact.money or (name, column) in money)


def _read(measure: Measure) -> Iterator[str]:
    yield from measure.columns
    yield from (test.column for test in measure.where if test.operator != "reached")


def _goes_on(store: Store, name: str, day: date) -> bool:
    """Whether any row of the table tells of a day after this one."""
    table = TABLES[name]
    days = [on for on in (table.event_time, *later_days(table)) if on]
    if name not in store.fed or not days:
        return False
    later = " OR ".join(f"{on} > DATE '{day}'" for on in days)
    statement = f"SELECT 1 FROM {name} WHERE {version_filter(store.known_on)} AND ({later}) LIMIT 1"
    return store.engine.row(statement) is not None
