"""Makes the states before publish: all of them at first, then only the days and periods whose rows have changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bothsides.metrics.building import fed_tables, known_range, missing_tables
from bothsides.metrics.fact import Fact
from bothsides.metrics.facts import FACTS
from bothsides.metrics.states import tables
from bothsides.metrics.states.books import (
    Books,
    forget,
    known_digests,
    open_books,
    write_books,
    write_digests,
    write_restatements,
)
from bothsides.metrics.states.dirty import (
    FRESH,
    changed_tables,
    dirty_days,
    sources,
    take_digests,
    touched_periods,
)
from bothsides.metrics.states.grains import (
    DISTINCT_GRAINS,
    Rollup,
    State,
    by_grain,
    period_first,
    state_name,
    written,
)
from bothsides.metrics.states.rollups import Declared, declared_rollups, known_until, states_version
from bothsides.schema import Grain
from bothsides.warehouse import Engine


def refresh_states(engine: Engine, *, currency: str) -> None:
    """Bring every state up to the facts as they stand; an engine without bitstrings keeps none."""
    if not engine.capabilities.bitstrings:
        return
    version, load_id, before = states_version(currency), _latest_load(engine), open_books(engine)
    if before.version != version:
        forget(engine, before)
        before = Books()
    fed = fed_tables(engine)
    ranges = known_range(engine, fed)
    rollups = [r for r in declared_rollups() if not missing_tables(r.fact, fed)]
    dirty = _dirty(engine, rollups, before, fed)
    states: list[State] = []
    until: dict[Rollup, date] = {}
    for rollup in rollups:
        known = known_until(rollup.fact, ranges)
        until |= {rollup.rollup: known} if known else {}
        states += _refreshed(engine, rollup, dirty.get(rollup.rollup), before, load_id)
    kept = {state.name for state in states}
    for state in before.states:
        if state.name not in kept:
            engine.run(f"DROP TABLE IF EXISTS {state.name}")
    after = Books(
        version=version, load_id=load_id, states=tuple(states), known_until=until, known_before=before.known_until
    )
    write_books(engine, after)


def _latest_load(engine: Engine) -> int:
    row = engine.row("SELECT coalesce(max(load_id), 0) FROM loads WHERE status = 'ok'")
    return int(row[0]) if row else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dirt:
    """What has changed in a rollup's rows: the days, and from which to which day there are rows at all."""

    days: frozenset[date]
    span: tuple[date, date] | None


def _dirty(engine: Engine, rollups: Iterable[Declared], before: Books, fed: frozenset[str]) -> Mapping[Rollup, Dirt]:
    """The dirt of every rollup whose fact may have changed; others are as they were, without reading them."""
    changed = changed_tables(engine, fed, before.load_id) if before.states else fed
    by_fact: dict[str, list[Declared]] = {}
    for rollup in rollups:
        by_fact.setdefault(rollup.fact.name, []).append(rollup)
    made = {state.rollup for state in before.states}
    dirty: dict[Rollup, Dirt] = {}
    for name, group in by_fact.items():
        if all(rollup.rollup in made for rollup in group) and not sources(FACTS[name]) & changed:
            continue
        dirty |= _compared(engine, FACTS[name], group)
    return dirty


def _compared(engine: Engine, fact: Fact, group: Sequence[Declared]) -> dict[Rollup, Dirt]:
    """Compare the digests of the fact's days with those written down, and write the new ones down."""
    dates = tuple(dict.fromkeys(on for rollup in group for on in rollup.dates))
    then = known_digests(engine, fact.relation)
    now = take_digests(engine, fact.relation, dates, tables.columns_used(engine, group))
    days = {on: dirty_days(then.get(on, {}), now.get(on, {})) for on in dates}
    if any(days.values()):
        write_digests(engine, fact.relation, FRESH)
    dirty = {}
    for rollup in group:
        there = [day for on in rollup.dates for day in now.get(on, ())]
        dirty[rollup.rollup] = Dirt(
            days=frozenset().union(*(days[on] for on in rollup.dates)),
            span=(min(there), max(there)) if there else None,
        )
    return dirty


