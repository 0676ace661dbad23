"""Every declared metric against values worked out by hand, edge cases included."""

import pytest

from bothsides.metrics import METRICS, Store
from bothsides.metrics.catalogue.waiting import PARTLY, ROWS, WAITING
from tests.metrics.cases import Case, World, check
from tests.metrics.cases_acquisition import CASES as ACQUISITION
from tests.metrics.cases_activation import CASES as ACTIVATION
from tests.metrics.cases_attribution import CASES as ATTRIBUTION
from tests.metrics.cases_concentration import CASES as CONCENTRATION
from tests.metrics.cases_credit import CASES as CREDIT
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
    *ATTRIBUTION,
    *CREDIT,
    *HYGIENE,
    *HEALTH,
    *EDGES,
    *FUNNELS,
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
