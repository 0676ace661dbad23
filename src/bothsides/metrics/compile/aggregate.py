"""One measure as SQL: its aggregate, the rows it counts, and a name that says both."""

import re
from dataclasses import dataclass
from datetime import date

from bothsides.metrics.compile.cut import Cut, Window
from bothsides.metrics.compile.sides import dated_by, resolve
from bothsides.metrics.distinct import BitBudget, Span
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Measure, Scalar, Test
from bothsides.schema import Side
from bothsides.schema.period import periods_between

_WORD = re.compile(r"[A-Za-z_]\w*")
_NAME_BYTES = 56
"""A name and its number stay within the 63 bytes that PostgreSQL keeps."""


def total(measure: Measure, cut: Cut, *, weight: str | None = None, spans: tuple[Span, ...] = ()) -> str:
    """The measure's aggregate. `weight` is the column of a sample's weights; ids in `spans` are counted by bits."""
    conditions = tests(measure, cut)
    column = "*" if measure.column is None else resolve(measure.column, measure, cut)
    match measure.aggregate:
        case "count":
            return filtered_aggregate(f"sum({weight})", conditions) if weight else count(conditions)
        case "sum":
            return filtered_aggregate(f"sum({_atom(column)} * {weight})" if weight else f"sum({column})", conditions)
        case "count_distinct":
            if not spans:
                return filtered_aggregate(f"count(DISTINCT {column})", conditions)
            return " + ".join(_bits(column, span, conditions, halved=len(spans) > 1) for span in spans)


def _bits(column: str, span: Span, conditions: tuple[str, ...], *, halved: bool) -> str:
    """The distinct ids of the span, one bit each. Of no rows there are no bits, and none is zero."""
    low, high = span
    within = (*conditions, f"{_atom(column)} BETWEEN {low} AND {high}") if halved else conditions
    return f"coalesce(bit_count({filtered_aggregate(f'bitstring_agg({column}, {low}, {high})', within)}), 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """A measure's parts in SQL, as the relation that is read has them; no condition is empty text."""

    on: str
    column: str
    condition: str


def spelled(measure: Measure, *, sided: bool) -> Spelling:
    """The measure's date, column and condition in the by-side relation, or in the total one."""
    cut = Cut(grain=None, by_side=sided, sided=sided, dims=(), where=())
    return Spelling(
        on=dated_by(measure, cut),
        column="" if measure.column is None else resolve(measure.column, measure, cut),
        condition=" AND ".join(tests(measure, cut)),
    )


def count(conditions: tuple[str, ...]) -> str:
    """How many rows meet the conditions; a condition that is unknown on every row counts none, not nothing."""
    return f"coalesce(count_if({' AND '.join(conditions)}), 0)" if conditions else "count(*)"


def variance(measure: Measure, cut: Cut, weight: str) -> str:
    """Horvitz-Thompson variance of a weighted total under Poisson sampling: sum of w (w - 1) x^2."""
    amount = "" if measure.column is None else f" * {_atom(resolve(measure.column, measure, cut))}::DOUBLE" * 2
    return filtered_aggregate(f"sum({weight} * ({weight} - 1){amount})", tests(measure, cut))


def filtered_aggregate(text: str, conditions: tuple[str, ...]) -> str:
    """The aggregate over the rows that meet the conditions."""
    return f"{text} FILTER (WHERE {' AND '.join(conditions)})" if conditions else text


def tests(measure: Measure, cut: Cut) -> tuple[str, ...]:
    """The conditions on a row for the measure to count it. Raises ValueError for `reached` without an as-of date."""
    found = [f"side = '{measure.side}'"] if _has_side(measure, cut) else []
    on = dated_by(measure, cut)
    if measure.since is not None:
        found.append(f"{on} >= {literal(measure.since)}")
    if measure.until is not None:
        found.append(f"{on} <= {literal(measure.until)}")
    return (*found, *(_condition(_atom(resolve(test.column, measure, cut)), test) for test in measure.where))


def _has_side(measure: Measure, cut: Cut) -> bool:
    """Whether the side is a column of what is read; the total relation of two parties has a column for each."""
    return measure.side is not None and (cut.sided or not FACTS[measure.fact].parties)