def _refreshed(engine: Engine, rollup: Declared, dirt: Dirt | None, before: Books, load_id: int) -> list[State]:
    """The rollup's states, made again where its rows have changed; none where it has no row."""
    old = {state.name: state for state in before.states if state.rollup == rollup.rollup}
    if dirt is None:
        return list(old.values())
    if dirt.span is None:
        return []
    first, last = dirt.span
    state = State(
        name=state_name(rollup.fact, sided=rollup.sided, on=rollup.on, grain=Grain.DAY),
        fact=rollup.fact.name,
        sided=rollup.sided,
        on=rollup.on,
        grain=Grain.DAY,
        measures=tuple(written(measure) for measure in rollup.sums),
        kept=tables.labelled(engine, rollup),
        first=first,
        last=last,
        latest=_latest(engine, rollup),
    )
    known = before.known_until.get(rollup.rollup)
    is_kept = state.name in old and old[state.name].kept == state.kept
    judged = frozenset(day for day in dirt.days if known is not None and day < known) if is_kept else frozenset()
    prints = tables.fingerprints(engine, state, judged) if judged else {}
    if not is_kept:
        tables.make_days(engine, rollup, state)
    elif dirt.days:
        tables.remake_days(engine, rollup, state, dirt.days)
    changed = _differing(state, prints, tables.fingerprints(engine, state, judged) if judged else {})
    distinct, restated = _refreshed_distinct(engine, rollup, state, dirt.days, judged, old)
    if changed or restated:
        write_restatements(engine, rollup.rollup, changed | restated, load_id)
    return [state, *distinct]


def _latest(engine: Engine, rollup: Declared) -> dict[str, date]:
    """The last day in each column that a measure asks to be reached."""
    columns = rollup.reached
    if not columns:
        return {}
    row = engine.row(f"SELECT {', '.join(f'max({name})' for name in columns)} FROM {rollup.relation}")
    return {name: day for name, day in zip(columns, row or (), strict=True) if day is not None}


def _differing(state: State, before: tables.Fingerprints, after: tables.Fingerprints) -> dict[str, frozenset[date]]:
    """Per measure, the days or periods in which it is not what it was."""
    changed: dict[str, set[date]] = {}
    for day in before.keys() | after.keys():
        empty = (None,) * len(state.measures)
        for name, old, new in zip(state.measures, before.get(day, empty), after.get(day, empty), strict=True):
            if old != new:
                changed.setdefault(name, set()).add(day)
    return {name: frozenset(days) for name, days in changed.items()}


def _refreshed_distinct(
    engine: Engine,
    rollup: Declared,
    by_day: State,
    days: frozenset[date],
    judged: Collection[date],
    old: Mapping[str, State],
) -> tuple[list[State], dict[str, frozenset[date]]]:
    """The states of distinct accounts, and the days on which the accounts counted have changed."""
    if not rollup.distinct:
        return [], {}
    block, kept = tables.room(engine, rollup, by_day)
    if block == 0:
        return [], {}
    made = [
        replace(
            by_day,
            name=state_name(rollup.fact, sided=rollup.sided, on=rollup.on, grain=grain),
            grain=grain,
            measures=tuple(written(measure) for measure in rollup.distinct),
            kept=kept,
            latest={},
            block=block,
        )
        for grain in DISTINCT_GRAINS
    ]
    as_before = all(s.name in old and (old[s.name].block, old[s.name].kept) == (block, kept) for s in made)
    if not as_before:
        tables.make_periods(engine, rollup, made)
        return made, {}
    if not days:
        return made, {}
    restated: dict[str, frozenset[date]] = {}
    periods = {state.name: touched_periods(judged, state.grain) for state in made}
    prints = {state.name: tables.fingerprints(engine, state, periods[state.name]) for state in made}
    tables.remake_periods(engine, rollup, made, days)
    for state in made:
        after = tables.fingerprints(engine, state, periods[state.name])
        for name, differing in _differing(state, prints[state.name], after).items():
            shaken = frozenset(day for day in judged if period_first(day, state.grain) in differing)
            restated[by_grain(name, state.grain)] = shaken
    return made, restated
