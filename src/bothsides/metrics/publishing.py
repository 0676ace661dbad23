"""What a sync makes of the new warehouse before it is published: the facts anew, the states where facts changed."""

from collections.abc import Callable

import duckdb

from bothsides.metrics.building import build_facts
from bothsides.metrics.states.build import refresh_states
from bothsides.warehouse import DuckDB

Refresh = Callable[[duckdb.DuckDBPyConnection], None]


def refresh(currency: str) -> Refresh:
    """The hook that loading calls on the new warehouse before it is published."""

    def build(con: duckdb.DuckDBPyConnection) -> None:
        engine = DuckDB(con)
        build_facts(engine, currency=currency)
        refresh_states(engine, currency=currency)

    return build
