"""What a metric does that is more than a ratio of sums: it answers its cells from its own reading of the facts."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window, filtered, period_start
from bothsides.metrics.facts import FACTS
from bothsides.metrics.metric import Metric, Read, SideRule
from bothsides.metrics.value import Status


class Shape(ABC):
    """The base of every shape: it names its facts and gives outcomes per cell."""

    @property
    @abstractmethod
    def reads(self) -> tuple[Read, ...]:
        """The facts it reads and the date column each is dated by."""

    @property
    def amounts(self) -> tuple[Read, ...]:
        """The facts' columns that it reads as money."""
        return ()

    @property
    def histories(self) -> bool:
        """Whether it follows accounts from order to order, so that a sample of orders cannot feed it."""
        return False

    @property
    def metrics(self) -> tuple[str, ...]:
        """The ids of the metrics that it is made of."""
        return ()

    def labels(self, dim: str) -> tuple[str, ...]:  # noqa: ARG002 - most shapes take their labels from the facts
        """The labels of a dimension of its own, e.g. a funnel's steps; empty where the facts have it."""
        return ()

    @property
    def nothing(self) -> Outcome:
        """What it gives in a cell in which it found nothing."""
        return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason="nothing to measure in these days")

    def covers(self, reading: Reading, metric: Metric) -> Window:
        """The days that a cell without a period covers."""
        return reading.days(metric)

    def reaches(self, reading: Reading, metric: Metric, fact: str) -> Window:  # noqa: ARG002 - most read all alike
        """The days whose amounts of the fact take part: those asked for, unless it looks back or ahead."""
        return reading.window(metric)

    @abstractmethod
    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The metric's outcome in every cell of the reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A fact as one reading sees it: what to select from, the cell's columns, the filter and its parameters."""

    relation: str
    keys: str
    names: tuple[str, ...]
    condition: str
    parameters: dict[str, object]

    @property
    def by(self) -> str:
        """`GROUP BY` the cell's columns, nothing for a grand total."""
        return f"GROUP BY {', '.join(self.names)}" if self.names else ""

    @property
    def prefix(self) -> str:
        """The cell's column names, ready to stand before other outputs."""
        return "".join(f"{name}, " for name in self.names)


def source(
    reading: Reading, metric: Metric, fact_name: str, on: str, *, dated: bool = True, until: date | None = None
) -> Source:
    """The fact under the reading's cut. Names come from the catalogue, values are parameters."""
    fact, cut, window = FACTS[fact_name], reading.cut, reading.window(metric)
    relation = fact.parties if fact.parties and cut.sided else fact.relation
    parameters: dict[str, object] = {}
    conditions = [f"{on} IS NOT NULL"]
    if metric.side in (SideRule.BUYER, SideRule.SUPPLIER) and not fact.parties:
        conditions.append(f"side = '{metric.side}'")
    if dated:
        parameters |= {"first": window.start, "last": min(window.end, until) if until else window.end}
        conditions.append(f"{on} BETWEEN $first AND $last")
    conditions += (labelled(name, values, parameters) for name, values in cut.conditions(fact))
    keys = []
    for key in cut.keys:
        text = period_start(on, cut.grain, cut.fiscal_start) if key == "period" and cut.grain else key
        keys.append(f"{text} AS {key}, ")
    return Source(
        relation=relation,
        keys="".join(keys),
        names=cut.keys,
        condition=" AND ".join(conditions),
        parameters=parameters,
    )


def labelled(name: str, values: tuple[str, ...], parameters: dict[str, object]) -> str:
    """The condition that a row has one of the labels; each becomes one more of the parameters."""
    marks = []
    for value in values:
        marks.append(f"$w{len(parameters)}")
        parameters[marks[-1][1:]] = value
    return f"{filtered(name, values)} IN ({', '.join(marks)})"


def unfiltered(reading: Reading, dim: str) -> Reading:
    """The reading whatever label rows have on the dimension."""
    where = tuple((name, values) for name, values in reading.cut.where if name != dim)
    return replace(reading, cut=replace(reading.cut, where=where))


def without(reading: Reading, dim: str) -> Reading:
    """The reading without a dimension that the fact does not have: the shape gives it itself."""
    found = unfiltered(reading, dim)
    return replace(found, cut=replace(found.cut, dims=tuple(name for name in found.cut.dims if name != dim)))


def run(reading: Reading, statement: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
    """The statement's rows; only the parameters that it names are bound."""
    return reading.store.engine.rows(statement, parameters)


def run_once(reading: Reading, statement: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
    """The statement's rows, read once for all of the query's metrics that ask for the same."""
    asked = statement, repr(parameters)
    if asked not in reading.shared:
        reading.shared[asked] = run(reading, statement, parameters)
    return reading.shared[asked]


def worked(reading: Reading, query: str) -> str:
    """The query as something to select from: a table for all who ask for it where the store's workings are shared."""
    workings = reading.store.workings
    return f"({query})" if workings is None else workings.relation(query)
