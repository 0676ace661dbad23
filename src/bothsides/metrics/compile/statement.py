"""All measures of a query as one statement that a person can read: a named read per fact and date, stacked once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import fill

from bothsides.metrics.compile.aggregate import (
    count,
    name_of,
    rows_name,
    spans_of,
    tests,
    total,
    variance,
    variance_name,
)
from bothsides.metrics.compile.cut import Cut, Parameters, Window, conditions, key_columns
from bothsides.metrics.compile.sides import dated_by
from bothsides.metrics.distinct import BitBudget
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Measure
from bothsides.metrics.metric import Read
from bothsides.metrics.states.grains import NO_STATES, States
from bothsides.metrics.states.serve import Served, serve


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One statement: its SQL, parameters, the cell's columns and where each measure's sum, count and variance stand."""

    statement: str
    parameters: Parameters
    keys: tuple[str, ...]
    columns: dict[Measure, str]
    rows: dict[Measure, str]
    variances: dict[Measure, str]
    outputs: tuple[str, ...]
    weighted: bool


@dataclass(slots=True, kw_only=True)
class Pass:
    """One pass over one relation, by name: the cell's columns, the rows it reads, and what it adds up by text."""

    name: str
    relation: str
    keys: list[str]
    where: list[str]
    columns: dict[str, str] = field(default_factory=dict)
    blocks: bool = False
    """Whether the bits of a cell's rows are united block by block before the blocks' counts are added up."""

    def column(self, text: str, name: str, taken: set[str]) -> str:
        """The column that holds the aggregate; the same text is one column."""
        if text not in self.columns:
            self.columns[text] = numbered(name, taken)
        return self.columns[text]

    @property
    def select(self) -> str:
        """The pass as a query."""
        columns = [*self.keys, *(f"{text} AS {name}" for text, name in self.columns.items())]
        by = [str(i + 1) for i in range(len(self.keys))]
        if not self.blocks:
            return select_text(columns, self.relation, self.where, by)
        inner = indented(select_text(columns, self.relation, self.where, [*by, "block"]))
        counted = [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in self.columns.values()]
        keys = [key.rpartition(" AS ")[2] for key in self.keys]
        return select_text([*keys, *counted], f"(\n{inner}\n) AS blocks", by=by)


