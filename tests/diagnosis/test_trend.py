"""A fall in the latest months is named with its month, a season and a small dip are not."""

from collections.abc import Callable
from datetime import date

from bothsides.diagnosis import diagnose
from bothsides.diagnosis.trend import fall
from bothsides.metrics import Store
from bothsides.schema.period import add_months

YEAR = [date(2025, month, 1) for month in range(1, 13)]


def test_a_fall_is_dated_by_its_month() -> None:
    said = fall(YEAR, [100.0] * 8 + [70.0] * 4, [100.0] * 12, 0.2)
    assert said.startswith("GMV has fallen by 30 % since September 2025 (its last three months are 30 % below")


def test_a_season_that_repeats_and_a_small_dip_are_no_fall() -> None:
    winter = [100.0] * 8 + [40.0] * 4
    assert fall(YEAR, winter, winter, 0.2) == ""
    assert fall(YEAR, winter, None, 0.2).endswith("(seasons may play a part: the year before is not known)")
    assert fall(YEAR, [100.0] * 9 + [85.0] * 3, [100.0] * 12, 0.2) == ""


def test_the_verdict_says_what_the_year_hides(market: Callable[..., Store]) -> None:
    """Strong months before the fall keep the year level with the year before."""
    orders = [
        {
            "buyer_id": f"b{b}",
            "supplier_id": f"s{b % 4}",
            "placed_at": add_months(date(2023, 1, 3), m),
            "amount": 10_000 if m < 12 else 14_000 if m < 19 else 5_000,
        }
        for m in range(24)
        for b in range(12)
    ]
    text = diagnose(market(orders=orders, known_until=date(2024, 12, 31))).verdict
    assert text.startswith("GMV has fallen by 64 % since August 2024")
    assert "; over 12 months it is up 2.5 %" in text
