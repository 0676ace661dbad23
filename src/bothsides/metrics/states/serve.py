"""Decides, measure by measure, whether a state answers a read; what none can answer is read from the fact."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Measure, Test
from bothsides.metrics.states.grains import WHOLE, State, States, days_of, declared, period_first, written
from bothsides.schema import Grain, Side

if TYPE_CHECKING:
    from bothsides.metrics.compile import Cut, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What to read instead of the fact: a state, the label it is split by, the first day, and SQL for the measure.

    `total` adds up the state's rows of a cell; of a state of distinct accounts with `union`, it is the bits that the
    cell's rows of one block have together. `rows` counts the fact's rows behind a sum.
    """

    state: State
    kept: str
    start: date
    total: str
    rows: str | None = None
    union: bool = False


def serve(measure: Measure, cut: "Cut", window: "Window", states: States) -> Served | None:
    """The state that gives the measure in every cell of the cut, None where the fact has to be read."""
    fact = FACTS[measure.fact]
    distinct = measure.aggregate == "count_distinct"
    # In totals, a side's accounts are counted in its own rows; amounts may be halved there, so they are not.
    sided = cut.sided or not fact.parties or (distinct and measure.side is not None)
    named = dict.fromkeys((*cut.dims, *(name for name, _ in cut.conditions(fact) if name != "side")))
    if len(named) > 1:
        return None
    kept = next(iter(named), WHOLE)
    on = dated_by(measure, sided=sided)
    for state in states.find((measure.fact, sided, on), distinct=distinct):
        found = _kept(measure, state, sided=sided)
        if found is not None and kept in (WHOLE, *state.kept) and _fits(measure, cut, window, state):
            return _served(measure, cut, window, state, kept, found)
    return None


def dated_by(measure: Measure, *, sided: bool) -> str:
    """The measure's date column as the relation that is read has it."""
    columns = FACTS[measure.fact].party_columns
    if sided or measure.on not in columns or measure.side is None:
        return measure.on
    return columns[measure.on][0 if measure.side is Side.BUYER else 1]


def _kept(measure: Measure, state: State, *, sided: bool) -> Measure | None:
    """The measure as the state keeps it; a date that was to be reached by now counts where it is there at all."""
    plain = declared(measure, sided=sided)
    reached = tuple(
        Test(test.column, "not null")
        if test.operator == "<=" and isinstance(test.value, date) and _is_past(test, state)
        else test
        for test in plain.where
    )
    for wanted in (plain, replace(plain, where=reached)):
        if written(wanted) in state.measures:
            return wanted
    return None


def _is_past(test: Test, state: State) -> bool:
    return test.column in state.latest and state.latest[test.column] <= test.value  # type: ignore[operator]


def _fits(measure: Measure, cut: "Cut", window: "Window", state: State) -> bool:
    """Whether the state's periods can make up the cut's, and the days asked for are whole ones of them."""
    if state.grain is Grain.DAY:
        return True
    if cut.grain is not None and (cut.grain is Grain.WEEK) != (state.grain is Grain.WEEK):
        return False
    if cut.grain is Grain.DAY:
        return False
    first = max(window.start, measure.since or window.start)
    last = min(window.end, measure.until or window.end)
    whole_start = first <= state.first or period_first(first, state.grain) == first
    ((_, end),) = days_of([period_first(last, state.grain)], state.grain)
    return whole_start and (last >= state.last or end == last)


def _served(measure: Measure, cut: "Cut", window: "Window", state: State, kept: str, found: Measure) -> Served:
    column = state.measures.index(written(found))
    conditions = []
    # By side, a measure of one side counts that side's rows; in totals so does one that reads the by-side relation.
    if measure.side is not None and state.sided:
        conditions.append(f"side = '{measure.side}'")
    if measure.since is not None:
        conditions.append(f"{state.on} >= DATE '{period_first(measure.since, state.grain)}'")
    if measure.until is not None:
        conditions.append(f"{state.on} <= DATE '{measure.until}'")
    only = f" FILTER (WHERE {' AND '.join(conditions)})" if conditions else ""
    served = Served(state=state, kept=kept, start=period_first(window.start, state.grain), total="")
    if measure.aggregate == "count_distinct":
        if _is_cell(measure, cut, state, kept):
            return replace(served, total=f"CAST(coalesce(sum(n{column}){only}, 0) AS BIGINT)")
        return replace(served, total=f"coalesce(bit_count(bit_or(b{column}){only}), 0)", union=True)
    if measure.aggregate == "count":
        return replace(served, total=f"CAST(coalesce(sum(m{column}){only}, 0) AS BIGINT)")
    rows = state.measures.index(written(rows_of(found)))
    return replace(served, total=f"sum(m{column}){only}", rows=f"CAST(coalesce(sum(m{rows}){only}, 0) AS BIGINT)")


def rows_of(measure: Measure) -> Measure:
    """The count of the rows behind a sum."""
    return replace(measure, aggregate="count", column=None)


def _is_cell(measure: Measure, cut: "Cut", state: State, kept: str) -> bool:
    """Whether every cell of the cut is one period, side and label of the state, so that its counts can stand."""
    one_side = cut.sided or measure.side is not None
    one_label = kept == WHOLE or kept in cut.dims or any(n == kept and len(v) == 1 for n, v in cut.where)
    return cut.grain is state.grain and one_side and one_label
