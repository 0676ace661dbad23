"""From the metric algebra to one SQL statement: one read per fact and date, one union, one group, ratios after it.

This is the only module that knows SQLGlot.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp, maybe_parse

from bothsides.metrics.distinct import BitBudget, Span
from bothsides.metrics.fact import Fact
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio, Test, measures_of
from bothsides.metrics.metric import Read
from bothsides.metrics.states.grains import NO_STATES, States
from bothsides.metrics.states.serve import Served, serve
from bothsides.schema import Grain, Side
from bothsides.schema.period import periods_between

Parameters = dict[str, object]

NO_LABEL = "(none)"
"""How a filter names the rows without a label, as tables show them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days a fact is read for and the date up to which it is known."""

    start: date
    end: date
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How the facts are split and filtered: shared by every read of one query."""

    grain: Grain | None
    by_side: bool
    sided: bool
    dims: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...]
    fiscal_start: int = 1

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the cell's columns, in order."""
        return (*(("period",) if self.grain else ()), *(("side",) if self.by_side else ()), *self.dims)

    def conditions(self, fact: Fact) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The filters as they bear on the fact: a filter on both sides leaves each row of two parties in, once."""
        return tuple(c for c in self.where if c[0] != "side" or self.sided or not fact.parties)


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


def plan(
    measures: Sequence[Measure],
    cut: Cut,
    windows: dict[Read, Window],
    *,
    weighted: bool = False,
    bits: BitBudget | None = None,
    states: States = NO_STATES,
    dialect: str = "duckdb",
) -> Plan:
    """Compile the measures into one statement. `weighted` multiplies by the sample weight of facts that have one.

    With `bits`, for an engine that has bitstrings, distinct ids are counted by one bit each where these fit.
    What one of the `states` holds is read there instead of in its fact.
    """
    parameters: Parameters = {}
    reads: dict[Read, list[Measure]] = {}
    prepared: dict[tuple[str, bool], dict[Measure, Served]] = {}
    for measure in dict.fromkeys(measures):
        served = None if weighted else serve(measure, cut, windows[measure.fact, measure.on], states)
        if served is None:
            reads.setdefault((measure.fact, _on(measure, cut)), []).append(measure)
        else:
            prepared.setdefault((served.state.name, served.union), {})[measure] = served
    columns: dict[Measure, str] = {}
    rows: dict[Measure, str] = {}
    variances: dict[Measure, str] = {}
    parts: list[exp.Select] = []
    for kept in prepared.values():
        for measure, served in kept.items():
            columns[measure] = f"m{len(columns)}"
            if served.rows:
                rows[measure] = f"n{len(columns) - 1}"
        parts.append(_prepared(kept, cut, windows, parameters, columns, rows))
    for (name, on), group in reads.items():
        window = windows[name, group[0].on]
        select = _read(FACTS[name], on, cut, window, parameters)
        for measure in group:
            columns[measure] = f"m{len(columns)}"
            span = _span(measure, cut, window, bits) if bits else None
            select = select.select(exp.alias_(_aggregate(measure, cut, weighted, span), columns[measure]))
            sampled = weighted and FACTS[name].weight and measure.aggregate != "count_distinct"
            if measure.aggregate == "sum" or sampled:
                rows[measure] = f"n{len(columns) - 1}"
                select = select.select(exp.alias_(_filtered(exp.Count(this=exp.Star()), measure, cut), rows[measure]))
            if sampled:
                variances[measure] = f"v{len(columns) - 1}"
                select = select.select(exp.alias_(_variance(measure, cut), variances[measure]))
        parts.append(select)
    outputs = [*columns.values(), *rows.values(), *variances.values()]
    statement = _union(parts, cut.keys, outputs)
    return Plan(
        statement=statement.sql(dialect=dialect, pretty=True),
        parameters=parameters,
        keys=cut.keys,
        columns=columns,
        rows=rows,
        variances=variances,
        outputs=tuple(outputs),
        weighted=weighted,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlan:
    """One statement per fact and date: accounts, sums, squares and products of each ratio's two parts."""

    statement: str
    parameters: Parameters
    keys: tuple[str, ...]
    ratios: tuple[Ratio, ...]


def cluster_plans(ratios: Sequence[Ratio], cut: Cut, windows: dict[Read, Window]) -> list[ClusterPlan]:
    """Statements for account-clustered intervals; ratios whose parts come from two facts have none."""
    groups: dict[Read, list[Ratio]] = {}
    for ratio in dict.fromkeys(ratios):
        top, bottom = ratio.numerator, ratio.denominator
        if isinstance(top, Measure) and isinstance(bottom, Measure) and top.fact == bottom.fact and top.on == bottom.on:
            groups.setdefault((top.fact, top.on), []).append(ratio)
    return [_cluster(FACTS[name], group, cut, windows[name, on]) for (name, on), group in groups.items()]


