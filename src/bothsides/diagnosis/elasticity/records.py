"""What a reading of cross-side elasticity says: effects with grade and checks, and which side to fund."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bothsides.diagnosis.elasticity.regression import Interval
from bothsides.schema import Side


class Margin(StrEnum):
    """Where one side works on the other: on who joins, or on who leaves."""

    INFLOW = "inflow"
    RETENTION = "retention"


class Identification(StrEnum):
    """What an effect rests on, the strongest first: only the design counts, not how small the error is."""

    RANDOMISED = "randomised"
    """Pushes by lot moved the driving side."""
    INSTRUMENTED = "instrumented"
    """Pushes decided by an outside reason moved the driving side."""
    FIXED_EFFECTS = "fixed effects"
    """Cells compared with themselves and with the same week elsewhere; nothing speaks for shocks of single cells."""
    CORRELATIONAL = "correlational"
    """The same, but shocks of single cells move both sides: the number is likely too high."""
    REFUSED = "refused"
    """No number."""


STRENGTH: Sequence[Identification] = tuple(Identification)
"""Grades from the strongest to none."""


def weakest(grades: Sequence[Identification]) -> Identification:
    """The grade that something resting on all of these has.

    >>> str(weakest([Identification.RANDOMISED, Identification.CORRELATIONAL]))
    'correlational'
    """
    return max(grades, key=STRENGTH.index, default=Identification.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test of what an effect assumes; a failed one lowers the grade.

    `t` is how many times its own error (by cells as clusters) that is which should be nothing; 0 where it could not be
    tested. From `limit` on it is beyond chance, which goes so far in 1 of 100 markets.
    """

    id: str
    passed: bool
    t: float
    limit: float
    says: str

    @property
    def verdict(self) -> str:
        """Whether it passed, with the line against which it is judged."""
        if self.t == 0:
            return "not tested"
        size = f"{abs(self.t):.1f} times its own error"
        if self.passed:
            return f"yes: {size}, under {self.limit:.1f}"
        return f"no: {size}, {self.limit:.1f} or more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """% change of a side's weekly joiners, or of its weekly chance to leave, per 1 % more of the other side's stock.

    `n` are cell-weeks. `value` is None where refused, and `reason` says why. A negative effect on leaving is good:
    the other side retains this one.
    """

    side: Side
    margin: Margin
    grade: Identification
    why: str
    value: float | None = None
    interval: Interval | None = None
    error: float | None = None
    n: int = 0
    cells: int = 0
    weeks: int = 0
    method: str = ""
    first_stage: float | None = None
    checks: tuple[Check, ...] = ()
    reason: str = ""

    @property
    def driver(self) -> Side:
        """The side whose stock does it."""
        return self.side.other


def beyond_chance(of: Effect) -> bool:
    """Whether the effect's interval leaves out no effect at all."""
    return of.interval is not None and not of.interval.holds(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What followed a push in the weeks after it began: % more stock than without, with its interval.

    One number per week since, the first for the week it began (0 by construction).
    """

    pushed: Side
    side: Side
    weeks: tuple[int, ...]
    percent: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    starts: int
    """Pushes it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionDriver:
    """Which side retains the other more; `side` is None where the data cannot tell."""

    side: Side | None
    probability: float
    """That this side (or the likelier one) is the stronger driver."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SideReturn:
    """What a unit of spend on winning one side returns over the horizon, major units per major unit.

    `own` comes from the accounts won, `cross` from what they draw in and retain on either side.
    """

    side: Side
    total: float
    low: float
    high: float
    own: float
    cross: float
    cost: float
    """Average cost of one account won, major units."""
    contribution: float
    """Average contribution of one account a week, major units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """Which side the next unit of spend should go to. `side` is None where a reason stands instead."""

    side: Side | None
    probability: float | None
    """That this side returns more."""
    gap: float | None
    """Its return over the other's."""
    returns: tuple[SideReturn, ...]
    horizon_weeks: int
    grade: Identification
    sentence: str
    reason: str = ""
    collect: tuple[str, ...] = ()
    """What to collect before the question can be answered."""
    more: float | None = None
    """By how much the better side's return exceeds the other's, per unit of spend; its 95 % range follows."""
    more_low: float | None = None
    more_high: float | None = None
    reckoned: str = ""
    """What cost and return count, and why they are not those of the unit economics."""
    retention_first: bool = False
    """Whether accounts leak, so that keeping them comes before winning any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """Small markets: which way one side seems to work on the other, without a number.

    `cells_for` of `cells` moved the expected way; `chance` is how often so much agreement comes by chance alone.
    """

    side: Side
    points: int
    """1: more of the other side came with more joiners; -1: with fewer; 0: no direction."""
    cells_for: int
    cells: int
    chance: float
    by_lot: bool
    """Whether the chance is that of another draw of the same lot of pushes."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What somebody who knows the market believes, on record: shown beside the data, never mixed with it."""

    side: Side
    belief: str
    who: str
    on: date
    why: str
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticityReading:
    """Everything the panel says about one side moving the other.

    Money is in major units of the reporting currency.
    """

    sentence: str
    cells: int
    weeks: int
    first_week: date
    last_week: date
    effects: tuple[Effect, ...]
    responses: tuple[Response, ...]
    retention: RetentionDriver | None
    funding: Funding
    small: tuple[Direction, ...] = ()
    """Filled in small markets only, instead of numbers."""
    judgements: tuple[Judgement, ...] = ()
    notes: tuple[str, ...] = ()
    """Pushes on record that are left out, overlap or lie ahead."""

    def effect(self, side: Side, margin: Margin) -> Effect:
        """The effect of the other side on this one."""
        return next(e for e in self.effects if e.side is side and e.margin is margin)
