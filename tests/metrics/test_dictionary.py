"""Every declared metric against values worked out by hand, edge cases included."""

import re
from dataclasses import fields

import pytest

from bothsides.metrics import METRICS, Store
from bothsides.metrics.catalogue.waiting import PARTLY, ROWS, WAITING
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Formula, measures_of
from bothsides.metrics.metric import Metric
from bothsides.metrics.shapes import Shape
from tests.metrics.cases import Case, World, check
from tests.metrics.cases_acquisition import CASES as ACQUISITION
from tests.metrics.cases_activation import CASES as ACTIVATION
from tests.metrics.cases_attribution import CASES as ATTRIBUTION
from tests.metrics.cases_concentration import CASES as CONCENTRATION
from tests.metrics.cases_credit import CASES as CREDIT
from tests.metrics.cases_desk import CASES as DESK
from tests.metrics.cases_edges import CASES as EDGES
from tests.metrics.cases_fulfilment import CASES as FULFILMENT
from tests.metrics.cases_funnels import CASES as FUNNELS
from tests.metrics.cases_growth import CASES as GROWTH
from tests.metrics.cases_health import CASES as HEALTH
from tests.metrics.cases_hygiene import CASES as HYGIENE
from tests.metrics.cases_liquidity import CASES as LIQUIDITY
from tests.metrics.cases_pipeline import CASES as PIPELINE
from tests.metrics.cases_retention import CASES as RETENTION
from tests.metrics.cases_reviews import CASES as REVIEWS
from tests.metrics.cases_subscriptions import CASES as SUBSCRIPTIONS
from tests.metrics.cases_supply import CASES as SUPPLY
from tests.metrics.cases_take_rate import CASES as TAKE_RATE
from tests.metrics.cases_traffic import CASES as TRAFFIC
from tests.metrics.cases_unpriced import CASES as UNPRICED
from tests.metrics.cases_volume import CASES as VOLUME
from tests.metrics.conftest import build_market

CASES = (
    *VOLUME,
    *GROWTH,
    *TAKE_RATE,
    *SUBSCRIPTIONS,
    *ACQUISITION,
    *TRAFFIC,
    *ACTIVATION,
    *LIQUIDITY,
    *SUPPLY,
    *FULFILMENT,
    *REVIEWS,
    *RETENTION,
    *CONCENTRATION,
    *PIPELINE,
    *DESK,
    *ATTRIBUTION,
    *CREDIT,
    *HYGIENE,
    *HEALTH,
    *EDGES,
    *FUNNELS,
    *UNPRICED,
)
_BUILT: dict[int, tuple[World, Store]] = {}


def built(world: World) -> Store:
    """The world's store; cases that share a world share it."""
    if id(world) not in _BUILT:
        _BUILT[id(world)] = world, build_market(**world.options, **world.tables)
    return _BUILT[id(world)][1]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_value_worked_out_by_hand(one: Case) -> None:
    check(one, built)


@pytest.mark.parametrize("metric", METRICS)
def test_every_declared_metric_has_a_case(metric: str) -> None:
    mine = [one for one in CASES if one.metric == metric]
    assert any(one.rows for one in mine), f"{metric} has no hand-computed value"


def test_every_row_of_the_dictionary_is_declared_or_says_what_it_waits_for() -> None:
    declared = {metric.row for metric in METRICS.values()}
    assert declared | set(WAITING) == set(range(1, ROWS + 1))
    assert set(PARTLY) <= declared


OF_ORDERS = {
    "accounts": (
        "first_order_on",
        "first_order_value",
        "days_to_first_order",
        "days_to_second_order",
        "days_to_second_period",
    ),
    "carts": ("ordered",),
    "events": ("converted",),
    "listings": ("first_sold_on", "days_to_sale"),
    "views": ("converted",),
    "visitors": ("days_to_first_order",),
    "visits": ("converted",),
}
"""Columns of facts that can be known for longer than orders are, but are made of orders."""


def columns_read(metric: Metric) -> set[tuple[str, str]]:
    """Every fact's columns that the metric names: those it dates by, adds up and tests."""
    if isinstance(metric.formula, Formula):
        measures = measures_of(metric.formula)
        return {(m.fact, name) for m in measures for name in (m.on, *m.columns, *(test.column for test in m.where))}
    if isinstance(metric.formula, Shape):
        told = [getattr(metric.formula, item.name) for item in fields(metric.formula)]  # type: ignore[arg-type]
        words = {word for text in told if isinstance(text, str) for word in re.findall(r"\w+", text)}
        return {*metric.reads, *((name, word) for name in metric.facts for word in words)}
    return set(metric.reads)


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.id)
def test_what_is_made_of_orders_waits_for_orders(metric: Metric) -> None:
    made_of_orders = columns_read(metric) & {
        (name, column) for name, columns in OF_ORDERS.items() for column in columns
    }
    waits = "orders" in metric.needs or any(FACTS[name].known_by == ("orders",) for name in metric.facts)
    assert waits or not made_of_orders, f"{metric.id} needs orders for {sorted(made_of_orders)}"


def test_columns_made_of_orders_are_columns() -> None:
    known = {name: {*FACTS[name].columns, *FACTS[name].dates} for name in OF_ORDERS}
    assert all(set(columns) <= known[name] for name, columns in OF_ORDERS.items())
