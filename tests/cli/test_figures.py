"""Figures on the screen: grey where they should not be leaned on."""

from rich.console import Console

from bothsides.cli.figures import show
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