def _cluster(fact: Fact, ratios: Sequence[Ratio], cut: Cut, window: Window) -> ClusterPlan:
    parameters: Parameters = {}
    on = _on(measures_of(ratios[0])[0], cut)
    account = fact.party_columns["account"][0] if fact.parties and not cut.sided else fact.account
    inner = _read(fact, on, cut, window, parameters).select(exp.alias_(_expression(account or "1"), "cluster_id"))
    inner = inner.group_by(exp.Literal.number(len(cut.keys) + 1))
    outer = exp.select(*_words(cut.keys))
    for i, ratio in enumerate(ratios):
        for name, part in ((f"x{i}", ratio.numerator), (f"y{i}", ratio.denominator)):
            assert isinstance(part, Measure)
            value = exp.Coalesce(this=_aggregate(part, cut, False), expressions=[exp.Literal.number(0)])
            inner = inner.select(exp.alias_(exp.Cast(this=value, to=exp.DataType.build("DOUBLE")), name))
        outer = outer.select(
            *(
                exp.alias_(_expression(body.format(x=f"x{i}", y=f"y{i}")), f"{name}{i}")
                for name, body in _CLUSTER_SUMS.items()
            )
        )
    statement = outer.from_(inner.subquery("per_account"))
    if cut.keys:
        statement = statement.group_by(*_codes(cut.keys))
    return ClusterPlan(
        statement=statement.sql(dialect="duckdb", pretty=True),
        parameters=parameters,
        keys=cut.keys,
        ratios=tuple(ratios),
    )


_CLUSTER_SUMS = {
    "accounts": "count(*) FILTER (WHERE {x} <> 0 OR {y} <> 0)",
    "sx": "sum({x})",
    "sy": "sum({y})",
    "sxx": "sum({x} * {x})",
    "syy": "sum({y} * {y})",
    "sxy": "sum({x} * {y})",
}


def expand(formula: Formula, *, sided: bool) -> Formula:
    """In totals, a measure of either party is the sum of both parties' measures; by side it stands as it is."""
    match formula:
        case Measure():
            if sided or formula.side is not None or not _is_party(formula):
                return formula
            return Combination(tuple((1, replace(formula, side=side)) for side in Side))
        case Ratio():
            return replace(
                formula,
                numerator=expand(formula.numerator, sided=sided),
                denominator=expand(formula.denominator, sided=sided),
            )
        case Combination(terms=terms):
            return Combination(tuple((sign, expand(term, sided=sided)) for sign, term in terms))
        case Product(factors=factors):
            return Product(tuple(expand(f, sided=sided) for f in factors), formula.power)


def _is_party(measure: Measure) -> bool:
    names = FACTS[measure.fact].party_columns
    return measure.column in names or measure.on in names or any(test.column in names for test in measure.where)


def _union(parts: Sequence[exp.Select], keys: Sequence[str], outputs: Sequence[str]) -> exp.Select:
    """Give every read every output column, stack the reads and group them once."""
    stacked: exp.Query | None = None
    for part in parts:
        own = set(part.named_selects)
        padded = exp.select(
            *(exp.column(key) for key in _codes(keys)),
            *(exp.column(name) if name in own else exp.alias_(_NOTHING, name) for name in outputs),
        ).from_(part.subquery(f"read_{len(own)}"))
        stacked = padded if stacked is None else stacked.union(padded, distinct=False)
    assert stacked is not None
    select = exp.select(*_words(keys), *(exp.alias_(exp.Max(this=exp.column(o)), o) for o in outputs))
    select = select.from_(stacked.subquery("stacked"))
    return select.group_by(*_codes(keys)) if keys else select


_NOTHING = exp.cast(exp.Null(), "INT")
"""An empty number: unions widen it to what the other reads give; a bare NULL is text to some engines."""

_CODES = {"side": "is_supplier"}
"""Keys that are grouped by a code: a side's word takes sixteen bytes a row in a distinct count, its truth value one."""