def _condition(column: str, test: Test) -> str:
    match test.operator:
        case "null":
            return f"{column} IS NULL"
        case "not null":
            return f"{column} IS NOT NULL"
        case "in":
            values = test.value if isinstance(test.value, tuple) else (test.value,)
            return f"{column} IN ({', '.join(map(literal, values))})"
        case "reached":
            raise ValueError(f"{test.column!r} reached: bind the formula to an as-of date before it is compiled")
        case "=" if isinstance(test.value, bool):
            return column if test.value else f"NOT {column}"
        case _:
            assert not isinstance(test.value, tuple)
            return f"{column} {'<>' if test.operator == '!=' else test.operator} {literal(test.value)}"


def literal(value: Scalar | None) -> str:
    """A declared value as SQL text.

    >>> literal("o'hara"), literal(date(2024, 2, 29)), literal(True)
    ("'o''hara'", "DATE '2024-02-29'", 'TRUE')
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return repr(value)
        case date():
            return f"DATE '{value}'"
        case str():
            return "'" + value.replace("'", "''") + "'"


def spans_of(measure: Measure, cut: Cut, window: Window, bits: BitBudget) -> tuple[Span, ...]:
    """The ids of a distinct count that bits can hold."""
    if measure.aggregate != "count_distinct" or measure.column is None:
        return ()
    relation = cut.relation(FACTS[measure.fact])
    column = resolve(measure.column, measure, cut)
    return bits.take(relation, column, lambda: _groups(relation, cut, window, bits), by_side=cut.by_side)


def _groups(relation: str, cut: Cut, window: Window, bits: BitBudget) -> int:
    """About how many cells the read has: periods by sides by labels, as if every combination were there."""
    cells = len(Side) if cut.by_side else 1
    if cut.grain:
        cells *= len(list(periods_between(window.start, window.end, cut.grain, fiscal_start=cut.fiscal_start)))
    asked = {name: len(values) for name, values in cut.where}
    for dim in cut.dims:
        labels = bits.labels(relation, dim)
        cells *= min(asked.get(dim, labels), labels)
    return cells


def name_of(measure: Measure, cut: Cut) -> str:
    """What the measure counts, as a column name, e.g. orders_sum_value or events_count_name_search."""
    words = [measure.fact, {"count_distinct": "distinct"}.get(measure.aggregate, measure.aggregate)]
    if measure.column is not None:
        words.append(resolve(measure.column, measure, cut))
    return _slug([*words, *_filter_words(measure, cut)])


def rows_name(measure: Measure, cut: Cut) -> str:
    """A column name for the rows behind the measure, e.g. orders_count."""
    return _slug([measure.fact, "count", *_filter_words(measure, cut)])


def variance_name(measure: Measure, cut: Cut) -> str:
    """A column name for the variance of the measure in a sample, e.g. orders_sum_value_variance."""
    return _cut(name_of(measure, cut), _NAME_BYTES - len("_variance")) + "_variance"


def _filter_words(measure: Measure, cut: Cut) -> list[str]:
    words = [measure.side.value] if _has_side(measure, cut) and measure.side else []
    for test in measure.where:
        column = resolve(test.column, measure, cut)
        if isinstance(test.value, bool):
            words.append(column if test.value is (test.operator == "=") else f"not {column}")
        else:
            values = test.value if isinstance(test.value, tuple) else (test.value,)
            relation = {"=": "", "in": "", "!=": "not", "<": "below", ">": "above", "<=": "to", ">=": "from"}
            words.append(" ".join((column, relation.get(test.operator, test.operator), *map(_said, values))))
    return words


def _said(value: Scalar | None) -> str:
    return "" if value is None else str(value)


def _slug(words: list[str]) -> str:
    return _cut(re.sub(r"\W+", "_", " ".join(words).lower()).strip("_"), _NAME_BYTES)


def _cut(text: str, size: int) -> str:
    """So many bytes of the text, and no half of a letter."""
    return text.encode()[:size].decode(errors="ignore")


def _atom(text: str) -> str:
    """The text so that an operator may stand beside it."""
    return text if _WORD.fullmatch(text) else f"({text})"
