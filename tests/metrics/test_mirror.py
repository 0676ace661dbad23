"""A mirror of the warehouse in PostgreSQL answers as the file does, and is replaced as a whole."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from bothsides.metrics import Query, Store, ask, open_store
from bothsides.metrics.mirror import mirror
from bothsides.warehouse import WarehouseMissing
from bothsides.warehouse.address import Address
from bothsides.warehouse.mirroring import MARK
from bothsides.warehouse.postgres import open_postgres
from tests.metrics.cases import account, order
from tests.metrics.conftest import build_market

pytestmark = pytest.mark.postgres

ORDERS = [order("b1", "s1", "2024-01-01", 100_00, category='it\'s "odd", \\ NULL'), order("b2", "s1", "2024-02-01", 50)]
GMV = Query(metrics=("gmv", "active_buyers"), dims=("category",))


@pytest.fixture
def target(postgres_url: str) -> Iterator[Address]:
    """A schema of its own, gone after the test."""
    schema = f"Bothsides mirror {os.getpid()}"
    yield Address(url=postgres_url, schema=schema)
    with psycopg.connect(postgres_url) as con:
        con.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        con.execute(f'DROP SCHEMA IF EXISTS "{schema} of others" CASCADE')


def published(store: Store, path: Path) -> Path:
    """The market in a file, as a sync publishes it."""
    con = store.engine.con
    con.execute(f"ATTACH '{path}' AS file")
    con.execute("COPY FROM DATABASE memory TO file")
    con.execute("DETACH file")
    return path


def test_the_mirror_answers_as_the_file_does(target: Address, tmp_path: Path) -> None:
    path = published(build_market(orders=ORDERS), tmp_path / "warehouse.duckdb")
    assert mirror(path, target)["orders"] == 2
    with open_store(path) as here, open_store(target) as there:
        assert ask(there, GMV) == ask(here, GMV)
        assert [value.value for value in ask(there, GMV)] == [0.5, 100.0, 1, 1]
        with open_store(there.engine) as again:
            assert again.ranges == {"orders": (date(2024, 1, 1), date(2024, 2, 1))}


def test_letters_beyond_ascii_repeat_in_the_mirror_too(target: Address, tmp_path: Path) -> None:
    named = [
        ("b1", "Müller GmbH"),
        ("b2", "MÜLLER GMBH\u3000"),
        ("b3", "Muller GmbH"),
        ("b4", "İzmir"),
        ("b5", "izmir"),
    ]
    accounts = [account(key, "2024-01-01") | {"name": name} for key, name in named]
    store = build_market(known_until=date(2024, 12, 31), orders=ORDERS, accounts=accounts)
    mirror(published(store, tmp_path / "warehouse.duckdb"), target)
    question = Query(metrics=("duplicate_account_rate",))
    with open_store(tmp_path / "warehouse.duckdb") as here, open_store(target) as there:
        (expected,), (found,) = ask(here, question), ask(there, question)
    assert found == expected
    assert found.value == 2 / 5


def test_the_next_mirror_takes_the_place_of_the_last_one(target: Address, tmp_path: Path) -> None:
    mirror(published(build_market(orders=ORDERS), tmp_path / "first.duckdb"), target)
    with psycopg.connect(target.url) as con:
        con.execute(f'GRANT SELECT ON "{target.schema}".meta TO PUBLIC')
    more = [*ORDERS, order("b3", "s1", "2024-03-01", 7_00)]
    mirror(published(build_market(orders=more), tmp_path / "second.duckdb"), target)
    with open_store(target) as store:
        assert sum(value.value for value in ask(store, Query(metrics=("gmv",)))) == 107.5
    with psycopg.connect(target.url) as con:
        rows = con.execute(
            "SELECT DISTINCT table_schema FROM information_schema.role_table_grants"
            " WHERE grantee = 'PUBLIC' AND table_name = 'fact_orders' AND table_schema LIKE 'Bothsides mirror%'"
        ).fetchall()
        assert rows == [(target.schema,)]


def test_tables_of_others_are_left_alone(target: Address, tmp_path: Path) -> None:
    path = published(build_market(orders=ORDERS), tmp_path / "warehouse.duckdb")
    with psycopg.connect(target.url) as con:
        con.execute(f'CREATE SCHEMA "{target.schema}"')
        con.execute(f'CREATE TABLE "{target.schema}".orders (theirs int)')
    with pytest.raises(ValueError, match="holds tables that Bothsides did not write"):
        mirror(path, target)
    with psycopg.connect(target.url) as con:
        assert con.execute(f'SELECT count(theirs) FROM "{target.schema}".orders').fetchone() == (0,)


@pytest.mark.parametrize(
    "made",
    [
        "TABLE {schema}.mine (theirs int)",
        "TABLE {schema}.reviews (theirs int)",
        "VIEW {schema}.mine AS SELECT * FROM {schema}.orders",
        "MATERIALIZED VIEW {schema}.mine AS SELECT 1 AS theirs",
    ],
)
def test_what_others_made_in_the_copys_schema_since_is_named_and_kept(
    made: str, target: Address, tmp_path: Path
) -> None:
    path = published(build_market(orders=ORDERS), tmp_path / "warehouse.duckdb")
    mirror(path, target)
    with psycopg.connect(target.url) as con:
        con.execute(f"CREATE {made}".format(schema=f'"{target.schema}"').encode())
    with pytest.raises(ValueError, match=r"no mirror wrote, and all of it would be replaced: (mine|reviews);"):
        mirror(path, target)
    with psycopg.connect(target.url) as con:
        kind, _, name = made.split(" (", maxsplit=1)[0].split(" AS ", maxsplit=1)[0].rpartition(" ")
        con.execute(f"DROP {kind} {name}".format(schema=f'"{target.schema}"').encode())
    assert mirror(path, target)["orders"] == 2


def test_a_copy_that_an_earlier_version_wrote_is_replaced_but_for_what_others_made(
    target: Address, tmp_path: Path
) -> None:
    path = published(build_market(orders=ORDERS), tmp_path / "warehouse.duckdb")
    mirror(path, target)
    with psycopg.connect(target.url) as con:
        con.execute(f'CREATE TABLE "{target.schema}".mine (theirs int)')
        rows = con.execute("SELECT relname, relkind FROM pg_class WHERE obj_description(oid) = %s", [MARK]).fetchall()
        for name, kind in rows:
            con.execute(f'COMMENT ON {"VIEW" if kind == "v" else "TABLE"} "{target.schema}"."{name}" IS NULL')
    with pytest.raises(ValueError, match="would be replaced: mine;"):
        mirror(path, target)
    with psycopg.connect(target.url) as con:
        con.execute(f'DROP TABLE "{target.schema}".mine')
    assert mirror(path, target)["orders"] == 2


def test_the_schema_of_everybody_is_refused(target: Address, tmp_path: Path) -> None:
    path = published(build_market(orders=ORDERS), tmp_path / "warehouse.duckdb")
    with pytest.raises(ValueError, match="'public' is where everybody's tables are made"):
        mirror(path, Address(url=target.url, schema="public"))


@pytest.mark.parametrize("width", [55, 63])
def test_a_schema_of_the_longest_name_holds_the_copy(width: int, target: Address, tmp_path: Path) -> None:
    path = published(build_market(orders=ORDERS), tmp_path / "warehouse.duckdb")
    schema = f"{target.schema} of others".ljust(width, "x")
    long = Address(url=target.url, schema=schema)
    try:
        for _ in range(2):
            assert mirror(path, long)["orders"] == 2
        with open_store(long) as store:
            assert sum(value.value for value in ask(store, Query(metrics=("gmv",)))) == 100.5
    finally:
        with psycopg.connect(target.url) as con:
            con.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


def test_a_schema_that_cannot_be_is_told(target: Address, tmp_path: Path) -> None:
    path = published(build_market(orders=ORDERS), tmp_path / "warehouse.duckdb")
    with pytest.raises(ValueError, match="at most 63 bytes"):
        Address(url=target.url, schema="x" * 64)
    with pytest.raises(ValueError, match="PostgreSQL's own"):
        mirror(path, Address(url=target.url, schema="pg_market"))


@pytest.mark.parametrize(
    "theirs",
    [
        "CREATE TABLE meta (id int, note text); CREATE TABLE loads (id int)",
        """CREATE TABLE meta (key int, value text);
           CREATE TABLE loads (load_id int, status text);
           CREATE TABLE load_sources (load_id int, source text, table_name text, sample boolean);
           CREATE TABLE watermarks (table_name text, source text, first_on date, last_on date)""",
    ],
)
def test_tables_of_others_are_not_taken_for_a_mirror(theirs: str, target: Address) -> None:
    with psycopg.connect(target.url) as con:
        con.execute(f'CREATE SCHEMA "{target.schema}"')
        con.execute(f'SET search_path = "{target.schema}"')
        con.execute(theirs.encode())
    with pytest.raises(WarehouseMissing, match="run bothsides mirror"), open_store(target):
        pass


def test_views_of_others_on_the_old_copy_stop_the_new_one(target: Address, tmp_path: Path) -> None:
    path = published(build_market(orders=ORDERS), tmp_path / "warehouse.duckdb")
    mirror(path, target)
    with psycopg.connect(target.url) as con:
        con.execute(f'CREATE SCHEMA "{target.schema} of others"')
        con.execute(f'CREATE VIEW "{target.schema} of others".mine AS SELECT * FROM "{target.schema}".orders')
    with pytest.raises(ValueError, match="mine"):
        mirror(path, target)
    with open_store(target) as store:
        assert sum(value.value for value in ask(store, Query(metrics=("gmv",)))) == 100.5


def test_no_schema_and_no_mirror_are_told(target: Address, tmp_path: Path) -> None:
    path = published(build_market(orders=ORDERS), tmp_path / "warehouse.duckdb")
    with pytest.raises(ValueError, match=r"add \?schema=NAME"):
        mirror(path, Address(url=target.url))
    with pytest.raises(WarehouseMissing, match="run bothsides mirror"), open_store(target):
        pass


def test_no_server_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(ConnectionError, match=r"127\.0\.0\.1"),
        open_store(Address(url="postgresql://ana:secret@127.0.0.1:1/x", schema="acme")),
    ):
        pass


def test_a_server_without_icu_is_told(target: Address) -> None:
    with pytest.raises(ValueError, match="built without ICU"), open_postgres(target) as engine:
        engine.run("""SELECT 'A' COLLATE "nowhere-x-icu" """)


def test_a_database_of_another_encoding_is_told(target: Address) -> None:
    name = f"bothsides_latin_{os.getpid()}"
    with psycopg.connect(target.url, autocommit=True) as con:
        try:
            con.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0".encode())
        except psycopg.errors.InsufficientPrivilege:
            pytest.skip("this role may not create databases")
        try:
            url = urlsplit(target.url)._replace(path=f"/{name}").geturl()
            with pytest.raises(ValueError, match="encoding is LATIN1"), open_store(Address(url=url)):
                pass
        finally:
            con.execute(f"DROP DATABASE {name}".encode())


def test_the_mirror_has_no_more_hindsight_than_the_file(target: Address, tmp_path: Path) -> None:
    orders = [order("b1", "s1", "2024-01-10", 100_00, order_id="o1"), order("b1", "s1", "2024-04-01", 1_00)]
    refunds = [{"order_id": "o1", "refunded_at": date(2024, 3, 5), "amount": 40_00}]
    path = published(build_market(orders=orders, refunds=refunds), tmp_path / "warehouse.duckdb")
    mirror(path, target)
    asked = [Query(metrics=("net_gmv_cohort",), as_of=day and date.fromisoformat(day)) for day in DAYS]
    with open_store(path) as here, open_store(target) as there:
        assert [ask(there, query) for query in asked] == [ask(here, query) for query in asked]
        assert [ask(there, query)[0].value for query in asked] == [61.0, 100.0, 60.0, 61.0]


DAYS = (None, "2024-03-04", "2024-03-31", None)
