"""What account-clustered intervals need: each ratio's two parts per account, their sums, squares and products."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bothsides.metrics.compile.aggregate import filtered_aggregate, name_of, tests, total
from bothsides.metrics.compile.cut import Cut, Parameters, Window
from bothsides.metrics.compile.sides import dated_by, resolve
from bothsides.metrics.compile.statement import Pass, named_query, read_pass, select_text
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Ratio, measures_of
from bothsides.metrics.metric import Read
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlan:
    """One statement per set of facts: accounts, sums, squares and products of each ratio's two parts."""

    statement: str
    parameters: Parameters
    keys: tuple[str, ...]
    ratios: tuple[Ratio, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """An aggregate above (x) or below (y) the line, its sign, and the column of the account it belongs to."""

    line: str
    sign: int
    measure: Measure
    account: str

    @property
    def read(self) -> tuple[str, str, str]:
        """The fact, date and account column it is read by."""
        return self.measure.fact, self.measure.on, self.account


MOST_MONTHS = 62
"""Months that a whole number has bits for."""

ACCOUNT_MONTHS = 4096
"""An account's month is so many times its account, and the months from 1970 to it, that one included."""

_SUMS = (
    "count(*) FILTER (WHERE {x} <> 0 OR {y} <> 0) AS accounts{i}",
    "sum({x}) AS sx{i}",
    "sum({y}) AS sy{i}",
    "sum({x} * {x}) AS sxx{i}",
    "sum({y} * {y}) AS syy{i}",
    "sum({x} * {y}) AS sxy{i}",
)


def cluster_plans(ratios: Sequence[Ratio], cut: Cut, windows: dict[Read, Window]) -> list[ClusterPlan]:
    """Statements for account-clustered intervals; a ratio that cannot be told account by account is in none."""
    groups: dict[tuple[tuple[str, str, str], ...], dict[Ratio, list[Term]]] = {}
    for ratio in dict.fromkeys(ratios):
        if terms := account_terms(ratio, sided=cut.sided):
            groups.setdefault(tuple(dict.fromkeys(term.read for term in terms)), {})[ratio] = terms
    return [_cluster(group, cut, windows) for group in groups.values()]


def account_terms(ratio: Ratio, *, sided: bool) -> list[Term]:
    """The ratio as signed aggregates, each with its account; none where one belongs to no account.

    Parts must be sums and differences of aggregates, and what is counted distinct must belong to one account. In
    totals, where an order has two, it is told by the side that the ratio names; where it names none by its buyer, and
    beside other facts by its supplier, whom fees without an order belong to.
    """
    parts = [*_signed("x", ratio.numerator, 1), *_signed("y", ratio.denominator, 1)]
    if len(parts) != len(measures_of(ratio)):
        return []
    named = {measure.side for _, _, measure in parts if measure.side is not None}
    default = Side.SUPPLIER if len({measure.fact for _, _, measure in parts}) > 1 else Side.BUYER
    terms = []
    for line, sign, measure in parts:
        fact, column = FACTS[measure.fact], measure.column
        account = fact.account
        if fact.parties and not sided:
            if len(named) > 1 and measure.side is None:
                return []
            side = measure.side or next(iter(named), default)
            account = fact.party_columns["account"][0 if side is Side.BUYER else 1]
        if account is None or (measure.aggregate == "count_distinct" and column not in ("account", "account_month")):
            return []
        terms.append(Term(line=line, sign=sign, measure=measure, account=account))
    return terms


def _signed(line: str, formula: Formula, sign: int) -> Iterator[tuple[str, int, Measure]]:
    if isinstance(formula, Measure):
        yield line, sign, formula
    if isinstance(formula, Combination):
        for factor, term in formula.terms:
            yield from _signed(line, term, sign * factor)


@dataclass(slots=True, kw_only=True)
class _Making:
    """A statement in the making: one pass per read, and the names that are taken."""

    cut: Cut
    windows: dict[Read, Window]
    taken: set[str]
    parameters: Parameters = field(default_factory=dict)
    passes: dict[tuple[str, str, str], Pass] = field(default_factory=dict)

    def column(self, term: Term) -> str:
        """The column of the term within one account, of which an account is seen once or not at all."""
        measure, account = term.measure, term.account
        if term.read not in self.passes:
            on, window = dated_by(measure, self.cut), self.windows[measure.fact, measure.on]
            one = read_pass(measure.fact, on, self.cut, window, self.parameters)
            one.name += f"_and_{account}"
            one.keys.append(f"{account} AS cluster_id")
            self.passes[term.read] = one
        text = self._months(measure) or total(measure, self.cut)
        if measure.aggregate == "count_distinct" and resolve(measure.column or "", measure, self.cut) == account:
            text = f"least({filtered_aggregate(f'count({account})', tests(measure, self.cut))}, 1)"
        return self.passes[term.read].column(f"coalesce({text}, 0)::DOUBLE", name_of(measure, self.cut), self.taken)

    def _months(self, measure: Measure) -> str | None:
        """An account's months by a bit each, a fraction of the cost of telling them apart.

        None where no months are counted, or more than a whole number has bits.
        """
        window = self.windows[measure.fact, measure.on]
        first, last = (12 * (day.year - 1970) + day.month for day in (window.start, window.end))
        if (measure.aggregate, measure.column) != ("count_distinct", "account_month") or last - first >= MOST_MONTHS:
            return None
        bits = f"bit_or(CAST(1 AS BIGINT) << CAST(account_month % {ACCOUNT_MONTHS} - {first} AS INT))"
        return f"bit_count({filtered_aggregate(bits, tests(measure, self.cut))})"

    def line(self, terms: Sequence[Term], line: str) -> str:
        """One line of a ratio within one account."""
        signed = [(term.sign, self.column(term)) for term in terms if term.line == line]
        if len(signed) == 1 and signed[0][0] == 1:
            return signed[0][1]
        return "(" + " ".join(f"{'-' if sign < 0 else '+'} {name}" for sign, name in signed).removeprefix("+ ") + ")"

    def queries(self) -> list[str]:
        """The passes, and what each account has in all of them."""
        if len(self.passes) == 1:
            return [named_query("per_account", one.select) for one in self.passes.values()]
        names = [name for one in self.passes.values() for name in one.columns.values()]
        keys = [*self.cut.codes, "cluster_id"]
        parts = [
            f"SELECT {', '.join([*keys, *(n if n in set(one.columns.values()) else f'0 AS {n}' for n in names)])}"
            f"\nFROM {one.name}"
            for one in self.passes.values()
        ]
        per_account = select_text([*keys, *(f"sum({name}) AS {name}" for name in names)], "stacked", by=keys)
        return [
            *(named_query(one.name, one.select) for one in self.passes.values()),
            named_query("stacked", "\nUNION ALL\n".join(parts)),
            named_query("per_account", per_account),
        ]


def _cluster(group: dict[Ratio, list[Term]], cut: Cut, windows: dict[Read, Window]) -> ClusterPlan:
    made = _Making(cut=cut, windows=windows, taken={*cut.codes, "cluster_id"})
    sums = []
    for i, terms in enumerate(group.values()):
        x, y = made.line(terms, "x"), made.line(terms, "y")
        sums += [text.format(x=x, y=y, i=i) for text in _SUMS]
    last = select_text([*cut.words, *sums], "per_account", by=cut.codes)
    return ClusterPlan(
        statement=f"WITH {', '.join(made.queries())}\n{last}",
        parameters=made.parameters,
        keys=cut.keys,
        ratios=tuple(group),
    )
