"""A change has the same parts, to the minor unit, on PostgreSQL as on DuckDB."""

import pytest

from bothsides.metrics.decompose import Comparison, decompose
from bothsides.schema import Side
from bothsides.warehouse.postgres import Postgres
from tests.conformance.conftest import copied
from tests.metrics.cases import World
from tests.metrics.conftest import build_market
from tests.metrics.test_decomposition import BRIDGE, MIX, RATED, REVENUE


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("metric", "of"),
    [("gmv", BRIDGE), ("gmv", MIX), ("gmv", RATED), ("net_revenue", REVENUE)],
    ids=["accounts", "mix", "exchange rates", "net revenue"],
)
def test_the_parts_of_a_change_are_the_same(metric: str, of: World, postgres: Postgres) -> None:
    here = build_market(**of.options, **of.tables)
    there = copied(here, postgres)
    for side in (None, *Side):
        asked = Comparison(metric=metric, side=side, dim="category")
        expected = decompose(here, asked)
        assert expected.splits, expected.reason
        assert decompose(there, asked) == expected
