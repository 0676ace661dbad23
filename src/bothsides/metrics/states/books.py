"""The books of the states: which there are, of which version, what their facts' days looked like, what was restated."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bothsides.metrics.states.dirty import Digest, digests_in
from bothsides.metrics.states.grains import NO_STATES, Rollup, State, States
from bothsides.schema import Grain
from bothsides.warehouse import Engine

STATES, DIGESTS, RESTATEMENTS = "states", "state_digests", "restatements"

_TABLES = {
    STATES: "name VARCHAR, fact VARCHAR, sided BOOLEAN, on_column VARCHAR, grain VARCHAR, measures VARCHAR, "
    "kept VARCHAR, first_on DATE, last_on DATE, latest VARCHAR, block INTEGER, known_until DATE, known_before DATE, "
    "version VARCHAR, load_id INTEGER",
    DIGESTS: "relation VARCHAR, on_column VARCHAR, day DATE, row_count BIGINT, digest HUGEINT",
    RESTATEMENTS: "fact VARCHAR, sided BOOLEAN, on_column VARCHAR, measure VARCHAR, day DATE, load_id INTEGER",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the last publish wrote down: the states with until when each rollup was known, and the load it was."""

    version: str = ""
    load_id: int = 0
    states: tuple[State, ...] = ()
    known_until: Mapping[Rollup, date] = field(default_factory=dict)
    known_before: Mapping[Rollup, date] = field(default_factory=dict)


def open_books(engine: Engine) -> Books:
    """The books as they stand, empty ones where there are none yet."""
    if STATES not in engine.tables():
        return Books()
    rows = engine.rows(f"SELECT * FROM {STATES} ORDER BY name")
    states: list[State] = []
    until: dict[Rollup, date] = {}
    before: dict[Rollup, date] = {}
    for name, fact, sided, on, grain, measures, kept, first, last, latest, block, known, earlier, _, _ in rows:
        states.append(
            State(
                name=name,
                fact=fact,
                sided=sided,
                on=on,
                grain=Grain(grain),
                measures=tuple(json.loads(measures)),
                kept=tuple(json.loads(kept)),
                first=first,
                last=last,
                latest={column: date.fromisoformat(day) for column, day in json.loads(latest).items()},
                block=block,
            )
        )
        until |= {(fact, sided, on): known} if known else {}
        before |= {(fact, sided, on): earlier} if earlier else {}
    version, load_id = (rows[0][-2], rows[0][-1]) if rows else ("", 0)
    return Books(version=version, load_id=load_id, states=tuple(states), known_until=until, known_before=before)


def write_books(engine: Engine, books: Books) -> None:
    """Write down the states there are now."""
    _create(engine, STATES)
    engine.run(f"DELETE FROM {STATES}")
    rows = (
        (
            state.name,
            state.fact,
            state.sided,
            state.on,
            state.grain.value,
            json.dumps(state.measures),
            json.dumps(state.kept),
            state.first,
            state.last,
            json.dumps({column: str(day) for column, day in state.latest.items()}),
            state.block,
            books.known_until.get(state.rollup),
            books.known_before.get(state.rollup),
            books.version,
            books.load_id,
        )
        for state in books.states
    )
    if listed := ", ".join(f"({', '.join(map(_literal, row))})" for row in rows):
        engine.run(f"INSERT INTO {STATES} VALUES {listed}")


def _literal(value: object) -> str:
    """A declared name, a number or a day as SQL: a parameter costs the engine's client half a millisecond each."""
    if value is None or isinstance(value, bool | int):
        return "NULL" if value is None else str(value)
    return f"DATE '{value}'" if isinstance(value, date) else "'" + str(value).replace("'", "''") + "'"


def forget(engine: Engine, books: Books) -> None:
    """Drop every state and digest; what was restated in earlier loads stays written down."""
    for state in books.states:
        engine.run(f"DROP TABLE IF EXISTS {state.name}")
    for table in (STATES, DIGESTS):
        engine.run(f"DROP TABLE IF EXISTS {table}")


def known_digests(engine: Engine, relation: str) -> dict[str, dict[date, Digest]]:
    """The digests of a relation's days as they were written down, by date column."""
    _create(engine, DIGESTS)
    return digests_in(engine, f"SELECT on_column, day, row_count, digest FROM {DIGESTS} WHERE relation = '{relation}'")


def write_digests(engine: Engine, relation: str, fresh: str) -> None:
    """Write down the digests of a relation as they are in the table `fresh`."""
    engine.run(f"DELETE FROM {DIGESTS} WHERE relation = '{relation}'")
    engine.run(f"INSERT INTO {DIGESTS} SELECT '{relation}', on_column, day, row_count, digest FROM {fresh}")


def write_restatements(engine: Engine, rollup: Rollup, changed: Mapping[str, Iterable[date]], load_id: int) -> None:
    """Write down which days of which measures the load changed though they were known before."""
    _create(engine, RESTATEMENTS)
    fact, sided, on = rollup
    for measure, days in changed.items():
        rows = ((fact, sided, on, measure, day, load_id) for day in sorted(days))
        listed = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
        engine.run(f"INSERT INTO {RESTATEMENTS} VALUES {listed}")


def read_states(engine: Engine, version: str, load_id: int) -> States:
    """The states a reader may use: those of this version, made at the last load. Others would be of other rows."""
    books = open_books(engine)
    if not books.states or (books.version, books.load_id) != (version, load_id):
        return NO_STATES
    changed: dict[tuple[Rollup, str], list[date]] = defaultdict(list)
    if RESTATEMENTS in engine.tables():
        for fact, sided, on, measure, day in engine.rows(
            f"SELECT fact, sided, on_column, measure, day FROM {RESTATEMENTS} WHERE load_id = {load_id} ORDER BY day"
        ):
            changed[(fact, sided, on), measure].append(day)
    return States(
        states=books.states,
        load_id=load_id,
        changed={key: tuple(days) for key, days in changed.items()},
        known_before=books.known_before,
    )


def _create(engine: Engine, table: str) -> None:
    engine.run(f"CREATE TABLE IF NOT EXISTS {table} ({_TABLES[table]})")
