"""Questions that share their workings find on PostgreSQL what they find on DuckDB, and leave nothing behind."""

import pytest

from bothsides.metrics.workings import sharing
from bothsides.warehouse.postgres import Postgres
from tests.conformance.conftest import copied
from tests.metrics.conftest import build_market
from tests.metrics.test_workings import WORLD, lifetimes


@pytest.mark.postgres
def test_cuts_that_share_are_the_same(postgres: Postgres) -> None:
    here = build_market(**WORLD.options, **WORLD.tables)
    there = copied(here, postgres)
    before = postgres.tables()
    with sharing(there) as shared:
        found = lifetimes(shared)
        assert postgres.tables() > before
    assert postgres.tables() == before
    expected = lifetimes(here)
    assert [(v.side, v.dims, v.value) for v in found] == [
        (v.side, v.dims, v.value if v.value is None else pytest.approx(v.value)) for v in expected
    ]
