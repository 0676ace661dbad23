"""The SQL that fills the tables of states."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from bothsides.metrics.compile import Spelling, period_start, spelled
from bothsides.metrics.measure import Measure
from bothsides.metrics.states.dirty import touched_periods
from bothsides.metrics.states.grains import LARGEST_BLOCK, SMALLEST_BLOCK, WHOLE, State, days_of
from bothsides.metrics.states.rollups import Declared
from bothsides.schema import Grain
from bothsides.warehouse import Engine

Fingerprints: TypeAlias = Mapping[date, tuple[Any, ...]]
"""Per day or period, what each measure's rows of a state look like."""

MOST_BITS_BYTES = 512 * 1024**2
"""What the bits of one table may take; labels of which there are too many are then not kept."""

_BITS = "state_bits"


def make_days(engine: Engine, rollup: Declared, state: State) -> None:
    """Make a state of sums and counts from all rows."""
    ordered = f"ORDER BY kept, {rollup.on}"
    engine.run(f"CREATE OR REPLACE TABLE {state.name} AS {_sums(rollup, f'{rollup.on} IS NOT NULL')} {ordered}")


def remake_days(engine: Engine, rollup: Declared, state: State, days: Collection[date]) -> None:
    """Make the rows of some days again."""
    engine.run(f"DELETE FROM {state.name} WHERE {_in_days(rollup.on, days)}")
    engine.run(f"INSERT INTO {state.name} {_sums(rollup, _in_days(rollup.on, days))}")


def _in_days(on: str, days: Collection[date]) -> str:
    """Whether a row lies on one of the days; the bounds let the engine leave out blocks of the table."""
    bounds = f"{on} BETWEEN DATE '{min(days)}' AND DATE '{max(days)}'"
    if len(days) == (max(days) - min(days)).days + 1:
        return bounds
    return f"{bounds} AND {on} IN ({', '.join(f'DATE {str(day)!r}' for day in sorted(days))})"


def _sums(rollup: Declared, condition: str) -> str:
    columns = ", ".join(f"{_sum(measure, rollup)} AS m{i}" for i, measure in enumerate(rollup.sums))
    keys = [rollup.on, *(["side"] if rollup.sided else [])]
    sets = [keys, *([*keys, name] for name in rollup.kept)]
    grouped = ", ".join(f"({', '.join(one)})" for one in sets)
    return (
        f"SELECT {_kept(rollup.kept)} AS kept, {', '.join([*keys, *rollup.kept])}, {columns} FROM {rollup.relation}"
        f" WHERE {condition} GROUP BY GROUPING SETS ({grouped})"
    )


def _kept(names: Sequence[str]) -> str:
    """By which label a row of grouping sets is split."""
    if not names:
        return f"'{WHOLE}'"
    return f"CASE {' '.join(f'WHEN grouping({name}) = 0 THEN {name!r}' for name in names)} ELSE '{WHOLE}' END"


def _sum(measure: Measure, rollup: Declared) -> str:
    said = spelled(measure, sided=rollup.sided)
    total = "count(*)" if measure.aggregate == "count" else f"sum({said.column})"
    return f"{total}{_only(said)}"


def _only(said: Spelling) -> str:
    return f" FILTER (WHERE {said.condition})" if said.condition else ""


def fingerprints(engine: Engine, state: State, days: Collection[date]) -> Fingerprints:
    """What each measure's rows look like on the days or periods given."""
    if not days:
        return {}
    keys = ["kept", *(["side"] if state.sided else []), *state.kept, *(["block"] if state.block else [])]
    each = []
    for i in range(len(state.measures)):
        content, there = (f"b{i}", f"n{i} > 0") if state.block else (f"m{i}", f"m{i} <> 0")
        each.append(f"sum(hash({', '.join([*keys, content])})) FILTER (WHERE {there})")
    rows = engine.rows(
        f"SELECT {state.on}, {', '.join(each)} FROM {state.name} WHERE {_in_days(state.on, days)} GROUP BY 1"
    )
    return {day: tuple(prints) for day, *prints in rows}


