"""The whole dictionary is asked at once, as `bothsides metrics --all` does: prepared or not, it agrees."""

import json
import math
from dataclasses import replace

import pytest

from bothsides.cli.figures import as_json
from bothsides.metrics import METRICS, Query, Status, Store, Value, ask, parse_by, read_store, refresh
from bothsides.metrics.states.grains import NO_STATES
from bothsides.simulate import demo_plan
from bothsides.warehouse import DuckDB
from tests.diagnosis.conftest import simulated

CUTS = ("month,side", "week,side,category", "quarter,region", "fiscal_year,side", "")


@pytest.fixture(scope="module")
def store() -> Store:
    """A simulated market of 3,000 orders with everything a sync prepares."""
    _, plain = simulated(demo_plan(seed=3, orders=3_000))
    assert isinstance(plain.engine, DuckDB)
    refresh(plain.currency)(plain.engine.con)
    return read_store(plain.engine)


@pytest.mark.parametrize("cut", CUTS)
def test_every_metric_answers_alike_from_states_and_from_facts(store: Store, cut: str) -> None:
    grain, by_side, dims = parse_by([word for word in cut.split(",") if word])
    query = Query(metrics=tuple(METRICS), grain=grain, by_side=by_side, dims=dims)
    prepared = ask(store, query)
    answered = {value.metric for value in prepared}
    assert answered == set(METRICS) or (dims and answered < set(METRICS)), (
        "a metric was left out of a cut without labels"
    )
    for value in prepared:
        assert value.value is not None or value.reason, f"{value.metric} is empty without a reason"
    plain = {place(value): value for value in ask(replace(store, states=NO_STATES), query)}
    assert plain.keys() == {place(value) for value in prepared}
    for value in prepared:
        other = plain[place(value)]
        assert same(value.value, other.value), (value, other)
        assert (value.n, value.status, value.reason) == (other.n, other.status, other.reason), value
    json.loads(as_json(prepared, dims))


def test_a_market_with_every_table_leaves_few_metrics_unanswered(store: Store) -> None:
    values = ask(store, Query(metrics=tuple(METRICS), by_side=True))
    unavailable = {value.metric: value.reason for value in values if value.status is Status.UNAVAILABLE}
    by_desk = {name for name in unavailable if METRICS[name].family == "desk"}
    assert "mql_contact_rate" not in by_desk, "exports of a CRM are enough for it"
    assert len(unavailable.keys() - by_desk) < 0.1 * len(METRICS), unavailable


def place(value: Value) -> tuple[str, str | None, str | None, tuple[tuple[str, str | None], ...]]:
    return value.metric, value.period, value.side, value.dims


def same(left: float | None, right: float | None) -> bool:
    """Equal, or as equal as sums in another order can be; empty only where both are."""
    if left is None or right is None:
        return left is right
    return left == right or math.isclose(left, right, rel_tol=1e-9)
