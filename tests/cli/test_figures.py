"""Figures on the screen: grey where they should not be leaned on, in the digits of their unit and currency."""

from dataclasses import replace

import pytest
from rich.console import Console

from bothsides.cli.figures import figure, show
from bothsides.metrics import Basis, Status, Unit, Value


def rate(share: float, n: int, status: Status) -> Value:
    return Value(
        metric="fill_rate",
        period="2024",
        side=None,
        value=share,
        unit=Unit.RATE,
        n=n,
        low=share / 2,
        high=share * 2,
        basis=Basis.WILSON,
        status=status,
        definition="fill_rate@1",
    )


def test_few_observations_and_young_periods_are_grey() -> None:
    console = Console(width=100, force_terminal=True, color_system="standard", record=True)
    show(console, [rate(0.1, 400, Status.OK), rate(0.2, 4, Status.SMALL_N), rate(0.3, 90, Status.IMMATURE)], ())
    lines = console.export_text(styles=True).splitlines()
    grey = [share for share in ("10.0%  ", "20.0%", "30.0%") for line in lines if f"\x1b[2m{share}" in line]
    assert grey == ["20.0%", "30.0%"]


@pytest.mark.parametrize(
    ("number", "unit", "currency", "shown"),
    [
        (1234.5, Unit.MONEY, "EUR", "1,234.50"),
        (1234.5678, Unit.MONEY, "KWD", "1,234.568"),
        (1234.5, Unit.MONEY, "JPY", "1,234"),
        (1234.5, Unit.MONEY, None, "1,234.50"),
        (-0.004, Unit.MONEY, "EUR", "0.00"),
        (-0.006, Unit.MONEY, "EUR", "-0.01"),
        (-0.0004, Unit.RATE, None, "0.0%"),
        (-0.04, Unit.COUNT, None, "0.0"),
        (-0.004, Unit.DAYS, None, "0.00"),
        (0.0444, Unit.INDEX, None, "0.0444"),
        (0.00123456, Unit.INDEX, None, "0.00123"),
        (0.0000123, Unit.INDEX, None, "0.0000123"),
        (-0.0000123, Unit.INDEX, None, "-0.0000123"),
        (12.5, Unit.INDEX, None, "12.5000"),
        (0.0, Unit.INDEX, None, "0.0000"),
    ],
)
def test_the_unit_and_the_currency_decide_the_digits(
    number: float, unit: Unit, currency: str | None, shown: str
) -> None:
    assert figure(number, unit, currency) == shown


def test_an_amount_and_its_interval_have_the_digits_of_the_currency() -> None:
    console = Console(width=100, record=True)
    dinars = replace(rate(1.0, 400, Status.OK), unit=Unit.MONEY, currency="KWD", value=2.5, low=2.0, high=3.1255)
    show(console, [dinars], ())
    assert "2.500  2.000 to 3.126  400" in console.export_text()


@pytest.mark.parametrize(
    ("low", "high", "shown"), [(0.1, None, "10.0% or more"), (None, 0.3, "30.0% or less"), (None, None, "%  ")]
)
def test_an_open_interval_says_which_end_is_known(low: float | None, high: float | None, shown: str) -> None:
    console = Console(width=100, record=True)
    show(console, [replace(rate(0.2, 40, Status.OK), low=low, high=high)], ())
    assert shown in console.export_text()
