"""The rules of the stages as data: which test each reading must pass, first stage that passes all."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

READ = (
    "months_of_trade",
    "gmv_growth_year",
    "buyer_repeat",
    "working_cells",
    "working_cell_share",
    "balanced_cell_share",
    "cells_above_threshold",
    "ndr_buyers",
    "newcomer_gmv_share",
    "top_ten_buyers_share",
)
"""What a rule may test."""

SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_WRITTEN = re.compile(r"(>=|<=|>|<) *(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A reading held against a bound: shares from 0 to 1, months and cells in numbers."""

    reading: str
    sign: str
    bound: float

    def passes(self, number: float) -> bool:
        """Whether the number passes."""
        return SIGNS[self.sign](number, self.bound)


def conditions(rule: Mapping[str, str]) -> tuple[Condition, ...]:
    """The rule's tests. Raises ValueError naming what cannot be read and what is allowed.

    >>> conditions({"gmv_growth_year": ">= 0.25"})
    (Condition(reading='gmv_growth_year', sign='>=', bound=0.25),)
    """
    return tuple(_condition(reading, written) for reading, written in rule.items())


def _condition(reading: str, written: str) -> Condition:
    if reading not in READ:
        raise ValueError(f"stage rule: {reading!r} is not one of {', '.join(READ)}")
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        signs = ", ".join(SIGNS)
        raise ValueError(f"stage rule: {reading} = {written!r} must be one of {signs} and a number, such as '>= 0.25'")
    return Condition(reading=reading, sign=found[1], bound=float(found[2]))


def _late() -> dict[str, str]:
    return {"buyer_repeat": ">= 0.25", "months_of_trade": ">= 24", "gmv_growth_year": "< 0", "ndr_buyers": "< 1"}


def _growing() -> dict[str, str]:
    return {"buyer_repeat": ">= 0.25", "working_cell_share": ">= 0.25", "gmv_growth_year": ">= 0.25"}


def _mature() -> dict[str, str]:
    return {
        "buyer_repeat": ">= 0.25",
        "working_cell_share": ">= 0.5",
        "newcomer_gmv_share": "< 0.5",
        "top_ten_buyers_share": "< 0.6",
    }


def _early() -> dict[str, str]:
    return {"buyer_repeat": ">= 0.25", "working_cells": ">= 1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePolicy:
    """When a marketplace counts as late, growing, mature or early, asked in this order; what is none is pre-fit.

    A stage is the first whose tests all pass. The bounds are this product's own rules of thumb: published stage models
    name no numbers. They may be changed in `agreement/diagnosis.toml`, `[stage.late]` and so on.
    """

    late: Mapping[str, str] = field(default_factory=_late)
    """Buyers came back and the market is old enough, but it shrinks and its accounts buy less."""
    growing: Mapping[str, str] = field(default_factory=_growing)
    """A quarter of the cells works and GMV grows by a quarter a year or faster."""
    mature: Mapping[str, str] = field(default_factory=_mature)
    """Half of the cells works, most of GMV comes from accounts of earlier years, no ten buyers hold it."""
    early: Mapping[str, str] = field(default_factory=_early)
    """Buyers come back and at least one cell works."""

    cell_buyers: int = 3
    """A cell works when in each of the last months at least so many buyers ..."""
    cell_suppliers: int = 2
    """... ordered from at least so many suppliers there ..."""
    cell_months: int = 3
    """... for so many months in a row."""

    most_anchors: int = 10
    """Buyers to win that are named."""
    most_verticals: int = 5
    """Categories that are scored for entry."""
    vertical_share: float = 0.5
    """A category is small with at most this share of what an average category has of GMV."""
    least_alike: int = 5
    """Accounts with the same main category from which what they also do counts."""

    def __post_init__(self) -> None:
        for rule in (self.late, self.growing, self.mature, self.early):
            conditions(rule)
