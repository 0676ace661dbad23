"""A number that says how far to trust it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """Whether the number may be read as it stands, worst first."""

    UNAVAILABLE = "unavailable"
    NO_DENOMINATOR = "no_denominator"
    IMMATURE = "immature"
    PARTIAL = "partial"
    SMALL_N = "small_n"
    RESTATED = "restated"
    OK = "ok"


class Basis(StrEnum):
    """Where the interval comes from. A census is a ledger total: it has no sampling error, so no interval."""

    CENSUS = "census"
    WILSON = "wilson"
    CLUSTER = "account-clustered delta"
    KAPLAN_MEIER = "kaplan-meier"
    BOOTSTRAP = "account bootstrap"
    CELLS = "clustered by cell"
    DRAWS = "draws of estimates"
    RANKS = "order statistics"
    SAMPLE = "declared sample"
    NOT_COMPUTED = "not computed"


class Unit(StrEnum):
    """What the number counts. Rates are shares from 0 to 1; money is in major units of the reporting currency."""

    MONEY = "money"
    COUNT = "count"
    RATE = "rate"
    RATIO = "ratio"
    DAYS = "days"
    HOURS = "hours"
    MONTHS = "months"
    INDEX = "index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One metric in one cell.

    `n` is the number of observations behind it (rows of the fact for totals, the denominator's for ratios).
    `low` and `high` bound the 95 % interval; both are None for a census. `value` is None exactly when `reason`
    says why. `definition` is the metric's id and version; `as_of` the last business date that was known.
    """

    metric: str
    period: str | None
    side: str | None
    dims: tuple[tuple[str, str | None], ...] = ()
    value: float | int | None
    unit: Unit
    n: int
    low: float | None = None
    high: float | None = None
    basis: Basis = Basis.CENSUS
    status: Status = Status.OK
    reason: str | None = None
    definition: str
    currency: str | None = None
    as_of: date | None = None

    @property
    def cell(self) -> tuple[str | None, str | None, tuple[tuple[str, str | None], ...]]:
        """Where the value stands: period, side and the other dimensions."""
        return self.period, self.side, self.dims

    def dim(self, name: str) -> str | None:
        """The value's place on a dimension. Raises KeyError where it was not split by it."""
        return dict(self.dims)[name]
