"""Records as a table: money, shares, days and counts as people write them."""

from datetime import date

from bothsides.diagnosis import Rows
from bothsides.reports.records import is_number, record_cell, records_table

ROWS = Rows(
    columns=("buyer", "last order", "orders", "GMV", "share"),
    rows=(("A & Co", date(2026, 3, 1), 1_200, 62_000.0, 0.125), ("B", None, 3, -950.0, None)),
    of=5,
    money=frozenset({"GMV"}),
    shares=frozenset({"share"}),
)


def test_each_kind_of_cell_is_written_for_people() -> None:
    cells = [record_cell(ROWS, place, value, "EUR") for place, value in enumerate(ROWS.rows[0])]
    assert cells == ["A & Co", "1 March 2026", "1,200", "EUR 62 k", "12.5 %"]
    assert [record_cell(ROWS, place, value, "EUR") for place, value in enumerate(ROWS.rows[1])] == [
        "B", "–", "3", "EUR −950", "–",
    ]  # fmt: skip


def test_numbers_stand_to_the_right_and_names_and_days_do_not() -> None:
    assert [is_number(ROWS, place) for place in range(5)] == [False, False, True, True, True]


def test_the_caption_says_how_many_there_are() -> None:
    page = records_table("The largest buyers.", ROWS, "EUR", most=1)
    assert "The largest buyers: the first 1 of 5" in page
    assert "A &amp; Co" in page
    assert ">B<" not in page
    whole = Rows(columns=("buyer",), rows=(("A",),), of=1)
    assert "<caption>The largest buyers.</caption>" in records_table("The largest buyers.", whole, "EUR", most=10)
