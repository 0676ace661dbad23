"""Rounding half to even on integers, against the decimal module."""

from decimal import ROUND_HALF_EVEN, Decimal

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.ingest.amounts import FINE, MICRO, divisor, fine_units, half_even, plain_number, quick_micros
from bothsides.schema import minor_units, to_minor

CON = duckdb.connect()


def booked(text: str, currency: str, *, decimal: str = ".") -> tuple[int | None, int | None]:
    """Minor units by the fast way and by the careful way."""
    quick, plain = quick_micros("t", decimal=decimal, shift=0), plain_number("t", decimal=decimal)
    row = CON.execute(
        f"SELECT {half_even('m', 'pm')}, {half_even('f', 'pf')} "
        f"FROM (SELECT {quick} AS m, {fine_units('p', shift=0)} AS f, "
        f"{divisor('c', places=MICRO)} AS pm, {divisor('c', places=FINE)} AS pf "
        f"FROM (SELECT t, c, {plain} AS p FROM (SELECT ?::VARCHAR AS t, ?::VARCHAR AS c)))",
        [text, currency],
    ).fetchall()[0]
    return row[0], row[1]


@settings(max_examples=150, deadline=None)
@given(
    st.decimals(min_value=Decimal(-99999999), max_value=Decimal(99999999), places=6),
    st.sampled_from(["GBP", "JPY", "KWD", "CLF"]),
)
def test_both_ways_round_as_the_accountant_does(amount: Decimal, currency: str) -> None:
    tie = (amount.quantize(Decimal(1)) + Decimal("0.5")).scaleb(-minor_units(currency))
    for value in (amount, tie):
        if -value.as_tuple().exponent > MICRO:  # type: ignore[operator]
            continue
        expected = to_minor(value, currency)
        assert booked(f"{value:f}", currency) == (expected, expected)


@settings(max_examples=50, deadline=None)
@given(st.decimals(min_value=Decimal(-999999), max_value=Decimal(999999), places=9))
def test_more_decimals_than_the_fast_way_holds_are_not_cut(amount: Decimal) -> None:
    exact = int(amount.scaleb(2).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    quick, careful = booked(f"{amount:f}", "GBP")
    assert careful == exact
    assert quick is None or quick == exact


def test_comma_decimals_are_read_both_ways() -> None:
    assert booked("1234,565", "EUR", decimal=",") == (123456, 123456)