def room(engine: Engine, rollup: Declared, by_day: State) -> tuple[int, tuple[str, ...]]:
    """How many accounts one row's bits stand for, and the labels for which the bits fit; 0 where none do.

    A label that no row has is not kept either: there is nothing to split by.
    """
    (most,) = engine.row(f"SELECT max({rollup.fact.account}) FROM {rollup.relation}") or (None,)
    if not isinstance(most, int):
        return 0, ()
    block = SMALLEST_BLOCK
    while block <= most and block < LARGEST_BLOCK:
        block *= 2
    size = (most // block + 1) * block // 8
    week = period_start(rollup.on, Grain.WEEK, 1)
    keys = ["kept", week, *(["side"] if rollup.sided else [])]
    rows = engine.rows(
        f"SELECT kept, count(*), max(labels) FROM (SELECT {', '.join([*keys, *rollup.kept])},"
        f" {_labels(rollup.kept)} AS labels FROM {by_day.name} GROUP BY {', '.join([*keys, *rollup.kept])}) GROUP BY 1"
    )
    cells = {kept: count for kept, count, labels in rows if labels or kept == WHOLE}
    fits = {kept for kept, count in cells.items() if count * size * len(rollup.distinct) <= MOST_BITS_BYTES}
    return (block, tuple(name for name in rollup.kept if name in fits)) if WHOLE in fits else (0, ())


def _labels(names: Sequence[str]) -> str:
    """Whether a row of a state names a label."""
    return f"CASE WHEN coalesce({', '.join((*names, 'NULL'))}) IS NULL THEN 0 ELSE 1 END" if names else "0"


def make_periods(engine: Engine, rollup: Declared, states: Sequence[State]) -> None:
    """Make the states of distinct accounts from all rows, which are read once for weeks and months."""
    _fill_bits(engine, rollup, states[0], f"{rollup.on} IS NOT NULL")
    for state in states:
        engine.run(f"CREATE OR REPLACE TABLE {state.name} AS {_periods(state)} ORDER BY kept, {rollup.on}")
    engine.run(f"DROP TABLE {_BITS}")


def remake_periods(engine: Engine, rollup: Declared, states: Sequence[State], days: Collection[date]) -> None:
    """Make the weeks and months again that hold some of the days."""
    touched = {state.name: touched_periods(days, state.grain) for state in states}
    spans = [span for state in states for span in days_of(touched[state.name], state.grain)]
    read = {date.fromordinal(n) for first, last in spans for n in range(first.toordinal(), last.toordinal() + 1)}
    _fill_bits(engine, rollup, states[0], _in_days(rollup.on, read))
    for state in states:
        own = _in_days(state.on, touched[state.name])
        engine.run(f"DELETE FROM {state.name} WHERE {own}")
        engine.run(f"INSERT INTO {state.name} SELECT * FROM ({_periods(state)}) WHERE {own}")
    engine.run(f"DROP TABLE {_BITS}")


def _fill_bits(engine: Engine, rollup: Declared, state: State, condition: str) -> None:
    """The bits of stretches of days that lie in one week and one month: both are unions of them."""
    on, block, account = rollup.on, state.block, rollup.fact.account
    begins = f"greatest({period_start(on, Grain.WEEK, 1)}, {period_start(on, Grain.MONTH, 1)})"
    keys = ["begins", *(["side"] if rollup.sided else []), "block"]
    sets = [f"({', '.join([*keys, name])})" for name in state.kept] or [f"({', '.join(keys)})"]
    bits = ", ".join(f"{_bits(measure, rollup, block)} AS b{i}" for i, measure in enumerate(rollup.distinct))
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {_BITS} AS SELECT {_kept(state.kept)} AS kept,"
        f" {', '.join([*keys, *state.kept])}, {bits}"
        f" FROM (SELECT *, {begins} AS begins, CAST({account} // {block} AS INTEGER) AS block"
        f" FROM {rollup.relation} WHERE {condition}) GROUP BY GROUPING SETS ({', '.join(sets)})"
    )
    if state.kept:
        nothing = ", ".join(f"NULL AS {name}" for name in state.kept)
        united = ", ".join(f"bit_or(b{i}) AS b{i}" for i in range(len(rollup.distinct)))
        engine.run(
            f"INSERT INTO {_BITS} SELECT '{WHOLE}' AS kept, {', '.join(keys)}, {nothing}, {united} FROM {_BITS}"
            f" WHERE kept = '{state.kept[0]}' GROUP BY {', '.join(keys)}"
        )


def _bits(measure: Measure, rollup: Declared, block: int) -> str:
    said = spelled(measure, sided=rollup.sided)
    return f"bitstring_agg(CAST({said.column} % {block} AS INTEGER), 0, {block - 1}){_only(said)}"


def _periods(state: State) -> str:
    keys = [*(["side"] if state.sided else []), *state.kept, "block"]
    bits = "".join(f", coalesce(bit_count(b{i}), 0) AS n{i}, b{i}" for i in range(len(state.measures)))
    united = ", ".join(f"bit_or(b{i}) AS b{i}" for i in range(len(state.measures)))
    begins = period_start("begins", state.grain, 1)
    return (
        f"SELECT kept, {', '.join([state.on, *keys])}{bits} FROM (SELECT kept, {begins} AS {state.on},"
        f" {', '.join(keys)}, {united} FROM {_BITS} GROUP BY {', '.join(['kept', begins, *keys])})"
    )
