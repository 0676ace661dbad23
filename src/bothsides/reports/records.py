"""The records behind a claim as a table: names, days, counts and money as people write them."""

from datetime import date

from bothsides.diagnosis.finding import Cell, Rows
from bothsides.reports.markup import Markup
from bothsides.reports.numbers import count, day, money, percent
from bothsides.reports.pieces import Column, table


def records_table(caption: str, rows: Rows, currency: str, *, most: int) -> Markup:
    """The first records of a claim; the caption says how many there are when they are not all here."""
    shown = rows.rows[:most]
    caption = caption.replace("`", "")
    said = caption if len(shown) == rows.of else f"{caption.rstrip('.')}: the first {len(shown)} of {count(rows.of)}"
    columns = [Column(label=name, numeric=is_number(rows, place)) for place, name in enumerate(rows.columns)]
    cells = [[record_cell(rows, place, value, currency) for place, value in enumerate(row)] for row in shown]
    return table(said, columns, cells)


def is_number(rows: Rows, place: int) -> bool:
    """Whether the column holds numbers, which stand to the right."""
    return any(isinstance(row[place], (int, float)) for row in rows.rows)


def record_cell(rows: Rows, place: int, value: Cell, currency: str) -> str:
    """One cell in words; what is not known is a dash."""
    name = rows.columns[place]
    if value is None:
        return "–"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, str):
        return value
    if name in rows.money:
        return money(value, currency)
    return percent(value) if name in rows.shares else count(value)
