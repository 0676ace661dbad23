"""States kept through a random history are the ones made from scratch at its end, and answer as the facts do."""

import os
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bothsides.metrics import METRICS, Query, Status, Value, ask, read_store
from bothsides.metrics.measure import Formula
from bothsides.metrics.states.books import DIGESTS, STATES, forget, open_books
from bothsides.metrics.states.build import refresh_states
from bothsides.metrics.states.grains import NO_STATES
from bothsides.schema import Grain
from bothsides.warehouse import DuckDB
from tests.metrics.histories import FIRST, LOAD_DAYS, Change, History, histories

HISTORIES = int(os.environ.get("BOTHSIDES_HISTORIES", "20"))
SEED = int(os.environ.get("BOTHSIDES_HISTORIES_SEED", "0"))
"""`make proof` draws 500 of them, from ten seeds."""

SOME = settings(
    max_examples=HISTORIES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # a history takes too long to replay for shrinking
    suppress_health_check=list(HealthCheck),
)
ALWAYS = ("gmv", "active_accounts", "gmv_per_active_buyer")
OTHERS = tuple(m.id for m in METRICS.values() if isinstance(m.formula, Formula) and m.id not in ALWAYS)


def contents(engine: DuckDB) -> dict[str, list[Any]]:
    """Every state and what the books say of it, rows in an order of their own."""
    names = [state.name for state in open_books(engine).states]
    found = {name: sorted(engine.rows(f"SELECT * FROM {name}"), key=repr) for name in (*names, DIGESTS)}
    books = f"SELECT name, measures, kept, first_on, last_on, latest, block, known_until FROM {STATES}"
    return {**found, STATES: sorted(engine.rows(books))}


@st.composite
def questions(draw: st.DrawFn) -> Query:
    """Any grain, split, filter and days."""
    dims = draw(st.lists(st.sampled_from(["category", "region", "channel"]), max_size=2, unique=True))
    where = []
    if draw(st.booleans()):
        labels = draw(st.lists(st.sampled_from(["x", "y", "(none)"]), min_size=1, max_size=2, unique=True))
        where.append((draw(st.sampled_from(["category", "region", "channel"])), tuple(labels)))
    if draw(st.integers(0, 3)) == 0:
        where.append(("side", (draw(st.sampled_from(["buyer", "supplier"])),)))
    days = st.one_of(st.none(), st.integers(0, LOAD_DAYS * 3).map(lambda n: FIRST + timedelta(days=n)))
    start, end = draw(days), draw(days)
    if start and end and start > end:
        start, end = end, start
    whole = st.sampled_from([date(2024, 2, 1), date(2024, 1, 29), None])
    first = draw(whole) if draw(st.booleans()) and not end else start
    as_of = draw(st.one_of(st.none(), st.just(FIRST + timedelta(days=40))))
    return Query(
        metrics=(*ALWAYS, *draw(st.lists(st.sampled_from(OTHERS), min_size=6, max_size=6, unique=True))),
        grain=draw(st.sampled_from([None, *Grain])),
        by_side=draw(st.booleans()),
        dims=tuple(dims),
        where=tuple(where),
        start=first,
        end=end,
        as_of=None if first and as_of and first > as_of else as_of,
        intervals=False,
    )


def told(values: list[Value]) -> list[Value]:
    """The values, where only states know that a load restated them."""
    return [replace(v, status=Status.OK, reason=None) if v.status is Status.RESTATED else v for v in values]


@SOME
@seed(SEED)
@given(histories(), st.lists(questions(), min_size=3, max_size=3))
def test_incremental_is_recomputed_is_read_from_facts(loads: list[list[Change]], asked: list[Query]) -> None:
    history = History()
    for changes in loads:
        history.load(changes)
    engine = DuckDB(history.con)
    store = read_store(engine)
    assert store.states.states, "the states are those of the last load"
    for query in asked:
        by_state = told(ask(store, query))
        assert by_state == ask(replace(store, states=NO_STATES), query), query
    kept = contents(engine)
    forget(engine, open_books(engine))
    refresh_states(engine, currency="EUR")
    made = contents(engine)
    assert kept.keys() == made.keys()
    for name in kept:
        assert kept[name] == made[name], name
    history.con.close()
