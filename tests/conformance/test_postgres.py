"""PostgreSQL gives every metric's cells as DuckDB does."""

import pytest

from bothsides.metrics import read_store
from bothsides.warehouse.postgres import Postgres
from tests.conformance.cells import asked, cells, cuts_of, differences
from tests.conformance.conftest import copied
from tests.conformance.markets import MARKETS, market

pytestmark = pytest.mark.postgres


SHARES = [(name, cuts[i : i + 5]) for name in MARKETS for cuts in [cuts_of(name)] for i in range(0, len(cuts), 5)]
"""Markets with some of their cuts: parts that workers can take on side by side."""


@pytest.mark.parametrize(("name", "cuts"), SHARES)
def test_every_metric_is_the_same(name: str, cuts: tuple[str, ...], postgres: Postgres) -> None:
    here = market(name)
    there = copied(here, postgres)
    for cut in cuts:
        expected = cells(here, asked(cut))
        assert any(cell["number"] is not None for cell in expected), cut
        assert (cut, differences(expected, cells(there, asked(cut)))) == (cut, [])


def test_known_earlier_is_the_same(postgres: Postgres) -> None:
    now = cells(market("every edge"), asked("by month and side"))
    # Facts as known earlier hide those of now for as long as the connection is open: a market of its own.
    here = read_store(MARKETS["every edge"]().engine, known_on=2)
    there = copied(here, postgres, known_on=2)
    then = cells(here, asked("by month and side"))
    assert differences(then, now) != []
    assert differences(then, cells(there, asked("by month and side"))) == []
