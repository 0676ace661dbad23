"""Addresses of warehouses are read, looked up and shown without their secrets."""

import pytest

from bothsides.warehouse.address import Address, parse_address


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
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="warehouse") as caught:
        parse_address(text, {"OTHER": "postgresql://db/market"})
    assert said in str(caught.value)
    assert "geheim" not in str(caught.value)
