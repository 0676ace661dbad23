"""The SQL that fills the tables of states."""

import re
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

_SUMS, _BITS = "state_sums", "state_bits"


def labelled(engine: Engine, rollup: Declared) -> tuple[str, ...]:
    """The labels to keep: those that any row has. By others there is nothing to split."""
    there = "SELECT 1 FROM {} WHERE {} IS NOT NULL LIMIT 1"
    return tuple(name for name in rollup.kept if engine.row(there.format(rollup.relation, name)))


def make_days(engine: Engine, rollup: Declared, state: State) -> None:
    """Make a state of sums and counts from all rows."""
    _fill_sums(engine, rollup, state, f"{rollup.on} IS NOT NULL")
    wide = _wide(engine, _SUMS)
    narrow = "".join(f", CAST({name} AS BIGINT) AS {name}" for name in wide if _is_small(engine, [name]))
    shown = f"* REPLACE ({narrow[2:]})" if narrow else "*"
    engine.run(f"CREATE OR REPLACE TABLE {state.name} AS SELECT {shown} FROM {_SUMS} ORDER BY kept, {rollup.on}")
    engine.run(f"DROP TABLE {_SUMS}")


def remake_days(engine: Engine, rollup: Declared, state: State, days: Collection[date]) -> None:
    """Make the rows of some days again."""
    _fill_sums(engine, rollup, state, _in_days(rollup.on, days))
    narrow = set(_wide(engine, _SUMS)) - set(_wide(engine, state.name))
    if not _is_small(engine, sorted(narrow)):
        make_days(engine, rollup, state)
        return
    engine.run(f"DELETE FROM {state.name} WHERE {_in_days(rollup.on, days)}")
    engine.run(f"INSERT INTO {state.name} FROM {_SUMS}")
    engine.run(f"DROP TABLE {_SUMS}")


def _wide(engine: Engine, table: str) -> tuple[str, ...]:
    """The columns of 128 bits, as every sum of whole numbers has: the file reads them ten times slower than 64."""
    return tuple(name for name, kind, *_ in engine.rows(f"DESCRIBE {table}") if kind == "HUGEINT")


def _is_small(engine: Engine, names: Sequence[str]) -> bool:
    """Whether every sum in the columns fits in 64 bits."""
    fits = " AND ".join(f"coalesce(max({name}) < {_LARGE} AND min({name}) > -{_LARGE}, true)" for name in names)
    return not fits or engine.row(f"SELECT {fits} FROM {_SUMS}") == (True,)


_LARGE = 2**63 - 1


def columns_used(engine: Engine, rollups: Sequence[Declared]) -> tuple[str, ...]:
    """The columns of a fact's total relation that its states are made of.

    How a by-side relation follows from the total one is not declared column by column, so there it is all of them.
    """
    fact = rollups[0].fact
    there = [name for name, *_ in engine.rows(f"DESCRIBE {fact.relation}")]
    if fact.parties:
        return tuple(there)
    texts = [_sum(measure, rollup) for rollup in rollups for measure in rollup.sums]
    texts += [_bits(measure, rollup, LARGEST_BLOCK) for rollup in rollups for measure in rollup.distinct]
    words = {"side", *(name for rollup in rollups for name in (rollup.on, *rollup.kept))}
    words |= {word for text in texts for word in _WORD.findall(text)}
    return tuple(name for name in there if name in words)


_WORD = re.compile(r"[A-Za-z_]\w*")


def _in_days(on: str, days: Collection[date]) -> str:
    """Whether a row lies on one of the days; the bounds let the engine leave out blocks of the table."""
    bounds = f"{on} BETWEEN DATE '{min(days)}' AND DATE '{max(days)}'"
    if len(days) == (max(days) - min(days)).days + 1:
        return bounds
    return f"{bounds} AND {on} IN ({', '.join(f'DATE {str(day)!r}' for day in sorted(days))})"


def _fill_sums(engine: Engine, rollup: Declared, state: State, condition: str) -> None:
    """The sums by day and each label in one read of the fact; without a label they are those of one label added up."""
    keys = [rollup.on, *(["side"] if rollup.sided else [])]
    columns = ", ".join(f"{_sum(measure, rollup)} AS m{i}" for i, measure in enumerate(rollup.sums))
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {_SUMS} AS SELECT {_kept(state.kept)} AS kept,"
        f" {', '.join([*keys, *state.kept])}, {columns} FROM {rollup.relation}"
        f" WHERE {condition} GROUP BY {_sets(keys, state.kept)}"
    )
    if state.kept:
        nothing = ", ".join(f"NULL AS {name}" for name in state.kept)
        added = ", ".join(f"sum(m{i})" for i in range(len(rollup.sums)))
        engine.run(
            f"INSERT INTO {_SUMS} SELECT '{WHOLE}', {', '.join(keys)}, {nothing}, {added} FROM {_SUMS}"
            f" WHERE kept = '{state.kept[0]}' GROUP BY {', '.join(keys)}"
        )


def _sets(keys: Sequence[str], names: Sequence[str]) -> str:
    """One group for each label beside the keys, by grouping sets where there are several labels."""
    if len(names) < 2:
        return ", ".join([*keys, *names])
    sets = (f"({', '.join([*keys, name])})" for name in names)
    return f"GROUPING SETS ({', '.join(sets)})"


def _kept(names: Sequence[str]) -> str:
    """By which label a row is split."""
    if len(names) < 2:
        return f"'{names[0] if names else WHOLE}'"
    return f"CASE {' '.join(f'WHEN grouping({name}) = 0 THEN {name!r}' for name in names)} END"


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
    """How many accounts one row's bits stand for, and the labels for which the bits fit; 0 where none do."""
    (most,) = engine.row("SELECT max(account) FROM dim_accounts") or (None,)
    if not isinstance(most, int):
        return 0, ()
    block = SMALLEST_BLOCK
    while block <= most and block < LARGEST_BLOCK:
        block *= 2
    size = (most // block + 1) * block // 8
    week = period_start(rollup.on, Grain.WEEK, 1)
    keys = ", ".join(["kept", week, *(["side"] if rollup.sided else []), *by_day.kept])
    cells: dict[str, int] = dict(
        engine.rows(f"SELECT kept, count(*) FROM (SELECT DISTINCT {keys} FROM {by_day.name}) GROUP BY 1")
    )
    fits = {kept for kept, count in cells.items() if count * size * len(rollup.distinct) <= MOST_BITS_BYTES}
    return (block, tuple(name for name in by_day.kept if name in fits)) if WHOLE in fits else (0, ())


def make_periods(engine: Engine, rollup: Declared, states: Sequence[State]) -> None:
    """Make the states of distinct accounts from all rows, which are read once for weeks and months."""
    _fill_bits(engine, rollup, states[0], f"{rollup.on} IS NOT NULL")
    for state in states:
        engine.run(f"CREATE OR REPLACE TABLE {state.name} AS {_periods(state)}")
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
    bits = ", ".join(f"{_bits(measure, rollup, block)} AS b{i}" for i, measure in enumerate(rollup.distinct))
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {_BITS} AS SELECT {_kept(state.kept)} AS kept,"
        f" {', '.join([*keys, *state.kept])}, {bits}"
        f" FROM (SELECT *, {begins} AS begins, CAST({account} // {block} AS INTEGER) AS block"
        f" FROM {rollup.relation} WHERE {condition}) GROUP BY {_sets(keys, state.kept)}"
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