def _codes(keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(_CODES.get(key, key) for key in keys)


def _words(keys: Sequence[str]) -> tuple[exp.Expr, ...]:
    """The keys as they are shown, from their codes."""
    side = "CASE WHEN is_supplier THEN 'supplier' WHEN NOT is_supplier THEN 'buyer' END"
    return tuple(exp.alias_(_expression(side), key) if key == "side" else exp.column(key) for key in keys)


def _relation(fact: Fact, cut: Cut) -> str:
    return fact.parties if cut.sided and fact.parties else fact.relation


def _prepared(
    group: Mapping[Measure, Served],
    cut: Cut,
    windows: dict[Read, Window],
    parameters: Parameters,
    columns: dict[Measure, str],
    rows: dict[Measure, str],
) -> exp.Select:
    """The read of one state; the bits of its periods are united block by block before they are counted."""
    measure, first = next(iter(group.items()))
    state, window = first.state, replace(windows[measure.fact, measure.on], start=first.start)
    select = _read(FACTS[measure.fact], state.on, cut, window, parameters, relation=state.name)
    select = select.where(exp.EQ(this=exp.column("kept"), expression=exp.Literal.string(first.kept)))
    for one, served in group.items():
        select = select.select(exp.alias_(_expression(served.total), columns[one]))
        if served.rows:
            select = select.select(exp.alias_(_expression(served.rows), rows[one]))
    if not first.union:
        return select
    keys = _codes(cut.keys)
    select = select.group_by("block")
    counted = (exp.alias_(_expression(f"CAST(sum({columns[one]}) AS BIGINT)"), columns[one]) for one in group)
    outer = exp.select(*(exp.column(key) for key in keys), *counted).from_(select.subquery("blocks"))
    return outer.group_by(*keys) if keys else outer


def _read(
    fact: Fact, on: str, cut: Cut, window: Window, parameters: Parameters, *, relation: str | None = None
) -> exp.Select:
    select = exp.select().from_(exp.to_table(relation or _relation(fact, cut)))
    for key in cut.keys:
        select = select.select(exp.alias_(_key(key, on, cut), _CODES.get(key, key)))
    # Dates stand as literals: the engine then leaves out blocks, and the whole test where every row passes.
    days = exp.Between(this=_expression(on), low=exp.convert(window.start), high=exp.convert(window.end))
    select = select.where(days)
    for name, values in cut.conditions(fact):
        names = []
        for value in values:
            names.append(f"w{len(parameters)}")
            parameters[names[-1]] = value
        select = select.where(
            exp.In(this=_expression(filtered(name, values)), expressions=[exp.Placeholder(this=n) for n in names])
        )
    if cut.keys:
        select = select.group_by(*(exp.Literal.number(i + 1) for i in range(len(cut.keys))))
    return select


def filtered(name: str, values: tuple[str, ...]) -> str:
    """The column a filter compares; rows without a label take part under their name."""
    return f"coalesce({name}, '{NO_LABEL}')" if NO_LABEL in values else name


def _key(key: str, on: str, cut: Cut) -> exp.Expression:
    if key == "side":
        return exp.EQ(this=exp.column(key), expression=exp.Literal.string(Side.SUPPLIER.value))
    if key != "period" or cut.grain is None:
        return exp.column(key)
    return _expression(period_start(on, cut.grain, cut.fiscal_start))


def period_start(on: str, grain: Grain, fiscal_start: int) -> str:
    """The first day of the period that holds the date, as a DATE."""
    if grain is Grain.FISCAL_YEAR:
        back = f"INTERVAL {fiscal_start - 1} MONTH"
        return f"CAST(date_trunc('year', {on} - {back}) + {back} AS DATE)"
    if grain is Grain.WEEK:
        # The first day of year 1 was a Monday. Days count faster than date_trunc, which goes by way of a timestamp.
        return f"({on} - CAST(({on} - DATE '0001-01-01') % 7 AS INT))"
    return f"CAST(date_trunc('{grain.value}', {on}) AS DATE)"


def _span(measure: Measure, cut: Cut, window: Window, bits: BitBudget) -> Span | None:
    """The ids of a distinct count that bits can hold."""
    if measure.aggregate != "count_distinct" or measure.column is None:
        return None
    relation = _relation(FACTS[measure.fact], cut)
    return bits.take(relation, _resolve(measure.column, measure, cut), lambda: _groups(relation, cut, window, bits))


def _groups(relation: str, cut: Cut, window: Window, bits: BitBudget) -> int:
    """About how many cells the read has: periods by sides by labels, as if every combination were there."""
    count = len(Side) if cut.by_side else 1
    if cut.grain:
        count *= len(list(periods_between(window.start, window.end, cut.grain, fiscal_start=cut.fiscal_start)))
    asked = {name: len(values) for name, values in cut.where}
    for dim in cut.dims:
        labels = bits.labels(relation, dim)
        count *= min(asked.get(dim, labels), labels)
    return count


def _aggregate(measure: Measure, cut: Cut, weighted: bool, span: Span | None = None) -> exp.Expression:
    fact = FACTS[measure.fact]
    column = None if measure.column is None else _expression(_resolve(measure.column, measure, cut))
    weight = exp.column(fact.weight) if weighted and fact.weight else None
    match measure.aggregate:
        case "count":
            total: exp.Expression = exp.Sum(this=weight) if weight else exp.Count(this=exp.Star())
        case "sum":
            total = exp.Sum(this=exp.Mul(this=column, expression=weight) if weight else column)
        case "count_distinct":
            if span is not None:
                return _by_bits(column, span, measure, cut)
            total = exp.Count(this=exp.Distinct(expressions=[column]))
    return _filtered(total, measure, cut)


def _by_bits(column: exp.Expression | None, span: Span, measure: Measure, cut: Cut) -> exp.Expression:
    """The distinct ids of the column, one bit each. Of no rows there are no bits, and none is zero."""
    ids = exp.Anonymous(this="bitstring_agg", expressions=[column, *(exp.Literal.number(end) for end in span)])
    count = exp.Anonymous(this="bit_count", expressions=[_filtered(ids, measure, cut)])
    return exp.Coalesce(this=count, expressions=[exp.Literal.number(0)])


def _variance(measure: Measure, cut: Cut) -> exp.Expression:
    """Horvitz-Thompson variance of a weighted total under Poisson sampling: sum of w (w - 1) x^2."""
    weight = FACTS[measure.fact].weight
    amount = "1" if measure.column is None else f"({_resolve(measure.column, measure, cut)})::DOUBLE"
    body = _expression(f"sum({weight} * ({weight} - 1) * {amount} * {amount})")
    return _filtered(body, measure, cut)


def _filtered(total: exp.Expression, measure: Measure, cut: Cut) -> exp.Expression:
    conditions = list(_conditions(measure, cut))
    if not conditions:
        return total
    if isinstance(total, exp.Count) and isinstance(total.this, exp.Star):
        return exp.CountIf(this=exp.and_(*conditions))
    return exp.Filter(this=total, expression=exp.Where(this=exp.and_(*conditions)))


def _conditions(measure: Measure, cut: Cut) -> Iterator[exp.Expression]:
    fact = FACTS[measure.fact]
    if measure.side is not None and not (fact.parties and not cut.sided):
        yield exp.EQ(this=exp.column("side"), expression=exp.Literal.string(measure.side.value))
    on = _expression(_on(measure, cut))
    if measure.since is not None:
        yield exp.GTE(this=on.copy(), expression=exp.convert(measure.since))
    if measure.until is not None:
        yield exp.LTE(this=on.copy(), expression=exp.convert(measure.until))
    for test in measure.where:
        yield _condition(_expression(_resolve(test.column, measure, cut)), test)


def _condition(column: exp.Expression, test: Test) -> exp.Expression:
    match test.operator:
        case "null":
            return exp.Is(this=column, expression=exp.Null())
        case "not null":
            return exp.Not(this=exp.Is(this=column, expression=exp.Null()))
        case "in":
            values = test.value if isinstance(test.value, tuple) else (test.value,)
            return exp.In(this=column, expressions=[exp.convert(value) for value in values])
        case "reached":
            raise ValueError(f"{test.column!r} reached: bind the formula to an as-of date before it is compiled")
        case _:
            return exp.Paren(this=_COMPARISONS[test.operator](this=column, expression=exp.convert(test.value)))


_COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def _on(measure: Measure, cut: Cut) -> str:
    return _resolve(measure.on, measure, cut)


def _resolve(column: str, measure: Measure, cut: Cut) -> str:
    """The column as the relation read has it: in totals, the named side's column of a two-party fact."""
    fact = FACTS[measure.fact]
    if cut.sided or not fact.parties or column not in fact.party_columns:
        return column
    if measure.side is None:
        raise ValueError(f"{column!r} of fact {fact.name} differs per party: the measure must name a side in totals")
    return fact.party_columns[column][0 if measure.side is Side.BUYER else 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """A measure's parts in SQL, as the relation that is read has them; no condition is empty text."""

    on: str
    column: str
    condition: str


def spelled(measure: Measure, *, sided: bool) -> Spelling:
    """The measure's date, column and condition in the by-side relation, or in the total one."""
    cut = Cut(grain=None, by_side=sided, sided=sided, dims=(), where=())
    condition = exp.and_(*conditions) if (conditions := list(_conditions(measure, cut))) else None
    return Spelling(
        on=_on(measure, cut),
        column="" if measure.column is None else _resolve(measure.column, measure, cut),
        condition=condition.sql(dialect="duckdb") if condition else "",
    )


def _expression(text: str) -> exp.Expression:
    if text.isidentifier():
        return exp.column(text)
    expression: exp.Expression = maybe_parse(text, dialect="duckdb")
    return expression
