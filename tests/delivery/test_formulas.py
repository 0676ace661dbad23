"""Cells of exports: whatever a lead was named, a spreadsheet shows it and runs nothing; numbers stay numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.delivery.formulas import neutral_cell

FORMULAS = [
    *("=1+1", "=cmd|' /C calc'!A0", "+44 20 7946 0000", "+1", "-2+3", "-cmd()", "--1", "-", "-1-1", "-٣", "@SUM(A1)"),
    *("\t=1", "\r=1", "\n=1", "\0=1", "  =1", "\u00a0=1", "\ufeff=1", "＝1+1", "－1", "＠x", "＋1", "|calc", "%0A=1"),
]
PLAIN = [
    *("", "Acme", " Acme", "a=b", "a\n=b", "'=x", "é", "12"),
    *("-12", "-12.50", "-.5", "-1e5", "-1.5E-3", "-12%", "-1,234,567.89", "-1.234,5", "-1,5"),
]


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_starts_a_formula_is_written_as_text(cell: str) -> None:
    assert neutral_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", PLAIN)
def test_the_rest_stays_as_it_is(cell: str) -> None:
    assert neutral_cell(cell) == cell


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_stays(number: float) -> None:
    assert neutral_cell(str(number)) == str(number)


@given(st.text())
def test_no_cell_begins_a_formula(text: str) -> None:
    found = neutral_cell(text)
    assert neutral_cell(found) == found
    assert found.endswith(text)
    assert found[:1] not in set("=+@\t\r\n\0|%")
