"""One demo market and one healthy market, drawn once for the room's tests."""

import pytest

from bothsides.simulate import Market, demo_plan, healthy_plan, simulate
from bothsides.simulate.market import settle
from bothsides.simulate.trade import Society


@pytest.fixture(scope="session")
def demo() -> Market:
    return simulate(demo_plan(seed=11))


@pytest.fixture(scope="session")
def society(demo: Market) -> Society:
    return settle(demo.plan)


@pytest.fixture(scope="session")
def healthy() -> Market:
    return simulate(healthy_plan(seed=11))
