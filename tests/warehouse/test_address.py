"""Addresses of warehouses are read, looked up and shown without their secrets."""

import re
import traceback
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bothsides.warehouse.address import Address, parse_address
from bothsides.warehouse.postgres import open_postgres

PASSWORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=20)


def test_the_schema_is_taken_out_of_the_address() -> None:
    address = parse_address("postgresql://ana@db.example:5433/market?sslmode=require&schema=acme", {})
    assert address == Address(url="postgresql://ana@db.example:5433/market?sslmode=require", schema="acme")


def test_a_variable_holds_the_address() -> None:
    address = parse_address("env:ACME", {"ACME": "postgres://ana:geheim@db/market?schema=acme"})
    assert address.url == "postgres://ana:geheim@db/market"
    assert str(address) == "postgres://ana@db/market?schema=acme"
    assert "geheim" not in repr(address)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("env:ACME", "the environment variable 'ACME' is not set"),
        ("mysql://ana:geheim@db/market", "must begin with postgresql:// or env:"),
        ("warehouse.duckdb", "must begin with postgresql:// or env:"),
        ("postgresql://db/market?schema=a&schema=b", "names one schema"),
        ("postgresql://db/market?schema=", "names one schema"),
        ("postgresql://ana:ge/heim@db/market?schema=acme", "percent-encoded"),
        ("postgresql://ana:geheim#1@db/market", "percent-encoded"),
        ("postgresql://ana:geheim?1@db/market", "percent-encoded"),
        ("postgresql://ana:geheim%1x@db/market", "percent-encoded"),
        ("postgresql://ana:geheim%00@db/market", "percent-encoded"),
        ("postgresql://ana:geheim%ff@db/market", "percent-encoded"),
        ("postgresql://ana:a@geheim@db/market", "percent-encoded"),
        ("postgresql://ana:1 geheim@db/market", "percent-encoded"),
        ("postgresql://ana:geheim/market", "percent-encoded"),
        ("postgresql://db/market?user=ana&password=geheim@1", "percent-encoded"),
        ("postgresql://db/market?password=geheim#1", "percent-encoded"),
        ("postgresql://ana:geheim\udcff@db/market", "percent-encoded"),
        ("env:postgresql://ana:geheim@db/market", "the name of a variable"),
        (f"postgresql://db/market?schema={'ü' * 32}", "at most 63 bytes"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        parse_address(text, {"OTHER": "postgresql://db/market"})
    assert "geheim" not in "".join(traceback.format_exception(caught.value))


def test_what_is_no_address_is_refused_where_a_variable_holds_it() -> None:
    for held in ("postgresql://ana:ge/heim@db/market", "env:geheim", "geheim"):
        with pytest.raises(ValueError, match="a warehouse's address") as caught:
            parse_address("env:ACME", {"ACME": held})
        assert "heim" not in str(caught.value)


@pytest.mark.parametrize("text", ["postgresql://ana:ge/heim@db/market", "postgresql://ana:ge%heim@db/market"])
def test_an_address_is_not_made_of_what_could_not_be_shown(text: str) -> None:
    with pytest.raises(ValueError, match="percent-encoded"):
        Address(url=text)


@pytest.mark.parametrize(
    ("text", "url", "shown"),
    [
        ("postgresql:///market?host=/run/postgresql", None, "postgresql:///market"),
        ("postgresql://", None, "postgresql://"),
        ("postgresql://ana@[::1]:5432,db:1,db/market", None, None),
        (
            "postgresql://%2Frun%2Fpostgresql/market?options=-c%20jit%3Don&a=b+c",
            None,
            "postgresql://%2Frun%2Fpostgresql/market",
        ),
        (
            "postgres://db/market?schema=a%20b&sslmode=require\n",
            "postgres://db/market?sslmode=require",
            "postgres://db/market?schema=a%20b",
        ),
        ("postgresql://ana:s3%2Fcret%40@db", None, "postgresql://ana@db"),
    ],
)
def test_the_rest_of_an_address_stays_as_it_was_written(text: str, url: str | None, shown: str | None) -> None:
    address = parse_address(text, {})
    assert address.url == (url or text)
    assert str(address) == (shown or text)
    assert parse_address(str(address), {}).schema == address.schema


def everything_told(password: str) -> str:
    """All that anyone gets to see of an address with that password at a port where nobody listens."""
    try:
        address = parse_address(f"postgresql://ana:{password}@127.0.0.1:1/market?schema=acme&connect_timeout=1", {})
    except ValueError as error:
        return _told(error)
    with pytest.raises((ConnectionError, ValueError)) as caught, open_postgres(address):
        pass
    return f"{address} {address!r} {_told(caught.value)}"


def _told(error: BaseException) -> str:
    """An error, with those it came from whether or not they are shown."""
    below = error.__cause__ or error.__context__
    return f"{error!r} {error}" + (f" <- {_told(below)}" if below else "")


@settings(max_examples=150, deadline=None)
@example("se/cret")
@example("se#cret")
@example("s3?cr")
@example("sec%ret")
@example("p\u2100w")
@example("1/x?password=a&b")
@example("a@b:5/c")
@example("a,b:c")
@example("[x")
@given(PASSWORDS)
def test_nothing_depends_on_the_password(password: str) -> None:
    pytest.importorskip("psycopg")
    read, refused = everything_told("x"), everything_told("/")
    assert "ConnectionError" in read
    assert everything_told(password) in (read, refused)
    assert everything_told(quote(password, safe="")) == read


@pytest.mark.parametrize("options", ["password=gehe&heim=1", "password=ge&heim", "connect_timeout=geheim"])
def test_options_that_the_library_cannot_read_are_not_repeated(options: str) -> None:
    pytest.importorskip("psycopg")
    address = parse_address(f"postgresql://ana@127.0.0.1:1/market?{options}", {})
    with pytest.raises(ValueError, match="cannot read the options") as caught, open_postgres(address):
        pass
    assert "heim" not in _told(caught.value)
