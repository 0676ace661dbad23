"""Money is whole minor units, rounded half to even, in an ISO 4217 currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.schema import Money, from_minor, minor_units, to_minor
from bothsides.schema.money import CURRENCIES


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("2.675", "EUR", 268),
        ("2.665", "EUR", 266),
        ("-2.665", "EUR", -266),
        ("0.5", "JPY", 0),
        ("1.5", "JPY", 2),
        ("1.2345", "KWD", 1234),
        ("1.23456", "CLF", 12346),
    ],
)
def test_rounding_is_half_to_even_at_the_currency_s_digits(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(CURRENCIES)))
def test_minor_units_survive_the_way_to_major_and_back(minor: int, currency: str) -> None:
    assert to_minor(from_minor(minor, currency), currency) == minor


@pytest.mark.parametrize("code", ["", "EURO", "eur", "XXX", "DEM"])
def test_unknown_currency_is_refused_by_name(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        minor_units(code)


def test_amounts_of_two_currencies_do_not_add() -> None:
    with pytest.raises(ValueError, match="cannot add USD to EUR"):
        Money(minor=1, currency="EUR") + Money(minor=1, currency="USD")
