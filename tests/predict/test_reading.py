"""Columns of a query as arrays: the same on an engine that gives columns and on one that gives rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pytest

from bothsides.predict.reading import int_columns
from bothsides.warehouse import DuckDB
from bothsides.warehouse.engine import Capabilities


@dataclass(frozen=True, slots=True)
class RowsOnly(DuckDB):
    """An engine without columns."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(bitstrings=False, columns=False)


@pytest.fixture(params=[DuckDB, RowsOnly])
def engine(request: pytest.FixtureRequest) -> Iterator[DuckDB]:
    con = duckdb.connect()
    yield request.param(con)
    con.close()


QUERY = "SELECT i::BIGINT AS account, (i * $times)::BIGINT AS days FROM range($n::BIGINT) t(i) ORDER BY 1"


def test_every_row_comes_in_order(engine: DuckDB) -> None:
    found = int_columns(engine, QUERY, ("account", "days"), {"times": 3, "n": 5_000})
    assert found["account"].tolist() == list(range(5_000))
    assert found["days"].tolist() == [3 * i for i in range(5_000)]
    assert {column.dtype for column in found.values()} == {np.dtype(np.int64)}


def test_no_rows_give_empty_columns(engine: DuckDB) -> None:
    found = int_columns(engine, QUERY, ("account", "days"), {"times": 1, "n": 0})
    assert [len(column) for column in found.values()] == [0, 0]
