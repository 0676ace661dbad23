"""What account-clustered intervals need: each ratio's two parts per account, their sums, squares and products."""

from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.metrics.compile.aggregate import filtered_aggregate, name_of, tests, total
from bothsides.metrics.compile.cut import Cut, Parameters, Window
from bothsides.metrics.compile.sides import dated_by, resolve
from bothsides.metrics.compile.statement import Pass, named_query, read_pass, select_text
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Measure, Ratio, measures_of
from bothsides.metrics.metric import Read


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlan:
    """One statement per fact and date: accounts, sums, squares and products of each ratio's two parts."""

    statement: str
    parameters: Parameters
    keys: tuple[str, ...]
    ratios: tuple[Ratio, ...]


_SUMS = (
    "count(*) FILTER (WHERE {x} <> 0 OR {y} <> 0) AS accounts{i}",
    "sum({x}) AS sx{i}",
    "sum({y}) AS sy{i}",
    "sum({x} * {x}) AS sxx{i}",
    "sum({y} * {y}) AS syy{i}",
    "sum({x} * {y}) AS sxy{i}",
)


def cluster_plans(ratios: Sequence[Ratio], cut: Cut, windows: dict[Read, Window]) -> list[ClusterPlan]:
    """Statements for account-clustered intervals; ratios whose parts come from two facts have none."""
    groups: dict[Read, list[Ratio]] = {}
    for ratio in dict.fromkeys(ratios):
        top, bottom = ratio.numerator, ratio.denominator
        if isinstance(top, Measure) and isinstance(bottom, Measure) and top.fact == bottom.fact and top.on == bottom.on:
            groups.setdefault((top.fact, top.on), []).append(ratio)
    return [_cluster(name, group, cut, windows[name, on]) for (name, on), group in groups.items()]


def _cluster(name: str, ratios: Sequence[Ratio], cut: Cut, window: Window) -> ClusterPlan:
    parameters: Parameters = {}
    fact = FACTS[name]
    one = read_pass(name, dated_by(measures_of(ratios[0])[0], cut), cut, window, parameters)
    account = (fact.party_columns["account"][0] if fact.parties and not cut.sided else fact.account) or "1"
    one.keys.append(f"{account} AS cluster_id")
    sums, taken = [], {*cut.codes, "cluster_id"}
    for i, ratio in enumerate(ratios):
        x, y = (_per_account(part, cut, account, one, taken) for part in measures_of(ratio))
        sums += [text.format(x=x, y=y, i=i) for text in _SUMS]
    last = select_text([*cut.words, *sums], "per_account", by=cut.codes)
    return ClusterPlan(
        statement=f"WITH {named_query('per_account', one.select)}\n{last}",
        parameters=parameters,
        keys=cut.keys,
        ratios=tuple(ratios),
    )


def _per_account(part: Measure, cut: Cut, account: str, one: Pass, taken: set[str]) -> str:
    """The column of the part within one account, of which an account is seen once or not at all."""
    text = total(part, cut)
    if part.aggregate == "count_distinct" and part.column and resolve(part.column, part, cut) == account:
        text = f"least({filtered_aggregate(f'count({account})', tests(part, cut))}, 1)"
    return one.column(f"coalesce({text}, 0)::DOUBLE", name_of(part, cut), taken)
