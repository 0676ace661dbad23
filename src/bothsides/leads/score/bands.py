"""From points to a band, with hysteresis, and what a person decided beside it."""

from dataclasses import dataclass
from typing import TypeVar

from bothsides.leads.score.policy import Band, Card, Grid
from bothsides.schema.instant import Instant, in_utc

StepT = TypeVar("StepT", bound=str)

_SALES, _SELF_SERVE, _NURTURE = Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a lead was banded as by the machine: what hysteresis holds on to."""

    earned: Band
    """The band by points or grade, without hot signs."""
    grade: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A band that a person set: the machine's goes on beside it. Raises ValueError without a name or a reason."""

    band: Band
    who: str
    why: str
    since: Instant
    until: Instant
    """The first moment at which the machine's band counts again."""

    def __post_init__(self) -> None:
        if not self.who.strip() or not self.why.strip():
            raise ValueError(f"override to {self.band}: who = {self.who!r}, why = {self.why!r}: both must be given")
        if self.until <= self.since:
            raise ValueError(
                f"override to {self.band} by {self.who}: ends {in_utc(self.until):%Y-%m-%d %H:%M} UTC, which must be "
                f"after it begins, {in_utc(self.since):%Y-%m-%d %H:%M} UTC"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The band that counts, the machine's, and the override where one holds."""

    band: Band
    machine: Band
    override: Override | None

    @property
    def says(self) -> str:
        """Which band counts and why it is not the machine's."""
        if self.override is None:
            return f"{self.band}, by the scorecard"
        by = self.override
        return (
            f"{self.band}, set by {by.who} until {in_utc(by.until):%Y-%m-%d}: {by.why}; by the scorecard {self.machine}"
        )


def decided(machine: Band, override: Override | None, now: Instant) -> Decided:
    """The override while it holds, else the machine's band."""
    holds = override if override is not None and override.since <= now < override.until else None
    return Decided(band=machine if holds is None else holds.band, machine=machine, override=holds)


def graded(grid: Grid, fit: int, engagement: int, was: str | None) -> str:
    """Letter of fit and digit of engagement, A1 the best; a better letter or digit is kept close below its threshold.

    >>> grid = Grid(a_from=40, b_from=20, one_from=30, two_from=10, hysteresis=3, sales=("A1",), self_serve=())
    >>> graded(grid, 41, 12, None), graded(grid, 38, 8, "A2"), graded(grid, 36, 6, "A2")
    ('A2', 'A2', 'B3')
    """
    letter, digit = (None, None) if was is None else (was[0], was[1])
    first = _held(fit, ("A", grid.a_from), ("B", grid.b_from), "C", grid.hysteresis, letter)
    return first + _held(engagement, ("1", grid.one_from), ("2", grid.two_from), "3", grid.hysteresis, digit)


def _held(
    points: int, first: tuple[StepT, int], second: tuple[StepT, int], last: StepT, hysteresis: int, was: StepT | None
) -> StepT:
    kept = was if hysteresis else None
    if points >= first[1] - (hysteresis if kept is not None and kept == first[0] else 0):
        return first[0]
    if points >= second[1] - (hysteresis if kept is not None and kept in (first[0], second[0]) else 0):
        return second[0]
    return last


def banded(card: Card, points: int, grade: str | None, was: Band | None) -> Band:
    """The band of a score under the card's thresholds or grid; `was` is the band it was in before."""
    if (by := card.thresholds) is not None:
        bands = (_SALES, by.sales_from), (_SELF_SERVE, by.self_serve_from)
        return _held(points, *bands, _NURTURE, by.hysteresis, was)
    grid = card.grid
    if grid is None or grade is None:
        raise ValueError(f"card {card.id} has neither thresholds nor a grid, so points lead to no band")
    if grade in grid.sales:
        return _SALES
    return _SELF_SERVE if grade in grid.self_serve else _NURTURE
