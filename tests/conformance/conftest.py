"""A PostgreSQL server to compare with, where there is one."""

import os
from collections.abc import Iterator

import pytest

from bothsides.metrics import Store, build_facts, read_store
from bothsides.warehouse import DuckDB
from bothsides.warehouse.address import Address
from bothsides.warehouse.copying import copy_tables
from bothsides.warehouse.postgres import Postgres, open_postgres


@pytest.fixture(scope="session")
def postgres(postgres_url: str) -> Iterator[Postgres]:
    """A connection whose work is undone at the end."""
    with open_postgres(Address(url=postgres_url)) as engine:
        yield engine
        engine.con.rollback()


def copied(store: Store, engine: Postgres, *, known_on: int | None = None) -> Store:
    """The store's tables in a schema of their own, its facts built anew there."""
    assert isinstance(store.engine, DuckDB)
    engine.con.rollback()
    # Nobody else sees the schema, but its name would make another run of the tests wait for the end of this one.
    schema = f"bothsides_conformance_{os.getpid()}"
    engine.con.execute(f"CREATE SCHEMA {schema}".encode())
    engine.con.execute(f"SET search_path = {schema}".encode())
    copy_tables(store.engine, engine)
    build_facts(engine, currency=store.currency)
    return read_store(engine, known_on=known_on)
