"""Order exports with one row per line: the text-to-text SQL that adds the lines of an order up."""

from bothsides.ingest.draft.guess import FileGuess
from bothsides.ingest.draft.matching import name_score
from bothsides.ingest.draft.names import words
from bothsides.ingest.draft.profile import ColumnProfile
from bothsides.ingest.draft.records import Reshape
from bothsides.schema import TABLES, Kind

AMOUNT = "line_amount"
"""The field that the reshaped records hold their value in."""


def grouped(guess: FileGuess, lines: ColumnProfile, source: str) -> Reshape:
    """One record per order (and supplier) instead of one per line: first of each field, sum of the value."""
    supplier = guess.field("supplier_id")
    by = [lines.name] + ([supplier.name] if supplier else [])
    chosen = [f"  {quoted_name(name)}" for name in by]
    for column, match in guess.found.items():
        if match.field.name in by or column == "amount":
            continue
        if TABLES["orders"].column(column).kind is Kind.MONEY:
            chosen.append(f"  {_sum(_number(match.field))} AS {quoted_name(match.field.name)}")
        elif TABLES["orders"].column(column).kind is Kind.CURRENCY:
            chosen.append(f"  {_one(match.field)} AS {quoted_name(match.field.name)}")
        else:
            chosen.append(f"  min({quoted_name(match.field.name)}) AS {quoted_name(match.field.name)}")
    chosen.append(f"  {_sum(_line_value(guess))} AS {AMOUNT}")
    sql = (
        "-- The file has one row per order line; an order is booked once, with the sum of its lines.\n"
        "-- A line whose value cannot be read leaves the sum blank, so that the order is quarantined, not shortened.\n"
        "SELECT\n" + ",\n".join(chosen) + "\nFROM lines\nGROUP BY " + ", ".join(quoted_name(name) for name in by) + "\n"
    )
    return Reshape(name=f"{source}.sql", sql=sql, inputs=(("lines", guess.profile.files),))


def quoted_name(name: str) -> str:
    """A field as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _number(field: ColumnProfile) -> str:
    """The field as a decimal number, currency signs and thousands separators removed."""
    if field.figures is not None and field.figures.decimal == ",":
        digits = f"regexp_replace({quoted_name(field.name)}, '[^0-9,-]', '', 'g')"
        return f"try_cast(replace({digits}, ',', '.') AS DECIMAL(30, 6))"
    return f"try_cast(regexp_replace({quoted_name(field.name)}, '[^0-9.-]', '', 'g') AS DECIMAL(30, 6))"


def _line_value(guess: FileGuess) -> str:
    amount = guess.found["amount"].field
    quantity = next(
        (
            field
            for field in guess.profile.columns
            if name_score(field.name, "order_lines", "quantity") >= 0.9 and field.figures is not None
        ),
        None,
    )
    if quantity is not None and "unit" in words(amount.name):
        return f"CAST({_number(quantity)} AS DECIMAL(18, 3)) * CAST({_number(amount)} AS DECIMAL(18, 4))"
    return _number(amount)


def _one(field: ColumnProfile) -> str:
    """The currency of all lines of an order; two currencies stay beside each other, so that their sum is set aside."""
    value = f"nullif(trim({quoted_name(field.name)}), '')"
    return (
        f"CASE WHEN min({value}) <> max({value}) THEN concat(min({value}), ' and ', max({value})) ELSE min({value}) END"
    )


def _sum(value: str) -> str:
    return f"CASE WHEN count(*) = count({value}) THEN CAST(sum({value}) AS VARCHAR) END"
