"""How the points may be fitted and what it takes to replace them: `agreement/models.toml`, which may be left out."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from bothsides.agreement import checked
from bothsides.agreement.numbers import Part

AGREED_NAME = "agreed"
"""What the points that both teams signed are called where versions of fitted cards stand."""


def few(number: int) -> int:
    """A whole number from 1 to 100."""
    if not 1 <= number <= 100:
        raise ValueError("must be a whole number from 1 to 100")
    return number


def some_days(days: float) -> float:
    """Days from 0 to 3650."""
    if not 0 <= days <= 3650:
        raise ValueError("must be days from 0 to 3650")
    return days


def ways(given: dict[str, int]) -> dict[str, int]:
    """By field 1 (more is better) or -1 (less is better)."""
    for name, way in given.items():
        if way not in (1, -1):
            raise ValueError(f"{name} = {way}: must be 1 (more is better) or -1 (less is better)")
    return given


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsPolicy:
    """Fitting, the gate, and how a promoted card counts."""

    counts: Literal["instead", "beside"] = "instead"
    """`instead` of the agreed points, which are then one of its fields; or added `beside` them."""
    thresholds: Literal["same_share", "as_signed"] = "same_share"
    """`same_share`: bands begin where as many leads reach them as under the card in force, so that sales gets no more
    leads than it agreed to; `as_signed`: at the points of the agreement."""
    closes_within_days: Annotated[float, checked(some_days)] | None = None
    """Won means won within so many days. Unless told, the age by which nine of ten wins have come."""
    learned_share: Part = 0.7
    """The earlier part of the history, which is learned from; on the later part the card is tried."""
    most_fields: Annotated[int, checked(few)] = 12
    directions: Annotated[dict[str, int], checked(ways)] = field(default_factory=dict)
    protected: tuple[str, ...] = (
        "age", "date_of_birth", "disability", "ethnicity", "gender", "marital_status", "nationality", "religion", "sex",
    )  # fmt: skip
    """Fields that a score must never rest on."""
    left_out: tuple[str, ...] = ()
    """Other fields that are not learned from."""
    yearly_alpha: Part = 0.05
    """How often all trials of a year together may promote a card that is no better."""
    looks_a_year: Annotated[int, checked(few)] = 12
    shadow_days: Annotated[float, checked(some_days)] = 14


def problems(policy: ModelsPolicy) -> tuple[str, ...]:
    """Fields that are ruled out and given a direction."""
    out = {*policy.protected, *policy.left_out}
    return tuple(
        f"directions.{name}: is protected or left out, so it has no points" for name in policy.directions if name in out
    )