def numbered(name: str, taken: set[str]) -> str:
    """The name, with a number where it is taken; it is taken from then on."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found)
    return found


def select_text(columns: Sequence[str], relation: str, where: Sequence[str] = (), by: Sequence[str] = ()) -> str:
    """A query, one column a line."""
    lines = ["SELECT", ",\n".join(f"  {column}" for column in columns), f"FROM {relation}"]
    if where:
        lines.append("WHERE " + "\n  AND ".join(where))
    if by:
        lines.append(f"GROUP BY {', '.join(by)}")
    return "\n".join(lines)


def named_query(name: str, text: str) -> str:
    """A query under a name, as it stands after WITH."""
    return f"{name} AS (\n{indented(text)}\n)"


def indented(text: str) -> str:
    """The text two columns to the right."""
    return "\n".join(f"  {line}" for line in text.splitlines())


def plan(
    measures: Sequence[Measure],
    cut: Cut,
    windows: dict[Read, Window],
    *,
    weighted: bool = False,
    bits: BitBudget | None = None,
    states: States = NO_STATES,
    by_name: bool = False,
) -> Plan:
    """Compile the measures into one statement. `weighted` multiplies by the sample weight of facts that have one.

    With `bits`, for an engine that has bitstrings, distinct ids are counted by one bit each where these fit; with
    `by_name`, for one that can stack queries by their columns' names, no query names what it lacks. What one of the
    `states` holds is read there instead of in its fact.
    """
    made = _Making(cut=cut, windows=windows, weighted=weighted, bits=bits, taken=set(cut.codes))
    reads: dict[Read, list[Measure]] = {}
    prepared: dict[tuple[str, bool], dict[Measure, Served]] = {}
    for measure in dict.fromkeys(measures):
        served = None if weighted else serve(measure, cut, windows[measure.fact, measure.on], states)
        if served is None:
            reads.setdefault((measure.fact, dated_by(measure, cut)), []).append(measure)
        else:
            prepared.setdefault((served.state.name, served.union), {})[measure] = served
    passes = [made.prepared(kept) for kept in prepared.values()]
    passes += (made.read(name, on, group) for (name, on), group in reads.items())
    outputs = tuple(name for one in passes for name in one.columns.values())
    return Plan(
        statement=_stacked(passes, cut, outputs, by_name=by_name),
        parameters=made.parameters,
        keys=cut.keys,
        columns=made.columns,
        rows=made.rows,
        variances=made.variances,
        outputs=outputs,
        weighted=weighted,
    )


@dataclass(slots=True, kw_only=True)
class _Making:
    """A statement in the making: which column holds what, and the names that are taken."""

    cut: Cut
    windows: dict[Read, Window]
    weighted: bool
    bits: BitBudget | None
    taken: set[str]
    parameters: Parameters = field(default_factory=dict)
    columns: dict[Measure, str] = field(default_factory=dict)
    rows: dict[Measure, str] = field(default_factory=dict)
    variances: dict[Measure, str] = field(default_factory=dict)

    def read(self, name: str, on: str, group: Sequence[Measure]) -> Pass:
        """The pass over a fact for every measure of it that is dated by the column."""
        window = self.windows[name, group[0].on]
        one = read_pass(name, on, self.cut, window, self.parameters)
        weight = FACTS[name].weight if self.weighted else None
        for measure in group:
            spans = spans_of(measure, self.cut, window, self.bits) if self.bits else ()
            said = name_of(measure, self.cut)
            self.columns[measure] = one.column(total(measure, self.cut, weight=weight, spans=spans), said, self.taken)
            sampled = weight is not None and measure.aggregate != "count_distinct"
            if measure.aggregate == "sum" or sampled:
                self.rows[measure] = one.column(
                    count(tests(measure, self.cut)), rows_name(measure, self.cut), self.taken
                )
            if weight is not None and sampled:
                text = variance(measure, self.cut, weight)
                self.variances[measure] = one.column(text, variance_name(measure, self.cut), self.taken)
        return one

    def prepared(self, group: Mapping[Measure, Served]) -> Pass:
        """The pass over one state for every measure that it holds."""
        measure, first = next(iter(group.items()))
        state, window = first.state, replace(self.windows[measure.fact, measure.on], start=first.start)
        one = read_pass(measure.fact, state.on, self.cut, window, self.parameters, relation=state.name)
        one.name = f"{state.name}_united" if first.union else f"{state.name}_added"
        one.where.append(f"kept = '{first.kept}'")
        one.blocks = first.union
        for each, served in group.items():
            self.columns[each] = one.column(served.total, name_of(each, self.cut), self.taken)
            if served.rows:
                self.rows[each] = one.column(served.rows, rows_name(each, self.cut), self.taken)
        return one


def read_pass(
    name: str, on: str, cut: Cut, window: Window, parameters: Parameters, *, relation: str | None = None
) -> Pass:
    """The pass over a fact by one of its dates, or over the relation that stands for it."""
    fact = FACTS[name]
    return Pass(
        name=f"{name}_by_{on}",
        relation=relation or cut.relation(fact),
        keys=key_columns(on, cut),
        where=conditions(fact, on, cut, window, parameters),
    )


def _stacked(passes: Sequence[Pass], cut: Cut, outputs: Sequence[str], *, by_name: bool) -> str:
    """The passes under their names, stacked and grouped once; a single one stands for itself."""
    queries = [named_query(one.name, one.select) for one in passes]
    if len(passes) == 1:
        last = select_text([*cut.words, *outputs], passes[0].name)
        return f"WITH {queries[0]}\n{last}"
    parts = (f"SELECT * FROM {one.name}" for one in passes) if by_name else _padded(passes, cut, outputs)
    queries.append(named_query("stacked", f"\nUNION ALL{' BY NAME' if by_name else ''}\n".join(parts)))
    last = select_text([*cut.words, *(f"max({name}) AS {name}" for name in outputs)], "stacked", by=cut.codes)
    return f"WITH {', '.join(queries)}\n{last}"


def _padded(passes: Sequence[Pass], cut: Cut, outputs: Sequence[str]) -> Iterator[str]:
    """Each pass with every output column. An empty number widens to what the others give; a bare NULL may be text."""
    for one in passes:
        own = set(one.columns.values())
        columns = ", ".join(
            [*cut.codes, *(name if name in own else f"CAST(NULL AS INT) AS {name}" for name in outputs)]
        )
        yield f"SELECT\n{fill(columns, 110, initial_indent='  ', subsequent_indent='  ')}\nFROM {one.name}"
