"""Readings, bounds and conditions of a stage as people say them."""

from bothsides.diagnosis.stage.policy import Condition
from bothsides.diagnosis.wording import count, share
from bothsides.metrics import Status, Value

NAMES = {
    "months_of_trade": "known trade",
    "gmv_growth_year": "GMV growth in a year",
    "buyer_repeat": "new buyers that order again within 90 days",
    "working_cells": "cells with regular trade",
    "working_cell_share": "share of cells with regular trade",
    "balanced_cell_share": "share of judged cells that are balanced",
    "cells_above_threshold": "share of cells above the liquidity threshold",
    "ndr_buyers": "buyers' NDR",
    "ndr_suppliers": "suppliers' NDR",
    "newcomer_gmv_share": "share of GMV by this year's new buyers",
    "top_ten_buyers_share": "share of GMV by the ten largest buyers",
}
"""Names in running text."""

_BESIDE = {">=": "at least", ">": "above", "<=": "at most", "<": "below"}


def named(reading: str) -> str:
    """The reading's name in running text."""
    return NAMES[reading]


def bound(test: Condition) -> str:
    """The bound with its unit.

    >>> bound(Condition(reading="gmv_growth_year", sign=">=", bound=0.25))
    '25 %'
    """
    return _number(test.bound, test.reading)


def asks(test: Condition) -> str:
    """What the test asks for.

    >>> asks(Condition(reading="ndr_buyers", sign="<", bound=1.0))
    "buyers' NDR below 100 %"
    """
    return f"{named(test.reading)} {_BESIDE[test.sign]} {bound(test)}"


def has(value: Value) -> str:
    """What the market has, or why that cannot be known; `value.metric` is the reading."""
    if value.value is None:
        return f"not known: {value.reason}"
    return _number(float(value.value), value.metric)


def says(value: Value) -> str:
    """The known reading as a clause."""
    number, size = float(value.value or 0), has(value)
    match value.metric:
        case "gmv_growth_year":
            return _grew(number, at_a_pace=value.status is Status.PARTIAL)
        case "buyer_repeat":
            return f"{size} of new buyers order again within 90 days"
        case "months_of_trade":
            return f"{size} of trade are on record"
        case "working_cells" | "working_cell_share":
            return (
                f"{size} of {count(value.n)} cells have regular trade"
                if value.n != 1
                else _only("cell has regular trade", number)
            )
        case "balanced_cell_share":
            return (
                f"{size} of {count(value.n)} judged cells are balanced"
                if value.n != 1
                else _only("judged cell is balanced", number)
            )
        case "cells_above_threshold":
            return f"{size} of {count(value.n)} cells are above the liquidity threshold"
        case "newcomer_gmv_share":
            return f"{size} of GMV comes from this year's new buyers"
        case "top_ten_buyers_share":
            return f"the ten largest buyers hold {size} of GMV"
    return f"{named(value.metric)} is {size}"


def _only(does: str, number: float) -> str:
    """What is said where there is one cell.

    >>> _only("judged cell is balanced", 1.0), _only("judged cell is balanced", 0.0)
    ('the only judged cell is balanced', 'no judged cell is balanced')
    """
    return f"the only {does}" if number else f"no {does}"


TENFOLD = 9.0
"""A yearly pace above this, from a few months, is no number to repeat."""


def _grew(number: float, *, at_a_pace: bool) -> str:
    """What GMV did in a year, or at which yearly pace it moves where less than two years are known.

    >>> _grew(-0.11, at_a_pace=False), _grew(0.4, at_a_pace=True), _grew(43.0, at_a_pace=True)
    ('GMV fell 11 % in a year', 'GMV grew at a pace of 40 % a year', 'GMV grew at a pace of more than tenfold a year')
    """
    did, size = "grew" if number >= 0 else "fell", share(abs(number))
    if not at_a_pace:
        return f"GMV {did} {size} in a year"
    return f"GMV {did} at a pace of {'more than tenfold' if number > TENFOLD else size} a year"


def _number(number: float, reading: str) -> str:
    if reading == "months_of_trade":
        return f"{count(number)} months"
    if reading == "working_cells":
        return count(number)
    return share(number)


def put(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
